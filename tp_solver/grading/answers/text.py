"""Words, which a person marks: kept exactly as given, never marked by the machine."""

from __future__ import annotations

from collections.abc import Iterator

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.answers import Context
from tp_solver.grading.report import Mark, Verdict
from tp_solver.grading.submission import Raw

KIND = "text"


def mark(asked: Asked, context: Context) -> Iterator[Mark]:
    """Yield a mark that waits for a person, or that says there is nothing to read."""
    question = asked.question
    text = _text(context.reading.others.get(question.id))
    yield Mark(
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
