"""A ladder of hints for one's own check: where, what kind, the formula, the numbers put in.

The value itself is on the last rung only, and only where the author allows it. Numbers are put in
for what is given and for what the student wrote; what was left out keeps its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tp_solver.grading.own import OwnSolution, own_solution
from tp_solver.grading.report import Finding, Mark, Report, Verdict
from tp_solver.graph.schedule import ground
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import Node, Op, Part, Ref, Value
from tp_solver.solution import Solution, displayed

RUNGS = ("step", "kind", "formula", "substitution", "value")
WRONG = (Verdict.WRONG, Verdict.MISCONCEPTION)


@dataclass(frozen=True)
class Hint:
    """One hint: a code, and what its wording needs: a formula, a known mistake."""

    code: str
    formula: Node | None = None
    finding: Finding | None = None
    question: str = ""


def highest(solution: Solution) -> int:
    """Return the number of the last hint that the author allows, 0 for none."""
    allowed = solution.exercise.file.hints
    return 0 if allowed is False else len(RUNGS) - (allowed is True)


def first_wrong(solution: Solution, report: Report) -> Mark | None:
    """Return the first wrong mark in the order of the computation."""
    order = {
        (e.left.key, ground(e.left, dict(at))): i for i, (e, at) in enumerate(solution.model.order)
    }
    wrong = [mark for mark in report.marks if mark.verdict in WRONG]
    return min(wrong, key=lambda mark: order.get(place_of(mark), len(order)), default=None)


def place_of(mark: Mark) -> tuple[str, tuple[int, ...]]:
    """Return the quantity and the position that a mark is of; an answer has its question's id."""
    if mark.answer == mark.question:
        return mark.answer, ()
    ref, _ = parse_name(mark.answer)
    return ref.key, ground(ref, {})


def hints(solution: Solution, report: Report, level: int) -> Iterator[Hint]:
    """Yield the hints up to a level on the first step that is wrong; none where all is right."""
    mark = first_wrong(solution, report)
    if mark is None:
        return
    rungs = RUNGS[: min(level, highest(solution))]
    named = mark.answer == mark.question
    if "step" in rungs:
        yield Hint("question", question=mark.question) if named else Hint("step", _name(mark))
    if "kind" in rungs:
        yield _kind(mark)
    step = None if named and report.own is None else _step(report, mark)
    if step is None:
        return
    if "formula" in rungs:
        yield Hint("formula", _equation(step.ref, step.formula, named))
    if "substitution" in rungs and step.substituted != step.formula:
        yield Hint("substitution", _equation(step.ref, step.substituted, named))
    if "value" in rungs:
        yield Hint("value", _equation(step.ref, _value(solution, mark), named))


def _name(mark: Mark) -> Node:
    ref, _ = parse_name(mark.answer)
    if mark.component is None:
        return ref
    at = mark.component if isinstance(mark.component, list) else [mark.component]
    return Part(ref, tuple(at))


def _kind(mark: Mark) -> Hint:
    if mark.finding is not None:
        return Hint("known", finding=mark.finding)
    if mark.remark is not None and mark.remark.code == "implausible":
        return Hint("implausible")
    return Hint("unknown")


def _step(report: Report, mark: Mark) -> Any:
    batch, row = report.own
    own: OwnSolution = own_solution(batch.judge, row)
    place = place_of(mark)
    for equation, at in own.model.order:
        if (equation.left.key, ground(equation.left, dict(at))) == place:
            return own.step(equation, dict(at))
    return None


def _equation(left: Ref, right: Node, named: bool) -> Node:
    return right if named else Op("eq", (left, right))


def _value(solution: Solution, mark: Mark) -> Node:
    key, position = place_of(mark)
    return Value(displayed(solution.exercise, np.asarray(solution.value(key, position))))
