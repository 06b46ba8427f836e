"""Words, which a person marks: kept exactly as given, never marked by the machine."""

from __future__ import annotations

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.report import Mark, Verdict
from tp_solver.grading.submission import Raw
from tp_solver.solution import Solution

KIND = "text"


def mark(asked: Asked, raw: Raw, _solution: Solution) -> Mark:
    """Return a mark that waits for a person, or that says there is nothing to read."""
    question = asked.question
    text = _text(raw)
    return Mark(
        question=question.id,
        answer=question.id,
        component=None,
        given=text or None,
        verdict=Verdict.PENDING if text.strip() else Verdict.MISSING,
        points=0.0,
        out_of=question.points,
    )


def _text(raw: Raw) -> str:
    return "\n".join(map(_text, raw)) if isinstance(raw, list) else raw or ""
