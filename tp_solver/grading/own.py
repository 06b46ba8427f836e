"""An exercise as one student's own values make it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tp_solver.grading.carry import Judge
from tp_solver.graph.evaluate import Table
from tp_solver.graph.schedule import ground
from tp_solver.language.tree import Ref
from tp_solver.solution import Solution


@dataclass(frozen=True, eq=False)
class OwnSolution(Solution):
    """A solution with a student's values; `left_out` has what they did not write down."""

    left_out: frozenset[tuple[str, tuple[int, ...]]] = field(default=frozenset())

    def fixed(self, ref: Ref) -> bool:
        """Tell whether a name has a number to show: one that is given, or that was written."""
        return super().fixed(ref) and (ref.key, ground(ref, {})) not in self.left_out


def own_solution(judge: Judge, row: int) -> OwnSolution:
    """Return the exercise as the values of one submission of a batch make it."""
    tables = {
        key: Table(table.box, np.take(table.data, row, axis=len(table.box)))
        for key, table in judge.own_tables.items()
    }
    left_out = frozenset(
        (equation.left.key, ground(equation.left, dict(at)))
        for equation, at in judge.solution.model.order
        if not _written(judge, row, equation.left.key, ground(equation.left, dict(at)))
    )
    return OwnSolution(judge.truth.of(row).model, tables, left_out)


def _written(judge: Judge, row: int, key: str, position: tuple[int, ...]) -> bool:
    typed = judge.typed.get(key)
    if typed is None:
        return False
    return bool(typed.given[(*judge.solution.tables[key].slot(position), row)].all())
