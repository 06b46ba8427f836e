"""A student's own check: right or not yet for each value given, never the expected one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tp_solver.grading.marking import grade
from tp_solver.grading.report import Mark, Remark, Report, Student, Verdict
from tp_solver.grading.submission import LONGEST_ANSWER, LONGEST_NAME, Raw, Submission
from tp_solver.solution import Solution

MOST_LINES = 5000
_CODES = {
    Verdict.CORRECT: "right",
    Verdict.CARRIED: "follows",
    Verdict.WRONG: "not_yet",
    Verdict.UNREADABLE: "unreadable",
    Verdict.PENDING: "pending",
    Verdict.MISSING: "missing",
}


@dataclass(frozen=True)
class CheckedLine:
    """What a student is told of one value: a code, and for what is unreadable why."""

    name: str
    code: str
    remark: Remark | None = None


def typed_answers(lines: Iterable[str]) -> Submission:
    """Read answers typed one a line, `f[1] = 0,55` or `f[1]: 0.55`, up to an empty line."""
    answers: dict[str, Raw] = {}
    for line in lines:
        if not line.strip() or len(answers) >= MOST_LINES:
            break
        mark = "=" if "=" in line else ":"
        name, _, value = line.partition(mark)
        answers[name.strip()[:LONGEST_NAME]] = _items(value.strip()[: LONGEST_ANSWER + 1])
    return Submission(Student("-"), "-", answers)


def _items(text: str) -> Raw:
    """Split `[0.1; 0.2]` or `[0.1, 0.2]`; a comma without a space stays a decimal mark."""
    if not (text.startswith("[") and text.endswith("]")):
        return text
    inner = text[1:-1]
    pieces = inner.split(";") if ";" in inner else inner.replace(", ", ";").split(";")
    return [piece.strip() for piece in pieces]


def checked_lines(solution: Solution, submission: Submission) -> tuple[list[CheckedLine], Report]:
    """Say of each value given whether it is right; values not given are left out."""
    (report,) = grade(solution, [submission])
    marks = [mark for mark in report.marks if mark.verdict is not Verdict.MISSING]
    return [_line(mark) for mark in marks], report


def _line(mark: Mark) -> CheckedLine:
    at = mark.component if isinstance(mark.component, list) else [mark.component]
    name = mark.answer + "".join(f".{i}" for i in at if i is not None)
    shown = mark.verdict is Verdict.UNREADABLE
    return CheckedLine(name, _CODES[mark.verdict], mark.remark if shown else None)
