"""What stands in a `detach`, held at its value, so that nudging other numbers leaves it alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.evaluate import evaluate
from tp_solver.graph.schedule import schedule
from tp_solver.graph.system import Known, System, inline
from tp_solver.language.tree import At, Node, Op, Over, Ref, Span, transform


def held(system: System) -> System:
    """Return a system that has numbers in the place of every `detach`, and is otherwise the same.

    Every gradient that the equations give must be there among the known numbers.
    """
    holding = _Holding(system)
    equations = tuple(map(holding.equation, system.equations))
    if not holding.found:
        return system
    axes, shapes = dict(system.axes), dict(system.shapes)
    for equation in holding.found:
        axes[equation.left.key] = tuple(name for name, _ in equation.domain)
        shapes[equation.left.key] = system.shape(equation.right)
    more = replace(
        system, equations=system.equations + tuple(holding.found), axes=axes, shapes=shapes
    )
    tables = evaluate(more, schedule(more))
    known = [
        Known(e.left.key, table.box, np.asarray(table.data, dtype=object))
        for e in holding.found
        for table in [tables[e.left.key]]
    ]
    return replace(more, equations=equations, known=system.known + tuple(known))


class _Holding:
    """Gives each `detach` a name of its own, and an equation for that name."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.found: list[Equation] = []

    def equation(self, equation: Equation) -> Equation:
        right = inline(equation.right, self.system.functions)
        return replace(equation, right=self.without(right, equation.ranges))

    def without(self, node: Node, ranges: dict[str, Span]) -> Node:
        """Read each `detach` of a formula by its name; `ranges` has all indices around it."""

        def change(part: Node) -> Node | None:
            match part:
                case Op("detach", _):
                    return self.named(part, ranges)
                case Over(op, index, span, body) if span is not None:
                    return Over(op, index, span, self.without(body, ranges | {index: span}))
            return None

        return transform(node, change)

    def named(self, part: Node, ranges: dict[str, Span]) -> Ref:
        name = Ref(f"detached {len(self.found) + 1}", tuple(map(At, ranges)))
        self.found.append(Equation(name, part, tuple(ranges.items())))
        return name
