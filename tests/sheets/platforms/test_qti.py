"""QTI packages: what their rules make of answers, and that they are the same every time."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest

from tests.sheets.platforms import material
from tests.sheets.platforms.qti_reader import INTERACTIONS, Processor, Q, items, unpacked
from tp_solver.sheets.platforms import qti
from tp_solver.sheets.platforms.qti import qti_package
from tp_solver.solution import loads, solve
from tp_solver.text import words


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look through each exercise once for all its packages."""
    monkeypatch.setattr(qti, "numbers", material.numbers)


def everything() -> list[ET.Element]:
    """Return the items of an exercise with every kind of question."""
    return items(unpacked(qti_package(material.everything(), words("en"))))


def test_kinds_of_questions() -> None:
    whole = everything()
    kinds = [sorted({n.tag.removeprefix(Q) for n in item.iter()} & INTERACTIONS) for item in whole]
    number, words_, choice = (
        ["text-entry-interaction"], ["extended-text-interaction"], ["choice-interaction"]
    )  # fmt: skip
    assert kinds == [number, number, number, number, words_, choice, choice, words_]
    several = whole[5]
    for picked, score in ((["C3", "C1"], 1.0), (["C1"], 0.0), (["C1", "C2", "C3"], 0.0)):
        assert Processor(several, {"RESPONSE": picked}).outcomes["SCORE"] == score
    human = [
        d for d in whole[4].iter(f"{Q}outcome-declaration") if d.get("external-scored") == "human"
    ]
    assert [d.attrib["identifier"] for d in human] == ["SCORE"]


def test_an_exercise_with_nothing_to_compute() -> None:
    package = unpacked(qti_package(solve(loads(material.WORDS_ONLY)), words("en")))
    kinds = [{n.tag.removeprefix(Q) for n in item.iter()} & INTERACTIONS for item in items(package)]
    assert kinds == [{"choice-interaction"}, {"extended-text-interaction"}]


def test_a_known_mistake_is_told_and_earns_its_share() -> None:
    (item, *_) = everything()
    found = Processor(item, {"R1": "0.604"}).outcomes  # tanh(0.7): the bias 0.3 is forgotten
    assert found["SCORE"] == pytest.approx(0.4)
    (told,) = (
        n for n in item.iter(f"{Q}modal-feedback") if n.attrib["identifier"] == found["F_R1"]
    )
    assert "".join(told.itertext()).startswith("Bias forgotten.")
    assert Processor(item, {"R1": "0.9"}).outcomes == {"SCORE": 0.0}


def test_the_archive_is_the_same_every_time() -> None:
    first, second = (qti_package(material.everything(), words("fr")) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
