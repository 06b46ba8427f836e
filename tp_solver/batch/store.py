"""The results of a batch in one SQLite file: raw answers, records, reports, a person's marks.

Everything that is written for people comes out of it, in the order of the submissions: by input,
then by number inside the input.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tp_solver.errors import UserError

FILE = "results.sqlite"
VERSION = 1
PAGE, DATA, REFUSED = 1, 2, 4  # what a submission has besides its record; that it has no marks
BLOCK = 16 * 1024  # bytes of a page of the file: a copy's raw answers fit into one
MOST_ASKED = 500  # units looked up at once

# A unit is what is judged anew as a whole: a line of a file of lines, or else a file.
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE submission (
    id INTEGER PRIMARY KEY,
    unit BLOB NOT NULL, part INTEGER NOT NULL,
    input INTEGER, number INTEGER NOT NULL,
    student TEXT NOT NULL, name TEXT NOT NULL, file TEXT NOT NULL, place TEXT NOT NULL,
    score REAL, pending REAL NOT NULL, has INTEGER NOT NULL, page TEXT,
    UNIQUE (unit, part)
);
CREATE INDEX in_order ON submission (input, number);
CREATE TABLE raw (id INTEGER PRIMARY KEY, answers);
CREATE TABLE record (
    id INTEGER PRIMARY KEY, scores TEXT, verdicts BLOB, codes BLOB, findings TEXT,
    remarks TEXT, refused TEXT, person TEXT, line TEXT
);
CREATE TABLE report (id INTEGER PRIMARY KEY, data TEXT);
CREATE TABLE waiting (
    id INTEGER, question TEXT, out_of REAL, answer TEXT, PRIMARY KEY (id, question)
) WITHOUT ROWID;
CREATE TABLE person (
    student TEXT, file TEXT, place TEXT, question TEXT, points REAL, comment TEXT,
    PRIMARY KEY (student, file, place, question)
) WITHOUT ROWID;
"""
TABLES = ("submission", "raw", "record", "report", "waiting")
ORDER = "ORDER BY s.input, s.number, s.part"


class Key(NamedTuple):
    """Which submission: its unit and its part of that; where it stands in the order."""

    unit: bytes
    part: int
    input: int
    number: int


class Result(NamedTuple):
    """A submission marked, as it is stored."""

    student: str
    name: str
    file: str
    place: str
    score: float | None
    pending: float
    has: int
    columns: tuple[Any, ...]  # of the record
    line: str  # of the gradebook
    raw: str | bytes
    data: str | None = None
    waiting: tuple[tuple[str, float, str], ...] = ()  # for a person: question, points, answer


class Known(NamedTuple):
    """A submission that is stored already."""

    id: int
    student: str
    file: str
    place: str
    has: int
    page: str | None
    person: str


class Store:
    """An open results file; one process at a time has it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    @classmethod
    @contextmanager
    def existing(cls, folder: Path) -> Iterator[Store]:
        """Open the results in a folder; raises UserError where there are none."""
        if not (folder / FILE).is_file():
            raise UserError(f"there are no results in {folder}: `tp-solver grade` makes them")
        with cls.open(folder / FILE) as store:
            yield store

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Store]:
        """Open a results file, made where there is none; raises UserError where that can't be."""
        with told(path):
            store = cls(path, sqlite3.connect(path, isolation_level=None, timeout=2))
            try:
                store.prepare()
                yield store
            finally:
                store.close()

    def prepare(self) -> None:
        """Lock the file and see that it has the tables this version knows."""
        self.connection.execute(f"PRAGMA page_size = {BLOCK}")
        # Exclusive: no files beside the database but the journal, on network folders too.
        self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.connection.execute("PRAGMA journal_mode = TRUNCATE")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        with self.writing():
            (version,) = self.connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self.create()
            elif version != VERSION:
                raise UserError(
                    f"{self.path} was written by another version of tp-solver: name another folder"
                )

    def close(self) -> None:
        """Close the file; its journal, which an exclusive lock keeps, goes."""
        try:
            self.connection.execute("PRAGMA locking_mode = NORMAL")
            self.connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:  # somebody else's, or a full disk: it is left as it is
            pass
        finally:
            self.connection.close()

    def create(self) -> None:
        """Make the tables, all in the transaction that is open."""
        for statement in filter(str.strip, SCHEMA.split(";")):
            self.connection.execute(statement)
        self.connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of something, or on an error nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def meta(self, key: str) -> Any:
        """Return something kept about the whole; None where it is not."""
        found = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return json.loads(found[0]) if found else None

    def keep(self, **values: Any) -> None:
        """Keep things about the whole."""
        rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in values.items()]
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    def count(self, condition: str = "1") -> int:
        """Count submissions."""
        found = self.connection.execute(f"SELECT count(*) FROM submission WHERE {condition}")
        return int(found.fetchone()[0])

    def known(
        self, units: Sequence[bytes], parts: tuple[int, int] = (0, 2**62)
    ) -> dict[tuple[bytes, int], Known]:
        """Return what is stored of some units, within a range of their parts."""
        found: dict[tuple[bytes, int], Known] = {}
        for start in range(0, len(units), MOST_ASKED):
            asked = units[start : start + MOST_ASKED]
            rows = self.connection.execute(
                "SELECT s.unit, s.part, s.id, s.student, s.file, s.place, s.has, s.page, r.person"
                " FROM submission s JOIN record r USING (id)"
                f" WHERE s.unit IN ({_marks(len(asked))}) AND s.part BETWEEN ? AND ?",
                (*asked, *parts),
            )
            for unit, part, *known in rows:
                found[unit, part] = Known(*known)
        return found

    def unplace(self) -> None:
        """Forget where the submissions stand: those met again are placed again."""
        with self.writing():
            self.connection.execute("UPDATE submission SET input = NULL WHERE input NOT NULL")

    def place(self, found: Iterable[tuple[int, int]]) -> None:
        """Place submissions: pairs of an input and an id."""
        with self.writing():
            self.connection.executemany("UPDATE submission SET input = ? WHERE id = ?", found)

    def drop_unplaced(self) -> int:
        """Remove the submissions that were not met again; return how many there were."""
        with self.writing():
            for table in reversed(TABLES):
                gone = self.connection.execute(
                    f"DELETE FROM {table} WHERE id IN"
                    " (SELECT id FROM submission WHERE input IS NULL)"
                )
        return gone.rowcount

    def add(self, marked: Sequence[tuple[Key, Result]], fresh: bool = False) -> None:
        """Store results, in the place of what there was for the same submissions.

        Where the file is fresh, nothing was there before this run.
        """
        many = self.connection.executemany
        with self.writing():
            (last,) = self.connection.execute("SELECT max(id) FROM submission").fetchone()
            if last is not None and not fresh:
                self.forget([key for key, _ in marked])
            found = list(enumerate(marked, (last or 0) + 1))
            many(
                f"INSERT INTO submission VALUES ({_marks(13)})",
                ((number, *key, *result[:7], None) for number, (key, result) in found),
            )
            many("INSERT INTO raw VALUES (?, ?)", ((n, result.raw) for n, (_, result) in found))
            many(
                f"INSERT INTO record VALUES ({_marks(9)})",
                ((number, *result.columns, result.line) for number, (_, result) in found),
            )
            many(
                "INSERT INTO report VALUES (?, ?)",
                ((n, result.data) for n, (_, result) in found if result.data is not None),
            )
            many(
                "INSERT INTO waiting VALUES (?, ?, ?, ?)",
                ((number, *one) for number, (_, result) in found for one in result.waiting),
            )

    def forget(self, keys: Sequence[Key]) -> None:
        """Remove what is stored of some submissions, in the transaction that is open."""
        units = list({key.unit: None for key in keys})
        parts = [key.part for key in keys]
        known = self.known(units, (min(parts), max(parts))) if keys else {}
        gone = [(known[key[:2]].id,) for key in keys if key[:2] in known]
        for table in TABLES if gone else ():
            self.connection.executemany(f"DELETE FROM {table} WHERE id = ?", gone)

    def rows(self, columns: str, joined: str = "", where: str = "1") -> Iterator[tuple[Any, ...]]:
        """Yield columns of all submissions in order; `s` is the table of submissions."""
        found = self.connection.execute(
            f"SELECT {columns} FROM submission s {joined} WHERE {where} {ORDER}"
        )
        # `yield from` would close the rows when it is left early, perhaps after the file is closed.
        for row in found:  # noqa: UP028
            yield row

    def people(self) -> Iterator[tuple[Any, ...]]:
        """Yield a person's marks: student, file, place, question, points, comment."""
        yield from self.connection.execute("SELECT * FROM person")

    def keep_people(self, marks: Iterable[Sequence[Any]]) -> None:
        """Keep a person's marks, in the place of earlier ones of the same answers."""
        with self.writing():
            self.connection.executemany("REPLACE INTO person VALUES (?, ?, ?, ?, ?, ?)", marks)

    def settle(self, values: Mapping[str, Any]) -> None:
        """Keep things about the whole, as a transaction of its own."""
        with self.writing():
            self.keep(**values)


def _marks(count: int) -> str:
    return ", ".join("?" * count)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say kindly what a database can't do; raises UserError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise UserError(f"another run is at work in {path.parent}: let it end first") from error
        raise UserError(f"{path}: {error}; what is marked so far is kept") from error
    except sqlite3.DatabaseError as error:
        raise UserError(f"{path} is no file of results ({error}): name another folder") from error
