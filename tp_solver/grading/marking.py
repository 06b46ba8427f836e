"""Submissions to reports: read, judged in batches, marked question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from tp_solver.grading.answers import Context, kinds
from tp_solver.grading.carry import Judge
from tp_solver.grading.reading import Reading, read
from tp_solver.grading.report import Remark, Report
from tp_solver.grading.submission import Submission
from tp_solver.solution import Solution

CHUNK = 256


def grade(solution: Solution, submissions: Iterable[Submission]) -> list[Report]:
    """Mark submissions; each ends in a report, in the order they came."""
    reports = list(_graded(solution, iter(submissions)))
    counts = Counter(report.student.id for report in reports)
    return [_shared(report) if counts[report.student.id] > 1 else report for report in reports]


def _shared(report: Report) -> Report:
    """Remark that a student handed in more than once."""
    remark = Remark("same-student", (("name", report.file),))
    return replace(report, remarks=(*report.remarks, remark))


def _graded(solution: Solution, submissions: Iterator[Submission]) -> Iterator[Report]:
    while chunk := list(islice(submissions, CHUNK)):
        readings = [read(item, solution.model) for item in chunk if item.refused is None]
        marked = iter(_marked(solution, readings)) if readings else iter(())
        for item in chunk:
            if item.refused is None:
                yield next(marked)
            else:
                yield Report(item.student, item.file, remarks=item.remarks, refused=item.refused)


def _marked(solution: Solution, readings: list[Reading]) -> Iterator[Report]:
    judge = Judge(solution, readings)
    markers = kinds()
    for row, reading in enumerate(readings):
        context = Context(solution, judge, row, reading)
        marks = tuple(
            mark
            for asked in solution.exercise.questions
            for mark in markers[asked.question.kind](asked, context)
        )
        submission = reading.submission
        yield Report(
            submission.student, submission.file, marks, tuple(reading.remarks), own=(judge, row)
        )
