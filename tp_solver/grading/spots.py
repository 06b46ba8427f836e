"""Where numbers are wrong, and what might explain them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.carry import WRONG, Judge
from tp_solver.grading.misconceptions.certainty import Candidate
from tp_solver.graph.arrays import Array
from tp_solver.language.tree import Node

Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Explanation:
    """A candidate with the mistakes that it stands for, and how to name what they are about.

    Its numbers have a row for each spot, then the components.
    """

    mistakes: tuple[str, ...]
    candidate: Candidate
    names: tuple[tuple[str, Node], ...] = ()
    placed: bool = True  # where the names' indices are those of the answer itself

    def of(self, wrong: NDArray[np.bool_], at: NDArray[np.bool_] | None = None) -> Explanation:
        """Keep the numbers that are wrong; those of some spots only lie `at` these."""
        written = self.candidate.written
        if at is not None:
            whole = np.full(wrong.shape, np.nan)
            whole[at] = written
            written = whole
        return replace(self, candidate=replace(self.candidate, written=written[wrong]))


@dataclass(frozen=True, eq=False)
class Spots:
    """Where numbers of one quantity are wrong: submissions and positions, components together.

    Arrays have a row for each spot, then the components.
    """

    key: str
    rows: Ints
    positions: Ints  # a column for each index axis
    typed: Array
    due: Array
    unit: Array
    grain: Array
    wrong: NDArray[np.bool_]
    numbers: Ints  # of the first component

    def some(self, mask: NDArray[np.bool_]) -> Spots:
        """Keep some spots."""
        return Spots(
            self.key,
            self.rows[mask],
            self.positions[mask],
            self.typed[mask],
            self.due[mask],
            self.unit[mask],
            self.grain[mask],
            self.wrong[mask],
            self.numbers[mask],
        )


def spots_of(judge: Judge, key: str) -> Spots:
    """Gather the places of one quantity at which some component is wrong."""
    table = judge.solution.tables[key]
    verdicts, ids = judge.verdicts[key], judge.readings.ids[key]
    shape = judge.solution.model.system.shapes[key]
    count = int(np.prod(shape)) if shape else 1
    wrong = (verdicts.verdict == WRONG).reshape(len(ids), -1, count)
    rows, flat = np.nonzero(wrong.any(axis=2))
    values, units, _ = judge.readings.tokens.arrays
    full = np.moveaxis(judge.full[key].reach, judge.typed[key].lead, 0)
    sizes = table.data.shape[: len(table.box)]
    first = np.array([span.first for span in table.box], dtype=int)
    positions = (
        np.stack(np.unravel_index(flat, sizes), axis=1) + first if sizes else flat[:, None][:, :0]
    )
    return Spots(
        key,
        rows,
        positions,
        values[ids].reshape(len(ids), -1, count)[rows, flat],
        verdicts.own.reshape(len(ids), -1, count)[rows, flat],
        full.reshape(len(ids), -1, count)[rows, flat],
        units[ids].reshape(len(ids), -1, count)[rows, flat],
        wrong[rows, flat],
        flat * count,
    )
