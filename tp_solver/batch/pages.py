"""Giving pages their names once all submissions are known, so that names depend on nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from tp_solver.batch.names import is_plain, keyed, stem_of
from tp_solver.batch.plan import FEEDBACK
from tp_solver.batch.store import PAGE, Store
from tp_solver.batch.work import PARTS, part_name

GENERATOR = b'<meta name="generator" content="tp_solver">'
HEAD = 600  # bytes in which the generator is named
TOGETHER = 500  # pages named in one transaction

NAMING = """
CREATE TEMP TABLE naming (id INTEGER PRIMARY KEY, page TEXT NOT NULL UNIQUE COLLATE NOCASE)
"""
RENAMED = "JOIN naming n USING (id)"


def settle(store: Store, folder: Path) -> int:
    """Give each page its name in the folder of pages; return how many pages there are.

    Pages of an earlier run whose submissions are not in this one are removed; nothing else is.
    """
    store.connection.execute("DROP TABLE IF EXISTS temp.naming")
    store.connection.execute(NAMING)
    _name(store)
    feedback, parts = folder / FEEDBACK, folder / PARTS
    feedback.mkdir(parents=True, exist_ok=True)
    parts.mkdir(exist_ok=True)
    _move(store, "s.page NOT NULL AND s.page != n.page", feedback, parts)
    _move(store, "s.page IS NULL", parts, feedback)
    _remove_stale(store, feedback)
    for path in parts.iterdir():  # of submissions that are gone, or were marked anew
        path.unlink()
    parts.rmdir()
    return store.count(f"has & {PAGE}")


def _name(store: Store) -> None:
    """Choose a name for the page of each submission, in their order."""
    execute = store.connection.execute
    insert = "INSERT OR IGNORE INTO temp.naming VALUES (?, ?)"
    with store.writing():
        for rank, (number, student, file) in enumerate(store.rows("s.id, s.student, s.file")):
            plain = is_plain(student)
            if plain and execute(insert, (number, f"{stem_of(student)}.html")).rowcount:
                continue
            place = file
            while not execute(insert, (number, f"{keyed(student, place, rank)}.html")).rowcount:
                place += "\0"


def _move(store: Store, where: str, start: Path, end: Path) -> None:
    """Move pages between the folder where they wait and that where they have their names.

    What the database says is true after every transaction: a page that was moved in one that did
    not end is missed by the next run, which makes it again.
    """
    columns = "s.id, s.unit, s.part, s.page, n.page"
    last = None
    while True:
        after = "" if last is None else f" AND s.id > {last}"
        rows = store.connection.execute(
            f"SELECT {columns} FROM submission s {RENAMED} WHERE s.has & {PAGE} AND {where}{after}"
            f" ORDER BY s.id LIMIT {TOGETHER}"
        ).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        with store.writing():
            for _, unit, part, old, new in rows:
                waiting = part_name(unit, part)
                from_, to = old or waiting, waiting if old else new
                os.replace(f"{start}/{from_}", f"{end}/{to}")  # noqa: PTH105  half of a path's time
            store.connection.executemany(
                "UPDATE submission SET page = ? WHERE id = ?",
                ((None if old else new, number) for number, _, _, old, new in rows),
            )


def _remove_stale(store: Store, feedback: Path) -> None:
    """Remove the pages that this program wrote and no submission has."""
    for path in feedback.glob("*.html"):
        known = store.connection.execute(
            "SELECT 1 FROM temp.naming n JOIN submission s USING (id)"
            f" WHERE n.page = ? AND s.has & {PAGE}",
            (path.name,),
        ).fetchone()
        if known is None and path.is_file() and _ours(path):
            path.unlink()


def _ours(path: Path) -> bool:
    with path.open("rb") as file:
        return GENERATOR in file.read(HEAD)
