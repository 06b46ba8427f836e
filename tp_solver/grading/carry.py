"""Following each student's own reasoning through the graph, a whole batch at a time.

Every answer is held against the true value; against its equation over the intervals of the
student's correct answers (what honest rounding makes of it); and against its equation over the
student's own answers, right or wrong (what follows from an earlier slip). The two differ only
after an answer that is not right. Where somebody wrote fewer digits than asked, both are done
again with as few, to tell imprecise from wrong. Values that can't be meant are not carried; what
follows from them alone is told as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.exercise.exercise import Equation
from tp_solver.exercise.model import Precision
from tp_solver.grading.doubts import doubtful
from tp_solver.grading.hand import HandRounding
from tp_solver.grading.passage import Answer, Passage, Rows, Trust, Typed, typed_arrays
from tp_solver.grading.reading import Readings
from tp_solver.grading.report import CODES, VERDICTS, Verdict
from tp_solver.grading.rounding import Held, Truths, asks, unit, working_digits
from tp_solver.grading.truth import Truth
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Evaluator, Numbers, Table
from tp_solver.solution import Solution

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Verdicts:
    """What was found of every number of one name: submissions, then places.

    `verdict` and `code` count in VERDICTS and CODES; `own` is what the student's own values give.
    """

    verdict: Bytes
    code: Bytes
    own: Array


def asked_unit(precision: Precision, value: Array) -> Array:
    """Return the unit of the last digit that an exercise asks for."""
    return unit(value, asks(precision), precision)


class Judge:
    """The judgements of a batch of readings of one exercise."""

    def __init__(self, solution: Solution, readings: Readings, truth: Truth | None = None) -> None:
        self.solution = solution
        self.truth = Truth.of_all(solution) if truth is None else truth
        self.readings = readings
        self.precision = solution.exercise.file.precision
        self.batch = len(readings.submissions)
        self.typed = typed_arrays(solution, readings)
        self.full = {
            key: Held.to(typed.value, self.full_unit(typed)) for key, typed in self.typed.items()
        }
        self.few = {
            key: np.asarray(typed.written > asked_unit(self.precision, typed.value) * (1 + 1e-9))
            for key, typed in self.typed.items()
        }
        self.exact_own: dict[str, Array] = {}
        self.own_tables = self.run_own()
        self.working = working_digits(self.counted_digits(), self.precision)
        self.digits = np.maximum(self.working, asks(self.precision))
        self.coarse: Truths = self.working < asks(self.precision)
        self.honest = self.passage(self.truth, self.digits, self.typed, self.full, self.right)
        self.judge()

    def passage(
        self,
        true: Truth,
        digits: Array,
        typed: dict[str, Typed],
        held: dict[str, Held],
        trust: Trust,
    ) -> Passage:
        """Go through the graph with so many working digits."""
        hand = HandRounding(digits, self.precision)
        return Passage(true, typed, hand, held, partial(asked_unit, self.precision), trust)

    def counted_digits(self) -> NDArray[np.int8]:
        """Return the digits of every answer, submissions in rows."""
        digits = self.readings.tokens.arrays[2]
        columns = [digits[ids] for ids in self.readings.ids.values()]
        return np.concatenate(columns, axis=1) if columns else np.zeros((self.batch, 0), np.int8)

    def full_unit(self, typed: Typed) -> Array:
        """Return the unit an answer is held to: of the digits asked, or of more if written."""
        return np.minimum(typed.written, asked_unit(self.precision, typed.value))

    def run_own(self) -> dict[str, Table[Array]]:
        """Compute each equation from the student's own values, in plain numbers."""

        def after(equation: Equation, table: Table[Array], place: Any) -> None:
            key = equation.left.key
            if key not in self.typed:
                return
            own = self.exact_own.setdefault(key, np.full(table.data.shape, np.nan))
            own[place] = table.data[place]
            typed = self.typed[key]
            given = typed.given[place]
            table.data[place] = np.where(given, typed.value[place], table.data[place])

        model = self.solution.model
        replaced = self.truth.replaced
        return Evaluator(model.system, Numbers(), self.batch, replaced, after).run(model.steps)

    def right(self, answer: Answer) -> Truths:
        """Tell which answers are the truth, or what honest rounding makes of it.

        Who works with fewer digits than asked writes 0.54 for what need not be 0.5400.
        """
        near, met = answer.held.includes(answer.true), answer.held.meets(answer.computed)
        if self.coarse.any():
            rank = len(self.solution.model.system.shapes[answer.key])
            met &= ~(self.few[answer.key][answer.place] & self.coarse.reshape(-1, *(1,) * rank))
        return near | met

    def near(self, key: str) -> Truths:
        """Tell which answers are the true value to their digits."""
        return self.full[key].includes(self.truth.true(key))

    def judge(self) -> None:
        """Find the verdict of every answer."""
        found = {key: self.plainly(key) for key in self.typed}
        wrong = np.zeros(self.batch, dtype=bool)
        for key, (verdict, _) in found.items():
            wrong |= by_submission(verdict == WRONG, self.typed[key].lead).any(axis=1)
        self.rows: Rows = np.flatnonzero(wrong)
        for doubts in doubtful(self, self.rows):
            for key in self.exact_own:
                at: Any = (*(slice(None),) * self.typed[key].lead, doubts.rows)
                found[key][0][at], found[key][1][at] = doubts.of(key)
        self.verdicts = {
            key: Verdicts(
                by_submission(verdict, self.typed[key].lead),
                by_submission(code, self.typed[key].lead),
                by_submission(self.own(key), self.typed[key].lead),
            )
            for key, (verdict, code) in found.items()
        }

    def plainly(self, key: str) -> tuple[Bytes, Bytes]:
        """Judge the answers to a name as if all that precedes them were right."""
        typed, near = self.typed[key], self.near(key)
        trusted = near if key not in self.exact_own else self.honest.trusted[key]
        verdict = np.where(typed.given, np.where(trusted, CORRECT, WRONG), MISSING)
        code = np.where(trusted & ~near, ROUNDING, 0)
        return verdict.astype(np.uint8), code.astype(np.uint8)

    def own(self, key: str) -> Array:
        """Return what the student's own earlier values give for a name; NaN for a given one."""
        found = self.exact_own.get(key)
        return np.full(self.typed[key].value.shape, np.nan) if found is None else found


CORRECT, WRONG, MISSING = (
    VERDICTS.index(verdict) for verdict in (Verdict.CORRECT, Verdict.WRONG, Verdict.MISSING)
)
ROUNDING = CODES.index("rounding")


def by_submission(a: NDArray[Any], lead: int) -> NDArray[Any]:
    """Lay an array of positions, submissions and components out as submissions and places."""
    return np.moveaxis(a, lead, 0).reshape(a.shape[lead], -1)
