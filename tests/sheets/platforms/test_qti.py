"""QTI packages: their structure as the specification has it, and what their rules make of answers.

The rules are carried out by a reader of our own, which knows the few expressions that we write and
refuses all others. Where QTI_SCHEMAS names a folder that holds 1EdTech's schemas of QTI 3.0 (as
`qtiv3p0/imsqti_asiv3p0_v1p0.xsd`, or its SBAC profile, which only adds attributes), and xmlschema
is there to read them, every file is held against these too.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.sheets.platforms import material
from tp_solver.sheets.platforms import qti
from tp_solver.sheets.platforms.qti import ITEM, PACKAGE, qti_package
from tp_solver.solution import Solution
from tp_solver.text import words

Q, P = f"{{{ITEM}}}qti-", f"{{{PACKAGE}}}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# What an item's body may hold of HTML, as far as we use it, and with which attributes.
HTML = {
    tag: set(attributes.split())
    for tag, attributes in {
        "div": "", "p": "", "h4": "", "ul": "", "ol": "start", "li": "", "em": "", "strong": "",
        "code": "class", "pre": "", "br": "", "hr": "", "blockquote": "", "a": "href", "table": "",
        "thead": "", "tbody": "", "tr": "", "th": "scope", "td": "",
    }.items()
}  # fmt: skip
INTERACTIONS = {"text-entry-interaction", "choice-interaction", "extended-text-interaction"}


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look through each exercise once for all its packages."""
    monkeypatch.setattr(qti, "numbers", material.numbers)


def package(solution: Solution, language: str = "en") -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(qti_package(solution, words(language)))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def items(files: dict[str, str]) -> list[ET.Element]:
    test = ET.fromstring(files["test.xml"])
    return [
        ET.fromstring(files[ref.attrib["href"]]) for ref in test.iter(f"{Q}assessment-item-ref")
    ]


class Processor:
    """Carries response processing out; numbers typed are given by their declarations."""

    def __init__(self, item: ET.Element, answers: dict[str, str | list[str]]) -> None:
        self.answers = answers
        self.outcomes: dict[str, Any] = {"SCORE": 0.0}
        self.correct = {
            d.attrib["identifier"]: [v.text for v in d.iter(f"{Q}value")]
            for d in item.iter(f"{Q}response-declaration")
        }
        processing = item.find(f"{Q}response-processing")
        for condition in () if processing is None else processing:
            assert condition.tag == f"{Q}response-condition"
            self.condition(condition)

    def condition(self, condition: ET.Element) -> None:
        for n, branch in enumerate(condition):
            assert branch.tag == f"{Q}response-{'else-' if n else ''}if"
            test, *acts = branch
            if self.value(test) is True:
                for act in acts:
                    assert act.tag == f"{Q}set-outcome-value"
                    self.outcomes[act.attrib["identifier"]] = self.value(act[0])
                return

    def value(self, node: ET.Element) -> Any:
        tag = node.tag.removeprefix(Q)
        if tag == "variable":
            name = node.attrib["identifier"]
            found = self.outcomes.get(name, self.answers.get(name))
            return float(found) if isinstance(found, str) and name != "RESPONSE" else found
        if tag == "base-value":
            text = node.text or ""
            return float(text) if node.attrib["base-type"] == "float" else text
        if tag == "correct":
            return self.correct[node.attrib["identifier"]]
        return EXPRESSIONS[tag](*map(self.value, node))


def same(given: Any, right: Any) -> bool:
    return given is not None and sorted([given] if isinstance(given, str) else given) == sorted(
        right
    )


EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "match": same,
    "sum": lambda *parts: sum(parts),
    "gte": lambda a, b: None if a is None else a >= b,
    "lte": lambda a, b: None if a is None else a <= b,
    "is-null": lambda a: a is None,
    "not": lambda a: not a,
    "and": lambda *parts: all(parts),
}


def maximum(item: ET.Element) -> float:
    (found,) = (
        d for d in item.iter(f"{Q}outcome-declaration") if d.attrib["identifier"] == "MAXSCORE"
    )
    return float(found.findtext(f"{Q}default-value/{Q}value") or 0)


@pytest.mark.parametrize("path", material.SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_exercise_is_a_sound_package(path: Path) -> None:
    solution = material.shipped(path)
    files = package(solution, "fr")
    assert set(files) == {"imsmanifest.xml", "test.xml"} | {
        n for n in files if n.startswith("items/")
    }
    whole = items(files)
    assert len(whole) == len(solution.exercise.questions)
    manifest(files)
    for item, asked in zip(whole, solution.exercise.questions, strict=True):
        sound(item)
        assert maximum(item) == asked.question.points
        rules = item.find(f"{Q}response-processing") is not None
        right = Processor(item, right_answers(item)).outcomes
        assert right["SCORE"] == pytest.approx(asked.question.points if rules else 0)
        assert len(right) == 1  # nothing is told
        assert Processor(item, {}).outcomes == {"SCORE": 0.0}


def right_answers(item: ET.Element) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    for declaration in item.iter(f"{Q}response-declaration"):
        values = [value.text or "" for value in declaration.iter(f"{Q}value")]
        several = declaration.attrib["cardinality"] == "multiple"
        if values:
            found[declaration.attrib["identifier"]] = values if several else values[0]
    return found


def manifest(files: dict[str, str]) -> None:
    """Hold a manifest to the files: every one is a resource, and the test needs every item."""
    root = ET.fromstring(files["imsmanifest.xml"])
    assert root.tag == f"{P}manifest"
    assert root.findtext(f"{P}metadata/{P}schema") == "QTI Package"
    assert root.findtext(f"{P}metadata/{P}schemaversion") == "3.0.0"
    resources = {r.attrib["identifier"]: r for r in root.iter(f"{P}resource")}
    assert {r.attrib["href"] for r in resources.values()} == set(files) - {"imsmanifest.xml"}
    for resource in resources.values():
        kind = "test" if resource.attrib["href"] == "test.xml" else "item"
        assert resource.attrib["type"] == f"imsqti_{kind}_xmlv3p0"
        assert [f.attrib["href"] for f in resource.iter(f"{P}file")] == [resource.attrib["href"]]
    needed = [d.attrib["identifierref"] for d in root.iter(f"{P}dependency")]
    assert set(needed) == set(resources) - {"test"}


def sound(item: ET.Element) -> None:
    """Hold an item to the specification: names, declarations, what a body may hold."""
    declared = {d.attrib["identifier"] for d in item.iter(f"{Q}response-declaration")}
    outcomes = {d.attrib["identifier"] for d in item.iter(f"{Q}outcome-declaration")}
    body = item.find(f"{Q}item-body")
    assert body is not None
    asked = [n for n in body.iter() if n.tag.removeprefix(Q) in INTERACTIONS]
    assert [n.attrib["response-identifier"] for n in asked] == sorted(
        declared, key=[n.attrib["response-identifier"] for n in asked].index
    )
    for part in item.iter():
        for name in ("identifier", "outcome-identifier", "response-identifier"):
            assert re.fullmatch(r"[A-Za-z_][\w.-]*", part.attrib.get(name, "x"))
        if part.tag == f"{Q}variable":
            assert part.attrib["identifier"] in declared | outcomes
        elif part.tag in (f"{Q}set-outcome-value", f"{Q}modal-feedback"):
            named = part.attrib.get("outcome-identifier", part.attrib["identifier"])
            assert named in outcomes
        elif not part.tag.startswith((Q, MATHML)):
            tag = part.tag.removeprefix(f"{{{ITEM}}}")
            assert set(part.attrib) <= HTML[tag], (tag, part.attrib)


def test_kinds_of_questions() -> None:
    whole = items(package(material.everything()))
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


def test_a_known_mistake_is_told_and_earns_its_share() -> None:
    (item, *_) = items(package(material.everything()))
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


def test_files_are_valid_by_the_published_schemas() -> None:
    xmlschema = pytest.importorskip("xmlschema")
    folder = Path(os.environ.get("QTI_SCHEMAS", ""))
    found = sorted(folder.glob("qtiv3p0/imsqti_asiv3p0_*v1p0.xsd"))
    if not os.environ.get("QTI_SCHEMAS") or not found:
        pytest.skip("QTI_SCHEMAS names no folder with the schemas of QTI 3.0")
    parts = xmlschema.XMLSchema(str(found[-1]), validation="lax")
    wrapper = xmlschema.XMLSchema(
        str(folder / "qtiv3p0" / "imsqtiv3p0_imscpv1p2_v1p0.xsd"), validation="lax"
    )
    for path in material.SHIPPED:
        for name, text in package(material.shipped(path)).items():
            schema = wrapper if name == "imsmanifest.xml" else parts
            assert [error.reason for error in schema.iter_errors(text)] == [], f"{path.stem} {name}"
