"""Submissions to reports: read, judged in batches, marked question by question.

Points are added up for a whole batch at once; the marks themselves, a dozen words for each
number, are made only for whoever asks for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice

import numpy as np

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.model import Credit
from tp_solver.grading.answers import kinds
from tp_solver.grading.answers.numeric import Column
from tp_solver.grading.carry import MISSING, Bytes, Judge
from tp_solver.grading.explain import Explanations, Explainer
from tp_solver.grading.reading import Reader, Readings
from tp_solver.grading.record import ABSENT, Item, Record
from tp_solver.grading.report import (
    CODES,
    VERDICTS,
    Finding,
    Judged,
    Mark,
    Remark,
    Report,
    Score,
    Verdict,
)
from tp_solver.grading.rounding import Truths
from tp_solver.grading.submission import Raw, Submission
from tp_solver.grading.tokens import BLANK
from tp_solver.graph.arrays import Array
from tp_solver.language.limits import STUDENT
from tp_solver.solution import Solution

CHUNK = 512
MOST_NUMBERS = 4_000_000  # in a batch: places of all quantities, times submissions
UNREADABLE = VERDICTS.index(Verdict.UNREADABLE)
MOST_KNOWN = 10_000  # marks of answers that are no numbers, kept for those who answer the same


def grade(
    solution: Solution, submissions: Iterable[Submission], explain: bool = True
) -> list[Report]:
    """Mark submissions; each ends in a report, in the order they came.

    `explain` looks for known mistakes behind numbers that are wrong.
    """
    reports = list(Marker(solution, explain).reports(submissions))
    counts = Counter(report.student.id for report in reports)
    return [_shared(report) if counts[report.student.id] > 1 else report for report in reports]


def _shared(report: Report) -> Report:
    """Remark that a student handed in more than once."""
    remark = Remark("same-student", (("name", report.file),))
    return replace(report, remarks=(*report.remarks, remark))


@dataclass(frozen=True)
class NumberBlock:
    """A question that asks for numbers: its columns, one list for each way to answer it."""

    asked: Asked
    ways: list[list[Column]]


class Marker:
    """Marks the submissions to one exercise, batch after batch."""

    def __init__(self, solution: Solution, explain: bool = True) -> None:
        self.solution = solution
        self.reader = Reader(solution)
        self.explainer = Explainer(solution) if explain else None
        self.credit = solution.exercise.file.credit
        self.blocks: dict[str, NumberBlock] = {}
        self.known: dict[tuple[str, str], Mark] = {}
        for asked in solution.exercise.questions:
            kind = kinds()[asked.question.kind]
            if hasattr(kind, "columns"):
                self.blocks[asked.question.id] = NumberBlock(asked, kind.columns(asked, solution))
        self.shares = share_table(self.credit)
        self.asked = {asked.question.id: asked for asked in solution.exercise.questions}
        self.items = tuple(self.all_items())

    def all_items(self) -> Iterator[Item]:
        """Yield everything that is marked, in the order of the questions and of their ways."""
        for asked in self.solution.exercise.questions:
            question = asked.question
            block = self.blocks.get(question.id)
            if block is None:
                yield Item(question.id, question.id, None, question.points)
                continue
            for way, columns in enumerate(block.ways):
                for c in columns:
                    place = (c.key, c.position, c.number, way)
                    yield Item(question.id, c.name, c.component, c.points, *place)

    @property
    def chunk(self) -> int:
        """Return how many submissions make a batch: fewer of a large exercise."""
        numbers = sum(table.data.size for table in self.solution.tables.values())
        return max(1, min(CHUNK, MOST_NUMBERS // max(numbers, 1)))

    def reports(self, submissions: Iterable[Submission]) -> Iterator[Report]:
        """Yield a report for each submission, in the order they come."""
        waiting = iter(submissions)
        while chunk := list(islice(waiting, self.chunk)):
            readable = [item for item in chunk if item.refused is None]
            marked = iter(self.batch(readable)) if readable else iter(())
            for item in chunk:
                if item.refused is None:
                    yield next(marked)
                else:
                    yield Report(
                        item.student,
                        item.file,
                        item.place,
                        remarks=item.remarks,
                        refused=item.refused,
                    )

    def batch(self, submissions: list[Submission]) -> Iterator[Report]:
        """Yield the reports of a batch of submissions that can be read."""
        batch = self.judged(submissions)
        for row in range(len(submissions)):
            yield batch.report(row)

    def judged(self, submissions: list[Submission]) -> Batch:
        """Judge a batch of submissions that can be read."""
        readings = self.reader.read(submissions)
        judge = Judge(self.solution, readings)
        found = self.explainer.explain(judge) if self.explainer else Explanations()
        return Batch(self, readings, judge, found)

    def other(self, asked: Asked, raw: Raw) -> Mark:
        """Return the mark of an answer that is no number; the same one is judged once."""
        question = asked.question
        mark = kinds()[question.kind].mark
        if isinstance(raw, str) and len(raw) <= STUDENT.length:
            place = (question.id, raw)
            if place not in self.known:
                if len(self.known) >= MOST_KNOWN:
                    self.known.clear()
                self.known[place] = mark(asked, raw, self.solution)
            return self.known[place]
        made: Mark = mark(asked, raw, self.solution)
        return made


def share_table(credit: Credit) -> Array:
    """Return the share of the points by verdict and by the code of the remark."""
    table = np.zeros((len(VERDICTS), len(CODES)))
    table[VERDICTS.index(Verdict.CORRECT)] = 1.0
    table[VERDICTS.index(Verdict.CARRIED)] = credit.carried
    table[VERDICTS.index(Verdict.MISCONCEPTION)] = credit.misconception
    table[:, CODES.index("imprecise")] *= credit.imprecise
    table[VERDICTS.index(Verdict.CARRIED), CODES.index("hollow")] = credit.implausible
    return table


def finding_share(finding: Finding, credit: Credit) -> float:
    """Return the share that a known mistake earns: of several possible ones, the largest."""
    return max(
        min(credit.mistakes.get(one, credit.misconception) for one in ids)
        for ids in finding.possible
    )


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
        """Return the verdicts on all items, and the codes of the remarks: submissions, then items."""
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
                for row, others in enumerate(self.readings.others):
                    mark = marker.other(marker.asked[item.question], others.get(item.question))
                    verdict[row, i] = VERDICTS.index(mark.verdict)
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
        return found

    def scores(self, row: int) -> Iterator[Score]:
        """Yield the points of each question."""
        for asked in self.marker.solution.exercise.questions:
            question = asked.question
            if question.id in self.points:
                points = float(self.points[question.id][row])
                yield Score(question.id, points, question.points)
                continue
            mark = self.marker.other(asked, self.readings.others[row].get(question.id))
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

    def chosen(self, question: str) -> np.ndarray:  # type: ignore[type-arg]
        """Return which way each student answered a question: of several, the one worth most."""
        ways = self.marker.blocks[question].ways
        if len(ways) == 1:
            return np.zeros(len(self.readings.submissions), dtype=int)
        worth = np.stack([self.way_points(columns) for columns in ways])
        given = np.stack([self.given(columns) for columns in ways])
        made: np.ndarray = np.where(given, worth, -1.0).argmax(axis=0)  # type: ignore[type-arg]
        return made

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
                yield self.marker.other(asked, self.readings.others[row].get(asked.question.id))
                continue
            way = 0 if len(block.ways) == 1 else int(self.ways[asked.question.id][row])
            for column in block.ways[way]:
                yield self.mark(row, asked.question.id, column)

    @cached_property
    def ways(self) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
        """Return, for each question that asks for numbers, how each student answered it."""
        return {question: self.chosen(question) for question in self.marker.blocks}

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
            expected=column.expected,
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
        share = float(self.marker.shares[verdict, code])
        return replace(
            blank,
            verdict=VERDICTS[verdict],
            points=column.points
            * (finding_share(finding, self.marker.credit) if finding else share),
            remark=Remark(CODES[code]) if code else None,
            finding=finding,
            from_own_values=None if np.isnan(own) else own,
        )


def _by_key(columns: list[Column]) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in columns:
        found.setdefault(column.key, []).append(column)
    return found


def with_person(report: Report, person: Mapping[str, Judged]) -> Report:
    """Return a report with the points that a person gave to some of its questions."""
    if not person or report.refused is not None:
        return report
    scores = tuple(
        Score(s.question, min(person[s.question].points, s.out_of), s.out_of)
        if s.question in person
        else s
        for s in report.scores
    )
    return replace(
        report, scores=scores, person=person, make=lambda: _judged_marks(report, person)
    )


def _judged_marks(report: Report, person: Mapping[str, Judged]) -> tuple[Mark, ...]:
    """Give each mark of a question that a person judged its part of the points."""
    found = []
    for mark in report.marks:
        judged = person.get(mark.question)
        if judged is None:
            found.append(mark)
            continue
        whole = sum(m.out_of for m in report.marks if m.question == mark.question)
        share = mark.out_of / whole if whole else 0.0
        alone = mark.verdict in (Verdict.PENDING, Verdict.MISSING)
        remark = Remark("by-person", (("comment", judged.comment),))
        found.append(
            replace(
                mark,
                verdict=Verdict.MARKED if alone else mark.verdict,
                points=judged.points * share,
                remark=remark,
            )
        )
    return tuple(found)
