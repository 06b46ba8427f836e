"""Who moved, as a table for spreadsheets and as a small page."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tp_solver.batch.moves import Change, Move
from tp_solver.exercise.model import Scale
from tp_solver.grading.record import Record
from tp_solver.grading.report import final_mark
from tp_solver.grading.spreadsheets import safe
from tp_solver.graph.model import Model
from tp_solver.language.numerals import MINUS
from tp_solver.sheets.files import write
from tp_solver.sheets.head import title_of
from tp_solver.sheets.html import page
from tp_solver.sheets.remarks import refused
from tp_solver.text import Words

CSV, HTML = "regrade.csv", "regrade.html"
COLUMNS = (
    *("student", "name", "file", "before", "after", "change"),
    *("points_before", "points_after", "why"),
)
MOST_WHY = 10  # reasons on the page and the terminal


class MovesSheet:
    """Writes who moved: the table as it comes, in the place of the last one when all is known."""

    def __init__(self, folder: Path, words: Words, scale: Scale, dry: bool = False) -> None:
        self.folder = folder
        self.scale = scale
        self.words = words
        self.dry = dry
        self.part = folder / f".{CSV}.part"
        self.writer: Any = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Open the table for as long as submissions are compared."""
        if self.dry:
            yield
            return
        try:
            with self.part.open("w", encoding="utf-8-sig", newline="") as file:
                self.writer = csv.writer(file, delimiter=self.words.delimiter)
                self.writer.writerow([self.words(f"regrade.{column}") for column in COLUMNS])
                yield
        except BaseException:
            self.discard()
            raise
        self.writer = None

    def discard(self) -> None:
        """Remove the table that is not to be put in its place."""
        self.part.unlink(missing_ok=True)

    def add(self, move: Move) -> None:
        """Add a line to the table."""
        if self.writer is None:
            return
        student = move.new.student
        self.writer.writerow(
            [
                *map(safe, (student.id, student.name, move.new.file)),
                score(move.old, self.words, self.scale),
                score(move.new, self.words, self.scale),
                change(move, self.words, self.scale),
                points(move.old, self.words),
                points(move.new, self.words),
                safe(f"{self.words('solution.semicolon')} ".join(reasons(move, self.words))),
            ]
        )

    def written(self, model: Model, first: Sequence[Move], count: int) -> list[Path]:
        """Put the table in its place and write the page; return the files."""
        table = self.folder / CSV
        self.part.replace(table)
        rows = [self.row(move) for move in first]
        text = page(
            "regrade.html.j2",
            self.words,
            plain_title=title_of(model, self.words),
            rows=rows,
            moved=self.words.plural("regrade.moved", count),
            more=count - len(rows),
            table=CSV,
        )
        return [write(self.folder / HTML, text), table]

    def row(self, move: Move) -> dict[str, Any]:
        """Return what the page says of a move."""
        student, why = move.new.student, list(reasons(move, self.words))
        return {
            "name": student.name or student.id,
            "id": student.id,
            "before": score(move.old, self.words, self.scale),
            "after": score(move.new, self.words, self.scale),
            "change": change(move, self.words, self.scale).replace("-", MINUS),
            "why": why[:MOST_WHY],
            "more": len(why) - MOST_WHY,
        }


def score(record: Record, words: Words, scale: Scale) -> str:
    """Write a final mark, and out of how much it is."""
    if record.score is None:
        return "–"
    return f"{words.number(mark(record, scale), 4)} / {words.number(scale.out_of, 4)}"


def points(record: Record, words: Words) -> str:
    """Write a sum of points, and out of how much it is."""
    if record.score is None:
        return "–"
    return f"{words.number(record.score, 4)} / {words.number(record.out_of, 4)}"


def mark(record: Record, scale: Scale) -> float:
    """Return a final mark; 0 for a copy that was refused."""
    return final_mark(record.score or 0.0, record.out_of, scale)


def change(move: Move, words: Words, scale: Scale) -> str:
    """Write by how much a final mark changed, signed as spreadsheets read it."""
    by = mark(move.new, scale) - mark(move.old, scale)
    return ("+" if by > 0 else "") + words.number(by, 4)


def reasons(move: Move, words: Words) -> Iterator[str]:
    """Say why a score changed, answer by answer."""
    if move.new.refused is not None and move.old.refused is None:
        yield refused(move.new.refused, words)
    for one in move.changes:
        yield reason(one, words)


def reason(one: Change, words: Words) -> str:
    """Say what changed of one answer: `f[1]: wrong → right (0 → 1)`."""
    old, new = (_verdict(verdict, words) for verdict in (one.old, one.new))
    moved = f"{words.number(one.old_points, 4)} → {words.number(one.new_points, 4)}"
    start = f"{one.name}{words('solution.colon')}"
    return f"{start} {moved}" if old == new else f"{start} {old} → {new} ({moved})"


def _verdict(verdict: str | None, words: Words) -> str:
    return words("regrade.not_asked") if verdict is None else words(f"verdict.{verdict}")
