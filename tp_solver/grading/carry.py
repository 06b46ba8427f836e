"""Following each student's own reasoning through the graph, a whole batch at a time.

Every answer is held against the true value; against its equation over the intervals of the
student's correct answers (what honest rounding makes of it); and against its equation over the
student's own answers, right or wrong (what follows from an earlier slip). The two differ only
after an answer that is not right. Where somebody wrote fewer digits than asked, both are done
again with as few, to tell imprecise from wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.grading.hand import HandRounding
from tp_solver.grading.passage import Answer, Passage, Trust, typed_arrays
from tp_solver.grading.reading import Reading
from tp_solver.grading.report import Verdict
from tp_solver.grading.rounding import OPEN, Truths, asks, meets, rounds_to, unit, working_digits
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Evaluator, Numbers, Table
from tp_solver.solution import Solution

CLOSE = 0.1  # a number this near, relatively, says something even with its first digit doubtful


@dataclass(frozen=True)
class Judgement:
    """What was found of one component: a verdict, a remark's code, values to show."""

    verdict: Verdict
    remark: str | None
    expected: float
    own: float | None
    imprecise: bool = False


class Judge:
    """The judgements of a batch of readings of one exercise."""

    def __init__(self, solution: Solution, readings: Sequence[Reading]) -> None:
        self.solution = solution
        self.precision = solution.exercise.file.precision
        self.batch = len(readings)
        self.typed = typed_arrays(solution, readings)
        self.written = {key: typed.written for key, typed in self.typed.items()}
        self.full = {key: self.full_unit(key) for key in self.typed}
        self.exact_own: dict[str, Array] = {}
        self.own_tables = self.run_own()
        counts = [working_digits(reading.numbers, self.precision) for reading in readings]
        working = np.array(counts, dtype=float)
        digits = np.maximum(working, asks(self.precision))
        self.coarse: Truths = working < asks(self.precision)
        self.honest = self.pass_with(digits, self.full, self.right)
        self.followed = self.pass_with(digits, self.full, every)
        self.loose: Passage | None = None
        if any(self.short(key).any() for key in self.typed):
            self.loose = self.pass_with(working, self.written, self.nearly)
            self.loosely_followed = self.pass_with(working, self.written, every)
            self.kept_apart = self.pass_with(digits, self.full, self.not_short)

    def pass_with(self, digits: Array, reach: dict[str, Array], trust: Trust) -> Passage:
        """Go through the graph with so many working digits."""
        hand = HandRounding(digits, self.precision)
        return Passage(self.solution, self.typed, hand, reach, self.asked_unit, trust)

    def asked_unit(self, value: Array) -> Array:
        """Return the unit of the last digit that the exercise asks for."""
        return unit(value, asks(self.precision), self.precision)

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
            own = self.exact_own.setdefault(key, np.full(table.data.shape, np.nan))
            own[place] = table.data[place]
            given = self.typed[key].value[place]
            table.data[place] = np.where(np.isnan(given), table.data[place], given)

        model = self.solution.model
        return Evaluator(model.system, Numbers(), self.batch, after=after).run(model.steps)

    def right(self, answer: Answer) -> Truths:
        """Tell which answers are the truth, or what honest rounding makes of it.

        Who works with fewer digits than asked writes 0.54 for what need not be 0.5400.
        """
        near: Truths = np.abs(answer.value - answer.true) < answer.reach * OPEN
        rank = len(self.solution.model.system.shapes[answer.key])
        coarse = self.coarse.reshape(-1, *(1,) * rank)
        vague = self.fewer(answer.key)[answer.place] & coarse
        return np.asarray(near | (meets(answer.computed, answer.value, answer.reach) & ~vague))

    def fewer(self, key: str) -> Truths:
        """Tell which answers have fewer digits than asked."""
        typed = self.typed[key]
        return np.asarray(typed.written > self.asked_unit(typed.value) * (1 + 1e-9))

    def short(self, key: str) -> Truths:
        """Tell which answers that are not right have fewer digits than asked, and not just a 0."""
        something: Truths = self.typed[key].value != 0
        return np.asarray(self.fewer(key) & something & ~self.honest.trusted[key])

    def nearly(self, answer: Answer) -> Truths:
        """Tell which answers are right but for their few digits, if these say anything."""
        rounded = rounds_to(answer.computed, answer.value, answer.reach)
        nearly = (
            self.short(answer.key)[answer.place]
            & rounded
            & telling(answer.value, answer.reach, answer.true)
        )
        return np.asarray(self.honest.trusted[answer.key][answer.place] | nearly)

    def not_short(self, answer: Answer) -> Truths:
        """Tell which answers are not right but for their few digits.

        The student may have gone on with more digits than were written: such count as the truth.
        """
        assert self.loose is not None
        nearly = self.loose.trusted[answer.key] & ~self.honest.trusted[answer.key]
        return np.asarray(~nearly[answer.place])

    def of(self, b: int, key: str, place: tuple[int, ...], at: tuple[int, ...]) -> Judgement:
        """Judge one component that a student typed."""
        table = self.solution.tables[key]
        slot = (*table.slot(place), b, *at)
        true = float(table.data[(*table.slot(place), *at)])
        value, reach = self.typed[key].value[slot], self.full[key][slot]
        near = bool(abs(value - true) < reach * OPEN)
        if key not in self.exact_own:  # a given number that the student copied
            return Judgement(Verdict.CORRECT if near else Verdict.WRONG, None, true, None)
        own = float(self.exact_own[key][slot])
        apart = self.loose is not None and self.allows(self.kept_apart, key, slot)
        exactly = bool(abs(value - own) < reach * OPEN)
        followed = apart or exactly or self.allows(self.followed, key, slot)
        if self.honest.trusted[key][slot]:
            true_way = self.allows(self.honest, key, slot)
            remark = None if near else "rounding"
            remark = "another-way" if true_way and not followed else remark
            return Judgement(Verdict.CORRECT, remark, true, own)
        short = self.loose is not None and bool(self.short(key)[slot])
        slipped = apart and not self.coarse[b]  # 0.062 for the 0.0620 that follows from a slip
        if short and not slipped and self.loose is not None and self.loose.trusted[key][slot]:
            return Judgement(Verdict.CORRECT, "imprecise", true, own, imprecise=True)
        if followed:
            return Judgement(Verdict.CARRIED, "own-values", true, own)
        if short and self.loosely_follows(key, slot, own):
            return Judgement(Verdict.CARRIED, "imprecise", true, own, imprecise=True)
        return Judgement(Verdict.WRONG, None, true, own)

    def allows(self, way: Passage, key: str, slot: Any) -> bool:
        """Tell whether an answer is what its equation gives on one way through."""
        return bool(
            meets(way.computed[key][slot], self.typed[key].value[slot], self.full[key][slot])
        )

    def loosely_follows(self, key: str, slot: Any, own: float) -> bool:
        """Tell whether an answer follows from the student's own ones but for its few digits."""
        value, written = self.typed[key].value[slot], self.written[key][slot]
        found = self.loosely_followed.computed[key][slot]
        return bool(telling(value, written, own) and rounds_to(found, value, written))


def every(answer: Answer) -> Truths:
    """Let every answer stand for itself, right or wrong."""
    return np.ones(np.shape(answer.value), dtype=bool)


def telling(value: Array, last: Array, true: Array | float) -> Truths:
    """Tell whether few digits say anything: 1 says nothing of 0.55, 0.1 much of 0.097."""
    size = np.abs(true)
    return (last <= size) | (np.abs(value - true) <= CLOSE * size)
