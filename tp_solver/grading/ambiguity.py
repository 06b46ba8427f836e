"""Mistakes that an exercise's data can't show: those that give the right answer, or another's.

With b = 0, who forgets the bias finds the right number. Many data sets are looked at in one go,
as a batch, so that better data can be searched for (see better_data.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tp_solver.grading.asked import asked_places
from tp_solver.grading.misconceptions import Mistake, catalogue
from tp_solver.grading.misconceptions.kinds import Scope
from tp_solver.grading.misconceptions.through import downstream, rerun
from tp_solver.grading.misconceptions.trial import Places, Trier
from tp_solver.grading.misconceptions.variants import Variant, variants
from tp_solver.grading.passage import Typed
from tp_solver.grading.rounding import Truths, asks, unit
from tp_solver.graph.arrays import Array
from tp_solver.graph.boxes import positions, slots
from tp_solver.graph.evaluate import Table
from tp_solver.graph.schedule import grounded
from tp_solver.graph.system import System, left_box
from tp_solver.language.plain import plain
from tp_solver.language.tree import At
from tp_solver.solution import Solution

# Units by which a number must differ for a mistake to show; a little more than one, so that numbers
# that differ by just a unit don't depend on the last bit of float64.
SEEN = 1.0 + 1e-6


@dataclass(frozen=True)
class Ambiguity:
    """A mistake in an equation that the data can't tell from the right answer, or from another."""

    mistake: Mistake
    left: str  # as `f[t]`
    other: Mistake | None = None


@dataclass(frozen=True, eq=False)
class Trial:
    """What a mistake makes of the numbers asked, for every data set: places, then data sets."""

    variant: Variant
    places: tuple[tuple[str, int], ...]
    right: Array
    written: Array
    unit: Array

    @cached_property
    def shows(self) -> Truths:
        """Tell for which data sets a mistake changes some number."""
        return seen(self.written, self.right, self.unit)


def seen(a: Array, b: Array, last: Array) -> Truths:
    """Tell for which data sets some of the numbers differ by more than a unit."""
    with np.errstate(invalid="ignore"):
        return np.asarray((~(np.abs(a - b) <= SEEN * last)).any(axis=0))


class Trials:
    """All single mistakes in the equations that lead to what an exercise asks, tried.

    `tables` has the true values for one data set or many, with a batch axis.
    """

    def __init__(self, solution: Solution, tables: Mapping[str, Table[Array]]) -> None:
        self.solution = solution
        self.system: System = solution.model.system
        self.tables = tables
        first = next(iter(tables.values()), None)  # none where only choices and texts are asked
        self.count = 1 if first is None else first.data.shape[len(first.box)]
        self.asked = asked_places(solution)
        self.typed = {key: self.as_typed(key, mask) for key, mask in self.asked.items()}
        self.open = frozenset(
            e.left.key
            for e in self.system.equations
            if not self.asked_at(e.left.key)[slots(left_box(e), tables[e.left.key].box)].all()
        )

    def asked_at(self, key: str) -> Truths:
        mask = self.asked.get(key)
        table = self.solution.tables[key]
        return np.zeros(table.data.shape, dtype=bool) if mask is None else mask

    def as_typed(self, key: str, mask: Truths) -> Typed:
        """Lay the true values out as if a student had typed them."""
        table = self.tables[key]
        lead = len(table.box)
        given = np.broadcast_to(np.expand_dims(mask, lead), table.data.shape)
        return Typed(table.data, np.zeros_like(table.data), given, lead)

    def all(self) -> Iterator[Trial]:
        """Yield every mistake in every equation, but for those that usual data never shows."""
        scope = Scope(self.system)
        known = tuple(mistake for mistake in catalogue().values() if mistake.warns)
        for number, equation in enumerate(self.system.equations):
            if " " in equation.left.key:
                continue
            if equation.left.key in self.open:
                steps = downstream(self.system, number, self.open)
                for variant in variants(scope, number, known):
                    yield from self.through(variant, steps)
            else:
                for variant in variants(scope, number, known):
                    yield self.direct(variant)

    def direct(self, variant: Variant) -> Trial:
        """Try a mistake in an equation whose every position is asked."""
        left = variant.equation.left
        key, table = left.key, self.tables[left.key]
        places = positions(left_box(variant.equation))
        names = [at for at in left.axes if isinstance(at, At)]
        rows = np.tile(np.arange(self.count), len(places))
        at = {
            axis.name: np.repeat([p[i] - axis.offset for p in places], self.count)
            for i, axis in enumerate(names)
            if axis.name
        }
        value = Trier(self.system, Places(self.tables, rows, at)).of(variant.equation)
        shape = self.system.shapes[key]
        written = value.reshape(len(places), self.count, -1)
        right = np.stack([table.data[table.slot(p)].reshape(self.count, -1) for p in places])
        flat = self.solution.tables[key]
        size = int(np.prod(shape)) if shape else 1
        index = [
            (
                key,
                int(
                    np.ravel_multi_index(flat.slot(p), flat.data.shape[: len(flat.box)]) if p else 0
                )
                * size
                + c,
            )
            for p in places
            for c in range(size)
        ]
        return self.trial(variant, index, right, written)

    def trial(
        self, variant: Variant, index: list[tuple[str, int]], right: Array, written: Array
    ) -> Trial:
        """Lay numbers out: places, then data sets."""
        right, written = (np.swapaxes(a, 1, 2).reshape(-1, self.count) for a in (right, written))
        precision = self.solution.exercise.file.precision
        return Trial(variant, tuple(index), right, written, unit(right, asks(precision), precision))

    def through(self, variant: Variant, steps: list[int]) -> Iterator[Trial]:
        """Try a mistake in an equation that is not asked, or not everywhere."""
        rows = np.arange(self.count)
        changed = {variant.number: variant.equation}
        found = rerun(self.system, steps, changed, self.tables, self.typed, rows)
        if found is None:
            return
        index: list[tuple[str, int]] = []
        right: list[Array] = []
        written: list[Array] = []
        for key in sorted(found.keys() & self.asked.keys()):
            lead = len(self.tables[key].box)
            mask = self.asked[key].ravel()
            mine = np.moveaxis(found[key], lead, -1).reshape(-1, self.count)[mask]
            true = np.moveaxis(self.tables[key].data, lead, -1).reshape(-1, self.count)[mask]
            computed = ~np.isnan(mine).all(axis=1)
            index += [(key, int(i)) for i in np.flatnonzero(mask)[computed]]
            written.append(mine[computed])
            right.append(true[computed])
        if index:
            precision = self.solution.exercise.file.precision
            true = np.concatenate(right)
            last = unit(true, asks(precision), precision)
            yield Trial(variant, tuple(index), true, np.concatenate(written), last)


def ambiguities(solution: Solution) -> list[Ambiguity]:
    """List every mistake that the data can't tell from the right answer or from another one."""
    tables = {
        key: Table(table.box, np.expand_dims(table.data, len(table.box)))
        for key, table in solution.tables.items()
    }
    trials = list(Trials(solution, tables).all())
    found = [_ambiguity(trial) for trial in trials if not trial.shows[0]]
    shown = [trial for trial in trials if trial.shows[0]]
    for first, second in alike(shown):
        if _alike(first, second)[0]:
            found.append(_ambiguity(first, second))
    return found


def alike(trials: list[Trial]) -> Iterator[tuple[Trial, Trial]]:
    """Yield pairs of mistakes in one equation that might be taken for each other."""
    groups: dict[tuple[int, tuple[tuple[str, int], ...]], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.variant.number, trial.places), []).append(trial)
    for group in groups.values():
        for i, first in enumerate(group):
            for second in group[i + 1 :]:
                same = first.variant.equation.right == second.variant.equation.right
                if not same and first.variant.ids != second.variant.ids:
                    yield first, second


def _alike(first: Trial, second: Trial) -> Truths:
    """Tell for which data sets two mistakes give the same numbers."""
    return ~seen(first.written, second.written, first.unit)


def confused(trials: list[Trial], count: int) -> Array:
    """Count, for each data set, the mistakes that don't show, and the pairs that look the same."""
    total = np.zeros(count)
    for trial in trials:
        total += ~trial.shows
    for first, second in alike(trials):
        total += _alike(first, second) & first.shows
    return total


def _ambiguity(trial: Trial, other: Trial | None = None) -> Ambiguity:
    equation = trial.variant.equation
    alone = {name: s.first for name, s in equation.domain if s.first == s.last}
    return Ambiguity(
        trial.variant.mistakes[0],
        plain(grounded(equation.left, alone)),
        other.variant.mistakes[0] if other else None,
    )
