"""The statement and the empty answer file: what is asked, and nothing that answers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.model import ChoiceQuestion
from tp_solver.graph.model import Model, Slot
from tp_solver.language.tree import Ref
from tp_solver.sheets.answer_book import answer_names
from tp_solver.sheets.head import Head, Writer, digits_text
from tp_solver.sheets.lines import formula
from tp_solver.sheets.rows import by_indices, by_name, heading, standing
from tp_solver.text import Words


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
    grids: tuple[Grid, ...]
    choices: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True)
class StatementView:
    """A statement."""

    head: Head
    questions: tuple[AskedView, ...]


def statement_view(model: Model, words: Words) -> StatementView:
    """Say what a statement holds, in a language."""
    return _Writer(model, words).page()


class _Writer(Writer):
    def page(self) -> StatementView:
        return StatementView(
            head=self.head(whole=False),
            questions=tuple(
                self.asked(asked, n) for n, asked in enumerate(self.exercise.questions, 1)
            ),
        )

    def asked(self, asked: Asked, number: int) -> AskedView:
        question = asked.question
        slots = [s for s in self.model.slots[question.id] if s.key != question.id]
        choices: tuple[tuple[str, Markup], ...] = ()
        if isinstance(question, ChoiceQuestion):
            choices = tuple((c.id, self.prose(c.text, inline=True)) for c in question.choices)
        return AskedView(
            number=number,
            text=self.prose(question.text),
            points=question.points,
            kind=question.kind,
            grids=tuple(self.grids(slots)),
            choices=choices,
        )

    def grids(self, slots: list[Slot]) -> Iterator[Grid]:
        """Lay out tables to fill as the course does: a row a quantity, a column a position."""
        for own in by_indices(slots, self.model):
            places = sorted({slot.position for slot in own})
            columns = tuple(heading(standing(self.model, own[0].key, place)) for place in places)
            rows = [
                (formula(name, self.mark), self.size(name), tuple(p in asked for p in places))
                for name, asked in by_name(own)
            ]
            yield Grid(columns if len(places) > 1 else (), tuple(rows))

    def size(self, name: Ref) -> tuple[int, int]:
        """Return how many lines and columns of numbers a quantity takes to write."""
        shape = self.model.system.shapes[name.key]
        return (shape[0] if shape else 1, shape[1] if len(shape) > 1 else 1)


def answer_file(model: Model, words: Words) -> str:
    """Write the empty YAML file that a student fills in, one line per number asked."""
    lines = [
        f"# {words('statement.precision', digits=digits_text(model.exercise, words))}",
        f"exercise: {model.exercise.id}",
        "student:",
        '  id: ""',
        '  name: ""',
        "answers:",
    ]
    for n, asked in enumerate(model.exercise.questions, 1):
        lines.append(f"  # {words('solution.question', n=n)}")
        lines += _blanks(asked, model)
    return "\n".join(lines) + "\n"


def _blanks(asked: Asked, model: Model) -> Iterator[str]:
    if isinstance(asked.question, ChoiceQuestion):
        letters = ", ".join(choice.id for choice in asked.question.choices)
        yield f"  {asked.question.id}:  # {letters}"
    else:
        yield from (f"  {name}:" for name in answer_names(asked, model))
