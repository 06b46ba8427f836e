"""A run of `grade`: submissions marked and stored as they come, then written out."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Protocol, TextIO

from tp_solver.batch.outputs import RECORDED, Outputs, refusals
from tp_solver.batch.pages import settle
from tp_solver.batch.people import People, PersonMark, read_marks
from tp_solver.batch.plan import Planner
from tp_solver.batch.pool import cores, done
from tp_solver.batch.rows import remarks_of
from tp_solver.batch.settings import Settings, Shard, Source, fingerprint, hold, settings_of
from tp_solver.batch.store import FILE, Store
from tp_solver.batch.work import Job
from tp_solver.errors import UserError
from tp_solver.grading.marking import Marker
from tp_solver.grading.readers import Input
from tp_solver.grading.report import Remark
from tp_solver.grading.statistics import ODD
from tp_solver.graph.model import Model
from tp_solver.solution import solve

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SHOWN = 20  # refusals that are listed
FIRST = 3  # files that are named where a line tells of many
# What records hold: quotes inside texts are escaped, so that only the code of a remark is found.
OTHER = "s.score NOT NULL AND instr(r.remarks, '[\"other-exercise\"') > 0"
IMPLAUSIBLE = f"instr(r.codes, x'{ODD:02x}') > 0"


class Watch(Protocol):
    """Is told how a run gets on."""

    def advance(self, size: float) -> None:
        """Take note of some of the whole that is behind."""

    def count(self, items: int) -> None:
        """Take note of submissions that are done."""


@dataclass(frozen=True)
class Request:
    """What `grade` is asked for."""

    source: Source
    inputs: Sequence[Input]
    folder: Path
    settings: Settings
    shard: Shard | None = None
    jobs: int | None = None
    marks: Path | None = None


@dataclass
class Outcome:
    """What a run has to say: what was written, what needs a person."""

    written: list[Path] = field(default_factory=list)
    pages: int = 0
    submissions: int = 0
    recognised: int = 0
    dropped: int = 0
    pending: int = 0
    implausible: int = 0
    others: list[str] = field(default_factory=list)  # files that name another exercise
    other: int = 0
    refused: int = 0
    refusals: list[tuple[str, Remark]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    language: str = "fr"


def grade(request: Request, watch: Watch, stream: TextIO | None = None) -> Outcome:
    """Mark submissions, or what an earlier run left of them; raises UserError.

    Whatever ends a run early, the same one goes on from there. The reports go to a stream rather
    than to files where there is one.
    """
    with resumable(), store_in(request.folder) as store:
        settings = replace(request.settings, formats=formats(store, request.settings))
        model = request.source.model(settings)
        begin(store, request, settings, model)
        people, unknown = kept_people(store, request.marks, model)
        planner = Planner(
            store,
            settings,
            people,
            request.folder,
            request.shard or Shard(),
            watch.advance,
            request.jobs or cores(),
        )
        job = Job(request.source, settings, request.folder, people)
        store.unplace()
        for marked in done(job, planner.tasks(request.inputs), request.jobs):
            store.add(marked, planner.fresh)
            watch.count(len(marked))
        outcome = Outcome(recognised=planner.recognised, dropped=store.drop_unplaced())
        if stream is not None:
            outputs(store, request.folder, settings, model).stream(stream)
            take_stock(store, outcome)
        elif request.shard is None:
            finish(store, request.folder, settings, model, outcome)
        else:
            take_stock(store, outcome)
        outcome.notes += unknown_students(store, unknown, request.marks)
        store.settle({"finished": True})
    return outcome


def formats(store: Store, settings: Settings) -> tuple[str, ...]:
    """Return the formats asked for, and those that the folder has: these are kept up to date."""
    old = store.meta("settings") if store.count() else None
    before = settings_of(old).formats if old else ()
    return tuple(dict.fromkeys((*before, *settings.formats)))


def begin(store: Store, request: Request, settings: Settings, model: Model) -> None:
    """See that the folder is for this run, and note what it is about."""
    folder = request.folder
    shard = str(request.shard) if request.shard else None
    if store.count():
        same_exercise(store, model, folder)
        if store.meta("shard") != shard:
            part = f"part {store.meta('shard')}" if store.meta("shard") else "all"
            raise UserError(f"{folder} holds {part} of a batch: name another folder")
        hold(store.meta("fingerprint"), fingerprint(request.source, settings, model), folder)
    store.settle(about(request.source, settings, model) | {"shard": shard, "finished": False})


def same_exercise(store: Store, model: Model, folder: Path) -> None:
    """Raise UserError where the results in a folder are for another exercise."""
    if (exercise := store.meta("exercise")) != model.exercise.id:
        raise UserError(f"{folder} holds marks for {exercise}: name another folder")


def about(source: Source, settings: Settings, model: Model) -> dict[str, object]:
    """Return what is kept of a run besides its results."""
    marker = Marker(solve(model), explain=False)
    return {
        "exercise": model.exercise.id,
        "source": [source.text, source.name],
        "fingerprint": fingerprint(source, settings, model),
        "settings": settings.kept(),
        "items": [[i.question, i.name, i.component, i.points, i.key, i.way] for i in marker.items],
        "questions": [[a.question.id, a.question.points] for a in model.exercise.questions],
        "credit": model.exercise.file.credit.model_dump(),
    }


def kept_people(store: Store, path: Path | None, model: Model) -> tuple[People, list[PersonMark]]:
    """Return a person's marks, those of a file added to those kept; and those of the file."""
    found: list[PersonMark] = []
    if path is not None:
        asked = model.exercise.questions
        found = read_marks(path, {one.question.id: one.question.points for one in asked})
        store.keep_people(mark[:6] for mark in found)
    return People(store.people()), found


def unknown_students(store: Store, marks: list[PersonMark], path: Path | None) -> list[str]:
    """Say which marks of a file are for nobody who handed in."""
    known = {student for (student,) in store.rows("s.student")} if marks else set()
    return [
        f"{path}:{mark.line}: nobody called `{mark.student}` handed in: the points wait for them"
        for mark in marks
        if mark.student not in known
    ]


def finish(store: Store, folder: Path, settings: Settings, model: Model, outcome: Outcome) -> None:
    """Name the pages and write every output."""
    if settings.pages:
        outcome.pages = settle(store, folder)
    outcome.written, notes = outputs(store, folder, settings, model).write()
    outcome.notes += notes
    take_stock(store, outcome)


def outputs(store: Store, folder: Path, settings: Settings, model: Model) -> Outputs:
    """Return what writes the results of an exercise."""
    solution = solve(model)
    return Outputs(store, solution, Marker(solution, explain=False).items, settings, folder)


def take_stock(store: Store, outcome: Outcome) -> None:
    """Count what there is, and list what was refused."""
    outcome.submissions = store.count()
    outcome.refused = store.count("score IS NULL")
    outcome.pending = store.count("pending > 0")
    outcome.implausible, outcome.other = counted(store, IMPLAUSIBLE), counted(store, OTHER)
    found = store.rows("s.file, s.place", RECORDED, OTHER)
    outcome.others += map(named, islice(found, FIRST))
    for file, place, why in refusals(store, SHOWN):
        outcome.refusals.append((named((file, place)), remarks_of(why)[0]))


def counted(store: Store, condition: str) -> int:
    """Count submissions by what is in their records."""
    return int(next(store.rows("count(*)", RECORDED, condition))[0])


def named(found: tuple[str, str]) -> str:
    """Name a submission by its file, and its place where the file holds several."""
    file, place = found
    return f"{file}:{place}" if place else file


@contextmanager
def store_in(folder: Path) -> Iterator[Store]:
    """Open the results in a folder, which is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    with Store.open(folder / FILE) as store:
        yield store


@contextmanager
def resumable() -> Iterator[None]:
    """Say of trouble with files that nothing is lost; raises UserError."""
    try:
        yield
    except (FileExistsError, NotADirectoryError, BrokenPipeError):
        raise
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        todo = "make room" if error.errno in FULL else "see to it"
        raise UserError(
            f"{error.strerror or error}{place}: what is marked so far is kept; "
            f"{todo} and run the same command again to go on"
        ) from error
