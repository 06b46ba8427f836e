"""Reports as JSON: codes and numbers, remarks worded."""

from __future__ import annotations

from typing import Any

from tp_solver.grading.report import Mark, Report, Verdict, rounded
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
        "marks": [mark_data(mark, words) for mark in report.marks],
    }


def mark_data(mark: Mark, words: Words) -> dict[str, Any]:
    """Return a mark as plain data; the `reason` of one that can't be read is worded."""
    own = mark.from_own_values
    expected = mark.expected
    unreadable = mark.verdict is Verdict.UNREADABLE and mark.remark is not None
    return {
        "question": mark.question,
        "answer": mark.answer,
        "component": mark.component,
        "given": mark.given,
        "verdict": mark.verdict.value,
        "remark": mark.remark.code if mark.remark else None,
        **({"reason": worded(mark.remark, words)} if unreadable else {}),
        "misconception": mark.misconception,
        "expected": plain_number(expected) if isinstance(expected, float) else expected,
        "from_own_values": plain_number(own) if own is not None else None,
        "points": mark.points,
        "out_of": mark.out_of,
    }
