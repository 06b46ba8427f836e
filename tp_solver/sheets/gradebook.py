"""The gradebook: a line per submission, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from tp_solver.exercise.exercise import Exercise
from tp_solver.grading.report import Report, Verdict
from tp_solver.sheets.remarks import refused, worded
from tp_solver.text import Words

FIRST, LAST = ("student", "name", "score", "out_of", "pending"), ("status", "file")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def gradebook(exercise: Exercise, reports: Iterable[Report], words: Words) -> str:
    """Write the scores of a class as CSV, in the form that the language's spreadsheets expect.

    In French a semicolon parts columns and a comma marks decimals; in English a comma and a point.
    """
    questions = [asked.question.id for asked in exercise.questions]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if words.mark == "," else ",", lineterminator="\r\n")
    first = [
        words(f"gradebook.{name}") for name in ("student", "name", "score", "out_of", "pending")
    ]
    last = [words(f"gradebook.{name}") for name in ("status", "file")]
    writer.writerow(map(safe, [*first, *questions, *last]))
    for report in reports:
        writer.writerow(_row(report, questions, words))
    return "\ufeff" + out.getvalue()


def _row(report: Report, questions: list[str], words: Words) -> list[str]:
    def number(value: float) -> str:
        return words.number(value, 4)

    scored = report.score is not None
    per_question = [
        number(sum(m.points for m in report.marks if m.question == question)) if scored else ""
        for question in questions
    ]
    return [
        safe(report.student.id),
        safe(report.student.name),
        number(report.score or 0) if scored else "",
        number(report.out_of) if scored else "",
        number(report.pending) if scored else "",
        *per_question,
        safe(status(report, words)),
        safe(report.file),
    ]


def safe(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    clean = text.replace("\x00", "")
    return f"'{clean}" if clean.lstrip(" \u00a0").startswith(_DANGEROUS) else clean


def status(report: Report, words: Words) -> str:
    """Say in a few words what a person should know of a submission."""
    if report.refused is not None:
        return refused(report.refused, words)
    notes = [worded(remark, words) for remark in report.remarks]
    unreadable = sum(m.verdict is Verdict.UNREADABLE for m in report.marks)
    if unreadable:
        notes.append(f"{words('verdict.unreadable')}{words('solution.colon')} {unreadable}")
    if report.pending:
        notes.append(words("grade.pending", points=words.number(report.pending)))
    if all(m.verdict is Verdict.MISSING for m in report.marks):
        notes.append(words("grade.none"))
    return f"{words('solution.semicolon')} ".join(notes)
