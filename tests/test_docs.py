"""Every example in the documentation works as written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tp_solver.exercise.model import Credit, ExerciseFile, Question
from tp_solver.exercise.source import parse_yaml
from tp_solver.language.limits import AUTHOR, STUDENT
from tp_solver.language.notation import FUNCTIONS, INFIX, OVER, SPELLINGS
from tp_solver.language.numerals import read_number
from tp_solver.language.parse import parse, parse_name
from tp_solver.solution import loads

FENCE = re.compile(r"^```([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")


def blocks(*kinds: str) -> list[Any]:
    """Find the fenced blocks of some kinds in README and docs/, each as a test's parameter."""
    pages: list[Path] = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [
        pytest.param(match[2], id=f"{page.name}-{i}")
        for page in pages
        for i, match in enumerate(FENCE.finditer(page.read_text(encoding="utf-8")))
        if match[1].strip() in kinds
    ]


def cells(text: str) -> list[str]:
    """Return what the tables of a page show as typed, in their first two columns."""
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    return [typed for row in rows for cell in row for typed in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("text", blocks("yaml exercise"))
def test_exercises_load(text):
    assert loads(text).exercise.questions


@pytest.mark.parametrize("text", blocks("formula"))
def test_formulas_parse(text):
    for line in text.splitlines():
        assert parse(line) is not None


@pytest.mark.parametrize("text", blocks("yaml submission", "json submission"))
def test_submissions_read(text):
    source = parse_yaml(text, "submission.yaml")
    assert not source.issues
    assert source.data["student"]["id"]
    for name, value in source.data["answers"].items():
        assert parse_name(name)
        for item in value if isinstance(value, list) else [value]:
            assert read_number(str(item)) is not None


def test_every_formula_of_the_tables_parses():
    marks = {"²", "ᵀ"}  # letters to Python, operators here
    typed = [text for text in cells(LANGUAGE) if re.match(r"[\w∂]", text) and text not in marks]
    assert len(typed) > 40
    for text in typed:
        assert parse(text) is not None


def test_every_function_is_documented():
    typed = cells(LANGUAGE)
    documented = {text.partition("(")[0] for text in typed}
    assert set(FUNCTIONS) | set(OVER) <= documented
    assert {name for name in SPELLINGS if name != "Σ"} <= documented


def test_every_operator_is_documented():
    typed = set(cells(LANGUAGE))
    for infix in INFIX.values():
        assert infix.ascii in typed
        assert infix.unicode in typed or infix.unicode == infix.ascii


def test_the_limits_are_those_documented():
    for number in (AUTHOR.length, AUTHOR.operators, AUTHOR.depth, AUTHOR.digits):
        assert re.search(rf"\b{number}\b", LANGUAGE)
    for number in (STUDENT.length, STUDENT.operators, STUDENT.depth):
        assert re.search(rf"\b{number}\b", LANGUAGE)
    assert f"1e{AUTHOR.exponent}" in LANGUAGE


@pytest.mark.parametrize("model", [ExerciseFile, Credit, Question])
def test_every_key_is_documented(model):
    for name in model.model_fields:
        assert f"`{name}`" in FORMAT


def test_every_kind_of_question_is_documented():
    for kind in ("values", "number", "expression", "choice", "text"):
        assert f"| `{kind}`" in FORMAT
