"""A list of students: an id a line, perhaps a name after it; or nobody but numbers from 1."""

from __future__ import annotations

import csv
from pathlib import Path

from tp_solver.errors import UserError
from tp_solver.exercise.variants import folded_id
from tp_solver.grading.readers.decoding import decoded
from tp_solver.grading.readers.headers import SPELLINGS
from tp_solver.grading.readers.people import cleaned, folded
from tp_solver.grading.report import Student

LARGEST = 16 * 1024 * 1024  # bytes
MOST_STUDENTS = 200_000
PARTS = ";\t,"  # between an id and a name; the first that a file has
_HEADINGS = {folded(word) for role in ("student", "name") for word in SPELLINGS[role].split(",")}


def read_students(path: Path) -> list[Student]:
    """Read a list of students: a text with an id a line, or a CSV of ids and names.

    A first line of headings is passed over. Raises UserError where nobody is listed, or somebody
    twice.
    """
    if path.stat().st_size > LARGEST:
        raise UserError(f"{path} is no list of students: it is larger than {LARGEST >> 20} MB")
    text = decoded(path.read_bytes())
    part = next((mark for mark in PARTS if mark in text), PARTS[-1])
    found: dict[str, Student] = {}
    rows = csv.reader(text.splitlines(), delimiter=part)
    try:
        for row in rows:
            student = Student(*(cleaned(cell) for cell in (*row, "", "")[:2]))
            heading = not found and folded(student.id) in _HEADINGS
            if heading or not student.id:
                continue
            if folded_id(student.id) in found:
                raise UserError(f"{path}:{rows.line_num}: `{student.id}` is listed twice")
            found[folded_id(student.id)] = student
    except csv.Error as error:
        raise UserError(f"{path}:{rows.line_num}: {error}: write an id a line") from error
    if not found:
        raise UserError(f"{path} lists nobody: write an id a line, and a name after a comma")
    if len(found) > MOST_STUDENTS:
        raise UserError(f"{path} lists more than {MOST_STUDENTS:,} students: part it")
    return list(found.values())


def numbered(count: int) -> list[Student]:
    """Return students without a name, `1` to as many as asked."""
    return [Student(str(number)) for number in range(1, count + 1)]
