"""Submissions in which not all is right: what follows from what, and what has too few digits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.passage import Answer, Passage, Rows, Trust
from tp_solver.grading.plausible import bounds, implausible
from tp_solver.grading.report import CODES, VERDICTS, Verdict
from tp_solver.grading.rounding import Held, Truths, rounds_to
from tp_solver.graph.arrays import Array
from tp_solver.graph.intervals import Interval

if TYPE_CHECKING:
    from tp_solver.grading.carry import Bytes, Judge

Scalar = TypeVar("Scalar", bound=np.generic)

CLOSE = 0.1  # a number this near, relatively, says something even with its first digit doubtful


def doubtful(judge: Judge, rows: Rows) -> Iterator[Doubts]:
    """Part submissions by the ways they have to be followed on: most of them on the fewest."""
    if not len(rows):
        return
    doubts = Doubts(judge, rows)
    short = np.zeros(len(rows), dtype=bool)
    for key in doubts.own:
        short |= doubts.by_row(key, doubts.short(key))
    for first in (False, True):
        for second in (False, True):
            part = rows[(short == first) & (doubts.emptied == second)]
            if len(part) == len(rows):
                yield doubts
            elif len(part):
                yield Doubts(judge, part)


class Doubts:
    """Some submissions of a batch, followed on the ways that lie open after something wrong.

    `followed` trusts all that can be meant; `hollow` trusts all, where something can't be meant.
    The others are for those who write fewer digits than asked: `loose` lets an answer be right
    but for these, `loosely_followed` follows all with as few, `apart` follows with the truth in
    the place of what was only written too short.
    """

    def __init__(self, judge: Judge, rows: Rows) -> None:
        self.judge = judge
        self.rows = rows
        self.truth = judge.truth if len(rows) == judge.batch else judge.truth.rows(rows)
        leads = {key: typed.lead for key, typed in judge.typed.items()}
        whole = len(rows) == judge.batch

        def of_rows(a: NDArray[Scalar], lead: int) -> NDArray[Scalar]:
            return a if whole else np.take(a, rows, axis=lead)

        def kept(arrays: dict[str, NDArray[Scalar]]) -> dict[str, NDArray[Scalar]]:
            return {key: of_rows(a, leads[key]) for key, a in arrays.items()}

        self.typed = {
            key: typed if whole else typed.rows(rows) for key, typed in judge.typed.items()
        }
        self.full = {
            key: held if whole else Held.to(self.typed[key].value, of_rows(held.reach, leads[key]))
            for key, held in judge.full.items()
        }
        self.own = kept(judge.exact_own)
        self.trusted: dict[str, Truths] = kept(judge.honest.trusted)
        self.few: dict[str, Truths] = kept(judge.few)
        self.allowed = {
            key: Interval(of_rows(found.lo, leads[key]), of_rows(found.hi, leads[key]))
            for key, found in judge.honest.computed.items()
        }
        self.coarse = judge.coarse[rows]
        self.digits, self.working = judge.digits[rows], judge.working[rows]
        limits = {key: bounds(judge.solution.model.system, key) for key in self.own}
        self.odd: dict[str, Truths] = {
            key: self.typed[key].given
            & ~self.trusted[key]
            & implausible(self.typed[key].value, self.full[key].reach, self.own[key], limits[key])
            for key in self.own
        }

    def passage(self, digits: Array, held: dict[str, Held], trust: Trust) -> Passage:
        return self.judge.passage(self.truth, digits, self.typed, held, trust)

    @cached_property
    def written(self) -> dict[str, Held]:
        """Hold answers to the digits they have, however few."""
        return {key: Held.to(typed.value, typed.written) for key, typed in self.typed.items()}

    @cached_property
    def followed(self) -> Passage:
        """Follow every answer that can be meant, but for what follows only from one that can't."""
        return self.passage(self.digits, self.full, self.meant)

    def meant(self, answer: Answer) -> Truths:
        """Tell which answers can be meant, and do not follow only from one that can't."""
        if self.hollow is None:
            return every(answer)
        place, held = answer.place, answer.held
        emptied = held.meets(self.hollow.computed[answer.key][place])
        return np.asarray(~self.odd[answer.key][place] & (held.meets(answer.computed) | ~emptied))

    @cached_property
    def hollow(self) -> Passage | None:
        """Follow every answer, where some can't be meant."""
        if not any(odd.any() for odd in self.odd.values()):
            return None
        return self.passage(self.digits, self.full, every)

    @cached_property
    def shortened(self) -> bool:
        """Tell whether somebody wrote too few digits where it matters."""
        return any(self.short(key).any() for key in self.own)

    @cached_property
    def loose(self) -> Passage:
        """Take answers as right that are so but for their few digits."""
        return self.passage(self.working, self.written, self.nearly)

    @cached_property
    def loosely_followed(self) -> Passage:
        """Follow every answer with as few digits as were written."""
        return self.passage(self.working, self.written, lambda a: ~self.odd[a.key][a.place])

    @cached_property
    def apart(self) -> Passage:
        """Follow every answer but those that were only written too short.

        The student may have gone on with more digits: such answers count as the truth.
        """
        return self.passage(
            self.digits,
            self.full,
            lambda a: self.meant(a) & ~(self.loose.trusted[a.key] & ~self.trusted[a.key])[a.place],
        )

    def short(self, key: str) -> Truths:
        """Tell which answers that are not right have fewer digits than asked, and not just a 0."""
        something: Truths = self.typed[key].value != 0
        return np.asarray(self.few[key] & something & ~self.trusted[key])

    def nearly(self, answer: Answer) -> Truths:
        """Tell which answers are right but for their few digits, if these say anything."""
        key, place = answer.key, answer.place
        value, last = answer.held.value, answer.held.reach
        nearly = (
            self.short(key)[place]
            & rounds_to(answer.computed, value, last)
            & telling(value, last, answer.true)
        )
        return np.asarray(self.trusted[key][place] | nearly)

    def allows(self, way: Passage, key: str) -> Truths:
        """Tell which answers are what their equation gives on one way through."""
        return self.full[key].meets(way.computed[key])

    def of(self, key: str) -> tuple[Bytes, Bytes]:
        """Return the verdicts on a name, and the codes of the remarks; laid out like a table."""
        given, trusted = self.typed[key].given, self.trusted[key]
        full = self.full[key]
        verdict = np.where(given, WRONG, MISSING).astype(np.uint8)
        code = np.where(self.odd[key], IMPLAUSIBLE, 0).astype(np.uint8)

        def say(where: Truths, what: int, remark: Array | int) -> None:
            verdict[...] = np.where(given & where, what, verdict)
            code[...] = np.where(given & where, remark, code)

        short = self.short(key) if self.shortened else np.zeros_like(trusted)
        exactly = full.includes(self.own[key])
        followed = self.allows(self.followed, key)
        if self.hollow is not None:
            hollow = self.allows(self.hollow, key) | exactly
            say(hollow & ~self.odd[key], CARRIED, HOLLOW)
            followed |= exactly & ~self.emptied.reshape(-1, *(1,) * self.rank(key))
        else:
            followed |= exactly
        slipped = np.zeros_like(trusted)
        if self.shortened:
            say(short & self.loosely_follows(key), CARRIED, IMPRECISE)
            apart = self.allows(self.apart, key)
            followed |= apart
            slipped = apart & ~self.coarse.reshape(-1, *(1,) * self.rank(key))
        say(followed, CARRIED, OWN_VALUES)
        if self.shortened:
            say(short & ~slipped & self.loose.trusted[key], CORRECT, IMPRECISE)
        near = full.includes(self.truth.true(key))
        another = full.meets(self.allowed[key]) & ~followed
        say(trusted, CORRECT, np.where(another, ANOTHER_WAY, np.where(near, 0, ROUNDING)))
        return verdict, code

    def rank(self, key: str) -> int:
        """Return how many axes the components of a name have."""
        return self.typed[key].value.ndim - self.typed[key].lead - 1

    @cached_property
    def emptied(self) -> Truths:
        """Tell which submissions hold something that can't be meant."""
        rows = np.zeros(len(self.rows), dtype=bool)
        for key, odd in self.odd.items():
            rows |= self.by_row(key, odd)
        return rows

    def by_row(self, key: str, found: Truths) -> Truths:
        """Tell which submissions have something in some place of a name."""
        laid = np.moveaxis(found, self.typed[key].lead, 0)
        return np.asarray(laid.reshape(len(self.rows), -1).any(axis=1))

    def loosely_follows(self, key: str) -> Truths:
        """Tell which answers follow from the student's own ones but for their few digits."""
        value, written = self.typed[key].value, self.typed[key].written
        found = self.loosely_followed.computed[key]
        return np.asarray(telling(value, written, self.own[key]) & rounds_to(found, value, written))


def every(answer: Answer) -> Truths:
    """Let every answer stand for itself, right or wrong."""
    return np.ones(np.shape(answer.held.value), dtype=bool)


def telling(value: Array, last: Array, true: Array | float) -> Truths:
    """Tell whether few digits say anything: 1 says nothing of 0.55, 0.1 much of 0.097."""
    size = np.abs(true)
    return np.asarray((last <= size) | (np.abs(value - true) <= CLOSE * size))


CORRECT, CARRIED, WRONG, MISSING = (
    VERDICTS.index(verdict)
    for verdict in (Verdict.CORRECT, Verdict.CARRIED, Verdict.WRONG, Verdict.MISSING)
)
ROUNDING, ANOTHER_WAY, IMPRECISE, OWN_VALUES, IMPLAUSIBLE, HOLLOW = map(
    CODES.index,
    ("rounding", "another-way", "imprecise", "own-values", "implausible", "hollow"),
)
