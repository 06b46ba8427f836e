"""Submissions to reports: read, judged in batches, marked question by question.

Points are added up for a whole batch at once; the marks themselves, a dozen words for each
number, are made only for whoever asks for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.admission import admitted
from tp_solver.grading.answers import kinds
from tp_solver.grading.answers.numeric import Column
from tp_solver.grading.carry import Judge
from tp_solver.grading.credit import check_credit, share_table
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.explain import Explainer, Explanations
from tp_solver.grading.marked import Batch
from tp_solver.grading.reading import Reader, Readings
from tp_solver.grading.record import Item
from tp_solver.grading.report import Mark, Remark, Report
from tp_solver.grading.submission import Raw, Submission
from tp_solver.grading.truth import Truth
from tp_solver.language.limits import STUDENT
from tp_solver.solution import Solution

CHUNK = 2048
MOST_NUMBERS = 4_000_000  # in a batch: places of all quantities, times submissions
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
    """Marks the submissions to one exercise, batch after batch.

    `students` has the folded ids of those who may hand in, where numbers are drawn for each.
    """

    def __init__(
        self, solution: Solution, explain: bool = True, students: frozenset[str] | None = None
    ) -> None:
        check_credit(solution.exercise)
        self.solution = solution
        self.drawer = Drawer(solution.model) if solution.exercise.variants else None
        self.students = students
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
        everything = list(self.all_items())
        self.items = tuple(item for item, _ in everything)
        self.columns = tuple(column for _, column in everything)

    def all_items(self) -> Iterator[tuple[Item, Column | None]]:
        """Yield everything that is marked, in the order of the questions and of their ways."""
        for asked in self.solution.exercise.questions:
            question = asked.question
            block = self.blocks.get(question.id)
            if block is None:
                yield Item(question.id, question.id, None, question.points), None
                continue
            for way, columns in enumerate(block.ways):
                for c in columns:
                    at = tuple(c.component) if isinstance(c.component, list) else c.component
                    place = (c.key, c.position, c.number, way, c.expected)
                    yield Item(question.id, c.name, at, c.points, *place), c

    @property
    def chunk(self) -> int:
        """Return how many submissions make a batch: fewer of a large exercise."""
        numbers = sum(table.data.size for table in self.solution.tables.values())
        return max(1, min(CHUNK, MOST_NUMBERS // max(numbers, 1)))

    def reports(self, submissions: Iterable[Submission]) -> Iterator[Report]:
        """Yield a report for each submission, in the order they come."""
        waiting = iter(submissions)
        while chunk := self.admitted(list(islice(waiting, self.chunk))):
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

    def admitted(self, submissions: list[Submission]) -> list[Submission]:
        """Refuse those of which it is not clear whose numbers they answer."""
        if self.drawer is None:
            return submissions
        return list(admitted(submissions, self.drawer, self.students))

    def batch(self, submissions: list[Submission]) -> Iterator[Report]:
        """Yield the reports of a batch of submissions that can be read."""
        batch = self.judged(submissions)
        for row in range(len(submissions)):
            yield batch.report(row)

    def judged(self, submissions: Iterable[Submission]) -> Batch:
        """Judge a batch of submissions that can be read."""
        return self.judge(self.reader.read(submissions))

    def judge(self, readings: Readings) -> Batch:
        """Judge a batch that is read."""
        judge = Judge(self.solution, readings, self.truth(readings.submissions))
        found = self.explainer.explain(judge) if self.explainer else Explanations()
        return Batch(self, readings, judge, found)

    def truth(self, submissions: list[Submission]) -> Truth:
        """Return the true values that submissions are held against."""
        if self.drawer is None:
            return Truth.of_all(self.solution)
        family = self.drawer.family(one.student for one in submissions)
        return Truth.of_each(self.solution, family)

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
