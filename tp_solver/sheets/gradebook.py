"""The gradebook: a line per submission, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from tp_solver.exercise.model import Scale
from tp_solver.grading.record import ABSENT, Item, Record
from tp_solver.grading.report import VERDICTS, Verdict, final_mark, rounded
from tp_solver.grading.spreadsheets import DANGEROUS, line_writer, safe
from tp_solver.grading.statistics import needs_person
from tp_solver.sheets.remarks import refused, worded
from tp_solver.sheets.workbook import saved
from tp_solver.text import Words

Rows = Iterable[tuple[Record, str]]

UNREADABLE, MISSING = (VERDICTS.index(verdict) for verdict in (Verdict.UNREADABLE, Verdict.MISSING))
_NOT_GIVEN = bytes((MISSING, ABSENT))
_NOTED = {"implausible": "grade.implausible", "possible": "grade.possible"}
_FIRST = ("student", "name", "score", "out_of", "pending", "mark")
_LAST = ("counted", "person", "status", "file")
_WIDTHS = {"student": 18, "name": 24, "status": 48, "file": 36}


def gradebook_csv(items: Sequence[Item], rows: Rows, words: Words, scale: Scale) -> Iterator[str]:
    """Yield the scores of a class as CSV, in the form that the language's spreadsheets expect.

    In French a semicolon parts columns and a comma marks decimals; in English a comma and a point.
    """
    questions, line = _questions(items), line_writer(words.delimiter)
    yield "\ufeff" + line(map(safe, _titles(items, words)))
    for record, _ in rows:
        yield line(_text(cell, words) for cell in _cells(record, questions, words, scale))


def gradebook_xlsx(
    items: Sequence[Item], rows: Rows, words: Words, scale: Scale, verdicts: bool = True
) -> bytes:
    """Return a workbook with the scores of a class, and on a second sheet the verdicts."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    scores = _sheet(book, words("gradebook.scores"), _titles(items, words))
    questions = _questions(items)
    told = {verdict: words(f"verdict.{verdict.value}") for verdict in Verdict}
    names = [words("gradebook.student"), *(item.name + _component(item) for item in items)]
    second = _sheet(book, words("gradebook.verdicts"), names) if verdicts else None
    for record, _ in rows:
        scores.append([_cell(scores, v) for v in _cells(record, questions, words, scale)])
        if second is not None:
            found = [_verdict(record, i, item) for i, item in enumerate(items)]
            kept = (told[verdict] if verdict else None for verdict in found)
            second.append([_cell(second, record.student.id), *kept])
    return saved(book)


def _verdict(record: Record, number: int, item: Item) -> Verdict | None:
    """Return the verdict on an item, a person's where the machine left it to one."""
    found = record.verdict(number) if record.verdicts else None
    left = found in (Verdict.PENDING, Verdict.MISSING)
    return Verdict.MARKED if left and item.question in record.person else found


def _questions(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(item.question for item in items))


def _titles(items: Sequence[Item], words: Words) -> list[str]:
    first, last = ([words(f"gradebook.{name}") for name in names] for names in (_FIRST, _LAST))
    return [*first, *_questions(items), *last]


def _cells(
    record: Record, questions: Sequence[str], words: Words, scale: Scale
) -> list[float | str | None]:
    """Return the cells of a line: numbers, texts, nothing."""
    # Where all of a question waits for a person, a 0 would read as a mark.
    points = {
        score.question: rounded(score.points)
        for score in record.scores
        if not score.pending or score.pending < score.out_of
    }
    scored: list[float | None] = [None] * 4
    score, out_of = record.score, record.out_of
    if score is not None:
        scored = [*map(rounded, (score, out_of, record.pending)), final_mark(score, out_of, scale)]
    why = needs_person(record)
    left_out = any(remark.code == "not-counted" for remark in record.remarks)
    counted = record.refused is None and not left_out
    return [
        record.student.id,
        record.student.name,
        *scored,
        *(points.get(question) for question in questions),
        words("gradebook.yes" if counted else "gradebook.no"),
        words("gradebook.yes" if why else "gradebook.no"),
        status(record, why, words),
        f"{record.file}:{record.place}" if record.place else record.file,
    ]


def status(record: Record, why: Collection[str], words: Words) -> str:
    """Say in a few words what a person should know; `why` has codes of why one should look."""
    if record.refused is not None:
        return refused(record.refused, words)
    notes = [worded(remark, words) for remark in record.remarks]
    unreadable = record.verdicts.count(UNREADABLE)
    if unreadable:
        notes.append(f"{words('verdict.unreadable')}{words('solution.colon')} {unreadable}")
    notes += [words(key) for code, key in _NOTED.items() if code in why]
    if record.pending:
        notes.append(words.plural("grade.pending", record.pending))
    if not record.verdicts.strip(_NOT_GIVEN):
        notes.append(words("grade.none"))
    return f"{words('solution.semicolon')} ".join(notes)


def _text(cell: float | str | None, words: Words) -> str:
    if cell is None:
        return ""
    return safe(cell) if isinstance(cell, str) else words.number(cell, 4)


def _sheet(book: Any, title: str, titles: Sequence[str]) -> Any:
    """Add a sheet whose first row stays in sight."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    for number, name in enumerate(titles, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(name)
    row = []
    for name in titles:
        cell = _cell(sheet, name)
        cell.font = Font(bold=True)
        row.append(cell)
    sheet.append(row)
    return sheet


def _width(title: str) -> int:
    return _WIDTHS.get(title, max(10, min(24, len(title) + 2)))


def _cell(sheet: Any, value: float | str | None) -> Any:
    """Make a cell; a text is a text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    printable = "".join(char for char in value if char in "\t\n" or ord(char) >= 32)
    cell = WriteOnlyCell(sheet, printable)
    cell.data_type = "s"
    cell.quotePrefix = printable.startswith(DANGEROUS)
    return cell


def _component(item: Item) -> str:
    at = item.component if isinstance(item.component, tuple) else (item.component,)
    return "".join(f".{i}" for i in at if i is not None)
