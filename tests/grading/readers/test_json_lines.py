"""JSON lines: the quick way and the careful way say the same; a bad line stops no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.readers.material import read
from tp_solver.grading.readers.items import Item
from tp_solver.grading.readers.json import parsed
from tp_solver.grading.readers.json_lines import json_line
from tp_solver.grading.readers.people import Owner
from tp_solver.grading.report import Student
from tp_solver.grading.submission import LONGEST_LINE, LONGEST_NAME, LONGEST_RAW, MOST_ANSWERS

GOOD = '{"student": "e1", "answers": {"f[1]": 0.50}}'

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=8)
_STUDENTS = st.none() | st.text(max_size=5) | st.fixed_dictionaries({"id": _SCALARS, "name": _JSON})


def carefully(line: str) -> Any:
    """Read a line as a whole file is read."""
    owner = Owner(Student("all"))
    return Item(parsed(line, "all.jsonl"), (), owner, 3, "3").submission()


@given(_STUDENTS, st.dictionaries(st.text(max_size=5), _JSON, max_size=4) | _JSON, _SCALARS)
def test_the_quick_way_is_the_careful_one(student: Any, answers: Any, exercise: Any) -> None:
    line = json.dumps({"student": student, "answers": answers, "exercise": exercise})
    assert json_line(line.encode(), "all.jsonl", 3) == carefully(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"answers": {"a": "\\ud800", "b": "1"}}',
        '{"answers": {"a": "1", "a": "2"}}',
        '{"student": {"id": "x", "id": "y"}, "answers": {}}',
        '{"answers": {"a": "1"}, "answers": {"b": "2"}}',
        '{"student": "a:b", "answers": {"a": "1:2", "a": ":"}}',
        '{"student": "a:b", "answers": {"a": "1:2"}}',
        '{"answers": {"' + "n" * 300 + '": "1"}}',
        '{"answers": {"a": {"b": 1}}}',
        '{"answers": {"a": "' + "9" * (LONGEST_RAW + 9) + '"}}',
        '{"answers": {"a": ' + "[" * 400 + "]" * 400 + "}}",
        "[]",
        "3",
    ],
)
def test_out_of_the_ordinary_lines(line: str) -> None:
    assert json_line(line.encode(), "all.jsonl", 3) == carefully(line)


def test_a_line_without_a_student_is_named_after_the_file_and_its_number() -> None:
    found = json_line(b'{"answers": {}}', "in/all.jsonl", 12)
    assert found.student == Student("all-12")
    assert found.place == "12"
    assert [remark.code for remark in found.remarks] == ["no-student"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "unreadable-file"),
        ('{"answers": 3}', "not-a-submission"),
        ("[" * 100_000, "unreadable-file"),
        ('{"answers": {"a": ' + "[" * 10_000 + "]" * 10_000 + "}}", "unreadable-file"),
        ('{"answers": {"a": "' + "1" * LONGEST_LINE + '"}}', "unreadable-file"),
        (json.dumps({"answers": {f"a{n}": "1" for n in range(MOST_ANSWERS + 1)}}), "too-many"),
        ("\x00\x01", "unreadable-file"),
    ],
)
def test_a_bad_line_stops_no_other(tmp_path: Path, line: str, code: str) -> None:
    found = read(tmp_path, "all.jsonl", f"{GOOD}\n{line}\n\n{GOOD}")
    assert [submission.place for submission in found] == ["1", "2", "4"]
    assert found[1].refused is not None
    assert found[1].refused.code == code
    assert found[1].student.id == "all-2"
    assert [submission.answers for submission in (found[0], found[2])] == [{"f[1]": "0.50"}] * 2


def test_lines_in_other_encodings(tmp_path: Path) -> None:
    line = '{"student": "Zoé", "answers": {"a": "1"}}\n'
    both = line.encode("utf-8-sig") + line.encode("latin-1")
    assert [s.student.id for s in read(tmp_path, "all.jsonl", both)] == ["Zoé", "Zoé"]
    (found,) = read(tmp_path, "all.jsonl", line.encode("utf-16"))
    assert found.refused is not None


def test_long_names_are_cut() -> None:
    line = json.dumps({"student": "e" * 900, "answers": {"n" * 900: "1"}}).encode()
    found = json_line(line, "all.jsonl", 1)
    assert len(found.student.id) == LONGEST_NAME
    assert [len(name) for name in found.answers] == [LONGEST_NAME]
