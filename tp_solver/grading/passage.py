"""Going through the graph once, over the intervals that a batch of students' answers stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.exercise.exercise import Equation
from tp_solver.grading.hand import HandEvaluator, HandRounding
from tp_solver.grading.reading import Readings
from tp_solver.grading.rounding import Held, Truths
from tp_solver.grading.truth import Truth
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Table
from tp_solver.graph.intervals import Interval
from tp_solver.solution import Solution

BOUNDLESS = 1e200  # an interval this wide, as 1/a where a was typed 0.000, says nothing

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Typed:
    """What a batch typed for one name: numbers, the unit of the last digit of each, where any.

    Arrays are laid out like the tables of values: positions, submissions, components.
    """

    value: Array
    written: Array
    given: Truths
    lead: int

    def rows(self, rows: Rows) -> Typed:
        """Keep some submissions."""
        lead = self.lead
        value, written = np.take(self.value, rows, lead), np.take(self.written, rows, lead)
        return Typed(value, written, np.take(self.given, rows, lead), lead)


def typed_arrays(solution: Solution, readings: Readings) -> dict[str, Typed]:
    """Lay the numbers of a batch out like the tables of its values; NaN where there is none."""
    values, units, _ = readings.tokens.arrays
    found: dict[str, Typed] = {}
    for key, ids in readings.ids.items():
        table = solution.tables[key]
        lead = len(table.box)
        # Contiguous, for a step reads one position of all submissions at a time.
        laid = np.ascontiguousarray(np.moveaxis(ids.reshape(len(ids), *table.data.shape), 0, lead))
        value = values[laid]
        found[key] = Typed(value, units[laid], ~np.isnan(value), lead)
    return found


@dataclass(frozen=True)
class Answer:
    """The answers of a batch to one name at some positions, as a passage meets them."""

    key: str
    place: Any
    computed: Interval  # what the equation allows, from what came before
    held: Held
    true: Array


Trust = Callable[[Answer], Truths]


@dataclass(eq=False)
class Passage:
    """One way through: `trust` tells which answers stand for themselves.

    What is given and not trusted counts as the truth. `held` says what answers are held to, and
    `unit` how far the truth reaches. What was not typed is what its equation gives, rounded once
    more. An equation that sets no bounds gives the truth.
    """

    truths: Truth
    typed: dict[str, Typed]
    hand: HandRounding
    held: dict[str, Held]
    unit: Callable[[Array], Array]
    trust: InitVar[Trust]  # not kept: it knows whoever keeps the passage
    computed: dict[str, Interval] = field(default_factory=dict)
    trusted: dict[str, Truths] = field(default_factory=dict)
    tables: dict[str, Table[Interval]] = field(default_factory=dict)

    def __post_init__(self, trust: Trust) -> None:
        model, batch = self.truths.solution.model, len(self.hand.digits)
        for key, typed in self.typed.items():
            shape = typed.value.shape
            self.computed[key] = Interval(np.full(shape, np.nan), np.full(shape, np.nan))
            self.trusted[key] = np.zeros(shape, dtype=bool)
        after = partial(self.after, trust)
        replaced = self.truths.replaced
        evaluator = HandEvaluator(model.system, self.hand, batch, replaced, after)
        self.tables = evaluator.run(model.steps)

    def after(self, trust: Trust, equation: Equation, table: Table[Interval], place: Any) -> None:
        """Note what an equation allows, then put in its place what the students' answers mean."""
        key = equation.left.key
        computed, true = self.bounded(key, table, place)
        if key not in self.typed:
            self.write(table, place, self.rounded_again(key, computed))
            return
        held, given = self.held[key][place], self.typed[key].given[place]
        trusted = given & trust(Answer(key, place, computed, held, true))
        self.trusted[key][place] = trusted
        meant = self.of_answers(computed, held, true, trusted)
        if not given.all():
            again = self.rounded_again(key, computed)
            lo, hi = np.where(given, meant.lo, again.lo), np.where(given, meant.hi, again.hi)
            meant = Interval(lo, hi)
        self.write(table, place, meant)

    def bounded(self, key: str, table: Table[Interval], place: Any) -> tuple[Interval, Array]:
        """Return what an equation allows, the truth where it sets no bounds; and the truth."""
        lo, hi = table.data.lo[place], table.data.hi[place]
        true = self.truths.true(key)[place]  # with a batch axis of one, or of all
        if not (hi - lo).max(initial=0) < BOUNDLESS:  # or not a number
            boundless = ~(hi - lo < BOUNDLESS)
            lo, hi = np.where(boundless, true, lo), np.where(boundless, true, hi)
        if key not in self.typed:
            return Interval(lo, hi), true
        noted = self.computed[key]
        noted.lo[place], noted.hi[place] = lo, hi
        return noted[place], true

    def rounded_again(self, key: str, computed: Interval) -> Interval:
        """Return what stands in the place of an answer that was not typed."""
        rank = len(self.truths.solution.model.system.shapes[key])
        return computed.widened(self.hand.slack(computed, rank))

    def of_answers(self, computed: Interval, held: Held, true: Array, trusted: Truths) -> Interval:
        """Return what answers mean: themselves where they are trusted, or else the truth."""
        meant = held.meaning(computed)
        if trusted.all():
            return meant
        unit = self.unit(true)
        return Interval(
            np.where(trusted, meant.lo, true - unit), np.where(trusted, meant.hi, true + unit)
        )

    def write(self, table: Table[Interval], place: Any, value: Interval) -> None:
        """Write intervals into a table."""
        table.data.lo[place] = value.lo
        table.data.hi[place] = value.hi
