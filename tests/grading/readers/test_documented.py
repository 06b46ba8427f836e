"""docs/submissions.md says what the readers do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.grading.readers.material import read
from tp_solver.grading import submission as bounds
from tp_solver.grading.readers import suffixes
from tp_solver.grading.readers.headers import SPELLINGS
from tp_solver.grading.readers.owners import PATTERNS
from tp_solver.grading.readers.people import folded

PAGE = (ROOT / "docs" / "submissions.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```(csv|jsonl)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_there_are_examples() -> None:
    assert {form for form, _ in EXAMPLES} == {"csv", "jsonl"}


@pytest.mark.parametrize(("form", "example"), EXAMPLES)
def test_the_examples_are_read(tmp_path: Path, form: str, example: str) -> None:
    found = read(tmp_path, f"a.{form}", example)
    assert [submission.student.id for submission in found] in (["e1"], ["e1", "e2"])
    assert all(s.refused is None and s.remarks == () and s.answers["f[1]"] for s in found)


def test_every_ending_is_documented() -> None:
    for suffix in (*suffixes(), ".zip"):
        assert f"`{suffix}`" in PAGE


def test_the_headings_and_platforms_are_documented() -> None:
    rows = folded(PAGE)
    for role, words in SPELLINGS.items():
        assert not role or folded(words.split(",")[0]) in rows
    for platform in PATTERNS:
        assert f"| {platform} | `" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        "LONGEST_ANSWER",
        "LONGEST_RAW",
        "LONGEST_NAME",
        "MOST_ANSWERS",
        "MOST_DOCUMENTS",
        "MOST_GATHERED",
        "MOST_CELLS",
        "MOST_SHEETS",
        "MOST_MEMBERS",
        "STEEPEST",
    ],
)
def test_the_limits_are_those_documented(name: str) -> None:
    assert re.search(rf"\b{getattr(bounds, name)}\b", PAGE)


@pytest.mark.parametrize(
    ("name", "unit", "shown"),
    [
        ("LARGEST_YAML", 1024, "512 KB"),
        ("LONGEST_LINE", 1024, "512 KB"),
        ("LARGEST_JSON", 1024**2, "4 MB"),
        ("LARGEST_BOOK", 1024**2, "16 MB"),
        ("LARGEST_INFLATED", 1024**2, "64 MB"),
        ("FLAT", 1024**2, "1 MB"),
        ("LARGEST_TOTAL", 1024**3, "4 GB"),
    ],
)
def test_the_sizes_are_those_documented(name: str, unit: int, shown: str) -> None:
    assert shown in PAGE
    assert getattr(bounds, name) == int(shown.split(maxsplit=1)[0]) * unit
