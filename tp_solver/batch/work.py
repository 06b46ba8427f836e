"""What a worker does: reads the submissions of a task, judges them at once, writes their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from tp_solver.batch.people import People
from tp_solver.batch.rows import raw_json, record_columns
from tp_solver.batch.settings import Settings, Source
from tp_solver.batch.store import DATA, PAGE, REFUSED, Key, Result
from tp_solver.batch.views import Pages
from tp_solver.grading.marking import Marker
from tp_solver.grading.misconceptions import catalogue
from tp_solver.grading.person import with_person
from tp_solver.grading.readers import Input, read_submissions
from tp_solver.grading.readers.json_lines import json_line
from tp_solver.grading.reading import Readings
from tp_solver.grading.record import Record
from tp_solver.grading.report import Remark, Report
from tp_solver.grading.submission import Submission
from tp_solver.solution import solve
from tp_solver.text import words

# What marking raises where it meets a copy it has no answer to: that copy alone is given up.
FAILURES = (ArithmeticError, AssertionError, LookupError, RecursionError, TypeError, ValueError)
PARTS = ".pages"  # pages wait here for their names, which all the class is needed for


class Line(NamedTuple):
    """A line of a file of lines."""

    input: int
    number: int
    unit: bytes
    file: str
    raw: bytes


class File(NamedTuple):
    """A small file, read by the worker."""

    input: int
    unit: bytes
    source: Input


class Copy(NamedTuple):
    """A submission that is read already."""

    input: int
    number: int
    unit: bytes
    part: int
    submission: Submission
    raw: str | bytes = ""  # as it is stored, where it is


Item = Line | File | Copy
Task = list[Item]
Marked = list[tuple[Key, Result]]
Found = tuple[Key, Submission, str | bytes]  # and how the submission is stored
Judged = tuple[Record, Callable[[], Report]]  # and what makes the report for whoever needs it


@dataclass(frozen=True)
class Job:
    """All that a process needs to mark tasks; small, for it is sent to each."""

    source: Source
    settings: Settings
    folder: Path
    people: People
    dry: bool = False  # nothing but the marks
    parts: str = PARTS


class Worker:
    """Marks tasks, one after another."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.stopped: Callable[[], bool] = lambda: False
        model = job.source.model(job.settings)
        students = frozenset(job.settings.students) or None
        self.marker = Marker(solve(model), job.settings.explains(model), students)
        self.pages = Pages(self.marker.solution, self.marker.items, words(job.settings.language))
        self.parts = job.folder / job.parts
        if job.settings.pages and not job.dry:
            self.parts.mkdir(parents=True, exist_ok=True)

    def loaded(self) -> Worker:
        """Load what the first copies would: once for all the processes that part from here."""
        if self.marker.explainer is not None:
            catalogue()
        if self.job.settings.pages:
            self.pages.writer.title  # noqa: B018  the sheets, and how their texts are read
        return self

    def run(self, task: Task) -> Marked:
        """Mark the submissions of a task; those after a stop are left out."""
        found = chain.from_iterable(map(self.read, task))
        marked: Marked = []
        while some := self.marked(islice(found, self.marker.chunk)):
            marked += some
        return marked

    def read(self, item: Item) -> Iterator[Found]:
        """Yield the submissions of an item, and their raw text as it is stored."""
        if isinstance(item, Line):
            submission = json_line(item.raw, item.file, item.number)
            yield Key(item.unit, 0, item.input, item.number), submission, item.raw
        elif isinstance(item, Copy):
            raw = item.raw or raw_json(item.submission)
            yield Key(item.unit, item.part, item.input, item.number), item.submission, raw
        else:
            for part, submission in enumerate(read_submissions(item.source)):
                yield Key(item.unit, part, item.input, part), submission, raw_json(submission)

    def marked(self, found: Iterable[Found]) -> Marked:
        """Mark some submissions at once."""
        gathering = self.marker.reader.gathering()
        kept: list[tuple[Key, Submission, str | bytes]] = []
        for key, submission, raw in found:
            try:
                one = gathering.add(submission) if submission.refused is None else submission
            except FAILURES as error:
                one = not_marked(submission, error)
            kept.append((key, one, raw))
        copies = self.copies([one for _, one, _ in kept], gathering.readings())
        lines = self.pages.lines(record for record, _ in copies)
        results: Marked = []
        for (key, _, raw), (record, report), line in zip(kept, copies, lines, strict=True):
            if self.stopped():
                break
            results.append((key, self.result(key, record, report, raw, line)))
        return results

    def copies(self, submissions: list[Submission], readings: Readings) -> list[Judged]:
        """Return what is found of submissions, of which those that are not refused are read."""
        rows = [i for i, one in enumerate(submissions) if one.refused is None]
        submissions = self.marker.admitted(submissions)
        left = [row for row, i in enumerate(rows) if submissions[i].refused is None]
        judged = self.judged(readings if len(left) == len(rows) else readings.part(left))
        return [
            self.completed(*(refused(one) if one.refused is not None else next(judged)))
            for one in submissions
        ]

    def judged(self, readings: Readings) -> Iterator[Judged]:
        """Yield the records of submissions, in order, and what makes their reports.

        A batch that fails is judged in halves, so that no copy costs others their marks.
        """
        count = len(readings.submissions)
        if not count:
            return
        try:
            batch = self.marker.judge(readings)
            records = [batch.record(row) for row in range(count)]
        except FAILURES as error:
            if count == 1:
                yield refused(not_marked(readings.submissions[0], error))
                return
            for half in (range(count // 2), range(count // 2, count)):
                yield from self.judged(readings.part(list(half)))
        else:
            yield from ((record, partial(batch.report, row)) for row, record in enumerate(records))

    def completed(self, record: Record, report: Callable[[], Report]) -> Judged:
        """Add what a person decided."""
        person = self.job.people.of(record.student.id, record.file, record.place)
        if not person:
            return record, report
        whole = with_person(report(), person)
        return replace(record, scores=whole.scores, person=whole.person), lambda: whole

    def result(
        self, key: Key, record: Record, make: Callable[[], Report], raw: str | bytes, line: str
    ) -> Result:
        """Put together what is stored of a submission, and write its page."""
        report = cache(make)  # costly, and not needed for scores alone
        settings, has, data = self.job.settings, 0 if record.refused is None else REFUSED, None
        if settings.data and not self.job.dry:
            has, data = has | DATA, self.pages.data(report())
        if settings.pages and record.refused is None and not self.job.dry:
            has |= PAGE
            self.write(key, self.pages.feedback(report()))
        return Result(
            record.student.id,
            record.student.name,
            record.file,
            record.place,
            record.score,
            record.pending,
            has,
            record_columns(record),
            line,
            raw,
            data,
            tuple(waiting(report())) if record.pending else (),
        )

    def write(self, key: Key, page: str) -> None:
        """Write a page under the name it has until all names are given."""
        path = self.parts / part_name(key.unit, key.part)
        path.write_bytes(page.encode())  # far quicker than as text


def waiting(report: Report) -> Iterator[tuple[str, float, str]]:
    """Yield the answers that a person has to read, with their questions and points."""
    batch, row = report.own
    for score in report.scores:
        if score.pending:
            answer = batch.readings.others[row].get(score.question)
            text = answer if isinstance(answer, str) else "\n".join(map(str, answer or ()))
            yield score.question, score.pending, text


def not_marked(submission: Submission, error: Exception) -> Submission:
    """Refuse a submission that can be read but not marked."""
    detail = f"{type(error).__name__}: {error}"[:200]
    return replace(submission, refused=Remark("not-marked", (("detail", detail),)))


def part_name(unit: bytes, part: int) -> str:
    """Return the name of a page that waits for its own."""
    return f"{unit.hex()}-{part}.html"


def refused(submission: Submission) -> Judged:
    """Return what there is to say of a submission that can't be marked."""
    student, file, place = submission.student, submission.file, submission.place
    remarks, why = submission.remarks, submission.refused
    record = Record(student, file, place, remarks=remarks, refused=why)
    return record, lambda: Report(student, file, place, remarks=remarks, refused=why)
