"""Rows of a table to submissions: one student a row, one answer a row, or an answer sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, pairwise

from tp_solver.grading.readers.grid import NOT_ASKED, placed
from tp_solver.grading.readers.headers import Layout, columns, layout, role
from tp_solver.grading.readers.inputs import Input, shown
from tp_solver.grading.readers.items import MOST_TWICE, refused
from tp_solver.grading.readers.people import cleaned, who
from tp_solver.grading.report import Remark, Student
from tp_solver.grading.spreadsheets import bare
from tp_solver.grading.submission import (
    LONGEST_NAME,
    MOST_ANSWERS,
    MOST_GATHERED,
    Raw,
    Submission,
)

HEAD = 30  # rows among which the headings are looked for
_WHOLE, _DECIMALS = re.compile(r"\s*[-+−]?[0-9]+"), re.compile(r"[0-9]+\s*")

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A table being read: what it is in, and whether a comma may have parted a number.

    `quoted` where a quote may stand before what a spreadsheet would read as a formula.
    """

    source: Input
    sheet: str = ""
    commas: bool = False
    quoted: bool = False

    def place(self, number: int) -> str:
        """Say where a row stands."""
        return f"{self.sheet}!{number}" if self.sheet else str(number)

    def who(self, identifier: str, name: str, number: int) -> tuple[Student, tuple[Remark, ...]]:
        """Say who handed in, and what is to be said of that."""
        if self.quoted:
            identifier, name = bare(identifier.strip()), bare(name.strip())
        return who(identifier, name, self.source.owner, number)

    def refused(self, remark: Remark, number: int = 0) -> Submission:
        """Return a submission that can't be marked."""
        return refused(self.source, remark, number, self.place(number) if number else self.sheet)

    def submissions(self, rows: Iterable[Row]) -> Iterator[Submission]:
        """Yield the submissions in rows, numbered from 1; wide tables are not kept in memory."""
        filled = ((number, cells) for number, cells in rows if any(map(str.strip, cells)))
        head = list(islice(filled, HEAD))
        found = layout([cells for _, cells in head])
        if isinstance(found, Remark):
            yield self.refused(found)
            return
        at, form = found
        below = chain(head[at + 1 :], filled)
        if len(form.answers) > MOST_ANSWERS:
            yield self.refused(_too_many())
        elif form.gathered:
            yield from self.long(form, below)
        else:
            yield from self.wide(form, below)

    def wide(self, form: Layout, rows: Iterator[Row]) -> Iterator[Submission]:
        """Yield a submission for each row."""
        first = list(islice(rows, 2))
        alone = len(first) == 1
        names = [name[:LONGEST_NAME] for name in form.answers]
        places = list(form.answers.values())
        twice = tuple(Remark("twice", (("name", shown(n)),)) for n in form.twice[:MOST_TWICE])
        for number, typed in chain(first, rows):
            cells = _fitted(typed, form.width)
            if cells is None:
                values = (("found", len(typed)), ("expected", form.width))
                yield self.refused(Remark("row-length", values), number)
                continue
            answers: dict[str, Raw] = dict(
                zip(names, [cells[at] or None for at in places], strict=True)
            )
            identifier, name = student_in(form, cells)
            if not alone and not (identifier or name or any(answers.values())):
                continue  # a line of the form that nobody filled in
            student, remarks = self.who(identifier, name, 0 if alone else number)
            commas = self.commas and len(typed) != form.width
            parted = _parted(places, cells) if commas else ()
            yield Submission(
                student,
                self.source.file,
                answers,
                (*remarks, *twice),
                ambiguous=frozenset(n for n, at in zip(names, places, strict=True) if at in parted),
                exercise=cleaned(_cell(form, cells, "exercise")),
                place=self.place(number),
            )

    def long(self, form: Layout, rows: Iterator[Row]) -> Iterator[Submission]:
        """Gather the rows of each student; yield a submission for each, in the order they came.

        In a file of one student, rows that don't repeat whose they are are that student's.
        """
        found: dict[str, _Gathered] = {}
        count = 0
        for number, cells, own in _blocks(form, rows):
            identifier, name = student_in(own, cells)
            key = cleaned(identifier) or cleaned(name)
            if key not in found:
                found[key] = _Gathered(identifier, name, number)
            count += found[key].add(own, cells, self.commas)
            if count > MOST_GATHERED:
                yield self.refused(Remark("too-many-rows", (("most", MOST_GATHERED),)))
                return
        if not form.named and not found:
            found[""] = _Gathered(*student_in(form, []), 0)
        if len(found) == 2 and "" in found:
            found = {"": _joined(*found.values())}
        for student in found.values():
            yield self.gathered(student, form)

    def gathered(self, own: _Gathered, form: Layout) -> Submission:
        number = own.number if form.named else 0
        student, remarks = self.who(own.identifier, own.name, number)
        place = self.place(number) if number else self.sheet
        read = Submission(student, self.source.file, {}, place=place)
        if len(own.answers) > MOST_ANSWERS:
            return self.refused(_too_many(), number)
        twice = [Remark("twice", (("name", shown(n)),)) for n in list(own.twice)[:MOST_TWICE]]
        stray = [Remark("nameless-value", (("name", shown(v)),)) for v in own.stray[:MOST_TWICE]]
        return replace(
            read,
            answers=own.answers,
            remarks=(*remarks, *twice, *stray),
            ambiguous=frozenset(own.ambiguous),
            exercise=cleaned(own.exercise),
        )


@dataclass
class _Gathered:
    """The rows of one student in a table with one answer a row."""

    identifier: str
    name: str
    number: int
    exercise: str = ""
    answers: dict[str, Raw] = field(default_factory=dict)
    twice: dict[str, None] = field(default_factory=dict)
    stray: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)

    def add(self, form: Layout, cells: list[str], commas: bool) -> int:
        """Take what a row says, and return how many cells that is, or 1 where there are none.

        The first of two values for one answer counts.
        """
        self.exercise = self.exercise or _cell(form, cells, "exercise")
        self.name = self.name or student_in(form, cells)[1]
        name = _cell(form, cells, "answer").strip()[:LONGEST_NAME]
        if form.places:
            return self.placed(name, form, cells, commas)
        value = _cell(form, cells, "value")
        at = form.roles["value"]
        parted = False
        if commas and any(map(str.strip, cells[form.width :])):
            value, parted = ",".join(cells[at:]).rstrip(","), True
        elif commas and at + 1 < len(cells) and at + 1 not in form.roles.values():
            parted = _is_parted(value, cells[at + 1])
        self.put(name, value, parted)
        return 1

    def placed(self, name: str, form: Layout, cells: list[str], commas: bool) -> int:
        """Take a row of a table to fill in, as far as it goes."""
        overfull = commas and any(map(str.strip, cells[form.width :]))
        parted = _parted(form.places, cells) if commas and len(cells) != form.width else ()
        taken = 0
        for at, place in form.places.items():  # in the order of the columns
            if at >= len(cells):
                break
            taken += 1
            if cells[at].strip() != NOT_ASKED:
                called = placed(name, place)[:LONGEST_NAME] if name else ""
                self.put(called, cells[at], overfull or at in parted)
        return max(taken, 1)

    def put(self, name: str, value: str, parted: bool) -> None:
        """Take an answer; `parted` where a comma may have cut it in two."""
        if len(self.answers) > MOST_ANSWERS:
            return  # which is refused as a whole
        if not name:
            self.stray += [value] if value.strip() else []
        elif name in self.answers:
            self.twice[name] = None
        else:
            self.answers[name] = value or None
            self.ambiguous += [name] if parted else []


def _joined(first: _Gathered, second: _Gathered) -> _Gathered:
    """Put the rows that name nobody together with those of the only student named."""
    own = first if first.identifier or first.name else second
    return _Gathered(
        own.identifier,
        own.name,
        own.number,
        first.exercise or second.exercise,
        first.answers | second.answers | first.answers,  # the first of two values counts
        first.twice | second.twice | dict.fromkeys(first.answers.keys() & second.answers.keys()),
        first.stray + second.stray,
        first.ambiguous + second.ambiguous,
    )


def _blocks(form: Layout, rows: Iterable[Row]) -> Iterator[tuple[int, list[str], Layout]]:
    """Yield rows with the headings that hold for them.

    An answer sheet may have further headings below; a line alone in its row, below an empty one,
    is a title and no answer.
    """
    last = 0
    for number, cells in rows:
        below = columns(cells) if not form.named and role(cells[0].strip()) else None
        alone = 0 < last < number - 1 and not any(map(str.strip, cells[1:]))
        last = number
        if below and below.gathered and not below.named:
            form = replace(below, before=form.before)
        elif form.named or not alone:
            yield number, cells, form


def _too_many() -> Remark:
    return Remark("too-many", (("most", MOST_ANSWERS),))


def _fitted(cells: list[str], width: int) -> list[str] | None:
    """Return a row with as many cells as there are headings; None where it has more to say."""
    if len(cells) == width:
        return cells
    if any(map(str.strip, cells[width:])):
        return None
    return [*cells[:width], *[""] * (width - len(cells))]


def _cell(form: Layout, cells: Sequence[str], kind: str) -> str:
    """Return the cell of some kind, or what stands above the headings for it."""
    at = form.roles.get(kind)
    told = cells[at] if at is not None and at < len(cells) else ""
    return told if told.strip() else form.before.get(kind, told)


def student_in(form: Layout, cells: Sequence[str]) -> tuple[str, str]:
    """Return the id and the name that a row gives."""
    name = _cell(form, cells, "name")
    if "first" in form.roles or "last" in form.roles:
        last = _cell(form, cells, "last") or name
        name = f"{_cell(form, cells, 'first')} {last}".strip()
    return _cell(form, cells, "student"), name


def _parted(places: Iterable[int], cells: list[str]) -> set[int]:
    """Return the columns whose cells, in a row with too few or too many, may be one number."""
    found: set[int] = set()
    for at, after in pairwise(places):  # in the order of the columns
        if after >= len(cells):
            break
        if after == at + 1 and _is_parted(cells[at], cells[after]):
            found |= {at, after}
    return found


def _is_parted(left: str, right: str) -> bool:
    """Tell whether two cells look like the two sides of a decimal comma."""
    return bool(_WHOLE.fullmatch(left) and _DECIMALS.fullmatch(right))
