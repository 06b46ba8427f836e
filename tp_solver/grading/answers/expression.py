"""A formula, right when it is equivalent to the answer: read by the language, never executed."""

from __future__ import annotations

import math

from tp_solver.errors import FormulaError
from tp_solver.exercise.exercise import Asked
from tp_solver.grading.formulas.decision import Decision, decide
from tp_solver.grading.formulas.problem import RELATIONS, TooLarge, UnknownName
from tp_solver.grading.names import formula_names
from tp_solver.grading.placing import shown
from tp_solver.grading.report import Mark, Remark, Verdict
from tp_solver.grading.submission import LONGEST_ANSWER, Raw
from tp_solver.graph.model import Model
from tp_solver.language.limits import STUDENT
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Op, Ref
from tp_solver.solution import Solution

KIND = "expression"


def mark(asked: Asked, raw: Raw, solution: Solution) -> Mark:
    """Return the mark of a typed formula."""
    question = asked.question
    given = shown(raw) if isinstance(raw, list) else raw
    verdict, remark = _judged(asked, solution.model, (given or "").strip()[:LONGEST_ANSWER])
    return Mark(
        question=question.id,
        answer=question.id,
        component=None,
        given=given,
        verdict=verdict,
        points=question.points if verdict is Verdict.CORRECT else 0.0,
        out_of=question.points,
        remark=remark,
        expected=plain(asked.answer, unicode=True) if asked.answer else None,
    )


def _judged(asked: Asked, model: Model, text: str) -> tuple[Verdict, Remark | None]:
    if not text:
        return Verdict.MISSING, None
    try:
        node = parse(text, model.exercise.functions, STUDENT)
    except FormulaError as error:
        place = (("position", error.position + 1), ("code", error.code))
        return Verdict.UNREADABLE, Remark("formula", place)
    accepted = [item for item in (asked.answer, *asked.accept) if item is not None]
    if not any(isinstance(item, Op) and item.op in RELATIONS for item in accepted):
        node = _right_side(node)
    try:
        return _verdict(decide(node, accepted, model.system))
    except UnknownName as error:
        return Verdict.UNREADABLE, _unknown(str(error), model)
    except TooLarge:
        return Verdict.UNREADABLE, Remark("formula-too-large")


def _verdict(decision: Decision) -> tuple[Verdict, Remark | None]:
    match decision.how:
        case "undecided":
            return Verdict.PENDING, Remark("undecided")
        case _ if not decision.same:
            return Verdict.WRONG, None
        case "exact":
            return Verdict.CORRECT, Remark("equivalent")
        case "values":
            values = ("points", decision.points), ("digits", decision.digits)
            error = 10.0 ** math.ceil(math.log10(decision.error))
            return Verdict.CORRECT, Remark("equivalent-values", (*values, ("error", error)))
    return Verdict.CORRECT, None


def _right_side(node: Node) -> Node:
    """Return what an equation for a name says of it: `h[2] - y` of `dL/dh[2] = h[2] - y`."""
    match node:
        case Op("eq", (Ref(), right)):
            return right
    return node


def _unknown(name: str, model: Model) -> Remark:
    values = (("name", name[:80]),)
    near = formula_names(model).near(name)
    if near:
        return Remark("unknown-name-near", (*values, ("near", near)))
    return Remark("unknown-name", values)
