"""Every shipped exercise leaves whole, as a question bank and as a package, each read back.

Where QTI_SCHEMAS names a folder that holds 1EdTech's schemas of QTI 3.0 (as
`qtiv3p0/imsqti_asiv3p0_v1p0.xsd`, or its SBAC profile, which adds attributes), and xmlschema is
there to read them, every file of a package is held against these too.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.sheets.platforms import material
from tests.sheets.platforms.moodle_reader import read_bank
from tests.sheets.platforms.qti_reader import (
    Processor,
    Q,
    items,
    manifest,
    maximum,
    right_answers,
    sound,
    unpacked,
)
from tp_solver.sheets.platforms import moodle, qti
from tp_solver.sheets.platforms.qti import qti_package
from tp_solver.solution import Solution
from tp_solver.text import words


@pytest.mark.parametrize("path", material.SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_exercise_leaves_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solution = material.shipped(path)
    monkeypatch.setattr(moodle, "numbers", material.numbers)
    monkeypatch.setattr(qti, "numbers", material.numbers)
    a_whole_bank(solution)
    a_sound_package(solution)


def a_whole_bank(solution: Solution) -> None:
    """Hold a question bank to the exercise: every number once, right answers apart from wrong."""
    questions = read_bank(moodle.moodle_xml(solution, words("fr")))
    assert [q.kind for q in questions[:2]] == ["category", "description"]
    assert len(questions) == 2 + len(solution.exercise.questions)
    fields = [field for question in questions for field in question.fields]
    expected = [float(number.right) for number in material.numbers(solution)]
    assert sorted(field.answers[0].value for field in fields) == sorted(expected)
    for field in fields:
        right = [a for a in field.answers if a.fraction == 1]
        for other in (a for a in field.answers if a.fraction < 1):
            assert other.feedback
            for answer in right:
                apart = abs(other.value - answer.value)
                assert apart > (other.tolerance + answer.tolerance) * (1 + 1e-9)
        assert field.marked(field.answers[0].value) == (1.0, "")


def a_sound_package(solution: Solution) -> None:
    """Hold a package to the exercise: right answers earn the points, none earn nothing."""
    files = unpacked(qti_package(solution, words("fr")))
    whole = items(files)
    assert len(whole) == len(solution.exercise.questions) == len(files) - 2
    manifest(files)
    for item, asked in zip(whole, solution.exercise.questions, strict=True):
        sound(item)
        assert maximum(item) == asked.question.points
        rules = item.find(f"{Q}response-processing") is not None
        right = Processor(item, right_answers(item)).outcomes
        assert right["SCORE"] == pytest.approx(asked.question.points if rules else 0)
        assert len(right) == 1  # nothing is told
        assert Processor(item, {}).outcomes == {"SCORE": 0.0}
    for name, text in files.items():
        for schema in published():
            if schema.target_namespace in text[:400]:
                assert [e.reason for e in schema.iter_errors(text)] == [], name


@cache
def published() -> tuple[Any, ...]:
    """Return the published schemas of packages and of items, if there are any here."""
    folder = Path(os.environ.get("QTI_SCHEMAS", ".")) / "qtiv3p0"
    parts = sorted(folder.glob("imsqti_asiv3p0_*v1p0.xsd"))[-1:]
    if not parts:
        return ()
    xmlschema = pytest.importorskip("xmlschema")
    paths = [*parts, folder / "imsqtiv3p0_imscpv1p2_v1p0.xsd"]
    return tuple(xmlschema.XMLSchema(str(path), validation="lax") for path in paths)
