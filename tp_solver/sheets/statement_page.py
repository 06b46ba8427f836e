"""The statement: what is asked, with room to answer, and nothing that answers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.questions import ChoiceQuestion
from tp_solver.graph.model import Model, Slot
from tp_solver.language.tree import Ref
from tp_solver.sheets.asking import unit_of
from tp_solver.sheets.blocks import in_table, last_shared, own_slots, shared_slots
from tp_solver.sheets.head import Head, Writer
from tp_solver.sheets.lines import formula
from tp_solver.sheets.rows import asked_slots, by_indices, by_name, heading, standing
from tp_solver.text import Words

MOST_ACROSS = 8  # columns of a table that can be written into on a sheet of A4


@dataclass(frozen=True)
class Grid:
    """A table to fill: headings, and for each row its name, the shape to write, its cells."""

    columns: tuple[Markup, ...]
    rows: tuple[tuple[Markup, tuple[int, int], tuple[bool, ...]], ...]


@dataclass(frozen=True)
class AskedView:
    """A question as a student sees it."""

    number: int
    text: Markup
    points: float
    kind: str
    unit: str
    shares: bool
    grids: tuple[Grid, ...]
    choices: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True)
class StatementView:
    """A statement."""

    head: Head
    points: float
    shared: tuple[Grid, ...]
    shared_after: int
    questions: tuple[AskedView, ...]


def statement_view(model: Model, words: Words) -> StatementView:
    """Say what a statement holds, in a language."""
    return _Writer(model, words).page()


class _Writer(Writer):
    def page(self) -> StatementView:
        return StatementView(
            head=self.head(whole=False),
            points=sum(asked.question.points for asked in self.exercise.questions),
            shared=tuple(g for own in shared_slots(self.model) for g in self.tables(own)),
            shared_after=last_shared(self.model),
            questions=tuple(
                self.asked(asked, n) for n, asked in enumerate(self.exercise.questions, 1)
            ),
        )

    def asked(self, asked: Asked, number: int) -> AskedView:
        question = asked.question
        slots = own_slots(asked, self.model)
        choices: tuple[tuple[str, Markup], ...] = ()
        if isinstance(question, ChoiceQuestion):
            choices = tuple((c.id, self.prose(c.text, inline=True)) for c in question.choices)
        return AskedView(
            number=number,
            text=self.prose(question.text),
            points=question.points,
            kind=question.kind,
            unit=unit_of(asked, self.words),
            shares=slots != asked_slots(asked, self.model),
            grids=tuple(self.grids(slots, asked)),
            choices=choices,
        )

    def grids(self, slots: list[Slot], asked: Asked) -> Iterator[Grid]:
        """Lay out tables to fill as the course does, or lists: as in the other answer sheets."""
        for own in by_indices(slots, self.model):
            if in_table(own, asked, self.model):
                yield from self.tables(own)
            else:
                rows = [(formula(s.ref, self.mark), self.size(s.ref), (True,)) for s in own]
                yield Grid((), tuple(dict.fromkeys(rows)))

    def tables(self, slots: list[Slot]) -> Iterator[Grid]:
        """Lay out a table with a column a position, in parts that fit on paper."""
        places = sorted({slot.position for slot in slots})
        parts = ceil(len(places) / MOST_ACROSS)
        for n in range(parts):
            some = places[len(places) * n // parts : len(places) * (n + 1) // parts]
            own = [slot for slot in slots if slot.position in some]
            columns = tuple(heading(standing(self.model, own[0].key, place)) for place in some)
            rows = [
                (formula(name, self.mark), self.size(name), tuple(p in held for p in some))
                for name, held in by_name(own)
            ]
            yield Grid(columns, tuple(rows))

    def size(self, name: Ref) -> tuple[int, int]:
        """Return how many lines and columns of numbers a quantity takes to write."""
        shape = self.model.system.shapes[name.key]
        return (shape[0] if shape else 1, shape[1] if len(shape) > 1 else 1)
