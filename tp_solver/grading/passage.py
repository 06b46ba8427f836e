"""Going through the graph once, over the intervals that a batch of students' answers stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.grading.hand import HandEvaluator, HandRounding
from tp_solver.grading.reading import Reading
from tp_solver.grading.rounding import Truths, meaning, written_place
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Table
from tp_solver.graph.intervals import Interval
from tp_solver.solution import Solution

BOUNDLESS = 1e200  # an interval this wide, as 1/a where a was typed 0.000, says nothing


@dataclass
class Typed:
    """What a batch typed for one name: numbers, and the unit of the last digit of each."""

    value: Array
    written: Array


def typed_arrays(solution: Solution, readings: Sequence[Reading]) -> dict[str, Typed]:
    """Lay the numbers of a batch out like the tables of its values; NaN where there is none."""
    found: dict[str, Typed] = {}
    significant = solution.exercise.file.precision.decimals is None
    for b, reading in enumerate(readings):
        for (key, place), cells in reading.cells.items():
            table = solution.tables[key]
            if key not in found:
                lead = len(table.box)
                shape = (*table.data.shape[:lead], len(readings), *table.data.shape[lead:])
                found[key] = Typed(np.full(shape, np.nan), np.full(shape, np.nan))
            slot = table.slot(place)
            for at, number in cells.numbers.items():
                found[key].value[(*slot, b, *at)] = float(number.value)
                place_of = written_place(number) if significant else number.last_place
                found[key].written[(*slot, b, *at)] = 10.0**place_of
    return found


@dataclass(frozen=True)
class Answer:
    """The answers of a batch to one name at some positions, as a passage meets them."""

    key: str
    place: Any
    computed: Interval  # what the equation allows, from what came before
    value: Array
    reach: Array
    true: Array


Trust = Callable[[Answer], Truths]


@dataclass(eq=False)
class Passage:
    """One way through: `trust` tells which answers stand for themselves.

    What is given and not trusted counts as the truth. `reach` is how far an answer reaches on
    either side, and `truth` how far the truth does. What was not typed is what its equation
    gives, rounded once more. An equation that sets no bounds gives the truth.
    """

    solution: Solution
    typed: dict[str, Typed]
    hand: HandRounding
    reach: dict[str, Array]
    truth: Callable[[Array], Array]
    trust: Trust
    computed: dict[str, Interval] = field(default_factory=dict)
    trusted: dict[str, Truths] = field(default_factory=dict)

    def __post_init__(self) -> None:
        system, batch = self.solution.model.system, len(self.hand.digits)
        for key, typed in self.typed.items():
            shape = typed.value.shape
            self.computed[key] = Interval(np.full(shape, np.nan), np.full(shape, np.nan))
            self.trusted[key] = np.zeros(shape, dtype=bool)
        evaluator = HandEvaluator(system, self.hand, batch, after=self.after)
        evaluator.run(self.solution.model.steps)

    def after(self, equation: Equation, table: Table[Interval], place: Any) -> None:
        """Note what an equation allows, then put in its place what the students' answers mean."""
        key = equation.left.key
        computed = Interval(table.data.lo[place].copy(), table.data.hi[place].copy())
        true = np.broadcast_to(self.true(key), table.data.lo.shape)[place]
        boundless = ~(computed.hi - computed.lo < BOUNDLESS)  # or not a number
        computed = Interval(
            np.where(boundless, true, computed.lo), np.where(boundless, true, computed.hi)
        )
        rank = len(self.solution.model.system.shapes[key])
        self.write(table, place, computed.widened(self.hand.slack(computed, rank)))
        if key not in self.typed:
            return
        self.computed[key].lo[place] = computed.lo
        self.computed[key].hi[place] = computed.hi
        value, reach = self.typed[key].value[place], self.reach[key][place]
        given = ~np.isnan(value)
        trusted = given & self.trust(Answer(key, place, computed, value, reach, true))
        self.trusted[key][place] = trusted
        self.write(table, place, meaning(computed, value, reach), trusted)
        self.write(table, place, Interval.around(true, self.truth(true)), given & ~trusted)

    def true(self, key: str) -> Array:
        """Return the true values of a name, with a batch axis of one."""
        table = self.solution.tables[key]
        return np.expand_dims(table.data, len(table.box))

    def write(
        self, table: Table[Interval], place: Any, value: Interval, where: Truths | bool = True
    ) -> None:
        """Write intervals into a table, where told."""
        table.data.lo[place] = np.where(where, value.lo, table.data.lo[place])
        table.data.hi[place] = np.where(where, value.hi, table.data.hi[place])
