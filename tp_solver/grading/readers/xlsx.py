"""Workbooks: the answer sheet that `sheet` writes, one student a file or a sheet, or a table.

Formulas are never computed: the value that the spreadsheet kept counts, and where it kept none the
formula itself is the answer, which nobody can read as a number.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import islice, repeat
from typing import Any
from warnings import filterwarnings
from zipfile import BadZipFile

from tp_solver.grading.readers.archive import entries, inflated
from tp_solver.grading.readers.cells import cell_text
from tp_solver.grading.readers.headers import layout
from tp_solver.grading.readers.inputs import Input
from tp_solver.grading.readers.items import broken, refused
from tp_solver.grading.readers.people import Owner, cleaned
from tp_solver.grading.readers.tables import HEAD, Row, Table
from tp_solver.grading.report import Remark, Student
from tp_solver.grading.submission import (
    LARGEST_BOOK,
    LARGEST_INFLATED,
    MOST_CELLS,
    MOST_SHEETS,
    Submission,
)

SUFFIXES = (".xlsx", ".xlsm")
LARGEST = LARGEST_BOOK
LAST_ROW = 1_048_576
LONGEST_GAP = 10_000  # empty rows in a row, after which a sheet has nothing honest to say
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CHUNK = 1024 * 1024
_OVERLAP = 64

# What openpyxl raises on a workbook that is none, or only looks like one.
_REFUSALS = (
    BadZipFile,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    SyntaxError,  # of XML
    EOFError,
    OSError,
    struct.error,
    zlib.error,
)


def read(source: Input) -> Iterator[Submission]:
    """Yield the submissions of a workbook; raises OSError where it can't be read."""
    with source.open() as stream:
        raw = stream.read(LARGEST + 1)
    try:
        bad = _looked_through(raw)
        book = None if isinstance(bad, Remark) else _Book(raw, formulas=bad)
    except _REFUSALS:
        yield broken(source, "XLSX")
        return
    if book is None:
        assert isinstance(bad, Remark)
        yield refused(source, bad)
        return
    for submission in book.submissions(source):
        if not (book.broken and submission.refused == Remark("empty")):
            yield submission
    if book.broken:
        yield broken(source, book.broken)


def _looked_through(raw: bytes) -> Remark | bool:
    """Inflate all parts of a workbook to nowhere: why it can't be read, or if it has formulas."""
    total = 0
    formulas = False
    for entry in entries(BytesIO(raw)):
        total += entry.member.size
        if entry.bad or total > LARGEST_INFLATED:
            return entry.bad or Remark("unpacks-too-large")
        last = b""
        with inflated(BytesIO(raw), entry.member) as part:
            while piece := part.read(_CHUNK):
                formulas = formulas or bool(_FORMULA.search(last + piece))
                last = piece[-_OVERLAP:]
    return formulas


class _Book:
    """A workbook opened for reading, with a bound on the cells looked at."""

    def __init__(self, raw: bytes, formulas: bool) -> None:
        self.left = MOST_CELLS
        sheets = _sheets(raw, values=True)
        self.broken = f"> {MOST_SHEETS}" if len(sheets) > MOST_SHEETS else ""
        self.sheets = sheets[:MOST_SHEETS]
        self.formulas = _sheets(raw, values=False) if formulas else []

    def submissions(self, source: Input) -> Iterator[Submission]:
        """Yield what is in the sheets that have headings; what others hold is said once."""
        if len(self.sheets) == 1:
            yield from Table(source).submissions(self.rows(0))
            return
        heads = [layout(self.head(i)) for i in range(len(self.sheets))]
        good = [i for i, head in enumerate(heads) if not isinstance(head, Remark)]
        filled = [i for i, head in enumerate(heads) if head != Remark("empty")]
        if not good:
            why = next((heads[i] for i in filled), Remark("empty"))
            assert isinstance(why, Remark)
            yield refused(source, why)
        others = ", ".join(self.sheets[i].title for i in filled if i not in good)
        told = (Remark("other-sheets", (("name", cleaned(others)),)),) if others else ()
        for i in good:
            title = cleaned(self.sheets[i].title) or str(i + 1)
            own = Owner(Student(title)) if len(good) > 1 and not source.owner.sure else source.owner
            table = Table(replace(source, owner=own), title if len(good) > 1 else "")
            for submission in table.submissions(self.rows(i)):
                yield replace(submission, remarks=(*submission.remarks, *told))
                told = ()

    def head(self, at: int) -> list[list[str]]:
        """Return the first rows of a sheet that hold anything."""
        filled = (cells for _, cells in self.rows(at) if any(map(str.strip, cells)))
        return list(islice(filled, HEAD))

    def rows(self, at: int) -> Iterator[Row]:
        """Yield the rows of a sheet as texts, up to what can't be read."""
        formulas = self.formulas[at] if at < len(self.formulas) else None
        try:
            beside: Any = _cells(formulas) if formulas is not None else repeat(())
            pairs = zip(_cells(self.sheets[at]), beside, strict=False)
            last = 0
            for number, (cells, typed) in enumerate(pairs, 1):
                self.left -= 1 + len(cells)
                last = number if cells else last
                if self.left < 0 or number - last > LONGEST_GAP:
                    self.broken = f"> {MOST_CELLS if self.left < 0 else LONGEST_GAP}"
                    return
                texts = [cell_text(cell) for cell in cells]
                for i, cell in enumerate(typed[: len(texts)]):
                    if not texts[i] and cell.data_type == "f":
                        texts[i] = cell_text(cell)
                yield number, texts
        except _REFUSALS:
            self.broken = "XLSX"


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each row: as far as the row goes, whatever size the sheet claims."""
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_row=LAST_ROW)
    return rows


def _sheets(raw: bytes, values: bool) -> list[Any]:
    from openpyxl import load_workbook

    filterwarnings("ignore", module="openpyxl")  # of styles it lacks, dates out of range
    book = load_workbook(BytesIO(raw), read_only=True, data_only=values, keep_links=False)
    return list(book.worksheets)
