"""Sheets and worked solutions for a class, each student with numbers of their own, and the key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tp_solver.batch.earlier import Earlier, earlier
from tp_solver.batch.names import stems
from tp_solver.errors import UserError
from tp_solver.grading.answers.numeric import Column
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.marking import Marker
from tp_solver.grading.report import Student
from tp_solver.grading.spreadsheets import csv_text, safe
from tp_solver.grading.truth import Truth
from tp_solver.graph.model import Model
from tp_solver.sheets.asking import answered
from tp_solver.sheets.files import (
    SHEETS,
    Sheets,
    personal_blanks,
    personal_files,
    statement_html,
    write,
)
from tp_solver.sheets.formats import FORMATS
from tp_solver.sheets.head import title_of
from tp_solver.sheets.html import page
from tp_solver.sheets.json_format import dumps, plain_number
from tp_solver.solution import solve
from tp_solver.text import Words

Watched = Callable[[Sequence[int], str], Iterable[int]]  # shows how far long work is


@dataclass(frozen=True, eq=False)
class Handouts:
    """What is handed out to a class, in a folder called after the exercise.

    Raises UserError where the exercise draws no numbers, or none for one of the students.
    """

    model: Model
    students: Sequence[Student]
    folder: Path
    words: Words

    @property
    def place(self) -> Path:
        """Return the folder that the files go to."""
        return self.folder / self.model.exercise.id

    @cached_property
    def truth(self) -> Truth:
        """Return the values of all students, worked out at once."""
        if self.model.exercise.variants is None:
            raise UserError(
                f"{self.model.exercise.id} gives everybody the same numbers: "
                "add `variants:` to the exercise (docs/variants.md), or leave the students out"
            )
        return Truth.of_each(solve(self.model), Drawer(self.model).family(self.students))

    @cached_property
    def stems(self) -> list[str]:
        """Return how the files of each student are called."""
        return stems([student.id for student in self.students])

    def sheets(self, watched: Watched, forms: Sequence[str] = SHEETS) -> Sheets:
        """Write statements and answer files; those that somebody may have filled in are kept.

        Blanks of an earlier draw are replaced; one with answers is kept, and told apart.

        Raises BrowserError, before anything is written, where `pdf` is a form and none can print.
        """
        truth = self.truth
        made = Sheets([*self.printed(watched, forms)] if "pdf" in forms else [], [], [])
        if "html" in forms:
            made.written.insert(0, self.index("variants.students", ".html"))
        for row in watched(range(len(self.students)), "writing"):
            stem = self.stems[row]
            if "html" in forms:
                page_file = self.place / f"{stem}.html"
                made.written.append(write(page_file, self.statement(row, forms)))
            model = truth.of(row).model
            for file, data in personal_blanks(model, self.words, stem, forms).items():
                path, code = self.place / file, answered(model.exercise)
                found = earlier(path, code) if path.exists() else Earlier.BLANK
                if found is Earlier.BLANK:
                    write(path, data)
                _listed(made, found).append(path)
        return made

    def printed(self, watched: Watched, forms: Sequence[str]) -> Iterator[Path]:
        """Print the statements of all students."""
        from tp_solver.sheets.pdf import printed

        rows = watched(range(len(self.students)), "printing")
        pages = printed(self.statement(row, forms) for row in rows)
        for stem, made in zip(self.stems, pages, strict=True):
            yield write(self.place / f"{stem}.pdf", made)

    def statement(self, row: int, forms: Sequence[str]) -> str:
        """Return a student's statement as a page."""
        files = personal_files(self.stems[row], self.words, forms)
        return statement_html(self.truth.of(row).model, self.words, files)

    def solutions(self, form: str, watched: Watched) -> list[Path]:
        """Write worked solutions, the key (what is expected of each student), and an index last.

        Raises BrowserError where `form` is printed and none can print.
        """
        truth, made = self.truth, FORMATS[form]
        each = (truth.of(row) for row in watched(range(len(self.students)), "writing"))
        written = [
            write(self.place / f"{stem}{made.ending}", content)
            for stem, content in zip(self.stems, made.each(each, self.words), strict=True)
        ]
        written.append(write(self.place / "key.json", dumps(self.key())))
        written.append(write(self.place / "key.csv", "\ufeff" + self.key_table()))
        return [self.index("variants.solutions", made.ending), *written]

    def index(self, title: str, ending: str) -> Path:
        """Write the page that leads to those of the students."""
        cards = [
            {"file": f"{stem}{ending}", "id": one.id, "title": one.name or one.id, "purpose": ""}
            for stem, one in zip(self.stems, self.students, strict=True)
        ]
        called = f"{title_of(self.model, self.words)} – {self.words(title)}"
        return write(
            self.place / "index.html",
            page("index.html.j2", self.words, title=called, cards=cards),
        )

    @cached_property
    def columns(self) -> list[tuple[str, Column]]:
        """Return the numbers asked for, by the names they are typed with."""
        blocks = Marker(self.truth.solution, explain=False).blocks.values()
        return [(_typed(column), column) for block in blocks for column in block.ways[0]]

    def expected(self, row: int) -> Iterator[tuple[str, Any]]:
        """Yield what is expected of a student, by the names of the answers."""
        for name, column in self.columns:
            yield name, plain_number(self.truth.number(row, column.key, column.number))

    def key(self) -> Iterator[dict[str, Any]]:
        """Yield what is expected of each student, as plain data."""
        for row, student in enumerate(self.students):
            own = self.truth.of(row).model.exercise.own
            yield {
                "student": {"id": student.id, "name": student.name},
                "code": own.code if own else "",
                "expected": dict(self.expected(row)),
            }

    def key_table(self) -> str:
        """Return the same as a table, as the spreadsheets of the language expect it."""
        first = (self.words("gradebook.student"), self.words("gradebook.name"))
        rows = [[*first, self.words("variants.code"), *(name for name, _ in self.columns)]]
        for item in self.key():
            numbers = (
                repr(value).replace(".", self.words.mark) for value in item["expected"].values()
            )
            student = item["student"]
            rows.append([safe(student["id"]), safe(student["name"]), item["code"], *numbers])
        return csv_text(rows, self.words.delimiter)


def _listed(made: Sheets, found: Earlier) -> list[Path]:
    """Return the list that an answer file goes to, by what was there."""
    return {
        Earlier.BLANK: made.written,
        Earlier.CURRENT: made.kept,
        Earlier.OTHER: made.others,
    }[found]


def _typed(column: Column) -> str:
    """Spell the name of a number as students type it: `h[1].2`."""
    return column.name + "".join(f".{i + 1}" for i in column.at)
