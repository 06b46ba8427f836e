"""A mistake in a step that nobody wrote down, seen in the answers that follow from it.

Equations that read what was left out are worked out again, with the mistake in its place, up to
the next answers that were given: these are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.errors import ModelError
from tp_solver.exercise.exercise import Equation
from tp_solver.grading.passage import Rows, Typed
from tp_solver.graph.arithmetic import Numbers, Table
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Evaluator
from tp_solver.graph.schedule import schedule
from tp_solver.graph.system import System
from tp_solver.language.tree import refs


def downstream(system: System, number: int, left_open: frozenset[str]) -> list[int]:
    """List an equation and those that read it through names that are left open, in their order."""
    affected = {number}
    keys = {system.equations[number].left.key} & left_open
    grown = True
    while grown:
        grown = False
        for i, equation in enumerate(system.equations):
            if i not in affected and any(ref.key in keys for ref in refs(equation.right)):
                affected.add(i)
                grown = True
                if equation.left.key in left_open:
                    keys.add(equation.left.key)
    return sorted(affected)


def rerun(
    system: System,
    numbers: list[int],
    changed: Mapping[int, Equation],
    tables: Mapping[str, Table[Array]],
    typed: Mapping[str, Typed],
    rows: Rows,
) -> dict[str, Array] | None:
    """Work some equations out again, some of them changed, from some students' own values.

    Returns what they give, before answers take its place, laid out like tables; None where they
    need themselves.
    """
    equations = tuple(changed.get(i, system.equations[i]) for i in numbers)
    part = replace(system, equations=equations, known=())
    try:
        steps = schedule(part)
    except ModelError:
        return None
    seen: dict[str, Array] = {}
    given = {key: item.rows(rows) for key, item in typed.items()}

    def after(equation: Equation, table: Table[Array], place: Any) -> None:
        key = equation.left.key
        found = seen.setdefault(key, np.full(table.data.shape, np.nan))
        found[place] = table.data[place]
        if key in given:
            mine: NDArray[np.bool_] = given[key].given[place]
            table.data[place] = np.where(mine, given[key].value[place], table.data[place])

    evaluator = Evaluator(part, Numbers(), len(rows), after=after)
    for key, table in tables.items():
        own = np.take(table.data, rows, axis=len(table.box))
        evaluator.tables[key] = Table(table.box, own)
        evaluator.store.shapes[key] = system.shapes[key]
    evaluator.run(steps)
    return seen
