"""What the pages of an exercise share: how they begin, and how its texts are rendered."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from tp_solver.exercise.exercise import Equation, Exercise
from tp_solver.exercise.fields import Text
from tp_solver.graph.model import Model
from tp_solver.language.notation import fold_name
from tp_solver.language.tree import Op
from tp_solver.sheets import prose
from tp_solver.sheets.large import figure_names
from tp_solver.sheets.lines import formula
from tp_solver.sheets.rows import Domain, domain_text, equations_by_domain, given_lines
from tp_solver.text import Words

HALF_LINE = 48  # characters of an equation that fit in one of two columns


@dataclass(frozen=True)
class Line:
    """An equation drawn, and whether it needs the whole width."""

    drawn: Markup
    long: bool


@dataclass(frozen=True)
class Head:
    """How a statement and a solution begin: texts, equations, data, the digits asked for."""

    id: str
    title: Markup
    purpose: Markup
    intro: Markup
    data: tuple[tuple[Markup, ...], ...]
    equations: tuple[tuple[Markup, tuple[Line, ...]], ...]
    digits: str
    student: str


def title_of(model: Model, words: Words) -> str:
    """Return an exercise's title as plain text."""
    return prose.plain_text(model.exercise.file.title[words.language], model.exercise.functions)


def digits_text(exercise: Exercise, words: Words) -> str:
    """Say how many digits an exercise asks for."""
    precision = exercise.file.precision
    if precision.decimals is not None:
        return words.plural("solution.decimals", precision.decimals)
    return words.plural("solution.significant", precision.significant or 0)


def student_text(exercise: Exercise) -> str:
    """Say whose numbers an exercise has, `Ada L. (e1234)`; nothing where they are everybody's."""
    own = exercise.own
    if own is None or not own.name or own.name == own.student:
        return own.student if own else ""
    return f"{own.name} ({own.student})"


class Writer:
    """Renders an exercise in a language; each page has a writer of its own."""

    def __init__(self, model: Model, words: Words) -> None:
        self.model, self.exercise, self.words = model, model.exercise, words
        self.mark, self.language = words.mark, words.language
        self.figures = figure_names()

    def prose(self, text: Text | None, inline: bool = False) -> Markup:
        """Render a text of the exercise in the page's language."""
        return prose.marked(text, self.words, self.exercise.functions, inline)

    def head(self, whole: bool = True) -> Head:
        """Write how the page begins; unless it is whole, without the equations that are hidden."""
        file = self.exercise.file
        return Head(
            id=file.id,
            title=self.prose(file.title, inline=True),
            purpose=self.prose(file.purpose, inline=True),
            intro=self.prose(file.intro),
            data=tuple(
                tuple(given_lines(self.model, given, self.words, self.figures))
                for given in self.exercise.givens
            ),
            equations=self.equations(set() if whole else set(map(fold_name, file.hidden))),
            digits=digits_text(self.exercise, self.words),
            student=student_text(self.exercise),
        )

    def equations(self, hidden: set[str]) -> tuple[tuple[Markup, tuple[Line, ...]], ...]:
        """Draw the model's equations, gathered by where they hold."""
        groups = equations_by_domain(self.exercise.equations, hidden)
        return tuple(
            (self.where(domain), tuple(map(self.line, equations)))
            for domain, equations in groups.items()
        )

    def where(self, domain: Domain) -> Markup:
        """Say for which positions of its indices an equation holds."""
        return Markup(
            domain_text(domain, self.words, lambda node: formula(node, self.mark), escape)
        )

    def line(self, equation: Equation) -> Line:
        """Draw an equation."""
        drawn = formula(Op("eq", (equation.left, equation.right)), self.mark)
        return Line(drawn, len(drawn.striptags()) > HALF_LINE)
