"""CSV as spreadsheets and platforms write it: commas, semicolons or tabs, in several encodings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import TextIOWrapper
from itertools import chain, islice
from typing import TextIO

from tp_solver.grading.readers.decoding import encoding_of
from tp_solver.grading.readers.headers import layout
from tp_solver.grading.readers.inputs import Input
from tp_solver.grading.readers.items import broken
from tp_solver.grading.readers.tables import HEAD, Row, Table
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import LARGEST_STREAM, LONGEST_LINE, Submission

SUFFIXES = (".csv", ".tsv")
LARGEST = LARGEST_STREAM
DELIMITERS = ("\t", ";", ",")


def read(source: Input) -> Iterator[Submission]:
    """Yield the submissions of a CSV file; raises OSError where it can't be read.

    The file is read twice, a piece at a time: for its encoding, then for its rows.
    """
    with source.open() as stream:
        encoding = encoding_of(stream)
    with TextIOWrapper(source.open(), encoding, errors="replace", newline="") as text:
        trouble = _Trouble(source)
        below = trouble.lines(text)
        head = list(islice(below, HEAD))
        if head and (mark := announced(head[0])):
            head[0] = "\n"
        else:
            mark = _delimiter(head)
        rows = trouble.rows(chain(head, below), mark)
        for submission in Table(source, commas=mark == ",", quoted=True).submissions(rows):
            yield from trouble.told()
            yield submission
        yield from trouble.told()


class _Trouble:
    """Keeps what could not be read on the way, to be told between submissions."""

    def __init__(self, source: Input) -> None:
        self.source = source
        self.found: list[tuple[str, int]] = []

    def told(self) -> Iterator[Submission]:
        """Yield a refused submission for each trouble since the last time."""
        found, self.found = self.found, []
        for detail, number in found:
            yield broken(self.source, detail, number, str(number))

    def lines(self, text: TextIO) -> Iterator[str]:
        """Yield lines, an empty one for a line too long to keep."""
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
                yield line
                continue
            self.found.append((f"> {LONGEST_LINE // 1024} KB", number))
            while line and not line.endswith(("\n", "\r")):
                line = text.readline(LONGEST_LINE)
            yield "\n"

    def rows(self, lines: Iterable[str], mark: str) -> Iterator[Row]:
        """Yield the cells of each row and the line on which it begins."""
        reader = csv.reader(lines, delimiter=mark)
        while True:
            number = reader.line_num + 1
            try:
                yield number, next(reader)
            except csv.Error:
                self.found.append((f'{number}: " > {csv.field_size_limit() // 1024} KB', number))
            except StopIteration:
                return


def announced(line: str) -> str:
    """Return the delimiter that Excel's `sep=;` announces on the first line, or nothing."""
    text = line.strip().strip('"').lower()
    return text[4:] if text.startswith("sep=") and text[4:] in DELIMITERS else ""


def _delimiter(lines: list[str]) -> str:
    """Return the delimiter with which the first lines have headings, or the most cells."""
    cells = {mark: _cells(lines, mark) for mark in DELIMITERS}
    for mark, rows in cells.items():
        found = layout([row for row in rows if any(map(str.strip, row))])
        if not isinstance(found, Remark) and found[1].width > 1:
            return mark
    return max(DELIMITERS, key=lambda mark: sum(map(len, cells[mark])))


def _cells(lines: list[str], mark: str) -> list[list[str]]:
    """Return the cells of some lines, up to one that has too large a cell."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(csv.reader(lines, delimiter=mark))
    return rows
