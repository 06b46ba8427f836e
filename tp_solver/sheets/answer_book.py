"""Blank spreadsheets that students fill in: what is asked, and nothing that answers it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.model import ChoiceQuestion
from tp_solver.graph.components import every
from tp_solver.graph.model import Model
from tp_solver.graph.shapes import part
from tp_solver.language.plain import plain
from tp_solver.sheets.head import digits_text
from tp_solver.sheets.workbook import saved
from tp_solver.text import Words

TEXT = "@"  # the format of a cell that keeps what is typed: 0,5498 and the zeros of 0.500
_WIDTHS = (28, 32, 24)
_LONGEST_TITLE = 31
_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]]")


def blank_files(model: Model, words: Words) -> dict[str, bytes]:
    """Return the spreadsheets to fill in by their names: a student's workbook, a class's table."""
    name = model.exercise.id
    return {
        f"{name}-{words('page.answers')}.xlsx": answer_book(model, words),
        f"{name}-{words('page.class_table')}.csv": class_table(model, words).encode("utf-8-sig"),
    }


def answer_names(asked: Asked, model: Model) -> Iterator[str]:
    """Yield the names of a question's answers as they are typed, one per number: `h[1].2`."""
    slots = [s for s in model.slots[asked.question.id] if s.key != asked.question.id]
    if not slots:
        yield asked.question.id
    for slot in slots:
        name = plain(slot.ref)
        if slot.select:
            yield f"{name}.{'.'.join(map(str, slot.select))}"
            continue
        for place in every(part(model.system.shapes[slot.key], slot.select, slot.ref)):
            yield f"{name}{''.join(f'.{i}' for i in place)}"


def class_table(model: Model, words: Words) -> str:
    """Return the headings of a CSV table for a class, a student a row and an answer a column.

    In French a semicolon parts columns, in English a comma, as their spreadsheets expect.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=words.delimiter, lineterminator="\r\n")
    names = [n for asked in model.exercise.questions for n in answer_names(asked, model)]
    writer.writerow([words("gradebook.student"), words("gradebook.name"), *names])
    return out.getvalue()


def answer_book(model: Model, words: Words) -> bytes:
    """Return a workbook with a row per answer, locked but for the cells to fill in."""
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    sheet.title = _NOT_IN_TITLES.sub("-", words("page.answers"))[:_LONGEST_TITLE]
    sheet.append([words("sheet.exercise"), model.exercise.id])
    sheet.append([words("gradebook.student")])
    sheet.append([words("gradebook.name")])
    sheet.append([words("statement.precision", digits=digits_text(model.exercise, words))])
    sheet.append([])
    sheet.append([words("sheet.answer"), words("sheet.value"), words("sheet.question")])
    first = sheet.max_row + 1
    for number, asked in enumerate(model.exercise.questions, 1):
        for name in answer_names(asked, model):
            sheet.append([name, None, _hint(asked, number, words)])
    _formed(sheet, first)
    return saved(book)


def _hint(asked: Asked, number: int, words: Words) -> str:
    """Say which question an answer is for, and which choices there are."""
    text = words("solution.question", n=number)
    if not isinstance(asked.question, ChoiceQuestion):
        return text
    return f"{text} ({', '.join(choice.id for choice in asked.question.choices)})"


def _formed(sheet: Any, first: int) -> None:
    """Give the sheet its look, and lock all but the cells to fill in."""
    from openpyxl.styles import Font, PatternFill, Protection

    for column, width in zip("ABC", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    for row in (1, 2, 3, first - 1):
        for cell in sheet[row]:
            cell.font = Font(bold=True)
    for row in (2, 3, *range(first, sheet.max_row + 1)):
        cell = sheet.cell(row, 2)
        cell.number_format = TEXT
        cell.protection = Protection(locked=False)
        cell.fill = PatternFill("solid", fgColor="FFF8DC")
        cell.font = Font(bold=False)
    sheet.freeze_panes = sheet.cell(first, 1)
    sheet.print_title_rows = f"{first - 1}:{first - 1}"
    sheet.protection.enable()
