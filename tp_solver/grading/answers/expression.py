"""A formula, right when it is equivalent to the answer: read by the language, never executed."""

from __future__ import annotations

from collections.abc import Iterator

from tp_solver.errors import FormulaError, ModelError
from tp_solver.exercise.exercise import Asked
from tp_solver.grading.answers import Context
from tp_solver.grading.equivalence import RELATIONS, Unknown, equivalent
from tp_solver.grading.names import formula_names
from tp_solver.grading.reading import shown
from tp_solver.grading.report import Mark, Remark, Verdict
from tp_solver.grading.submission import LONGEST_ANSWER
from tp_solver.graph.model import Model
from tp_solver.language.limits import STUDENT
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Op, Ref

KIND = "expression"


def mark(asked: Asked, context: Context) -> Iterator[Mark]:
    """Yield the mark of a typed formula."""
    question = asked.question
    raw = context.reading.others.get(question.id)
    given = shown(raw) if isinstance(raw, list) else raw
    verdict, remark = _judge(asked, context, (given or "").strip()[:LONGEST_ANSWER])
    yield Mark(
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


def _judge(asked: Asked, context: Context, text: str) -> tuple[Verdict, Remark | None]:
    if not text:
        return Verdict.MISSING, None
    model = context.solution.model
    try:
        node = parse(text, model.exercise.functions, STUDENT)
    except FormulaError as error:
        place = (("position", error.position + 1), ("code", error.code))
        return Verdict.UNREADABLE, Remark("formula", place)
    accepted = [item for item in (asked.answer, *asked.accept) if item is not None]
    if not any(isinstance(item, Op) and item.op in RELATIONS for item in accepted):
        node = _right_side(node)
    if node in accepted:
        return Verdict.CORRECT, None
    try:
        same = any(equivalent(node, item, model.system) for item in accepted)
    except Unknown as error:
        return Verdict.UNREADABLE, _unknown(str(error), model)
    except ModelError:
        return Verdict.WRONG, None
    return (Verdict.CORRECT, Remark("equivalent")) if same else (Verdict.WRONG, None)


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
