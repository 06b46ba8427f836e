"""`regrade`: stored answers marked again after the exercise or the catalogue changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tp_solver.batch.job import Outcome, Watch, about, finish, resumable, same_exercise, take_stock
from tp_solver.batch.moves import Marks, Move, marks_of, move
from tp_solver.batch.moves_sheet import MovesSheet
from tp_solver.batch.outputs import RECORD
from tp_solver.batch.people import People
from tp_solver.batch.pool import done
from tp_solver.batch.rows import RecordReader, submission_of
from tp_solver.batch.settings import Settings, Source, settings_of
from tp_solver.batch.store import FILE, Key, Result, Store
from tp_solver.batch.work import PARTS, Copy, Item, Job, Line, Task
from tp_solver.exercise.model import Scale
from tp_solver.grading.marking import Marker
from tp_solver.grading.report import Student
from tp_solver.graph.model import Model
from tp_solver.solution import solve
from tp_solver.text import words

NEW = f".{FILE}.new"
NEW_PARTS = f"{PARTS}.new"
TOGETHER = 256  # submissions in a task
SHOWN = 1000  # moves that are kept for the page and the terminal


@dataclass(frozen=True)
class Again:
    """What `regrade` is asked for; options that are not given stay as they were."""

    source: Source
    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    jobs: int | None = None
    dry: bool = False


@dataclass
class Moved:
    """Who moved: the first of them, and how many there are in all."""

    scale: Scale  # of the final marks
    first: list[Move] = field(default_factory=list)
    count: int = 0
    total: int = 0
    language: str = "fr"


def regrade(again: Again, watch: Watch) -> tuple[Outcome, Moved]:
    """Mark what is stored again; write who moved, then every output. Raises UserError.

    The earlier results stay as they are until all is marked.
    """
    with resumable(), ExitStack() as stack:
        store = stack.enter_context(Store.existing(again.folder))
        run = _Run(again, store, watch)
        if again.dry:
            run.mark(None)
            return Outcome(submissions=run.moved.total), run.moved
        new = again.folder / NEW
        new.unlink(missing_ok=True)
        with Store.open(new) as made:
            run.mark(made)
            made.keep_people(store.people())
            made.settle(about(again.source, run.settings, run.model) | run.standing())
        run.write_moves()
        stack.close()
        _replace(again.folder)
        outcome = Outcome()
        with Store.existing(again.folder) as store:
            if run.shard is None:
                finish(store, again.folder, run.settings, run.model, outcome)
            else:
                take_stock(store, outcome)
        outcome.written = [*run.written, *outcome.written]
        return outcome, run.moved


class _Run:
    """Marks what is stored again and notes who moves."""

    def __init__(self, again: Again, store: Store, watch: Watch) -> None:
        self.again = again
        self.store = store
        self.watch = watch
        self.settings = _settings(store, again.options)
        self.model = again.source.model(self.settings)
        same_exercise(store, self.model, again.folder)
        self.shard = store.meta("shard")
        self.old_reader = _reader(store.meta("questions"))
        self.before = marks_of(store.meta("items"), store.meta("credit"))
        self.new_reader = _reader(questions(self.model))
        self.after = Marks(
            Marker(solve(self.model), explain=False).items, self.model.exercise.file.credit
        )
        self.written: list[Path] = []
        scale = self.model.exercise.file.scale
        self.moved = Moved(scale, language=self.settings.language)
        self.sheet = MovesSheet(again.folder, words(self.settings.language), scale, again.dry)

    def standing(self) -> dict[str, Any]:
        """Return what the new results take over from the old ones."""
        return {"shard": self.shard, "finished": self.store.meta("finished")}

    def mark(self, made: Store | None) -> None:
        """Mark everything, compare it with what was, and store it."""
        people = People(self.store.people())
        again = self.again
        job = Job(again.source, self.settings, again.folder, people, again.dry, NEW_PARTS)
        size = 1 / max(self.store.count(), 1)
        with self.sheet.open():
            for marked in done(job, self.tasks(), again.jobs):
                for key, result in marked:
                    self.compare(key, result)
                if made is not None:
                    made.add(marked)
                self.watch.advance(size * len(marked))
                self.watch.count(len(marked))

    def tasks(self) -> Iterator[Task]:
        """Yield what is stored, in order."""
        task: list[Item] = []
        columns = "s.input, s.number, s.unit, s.part, s.file, s.place, raw.answers"
        stored = self.store.rows(columns, "JOIN raw USING (id)")
        for at, number, unit, part, file, place, raw in stored:
            if isinstance(raw, bytes):
                task.append(Line(at, number, unit, file, raw))
            else:
                submission = submission_of(raw, file, place)
                task.append(Copy(at, number, unit, part, submission, raw))
            if len(task) >= TOGETHER:
                yield task
                task = []
        if task:
            yield task

    def compare(self, key: Key, result: Result) -> None:
        """Note whether a submission moves."""
        columns = self.store.connection.execute(
            f"SELECT {RECORD} FROM submission s JOIN record r USING (id)"
            " WHERE s.unit = ? AND s.part = ?",
            key[:2],
        ).fetchone()
        student = Student(result.student, result.name)
        old = self.old_reader.record(student, result.file, result.place, columns)
        new = self.new_reader.record(student, result.file, result.place, result.columns)
        self.moved.total += 1
        found = move(old, new, self.before, self.after)
        if found is not None:
            self.moved.count += 1
            self.sheet.add(found)
            if len(self.moved.first) < SHOWN:
                self.moved.first.append(found)

    def write_moves(self) -> None:
        """Put who moved in its place, unless nothing did since it was last written."""
        same = (
            self.store.meta("fingerprint")
            == about(self.again.source, self.settings, self.model)["fingerprint"]
        )
        if self.moved.count or not same:
            self.written = self.sheet.written(self.model, self.moved.first, self.moved.count)
        else:
            self.sheet.discard()


def _settings(store: Store, options: Mapping[str, Any]) -> Settings:
    """Return the options of the run before, and in their place those that are given now."""
    old = settings_of(store.meta("settings"))
    given = {name: value for name, value in options.items() if value is not None}
    return replace(old, **given)


def questions(model: Model) -> list[tuple[str, float]]:
    """Return the questions of an exercise with their points."""
    return [(one.question.id, one.question.points) for one in model.exercise.questions]


def _reader(found: list[tuple[str, float]]) -> RecordReader:
    return RecordReader((question, points) for question, points in found)


def _replace(folder: Path) -> None:
    """Put the new results, and the pages that wait for their names, in the place of the old."""
    parts, new = folder / PARTS, folder / NEW_PARTS
    (folder / NEW).replace(folder / FILE)
    if new.is_dir():
        shutil.rmtree(parts, ignore_errors=True)
        new.rename(parts)
