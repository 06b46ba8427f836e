"""Reports as JSON: codes and numbers, remarks worded."""

from __future__ import annotations

from typing import Any

from tp_solver.grading.report import Mark, Report, rounded
from tp_solver.sheets.json_format import plain_number
from tp_solver.sheets.remarks import refused, worded
from tp_solver.text import Words


def report_data(report: Report, words: Words) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "student": {"id": report.student.id, "name": report.student.name},
        "file": report.file,
        "score": None if report.score is None else rounded(report.score),
        "out_of": rounded(report.out_of),
        "pending": rounded(report.pending),
        "refused": refused(report.refused, words) if report.refused else None,
        "remarks": [worded(remark, words) for remark in report.remarks],
        "marks": [mark_data(mark) for mark in report.marks],
    }


def mark_data(mark: Mark) -> dict[str, Any]:
    """Return a mark as plain data."""
    own = mark.from_own_values
    expected = mark.expected
    return {
        "question": mark.question,
        "answer": mark.answer,
        "component": mark.component,
        "given": mark.given,
        "verdict": mark.verdict.value,
        "remark": mark.remark.code if mark.remark else None,
        "misconception": mark.misconception,
        "expected": plain_number(expected) if isinstance(expected, float) else expected,
        "from_own_values": plain_number(own) if own is not None else None,
        "points": mark.points,
        "out_of": mark.out_of,
    }
