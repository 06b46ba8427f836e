"""A choice among offered answers: all the right ones, and no other."""

from __future__ import annotations

import re

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.questions import ChoiceQuestion
from tp_solver.grading.report import Mark, Remark, Verdict
from tp_solver.grading.submission import Raw
from tp_solver.solution import Solution

KIND = "choice"


def mark(asked: Asked, raw: Raw, _solution: Solution) -> Mark:
    """Return the mark of a choice: `b`, or `a, c` where several are due."""
    question = asked.question
    assert isinstance(question, ChoiceQuestion)
    due = {choice.id.lower() for choice in question.choices if choice.right}
    offered = {choice.id.lower() for choice in question.choices}
    text = _text(raw)
    picked = {item for item in re.split(r"[\s,;+]+", text.lower()) if item}
    remark = None
    if not picked:
        verdict = Verdict.MISSING
    elif not picked <= offered:
        verdict, remark = Verdict.UNREADABLE, Remark("no-such-choice")
    else:
        verdict = Verdict.CORRECT if picked == due else Verdict.WRONG
    return Mark(
        question=question.id,
        answer=question.id,
        component=None,
        given=text or None,
        verdict=verdict,
        points=question.points if verdict is Verdict.CORRECT else 0.0,
        out_of=question.points,
        remark=remark,
        expected=", ".join(c.id for c in question.choices if c.right),
    )


def _text(raw: Raw) -> str:
    if isinstance(raw, list):
        return ", ".join(_text(item) for item in raw[:20])
    return (raw or "").strip()[:200]
