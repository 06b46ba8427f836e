"""What Markdown and LaTeX share: a worked solution's parts, in words and LaTeX formulas."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tp_solver.exercise.fields import Text
from tp_solver.language.latex import latex
from tp_solver.language.tree import Node, Op, Value
from tp_solver.sheets.content import Drawn, content
from tp_solver.sheets.head import digits_text
from tp_solver.sheets.rows import (
    Domain,
    Grid,
    Standing,
    domain_text,
    equations_by_domain,
    given_nodes,
    position_nodes,
)
from tp_solver.sheets.tex_lines import Page
from tp_solver.solution import Solution
from tp_solver.text import Words

DIGITS = 4  # significant, of a curve's values


class Document(ABC):
    """A worked solution in a language, for a format that prints formulas as LaTeX."""

    def __init__(self, solution: Solution, words: Words, page: Page) -> None:
        self.solution = solution
        self.model, self.exercise = solution.model, solution.exercise
        self.words, self.page = words, page
        self.content = content(solution)

    @abstractmethod
    def plain(self, text: str) -> str:
        """Escape a plain text."""

    @abstractmethod
    def prose(self, text: Text | None, inline: bool = False) -> str:
        """Write a text of the exercise."""

    def word(self, key: str, **values: object) -> str:
        """Write a sentence of the document's language."""
        return self.plain(self.words(key, **values))

    def points(self, points: float) -> str:
        """Say how many points a question has."""
        return self.plain(self.words.plural("solution.points", points))

    def rounding(self) -> str:
        """Say how numbers are rounded."""
        return self.word("solution.rounding", digits=digits_text(self.exercise, self.words))

    def equations(self) -> Iterator[tuple[Domain, list[Node]]]:
        """Yield the model's equations, gathered by where they hold."""
        for domain, equations in equations_by_domain(self.exercise.equations).items():
            yield domain, [Op("eq", (each.left, each.right)) for each in equations]

    def data(self) -> Iterator[Node]:
        """Yield the given numbers as equations."""
        for given in self.exercise.givens:
            yield from given_nodes(self.model, given)

    def where(self, domain: Domain) -> str:
        """Say for which positions of its indices an equation holds."""
        said = domain_text(domain, self.words, lambda node: f"${latex(node)}$", self.plain)
        return said + self.word("solution.colon")

    def heading(self, at: Standing) -> str:
        """Write a position of indices: `t = 2`."""
        return ", ".join(f"${latex(node, self.page.mark)}$" for node in position_nodes(at))


def curve_grid(drawn: Drawn) -> Grid:
    """Lay a plot's curves out as a table."""
    columns: tuple[Standing, ...] = tuple(((drawn.curve.over, i),) for i in drawn.places)
    rows = tuple(
        (node, tuple(Value(Decimal(f"{value:.{DIGITS}g}")) for value in values))
        for node, values in drawn.lines
    )
    return Grid(columns, rows)


def chunks(columns: Sequence[float], room: float) -> list[range]:
    """Cut the columns of a table, of some widths, into tables that a page has room for."""
    cuts, used = [0], 0.0
    for i, width in enumerate(columns):
        if i > cuts[-1] and used + width > room:
            cuts.append(i)
            used = 0.0
        used += width
    return [range(a, b) for a, b in zip(cuts, [*cuts[1:], len(columns)], strict=True)]
