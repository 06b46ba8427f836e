"""A batch that is judged: points added up with arrays, marks made for whoever asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.answers.numeric import Column
from tp_solver.grading.carry import MISSING, Bytes, Judge, by_submission
from tp_solver.grading.credit import finding_share
from tp_solver.grading.explain import Explanations
from tp_solver.grading.own import own_solution
from tp_solver.grading.reading import Readings
from tp_solver.grading.record import ABSENT, Record
from tp_solver.grading.report import (
    CODES,
    VERDICTS,
    Finding,
    Mark,
    Remark,
    Report,
    Score,
    Verdict,
)
from tp_solver.grading.rounding import Truths
from tp_solver.grading.tokens import BLANK, Ids
from tp_solver.graph.arrays import Array
from tp_solver.solution import Solution

if TYPE_CHECKING:
    from tp_solver.grading.marking import Marker

UNREADABLE = VERDICTS.index(Verdict.UNREADABLE)

Ints = NDArray[np.intp]


@dataclass(eq=False)
class Batch:
    """A batch that is judged: points by question, and marks for whoever asks for them."""

    marker: Marker
    readings: Readings
    judge: Judge
    found: Explanations

    def report(self, row: int) -> Report:
        """Return the report of one submission."""
        submission = self.readings.submissions[row]
        return Report(
            submission.student,
            submission.file,
            submission.place,
            tuple(self.scores(row)),
            tuple(self.readings.remarks[row]),
            make=partial(self.marks, row),
            own=(self, row),
        )

    def record(self, row: int) -> Record:
        """Return what is kept of one submission."""
        submission = self.readings.submissions[row]
        verdicts, codes = self.matrix
        return Record(
            submission.student,
            submission.file,
            submission.place,
            tuple(self.scores(row)),
            verdicts[row].tobytes(),
            codes[row].tobytes(),
            self.findings.get(row, {}),
            tuple(self.readings.remarks[row]),
        )

    @cached_property
    def matrix(self) -> tuple[Bytes, Bytes]:
        """Return verdicts and codes of remarks: submissions, then items."""
        rows, marker = len(self.readings.submissions), self.marker
        verdict = np.full((rows, len(marker.items)), MISSING, dtype=np.uint8)
        code = np.zeros_like(verdict)
        values = self.readings.tokens.arrays[0]
        for key, found in self.judge.verdicts.items():
            items = [(i, item.number) for i, item in enumerate(marker.items) if item.key == key]
            if not items:
                continue
            at, numbers = np.array(items).T
            ids = self.readings.ids[key][:, numbers]
            unreadable = np.isnan(values[ids]) & (ids != BLANK)
            verdict[:, at] = np.where(unreadable, UNREADABLE, found.verdict[:, numbers])
            code[:, at] = found.code[:, numbers]
        for i, item in enumerate(marker.items):
            if item.question not in marker.blocks:
                for row in range(rows):
                    verdict[row, i] = VERDICTS.index(self.other(row, item.question).verdict)
            elif len(marker.blocks[item.question].ways) > 1:
                left = self.ways[item.question] != item.way
                verdict[left, i], code[left, i] = ABSENT, 0
        return verdict, code

    @cached_property
    def findings(self) -> dict[int, dict[int, Finding]]:
        """Return the known mistakes, by submission and by the number of the item."""
        places: dict[tuple[str, int], list[int]] = {}
        for i, item in enumerate(self.marker.items):
            places.setdefault((item.key, item.number), []).append(i)
        found: dict[int, dict[int, Finding]] = {}
        for key, named in self.found.found.items():
            for (row, number), finding in named.items():
                for i in places.get((key, number), ()):
                    if self.matrix[0][row, i] != ABSENT:
                        found.setdefault(row, {})[i] = finding
        # In the order of the items, whatever the order in which quantities were met.
        return {row: dict(sorted(items.items())) for row, items in found.items()}

    @cached_property
    def typed(self) -> Ids:
        """Return the ids of what was typed for every item: submissions, then items."""
        items = self.marker.items
        found = np.full((len(self.readings.submissions), len(items)), BLANK, dtype=np.int32)
        for i, item in enumerate(items):
            if item.key in self.readings.ids:
                found[:, i] = self.readings.ids[item.key][:, item.number]
        return found

    @cached_property
    def own_values(self) -> Array:
        """Return what the student's own values give for every item, NaN where nothing was typed."""
        found = np.full(self.typed.shape, np.nan)
        for key, verdicts in self.judge.verdicts.items():
            at = [i for i, item in enumerate(self.marker.items) if item.key == key]
            found[:, at] = verdicts.own[:, [self.marker.items[i].number for i in at]]
        return np.where(self.typed == BLANK, np.nan, found)

    @cached_property
    def due(self) -> Array:
        """Return what is expected for every item: submissions, then items."""
        items, truth = self.marker.items, self.judge.truth
        found = np.tile([item.expected for item in items], (len(self.readings.submissions), 1))
        if truth.family is not None:
            for key in {item.key for item in items} - {""}:
                at = [i for i, item in enumerate(items) if item.key == key]
                numbers = [items[i].number for i in at]
                found[:, at] = by_submission(truth.true(key), len(truth.tables[key].box))[
                    :, numbers
                ]
        return found

    @cached_property
    def items_of(self) -> dict[str, list[int]]:
        """Return the numbers of the items of each question."""
        found: dict[str, list[int]] = {}
        for i, item in enumerate(self.marker.items):
            found.setdefault(item.question, []).append(i)
        return found

    def other(self, row: int, question: str) -> Mark:
        """Return the mark of an answer that is no number."""
        asked = self.marker.asked[question]
        return self.marker.other(asked, self.readings.others[row].get(question))

    def share(self, verdict: int, code: int, finding: Finding | None) -> float:
        """Return the share of its points that a number earns."""
        if finding is not None:
            return finding_share(finding, self.marker.credit)
        return float(self.marker.shares[verdict, code])

    def own(self, row: int) -> Solution:
        """Return the exercise with the values of one submission, what it left out worked out."""
        return replace(own_solution(self.judge, row), left_out=frozenset())

    def scores(self, row: int) -> Iterator[Score]:
        """Yield the points of each question."""
        for asked in self.marker.solution.exercise.questions:
            question = asked.question
            if question.id in self.points:
                points = float(self.points[question.id][row])
                yield Score(question.id, points, question.points)
                continue
            mark = self.other(row, question.id)
            pending = mark.out_of if mark.verdict is Verdict.PENDING else 0.0
            yield Score(question.id, mark.points, question.points, pending)

    @cached_property
    def points(self) -> dict[str, Array]:
        """Return the points of every question that asks for numbers, by submission."""
        found = {}
        for question, block in self.marker.blocks.items():
            ways = np.stack([self.way_points(columns) for columns in block.ways])
            found[question] = ways[self.chosen(question), np.arange(ways.shape[1])]
        return found

    def way_points(self, columns: list[Column]) -> Array:
        """Add the points of some columns up; what is not given earns nothing."""
        total = np.zeros(len(self.readings.submissions))
        for key, group in _by_key(columns).items():
            verdicts = self.judge.verdicts.get(key)
            if verdicts is None:
                continue
            numbers = np.array([column.number for column in group])
            worth = np.array([column.points for column in group])
            shares = self.marker.shares[verdicts.verdict[:, numbers], verdicts.code[:, numbers]]
            total += shares @ worth
            total += self.explained_points(key, {c.number: c.points for c in group})
        return total

    def explained_points(self, key: str, worth: Mapping[int, float]) -> Array:
        """Return what known mistakes earn beyond the share of all."""
        credit = self.marker.credit
        extra = np.zeros(len(self.readings.submissions))
        if credit.mistakes:
            for (row, number), finding in self.found.of(key).items():
                if number in worth:
                    share = finding_share(finding, credit) - credit.misconception
                    extra[row] += share * worth[number]
        return extra

    def chosen(self, question: str) -> Ints:
        """Return which way each student answered a question: of several, the one worth most."""
        ways = self.marker.blocks[question].ways
        if len(ways) == 1:
            return np.zeros(len(self.readings.submissions), dtype=int)
        worth = np.stack([self.way_points(columns) for columns in ways])
        given = np.stack([self.given(columns) for columns in ways])
        return np.asarray(np.where(given, worth, -1.0).argmax(axis=0))

    def given(self, columns: list[Column]) -> Truths:
        """Tell who wrote something in one of some columns."""
        found = np.zeros(len(self.readings.submissions), dtype=bool)
        for key, group in _by_key(columns).items():
            if key in self.readings.ids:
                numbers = [column.number for column in group]
                found |= (self.readings.ids[key][:, numbers] != 0).any(axis=1)
        return found

    def marks(self, row: int) -> tuple[Mark, ...]:
        """Make the marks of one submission."""
        return tuple(self.each(row))

    def each(self, row: int) -> Iterator[Mark]:
        for asked in self.marker.solution.exercise.questions:
            block = self.marker.blocks.get(asked.question.id)
            if block is None:
                yield self.other(row, asked.question.id)
                continue
            way = 0 if len(block.ways) == 1 else int(self.ways[asked.question.id][row])
            for column in block.ways[way]:
                yield self.mark(row, asked.question.id, column)

    def item_mark(self, row: int, number: int) -> Mark:
        """Make the mark of one item."""
        column = self.marker.columns[number]
        question = self.marker.items[number].question
        return self.other(row, question) if column is None else self.mark(row, question, column)

    @cached_property
    def ways(self) -> dict[str, Ints]:
        """Return, for each question that asks for numbers, how each student answered it."""
        return {question: self.chosen(question) for question in self.marker.blocks}

    def expected(self, row: int, column: Column) -> float:
        """Return the number expected of a submission."""
        if self.judge.truth.family is None:
            return column.expected
        return self.judge.truth.number(row, column.key, column.number)

    def mark(self, row: int, question: str, column: Column) -> Mark:
        """Make the mark of one number."""
        ids = self.readings.ids.get(column.key)
        token = int(ids[row, column.number]) if ids is not None else 0
        blank = Mark(
            question=question,
            answer=column.name,
            component=column.component,
            given=self.readings.tokens.texts[token] if token else None,
            verdict=Verdict.MISSING,
            points=0.0,
            out_of=column.points,
            expected=self.expected(row, column),
        )
        refused = self.readings.tokens.remarks.get(token)
        if refused is not None:
            return replace(blank, verdict=Verdict.UNREADABLE, remark=refused)
        if not token:
            return blank
        found = self.judge.verdicts[column.key]
        verdict, code = (int(a[row, column.number]) for a in (found.verdict, found.code))
        own = float(found.own[row, column.number])
        finding = self.found.of(column.key).get((row, column.number))
        return replace(
            blank,
            verdict=VERDICTS[verdict],
            points=column.points * self.share(verdict, code, finding),
            remark=Remark(CODES[code]) if code else None,
            finding=finding,
            from_own_values=None if np.isnan(own) else own,
        )


def _by_key(columns: list[Column]) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in columns:
        found.setdefault(column.key, []).append(column)
    return found
