"""A person's marks: read from a file that people fill in, asked for by a template."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tp_solver.batch.roster import parting
from tp_solver.errors import UserError, nearest
from tp_solver.exercise.source import Source, parse_yaml
from tp_solver.grading.readers.cells import cell_text
from tp_solver.grading.readers.decoding import decoded
from tp_solver.grading.report import Judged
from tp_solver.grading.spreadsheets import bare
from tp_solver.text import languages, words

COLUMNS = ("student", "file", "place", "question", "points", "comment")
NEEDED = ("student", "question", "points")
LARGEST = 16 * 1024 * 1024  # bytes
LONGEST_COMMENT = 2000
SHOWN = 20  # issues that are listed
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")

Row = tuple[int, dict[str, str]]  # a line, and what stands in its columns


class PersonMark(NamedTuple):
    """Points that a person gave to an answer, and the line of the file that says so.

    Without `file` and `place` it is for all copies of the student.
    """

    student: str
    file: str
    place: str
    question: str
    points: float
    comment: str
    line: int = 0


class People:
    """A person's marks, found by the submission they are for."""

    def __init__(self, marks: Iterable[Sequence[Any]]) -> None:
        self.found: dict[str, list[PersonMark]] = {}
        for mark in marks:
            made = PersonMark(*mark)
            self.found.setdefault(made.student, []).append(made)

    def of(self, student: str, file: str, place: str) -> dict[str, Judged]:
        """Return the points given to a submission, by question; its own before its student's."""
        marks = self.found.get(student)
        if marks is None:
            return {}
        fitting = [m for m in marks if m.file in ("", file) and (not m.file or m.place == place)]
        fitting.sort(key=lambda mark: bool(mark.file))
        return {mark.question: Judged(mark.points, mark.comment) for mark in fitting}


def read_marks(path: Path, questions: Mapping[str, float]) -> list[PersonMark]:
    """Read a person's marks; raises UserError with every issue, its file and its line.

    `questions` has the points there are for each. Rows without points are passed over.
    """
    marks: list[PersonMark] = []
    issues: list[str] = []
    for line, row in _rows(path):
        if not row.get("points", "").strip():
            continue
        found = _mark(line, row, questions)
        if isinstance(found, str):
            issues.append(f"{path}:{line}: {found}")
        else:
            marks.append(found)
    if issues:
        more = [f"… and {len(issues) - SHOWN} more"] if len(issues) > SHOWN else []
        raise UserError("\n".join([*issues[:SHOWN], *more]))
    return marks


def _mark(line: int, row: dict[str, str], questions: Mapping[str, float]) -> PersonMark | str:
    """Make a mark of a row, or say what is wrong with it."""
    student, question = _typed(row, "student"), _typed(row, "question")
    if not student:
        return "there is no student: fill the column in"
    if question not in questions:
        near = nearest(question, questions)
        known = f"did you mean `{near}`?" if near else f"there are {', '.join(questions)}"
        return f"there is no question `{question}`: {known}"
    points = row["points"].strip()
    if not _NUMBER.fullmatch(points):
        return f"`{points}` is no number of points: write 1.5 or 1,5"
    value = float(points.replace(",", "."))
    if value > questions[question]:
        return f"{points} points are more than the {questions[question]:g} there are: give fewer"
    comment = _typed(row, "comment")[:LONGEST_COMMENT]
    return PersonMark(
        student, _typed(row, "file"), _typed(row, "place"), question, value, comment, line
    )


def _typed(row: dict[str, str], column: str) -> str:
    """Return a cell as it was before it was made safe for spreadsheets."""
    return bare(row.get(column, "").strip())


def _rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file by its ending; raises UserError where it can't be read."""
    kinds = {".csv": _csv, ".tsv": _csv, ".yaml": _yaml, ".yml": _yaml, ".xlsx": _xlsx}
    read = kinds.get(path.suffix.lower())
    if read is None:
        raise UserError(f"{path}: marks are read from {', '.join(kinds)} files")
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise UserError(f"{path} is larger than {LARGEST // 1024**2} MB: split it")
    yield from read(path, raw)


def _csv(path: Path, raw: bytes) -> Iterator[Row]:
    text = decoded(raw)
    mark = parting(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        yield from _table(path, ((reader.line_num, cells) for cells in reader))
    except csv.Error as error:
        raise UserError(f"{path}:{reader.line_num}: not CSV ({error}): save it again") from error


def _xlsx(path: Path, raw: bytes) -> Iterator[Row]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        rows = [[cell_text(cell) for cell in row] for row in sheet.iter_rows()]
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError) as error:
        raise UserError(f"{path} is no workbook: save it as XLSX again") from error
    yield from _table(path, enumerate(rows, 1))


def _table(path: Path, rows: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    """Yield rows by the names of their columns, in whatever language these are."""
    titles = {
        words(language)(f"to_mark.{column}").casefold(): column
        for language in languages()
        for column in COLUMNS
    } | {column: column for column in COLUMNS}
    head: list[str] = []
    for line, cells in rows:
        if not head:
            head = [titles.get(cell.strip().casefold(), "") for cell in cells]
            if missing := [column for column in NEEDED if column not in head]:
                raise UserError(f"{path}:{line}: there is no column `{missing[0]}`: add it")
        else:
            yield line, {name: cell for name, cell in zip(head, cells, strict=False) if name}


def _yaml(path: Path, raw: bytes) -> Iterator[Row]:
    """Yield the items of a list of `{student, question, points, comment}`."""
    source = parse_yaml(decoded(raw), str(path))
    if source.issues:
        raise UserError("\n".join(str(issue) for issue in source.issues[:SHOWN]))
    items = source.data if isinstance(source.data, list) else [source.data]
    for number, item in enumerate(items):
        start, _ = source.spans.get((number,), (0, 0))
        line = source.text.count("\n", 0, start) + 1
        if not isinstance(item, dict):
            raise UserError(f"{path}:{line}: write a list of {{student, question, points}}")
        yield line, {str(key): _written(source, number, key, item[key]) for key in item}


def _written(source: Source, number: int, key: str, value: Any) -> str:
    """Return a value as it was written: an id such as 007 is no number."""
    if isinstance(value, str) or value is None:
        return value or ""
    start, end = source.spans.get((number, key), (0, 0))
    return source.text[start:end]
