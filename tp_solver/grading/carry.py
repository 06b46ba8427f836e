"""Following each student's own reasoning through the graph, a whole batch at a time.

Every answer is held against the true value; against its equation over the intervals of the
student's correct answers (what honest rounding makes of it); and against its equation over the
student's own answers, right or wrong (what follows from an earlier slip).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.grading.hand import HandEvaluator, HandRounding
from tp_solver.grading.reading import Reading
from tp_solver.grading.report import Verdict
from tp_solver.grading.rounding import (
    OPEN,
    meaning,
    meets,
    rounds_to,
    unit,
    working_digits,
)
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Evaluator, Numbers, Table
from tp_solver.graph.intervals import Interval
from tp_solver.graph.model import Model
from tp_solver.solution import Solution


@dataclass(frozen=True)
class Judgement:
    """What was found of one component: a verdict, a remark's code, values to show."""

    verdict: Verdict
    remark: str | None
    expected: float
    own: float | None
    imprecise: bool = False


@dataclass
class _Typed:
    """What a batch typed for one name: numbers, and the unit of the last digit written."""

    value: Array
    written: Array


class Judge:
    """The judgements of a batch of readings of one exercise."""

    def __init__(self, solution: Solution, readings: Sequence[Reading]) -> None:
        self.solution = solution
        self.model: Model = solution.model
        self.system = self.model.system
        self.precision = self.model.exercise.file.precision
        self.asked = self.precision.decimals
        if self.asked is None:
            self.asked = self.precision.significant or 3
        self.batch = len(readings)
        self.typed = self.arrays(readings)
        digits = [working_digits(reading.numbers, self.precision) for reading in readings]
        self.digits = np.array(digits, dtype=float)
        self.exact_own: dict[str, Array] = {}
        self.honest: dict[str, Interval] = {}
        self.followed: dict[str, Interval] = {}
        self.right: dict[str, Array] = {}
        self.hand = HandRounding(self.digits, self.precision)
        self.own_tables = self.run_own()
        self.run_intervals(self.after_honest)
        self.run_intervals(self.after_followed)

    def arrays(self, readings: Sequence[Reading]) -> dict[str, _Typed]:
        found: dict[str, _Typed] = {}
        for b, reading in enumerate(readings):
            for (key, place), cells in reading.cells.items():
                table = self.solution.tables[key]
                if key not in found:
                    lead = len(table.box)
                    shape = (*table.data.shape[:lead], self.batch, *table.data.shape[lead:])
                    found[key] = _Typed(np.full(shape, np.nan), np.full(shape, np.nan))
                slot = table.slot(place)
                for at, number in cells.numbers.items():
                    found[key].value[(*slot, b, *at)] = float(number.value)
                    found[key].written[(*slot, b, *at)] = 10.0**number.last_place
        return found

    def true(self, key: str) -> Array:
        """Return the true values of a name, with a batch axis of one."""
        table = self.solution.tables[key]
        return np.expand_dims(table.data, len(table.box))

    def asked_unit(self, value: Array) -> Array:
        """Return the unit of the last digit that the exercise asks for."""
        return unit(value, self.asked, self.precision)

    def full_unit(self, key: str) -> Array:
        """Return the unit an answer is held to: of the digits asked, or of more if written."""
        typed = self.typed[key]
        return np.minimum(typed.written, self.asked_unit(typed.value))

    def run_own(self) -> dict[str, Table[Array]]:
        """Compute each equation from the student's own values, in plain numbers."""

        def after(equation: Equation, table: Table[Array], place: Any) -> None:
            key = equation.left.key
            if key not in self.typed:
                return
            if key not in self.exact_own:
                self.exact_own[key] = np.full(table.data.shape, np.nan)
            self.exact_own[key][place] = table.data[place]
            given = self.typed[key].value[place]
            table.data[place] = np.where(np.isnan(given), table.data[place], given)

        evaluator = Evaluator(self.system, Numbers(), self.batch, after=after)
        return evaluator.run(self.model.steps)

    def run_intervals(self, after: Any) -> None:
        HandEvaluator(self.system, self.hand, self.batch, after=after).run(self.model.steps)

    def blank(self, computed: Interval, key: str) -> Interval:
        """Return what a value that was not typed stands for: rounded once more if written."""
        return computed.widened(self.hand.slack(computed, len(self.system.shapes[key])))

    def store(self, table: Table[Interval], place: Any, own: Interval, where: Array) -> None:
        """Put a student's own interval where there is one."""
        table.data.lo[place] = np.where(where, own.lo, table.data.lo[place])
        table.data.hi[place] = np.where(where, own.hi, table.data.hi[place])

    def after_honest(self, equation: Equation, table: Table[Interval], place: Any) -> None:
        """Note what the equation allows from correct answers; a wrong one counts as the truth."""
        key = equation.left.key
        computed = Interval(table.data.lo[place].copy(), table.data.hi[place].copy())
        self.keep(self.honest, key, table, place, computed)
        wide = self.blank(computed, key)
        table.data.lo[place], table.data.hi[place] = wide.lo, wide.hi
        if key not in self.typed:
            return
        value, reach = self.typed[key].value[place], self.full_unit(key)[place]
        true = np.broadcast_to(self.true(key), self.typed[key].value.shape)[place]
        given = ~np.isnan(value)
        right = given & ((np.abs(value - true) < reach * OPEN) | meets(computed, value, reach))
        if key not in self.right:
            self.right[key] = np.zeros(table.data.lo.shape, dtype=bool)
        self.right[key][place] = right
        self.store(table, place, meaning(computed, value, reach), right)
        truth = Interval.around(true, self.asked_unit(true))
        self.store(table, place, truth, given & ~right)

    def after_followed(self, equation: Equation, table: Table[Interval], place: Any) -> None:
        """Note what the equation gives from the student's own answers, whatever they are."""
        key = equation.left.key
        self.keep(self.followed, key, table, place, table.data[place])
        wide = self.blank(table.data[place], key)
        table.data.lo[place], table.data.hi[place] = wide.lo, wide.hi
        if key in self.typed:
            value, reach = self.typed[key].value[place], self.full_unit(key)[place]
            self.store(table, place, Interval.around(value, reach), ~np.isnan(value))

    def keep(
        self,
        kept: dict[str, Interval],
        key: str,
        table: Table[Interval],
        place: Any,
        found: Interval,
    ) -> None:
        if key not in self.typed:
            return
        if key not in kept:
            shape = table.data.lo.shape
            kept[key] = Interval(np.full(shape, np.nan), np.full(shape, np.nan))
        kept[key].lo[place], kept[key].hi[place] = found.lo, found.hi

    def of(self, b: int, key: str, place: tuple[int, ...], at: tuple[int, ...]) -> Judgement:
        """Judge one component that a student typed."""
        table = self.solution.tables[key]
        slot = (*table.slot(place), b, *at)
        true = float(table.data[(*table.slot(place), *at)])
        value = self.typed[key].value[slot]
        if key not in self.honest:  # a given number that the student copied
            return Judgement(Verdict.CORRECT if value == true else Verdict.WRONG, None, true, None)
        own = float(self.exact_own[key][slot])
        reach = self.full_unit(key)[slot]
        near = abs(value - true) < reach * OPEN
        followed = bool(meets(self.followed[key][slot], value, reach))
        if self.right[key][slot]:
            remark = None if near else "rounding"
            return Judgement(Verdict.CORRECT, remark if followed else "another-way", true, own)
        if followed:
            return Judgement(Verdict.CARRIED, "own-values", true, own)
        return self.imprecise(slot, key, true, own)

    def imprecise(self, slot: Any, key: str, true: float, own: float) -> Judgement:
        """Judge an answer by the few digits it has, if these say anything of the value."""
        value, written = self.typed[key].value[slot], self.typed[key].written[slot]
        fewer = written > self.asked_unit(self.typed[key].value)[slot] * (1 + 1e-9) and value != 0
        if fewer and written <= abs(true) and rounds_to(self.honest[key][slot], value, written):
            return Judgement(Verdict.CORRECT, "imprecise", true, own, imprecise=True)
        if fewer and written <= abs(own) and rounds_to(self.followed[key][slot], value, written):
            return Judgement(Verdict.CARRIED, "imprecise", true, own, imprecise=True)
        return Judgement(Verdict.WRONG, None, true, own)
