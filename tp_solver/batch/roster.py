"""A list of students: an id a line, perhaps a name after it; or nobody but numbers from 1."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tp_solver.errors import UserError
from tp_solver.exercise.variants import folded_id
from tp_solver.grading.readers.csv import announced
from tp_solver.grading.readers.decoding import decoded
from tp_solver.grading.readers.headers import Layout, columns
from tp_solver.grading.readers.people import cleaned
from tp_solver.grading.readers.tables import student_in
from tp_solver.grading.report import Student

LARGEST = 16 * 1024 * 1024  # bytes
MOST_STUDENTS = 200_000
PARTS = ";\t,"  # between an id and a name; where a line has as many of several, the first


Row = tuple[int, list[str]]  # a line of the file, and its cells


def read_students(path: Path) -> list[Student]:
    """Read a list of students: a text with an id a line, or a CSV of ids and names.

    Headings on the first line say which column holds what. Raises UserError where nobody is
    listed, or somebody twice, or where the headings name no column of ids.
    """
    if path.stat().st_size > LARGEST:
        raise UserError(f"{path} is no list of students: it is larger than {LARGEST >> 20} MB")
    found: dict[str, tuple[int, Student]] = {}
    for line, student in _students(path, _rows(path, decoded(path.read_bytes()))):
        key = folded_id(student.id)
        if key in found:
            first, other = found[key]
            raise UserError(
                f"{path}:{line}: `{student.id}` is listed twice: line {first} has `{other.id}`, "
                "and capitals don't count: delete a line, or give each an id of its own"
            )
        found[key] = line, student
    if not found:
        raise UserError(f"{path} lists nobody: write an id a line, and a name after a comma")
    if len(found) > MOST_STUDENTS:
        raise UserError(f"{path} lists more than {MOST_STUDENTS:,} students: part it")
    return [student for _, student in found.values()]


def numbered(count: int) -> list[Student]:
    """Return students without a name, `1` to as many as asked."""
    return [Student(str(number)) for number in range(1, count + 1)]


def parting(line: str) -> str:
    """Return what parts the cells of a line: the mark of which it has most."""
    return max(PARTS, key=line.count)


def _rows(path: Path, text: str) -> Iterator[Row]:
    """Yield the rows of a list that are not empty; raises UserError where it is no CSV."""
    lines = text.splitlines()
    filled = next((line for line in lines if line.strip()), "")
    mark = announced(filled)
    if mark:
        lines[lines.index(filled)] = ""
    parted = next((line for line in lines if any(part in line for part in PARTS)), "")
    rows = csv.reader(lines, delimiter=mark or parting(parted))
    try:
        for row in rows:
            if any(map(str.strip, row)):
                yield rows.line_num, row
    except csv.Error as error:
        raise UserError(f"{path}:{rows.line_num}: {error}: write an id a line") from error


def _students(path: Path, rows: Iterable[Row]) -> Iterator[tuple[int, Student]]:
    """Yield the students of a list with the lines they stand on; rows without an id are none."""
    read: Callable[[list[str]], tuple[str, str]] | None = None
    for line, cells in rows:
        if read is None:
            form = columns(cells)
            read = _by_headings(form) if form.roles and form.width > 1 else _by_place
            if form.roles and "student" not in form.roles:
                heads = ", ".join(f"`{cell.strip()}`" for cell in cells if cell.strip())
                raise UserError(
                    f"{path}:{line}: none of the headings {heads} is for ids: "
                    "call that column `id`, or write an id a line without headings"
                )
            if form.roles:
                continue
        student = Student(*map(cleaned, read(cells)))
        if student.id:
            yield line, student


def _by_headings(form: Layout) -> Callable[[list[str]], tuple[str, str]]:
    return lambda cells: student_in(form, cells)


def _by_place(cells: list[str]) -> tuple[str, str]:
    """Return the id and the name of a list without headings."""
    return cells[0], cells[1] if len(cells) > 1 else ""
