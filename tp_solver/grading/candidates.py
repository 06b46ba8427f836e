"""Candidates: what mistakes and slips of the pen would have made a student write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.exercise.exercise import Equation
from tp_solver.grading.carry import Judge
from tp_solver.grading.hidden import Hidden
from tp_solver.grading.misconceptions import Mistake, catalogue
from tp_solver.grading.misconceptions.certainty import REACH, Candidate
from tp_solver.grading.misconceptions.slips import Slip, slips_of_digits, swapped_components
from tp_solver.grading.misconceptions.trial import Places, Trier
from tp_solver.grading.misconceptions.variants import Variant
from tp_solver.grading.spots import Explanation, Spots
from tp_solver.graph.arrays import Array
from tp_solver.graph.system import System
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import At, Ref, Span

Domain = tuple[tuple[str, Span], ...]


@dataclass(frozen=True, eq=False)
class Candidates:
    """What may explain the numbers of a batch.

    `asked` lists the quantities that the exercise asks for.
    """

    judge: Judge
    asked: Sequence[str]

    def direct(
        self, number: int, spots: Spots, found: list[Variant], true: bool = True
    ) -> Iterator[Explanation]:
        """Try variants of an equation at the spots, from own values and from the true ones."""
        system = self.judge.solution.model.system
        equation = system.equations[number]
        axes = [at.name for at in equation.left.axes if isinstance(at, At)]
        offsets = [at.offset for at in equation.left.axes if isinstance(at, At)]
        at = {
            name: spots.positions[:, axis] - offsets[axis]
            for axis, name in enumerate(axes)
            if name is not None
        }
        own = _Triers(system, Places(self.judge.own_tables, spots.rows, at), spots)
        true_ones = self.judge.truth
        truth = _Triers(system, Places(true_ones.tables, true_ones.at(spots.rows), at), spots)
        for variant in found:
            ids, weight = variant.ids, variant.weight
            written = own.of(variant.equation)
            yield Explanation(ids, Candidate(written, weight), variant.names)
            if true:
                other = truth.of(variant.equation)
                with np.errstate(invalid="ignore"):  # both may be infinite
                    differs = np.abs(other - written) > REACH * spots.unit
                if differs.any():
                    other = np.where(differs, other, np.nan)
                    yield Explanation(ids, Candidate(other, weight / 2), variant.names)

    def through(self, spots: Spots, hidden: Sequence[Hidden]) -> Iterator[Explanation]:
        """Look up what mistakes in steps that were not written down make of these answers."""
        box = self.judge.solution.tables[spots.key].box
        first = np.array([span.first for span in box], dtype=int)
        index = tuple((spots.positions - first).T)
        for trial in hidden:
            if spots.key not in trial.given:
                continue
            at = np.searchsorted(trial.rows, spots.rows)
            inside = at < len(trial.rows)
            inside[inside] = trial.rows[at[inside]] == spots.rows[inside]
            if not inside.any():
                continue
            found = trial.given[spots.key][(*(axis[inside] for axis in index), at[inside])]
            written = np.full(spots.typed.shape, np.nan)
            written[inside] = found.reshape(len(found), -1)
            variant = trial.variant
            candidate = Candidate(written, variant.weight, REACH + 2 * trial.steps)
            yield Explanation(variant.ids, candidate, variant.names, placed=False)

    def slips(self, spots: Spots) -> Iterator[Explanation]:
        """Try slips of writing at the spots."""
        known = catalogue()
        for slip in (
            *slips_of_digits(spots.due, spots.unit),
            *swapped_components(spots.due),
            *self.copied(spots),
        ):
            mistake: Mistake | None = known.get(slip.id)
            if mistake is not None:
                candidate = Candidate(slip.written, mistake.weight, slip.reach)
                yield Explanation((slip.id,), candidate, slip.names)

    def copied(self, spots: Spots) -> Iterator[Slip]:
        """Yield the values of other quantities at the same place, and the one a step before."""
        key = spots.key
        axes = self.judge.solution.model.system.axes[key]
        if key not in self.asked:
            return
        for other in self.asked:
            same = self.judge.solution.model.system.axes[other] == axes and (
                self.judge.solution.model.system.shapes[other]
                == self.judge.solution.model.system.shapes[key]
            )
            if other != key and same:
                names = (("other", placed(other, axes, 0)),)
                yield Slip("slip-other-quantity", self.looked_up(other, spots, 0), names)
        if len(axes) == 1:
            names = (("other", placed(key, axes, -1)),)
            yield Slip("slip-previous-step", self.looked_up(key, spots, -1), names)

    def looked_up(self, key: str, spots: Spots, offset: int) -> Array:
        """Return the student's own values of a quantity, some steps away along the first index."""
        table = self.judge.own_tables[key]
        inside = np.ones(len(spots.rows), dtype=bool)
        index: list[Any] = []
        for axis, span in enumerate(table.box):
            at = spots.positions[:, axis] + (offset if axis == 0 else 0)
            inside &= (span.first <= at) & (at <= span.last)
            index.append(np.clip(at, span.first, span.last) - span.first)
        found = table.data[(*index, spots.rows)].reshape(len(spots.rows), -1)
        # Nobody needs to have copied a 0.
        return np.where(inside[:, None] & (found != 0), found, np.nan)


def placed(key: str, axes: tuple[str, ...], offset: int) -> Ref:
    """Name a quantity at its indices, some steps away along the first."""
    ref, _ = parse_name(key)
    return ref.moved(tuple(At(name, offset if i == 0 else 0) for i, name in enumerate(axes)))


class _Triers:
    """Tries variants at the spots where each of them holds."""

    def __init__(self, system: System, places: Places, spots: Spots) -> None:
        self.system = system
        self.places = places
        self.spots = spots
        self.found: dict[Domain, tuple[NDArray[np.bool_], Trier]] = {}

    def of(self, equation: Equation) -> Array:
        """Return what an equation gives, components in one row; NaN where it does not hold."""
        inside, trier = self.over(equation.domain)
        if inside.all():
            return trier.of(equation).reshape(len(inside), -1)
        whole = np.full(self.spots.typed.shape, np.nan)
        if inside.any():
            value = trier.of(equation)
            whole[inside] = value.reshape(len(value), -1)
        return whole

    def over(self, domain: Domain) -> tuple[NDArray[np.bool_], Trier]:
        """Return which spots lie in a domain, and what tries formulas there."""
        if domain not in self.found:
            inside = np.ones(len(self.places.rows), dtype=bool)
            for name, span in domain:
                at = self.places.at[name]
                inside &= (span.first <= at) & (at <= span.last)
            some = {name: at[inside] for name, at in self.places.at.items()}
            places = Places(self.places.tables, self.places.rows[inside], some)
            self.found[domain] = inside, Trier(self.system, places)
        return self.found[domain]
