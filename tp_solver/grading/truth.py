"""The true values that a batch is held against: the same for all, or those of each student."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Table
from tp_solver.graph.variants import Family
from tp_solver.solution import Solution

Rows = NDArray[np.intp]
RECENT = 8  # solutions of single submissions that are kept


@dataclass(frozen=True, eq=False)
class Truth:
    """True values with a batch axis: of length one, or of a submission each where numbers differ.

    `replaced` has the given numbers that differ, laid out like tables; `family` makes the exercise
    of each; `solution` is that of the exercise itself.
    """

    solution: Solution
    tables: Mapping[str, Table[Array]]
    replaced: Mapping[str, Array] | None = None
    family: Family | None = None

    @classmethod
    def of_all(cls, solution: Solution) -> Truth:
        """Hold all submissions against the same values."""
        tables = {
            key: Table(table.box, np.expand_dims(table.data, len(table.box)))
            for key, table in solution.tables.items()
        }
        return cls(solution, tables)

    @classmethod
    def of_each(cls, solution: Solution, family: Family) -> Truth:
        """Hold each submission against the values of its own numbers."""
        return cls(solution, family.tables, family.replaced, family)

    def true(self, key: str) -> Array:
        """Return the values of a name."""
        return self.tables[key].data

    def at(self, rows: Rows) -> Rows:
        """Return where along the batch axis the values of some submissions stand."""
        return np.zeros_like(rows) if self.replaced is None else rows

    def rows(self, rows: Rows) -> Truth:
        """Keep the values of some submissions."""
        if self.replaced is None:
            return self
        tables = {
            key: Table(table.box, np.take(table.data, rows, axis=len(table.box)))
            for key, table in self.tables.items()
        }
        replaced = {key: tables[key].data for key in self.replaced}
        return Truth(self.solution, tables, replaced)

    def number(self, row: int, key: str, number: int) -> float:
        """Return one number of a quantity of one submission; the last axis runs fastest."""
        data = self.solution.tables[key].data
        at = np.unravel_index(number, data.shape)
        lead = len(self.tables[key].box)
        mine = row if self.family is not None else 0
        place: Any = (*at[:lead], mine, *at[lead:])
        return float(self.tables[key].data[place])

    def of(self, row: int) -> Solution:
        """Return the exercise solved with the numbers of one submission."""
        return self.solution if self.family is None else _solved(self, row)


@lru_cache(maxsize=RECENT)
def _solved(truth: Truth, row: int) -> Solution:
    assert truth.family is not None
    tables = {
        key: Table(table.box, np.take(table.data, row, axis=len(table.box)))
        for key, table in truth.tables.items()
    }
    return Solution(truth.family.of(row), tables)
