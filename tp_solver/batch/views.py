"""What a batch is shown as: one place that knows which function writes which file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tp_solver.grading.record import Item, Record
from tp_solver.grading.report import Report
from tp_solver.sheets.gradebook import gradebook_csv, gradebook_xlsx
from tp_solver.sheets.report_json import ReportLines, encode
from tp_solver.solution import Solution
from tp_solver.text import Words

if TYPE_CHECKING:
    from tp_solver.sheets.feedback import FeedbackWriter

Rows = Iterable[tuple[Record, str]]


class Pages:
    """Makes what is shown of one copy: its page, its data, its line of the gradebook."""

    def __init__(self, solution: Solution, items: tuple[Item, ...], words: Words) -> None:
        self.solution = solution
        self.words = words
        self.scale = solution.exercise.file.scale
        self.items = items
        self.reports = ReportLines(words, self.scale)

    @cached_property
    def writer(self) -> FeedbackWriter:
        """Return what writes pages, which a run for scores alone never loads."""
        from tp_solver.sheets.feedback import FeedbackWriter

        return FeedbackWriter(self.solution, self.words)

    def feedback(self, report: Report) -> str:
        """Return a student's page."""
        return self.writer.page(report)

    def data(self, report: Report) -> str:
        """Return a report as JSON on one line, without what only the whole class tells."""
        return self.reports.line(report)

    def lines(self, records: Iterable[Record]) -> list[str]:
        """Return the lines of records in the gradebook."""
        rows = ((record, "") for record in records)
        return list(islice(gradebook_csv(self.items, rows, self.words, self.scale), 1, None))


def with_copies(data: str, counts: bool, remark: str) -> str:
    """Add to a report's JSON that the student handed in more than once."""
    found = json.loads(data)
    found["counts"] = counts
    found["remarks"].append(remark)
    return encode(found)


class Class:
    """Makes what is shown of a whole class; rows are records with the names of their pages."""

    def __init__(self, solution: Solution, items: tuple[Item, ...], words: Words) -> None:
        self.solution = solution
        self.items = items
        self.words = words
        self.scale = solution.exercise.file.scale

    def gradebook(self, rows: Rows) -> Iterator[str]:
        """Yield the gradebook as CSV."""
        return gradebook_csv(self.items, rows, self.words, self.scale)

    def book(self, rows: Rows, verdicts: bool) -> bytes:
        """Return the gradebook as a workbook, with the verdict on every answer if asked for."""
        return gradebook_xlsx(self.items, rows, self.words, self.scale, verdicts)

    def page(self, rows: Iterable[tuple[Record, str, bool]], total: int) -> str:
        """Return the page of the class, statistics of the copies that count in it."""
        from tp_solver.sheets.class_page import class_page

        return class_page(self.solution, self.items, rows, total, self.words)
