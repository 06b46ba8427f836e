"""Which numbers of an exercise its questions ask for."""

from __future__ import annotations

import numpy as np

from tp_solver.grading.rounding import Truths
from tp_solver.solution import Solution


def asked_places(solution: Solution) -> dict[str, Truths]:
    """Tell for each quantity which of its numbers some question asks for, laid out like a table."""
    found: dict[str, Truths] = {}
    for many in solution.model.slots.values():
        for slot in many:
            table = solution.tables[slot.key]
            mask = found.setdefault(slot.key, np.zeros(table.data.shape, dtype=bool))
            mask[table.slot(slot.position)] = True
    return found
