"""What a batch gives, written out of its store in the order of the submissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tp_solver.batch.copies import Fate, fates
from tp_solver.batch.people import COLUMNS, People, read_marks
from tp_solver.batch.rows import RecordReader
from tp_solver.batch.settings import Settings
from tp_solver.batch.store import Store
from tp_solver.batch.views import Class, with_copies
from tp_solver.errors import UserError
from tp_solver.grading.record import Record
from tp_solver.grading.report import Student
from tp_solver.grading.spreadsheets import line_writer, safe
from tp_solver.sheets.remarks import worded
from tp_solver.solution import Solution
from tp_solver.text import Words, words

if TYPE_CHECKING:
    from tp_solver.grading.record import Item

TO_MARK = "to-mark.csv"
MOST_BOOK_ROWS = 5_000  # of a workbook, which takes far longer than text
MOST_BOOK_VERDICTS = 50_000  # half a second
RECORDED = "JOIN record r USING (id)"
RECORD = "r.scores, r.verdicts, r.codes, r.findings, r.remarks, r.refused, r.person"


@dataclass(frozen=True)
class Outputs:
    """Writes what is asked for of a batch."""

    store: Store
    solution: Solution
    items: tuple[Item, ...]
    settings: Settings
    folder: Path

    def write(self) -> tuple[list[Path], list[str]]:
        """Write every file that is asked for; return the files, and what is to be said."""
        copies = fates(self.store, self.settings.duplicates)
        language = words(self.settings.language)
        view = Class(self.solution, self.items, language)
        written = [self.file("gradebook.csv", self.gradebook(view, copies))]
        if self.store.count() <= MOST_BOOK_ROWS:
            written.append(self.book(view, copies))
        if "json" in self.settings.formats:
            written.append(self.file("report.json", listed(self.reports(copies, language))))
        if "jsonl" in self.settings.formats:
            lines = (f"{line}\n" for line in self.reports(copies, language))
            written.append(self.file("report.jsonl", lines))
        if "gradescope" in self.settings.formats:
            from tp_solver.batch.gradescope import write_results

            reports = self.reports(copies, language)
            written.append(write_results(self.folder, reports, self.solution, language))
        if self.settings.pages:
            total = self.store.count() - sum(not fate.counts for fate in copies.values())
            everyone = view.page(self.counted(copies), total)
            written.insert(0, self.file("index.html", everyone))
        template, notes = self.to_mark(language)
        return [*written, *template], notes

    def stream(self, out: TextIO) -> None:
        """Write the reports, as a list or as lines."""
        copies = fates(self.store, self.settings.duplicates)
        reports = self.reports(copies, words(self.settings.language))
        if "json" in self.settings.formats:
            out.writelines(listed(reports))
        else:
            out.writelines(f"{line}\n" for line in reports)

    def file(self, name: str, pieces: Iterable[str]) -> Path:
        """Write a file out of pieces, which replaces an earlier one when it is whole."""
        path = self.folder / name
        with replaced(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        return path

    def book(self, view: Class, copies: dict[int, Fate]) -> Path:
        """Write the gradebook as a workbook."""
        path = self.folder / "gradebook.xlsx"
        with replaced(path) as part:
            few = self.store.count() * len(self.items) <= MOST_BOOK_VERDICTS
            verdicts = few and self.settings.formats != ("scores",)
            part.write_bytes(view.book(self.rows(copies), verdicts))
        return path

    def gradebook(self, view: Class, copies: dict[int, Fate]) -> Iterator[str]:
        """Yield the lines of the gradebook, made anew where there are other copies."""
        yield from view.gradebook(())
        lines = self.store.rows("r.line", RECORDED)
        if not copies:
            yield from (line for (line,) in lines)
            return
        for one, (line,) in zip(self.stored(), lines, strict=True):
            if one[0] not in copies:
                yield line
            else:
                again = self.told(self.record(one), copies)
                yield from islice(view.gradebook([again]), 1, None)

    def counted(self, copies: dict[int, Fate]) -> Iterator[tuple[Record, str, bool]]:
        """Yield the rows of the class, and whether each counts in the statistics."""
        for one in self.records():
            fate = copies.get(one[0])
            yield *self.told(one, copies), fate is None or fate.counts

    def rows(self, copies: dict[int, Fate]) -> Iterator[tuple[Record, str]]:
        """Yield the record and the page of each submission, with a remark on other copies."""
        for one in self.records():
            yield self.told(one, copies)

    def told(
        self, one: tuple[int, Record, str | None], copies: dict[int, Fate]
    ) -> tuple[Record, str]:
        """Return a record and its page, with a remark where the student has other copies."""
        number, record, page = one
        if number in copies:
            record = replace(record, remarks=(*record.remarks, copies[number].remark))
        return record, page or ""

    def records(self) -> Iterator[tuple[int, Record, str | None]]:
        """Yield the id, the record and the page of each submission, in order."""
        return map(self.record, self.stored())

    def stored(self) -> Iterator[tuple[Any, ...]]:
        """Yield what a record is read from, in order."""
        columns = f"s.id, s.page, s.student, s.name, s.file, s.place, {RECORD}"
        return self.store.rows(columns, RECORDED)

    def record(self, stored: tuple[Any, ...]) -> tuple[int, Record, str | None]:
        """Read a record."""
        number, page, student, name, file, place, *kept = stored
        who = Student(student, name)
        return number, self.reader.record(who, file, place, tuple(kept)), page

    @cached_property
    def reader(self) -> RecordReader:
        """Return what reads records back."""
        asked = self.solution.exercise.questions
        return RecordReader((one.question.id, one.question.points) for one in asked)

    def reports(self, copies: dict[int, Fate], language: Words) -> Iterator[str]:
        """Yield each report as JSON on one line."""
        joined = "JOIN report USING (id)"
        for number, data in self.store.rows("s.id, report.data", joined):
            fate = copies.get(number)
            if fate is None:
                yield data
            else:
                yield with_copies(data, fate.counts, worded(fate.remark, language))

    def to_mark(self, language: Words) -> tuple[list[Path], list[str]]:
        """Write the answers that a person has to read, unless points wait in that file."""
        path = self.folder / TO_MARK
        if path.exists() and (kept := self.unread(path)):
            return [], [kept]
        waiting = self.store.connection.execute("SELECT count(*) FROM waiting").fetchone()[0]
        if not waiting:
            path.unlink(missing_ok=True)
            return [], []
        return [self.file(TO_MARK, self.template(language))], []

    def unread(self, path: Path) -> str:
        """Say why a template that was filled in is kept; nothing where it may be replaced."""
        questions = {a.question.id: a.question.points for a in self.solution.exercise.questions}
        people = People(self.store.people())
        try:
            marks = read_marks(path, questions)
        except UserError as error:
            return f"{error}\n{path} is kept as it is: mend it and give it with --marks"
        for mark in marks:
            known = people.of(mark.student, mark.file, mark.place).get(mark.question)
            if known is None or known.points != mark.points:
                return f"{path} holds points that were not read: give it with --marks {path}"
        return ""

    def template(self, language: Words) -> Iterator[str]:
        """Yield the lines of the file to fill in, safe to open in a spreadsheet."""
        columns = [*COLUMNS[:4], "answer", "out_of", *COLUMNS[4:]]
        line = line_writer(language.delimiter)
        yield "\ufeff"
        yield line([language(f"to_mark.{column}") for column in columns])
        chosen = "s.student, s.file, s.place, w.question, w.answer, w.out_of"
        for row in self.store.rows(chosen, "JOIN waiting w USING (id)"):
            *texts, out_of = row
            points = language.number(out_of, 4)
            yield line([*map(safe, texts), points, "", ""])


def refusals(store: Store, most: int) -> list[tuple[str, str, str]]:
    """Return file, place and reason of the first submissions that could not be marked."""
    rows = store.rows("s.file, s.place, r.refused", RECORDED, "s.score IS NULL")
    return [(file, place, why) for file, place, why in islice(rows, most)]


def listed(items: Iterable[str]) -> Iterator[str]:
    """Yield a JSON list of items that are JSON already, one a line."""
    start = "[\n"
    for item in items:
        yield f"{start}{item}"
        start = ",\n"
    yield "[]\n" if start == "[\n" else "\n]\n"


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a path to write to; the file is put in its place once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(path)
