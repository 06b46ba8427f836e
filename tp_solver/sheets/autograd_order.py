"""The order of a forward pass in which autograd gives the gradients that it reads.

An adjoint equation may need no value of its top, as the gradient of a squared error needs none of
the error; autograd needs the top itself, and all that gradients handed down from above are of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce

from tp_solver.errors import ModelError, UserError
from tp_solver.exercise.exercise import Equation
from tp_solver.graph.schedule import Compute, Loop, Single, Step, schedule
from tp_solver.graph.system import System
from tp_solver.language.tree import Node, Op, Ref, transform


def forward_order(
    system: System, equations: Iterable[Equation], needed: Callable[[Ref], list[Ref]]
) -> tuple[Step, ...]:
    """Order forward equations; `needed` lists what the gradients of a top are computed from.

    Raises UserError where a top needs a gradient of itself, which autograd has in no order.
    """
    originals: dict[int, Equation] = {}
    twins: list[Equation] = []
    for equation in equations:
        twin = replace(equation, right=_with_tops(equation.right, needed))
        originals[id(twin)] = equation
        twins.append(twin)
    try:
        steps = schedule(replace(system, equations=tuple(twins)))
    except ModelError as error:
        raise UserError(
            f"A notebook can't be written: for PyTorch, {error.what}. "
            "Choose another format, as --format html."
        ) from error
    return tuple(_restored(step, originals) for step in steps)


def _with_tops(node: Node, needed: Callable[[Ref], list[Ref]]) -> Node:
    """Read, in the place of each gradient, what it is computed from."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Ref) or part.over is None:
            return None
        first: Node = part.over
        return reduce(lambda a, b: Op("add", (a, b)), needed(Ref(part.name, part.index)), first)

    return transform(node, change)


def _restored(step: Step, originals: dict[int, Equation]) -> Step:
    match step:
        case Loop(body=body):
            return replace(step, body=tuple(_restored(inner, originals) for inner in body))
        case Compute(equation) | Single(equation, _):
            return replace(step, equation=originals[id(equation)])
