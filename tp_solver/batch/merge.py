"""`merge`: the parts of a batch that was spread put together, as if it had been one run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tp_solver.batch.job import Outcome, Watch, finish, resumable
from tp_solver.batch.settings import Source, differences, fingerprint, settings_of
from tp_solver.batch.store import FILE, TABLES, Store
from tp_solver.batch.work import PARTS
from tp_solver.errors import UserError

NEW = f".{FILE}.new"
KEPT = ("exercise", "source", "fingerprint", "settings", "items", "questions", "credit")


@dataclass(frozen=True)
class Part:
    """A part of a batch: its folder, and what is kept about it."""

    folder: Path
    shard: str | None
    finished: bool
    kept: Mapping[str, Any]


def merge(folders: Sequence[Path], target: Path, watch: Watch) -> Outcome:
    """Put the parts of a batch together and write every output; raises UserError."""
    if target.resolve() in {folder.resolve() for folder in folders}:
        raise UserError(f"{target} is one of the parts: name another folder after -o")
    parts = [_part(folder) for folder in folders]
    _hold_together(parts)
    kept = parts[0].kept
    with resumable():
        target.mkdir(parents=True, exist_ok=True)
        _free(target)
        new = target / NEW
        new.unlink(missing_ok=True)
        with Store.open(new) as made:
            made.settle({**kept, "shard": None, "finished": False, "merged": True})
            for part in parts:
                _take(made, part.folder, target)
                watch.advance(1 / len(parts))
        new.replace(target / FILE)
        settings = settings_of(kept["settings"])
        outcome = Outcome(language=settings.language)
        model = Source(*kept["source"]).model(settings)
        with Store.existing(target) as store:
            finish(store, target, settings, model, outcome)
            store.settle({"finished": True})
    return outcome


def _part(folder: Path) -> Part:
    """Look at what is kept about a part."""
    with Store.existing(folder) as store:
        kept = {key: store.meta(key) for key in KEPT}
        return Part(folder, store.meta("shard"), bool(store.meta("finished")), kept)


def _hold_together(parts: Sequence[Part]) -> None:
    """Raise UserError unless these are all the parts of one batch, each of them finished."""
    for part in parts:
        if part.shard is None:
            raise UserError(f"{part.folder} is no part of a batch: `grade --shard` makes them")
        if not part.finished:
            raise UserError(f"{part.folder} is not finished: run its command again to go on")
    for one, other in pairwise(parts):
        names = f"{one.folder} and {other.folder}"
        if found := differences(one.kept["fingerprint"], other.kept["fingerprint"]):
            raise UserError(f"{names} were not made alike ({'; '.join(found)}): mark one again")
        if one.kept["settings"] != other.kept["settings"]:
            raise UserError(f"{names} were made with other options: run one again with the same")
    kept = parts[0].kept
    source, settings = Source(*kept["source"]), settings_of(kept["settings"])
    now = fingerprint(source, settings, source.model(settings))
    if found := differences(kept["fingerprint"], now):
        raise UserError(f"the parts are of an earlier state ({'; '.join(found)}): mark them again")
    _hold_complete([str(part.shard) for part in parts])


def _hold_complete(shards: Sequence[str]) -> None:
    """Raise UserError unless every part is there once."""
    count = int(shards[0].partition("/")[2])
    due = [f"{i}/{count}" for i in range(1, count + 1)]
    missing = [shard for shard in due if shard not in shards]
    other = [shard for shard in shards if shard not in due or shards.count(shard) > 1]
    if missing:
        raise UserError(f"part {', '.join(missing)} is missing: name its folder too")
    if other:
        raise UserError(f"part {other[0]} is one too many: name each folder once")


def _free(target: Path) -> None:
    """Raise UserError where the folder has results that are no unfinished merge."""
    if (target / FILE).is_file():
        with Store.existing(target) as store:
            if store.meta("finished") or not store.meta("merged"):
                raise UserError(f"{target} has results already: name another folder")


def _take(made: Store, folder: Path, target: Path) -> None:
    """Copy the results of a part, and its pages, which wait for their names."""
    execute = made.connection.execute
    execute("ATTACH ? AS part", (str(folder / FILE),))
    (first,) = execute("SELECT coalesce(max(id), 0) FROM submission").fetchone()
    with made.writing():
        for table in TABLES:
            names = [row[1] for row in execute(f"PRAGMA main.table_info({table})")]
            others = ", ".join(names[1:])
            execute(f"INSERT INTO {table} SELECT id + ?, {others} FROM part.{table}", (first,))
        execute("REPLACE INTO person SELECT * FROM part.person")
        execute("UPDATE submission SET page = NULL WHERE id > ?", (first,))
    execute("DETACH part")
    waiting = folder / PARTS
    if waiting.is_dir():
        (target / PARTS).mkdir(exist_ok=True)
        for path in waiting.iterdir():
            shutil.copyfile(path, target / PARTS / path.name)
