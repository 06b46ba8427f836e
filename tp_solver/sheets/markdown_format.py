"""A worked solution as Markdown with LaTeX formulas, for GitHub, Pandoc and Jupyter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tp_solver.exercise.fields import Text
from tp_solver.exercise.prose import MATH
from tp_solver.exercise.questions import AnyQuestion, ChoiceQuestion, TextQuestion
from tp_solver.language.latex import latex
from tp_solver.language.measure import width
from tp_solver.language.parse import parse
from tp_solver.language.tree import Node, Op
from tp_solver.sheets.content import Group, Question, plots
from tp_solver.sheets.document import Document, curve_grid
from tp_solver.sheets.harmless import harmless
from tp_solver.sheets.rows import Grid
from tp_solver.sheets.tex_lines import Page, equation_rows, formula_rows, group_rows
from tp_solver.solution import Solution
from tp_solver.text import Words

ROOM = 60.0  # em on a line of a page
# Markdown reads a backslash before punctuation, and a bar in a table, before formulas are read.
_SAFE = (
    (r"\|", r"\Vert "),
    ("|", r"\vert "),
    (r"\{", r"\lbrace "),
    (r"\}", r"\rbrace "),
    (r"\\", r"\cr"),
)
_KEPT = re.compile("\ue000([0-9]+)\ue001")
_SPECIAL = re.compile(r"([\\`*_\[\]<>$|#])")


def solution_markdown(solution: Solution, words: Words) -> str:
    """Return a worked solution as Markdown."""
    return MarkdownDocument(solution, words).whole()


class MarkdownDocument(Document):
    """Writes the parts of a solution as Markdown."""

    def __init__(self, solution: Solution, words: Words) -> None:
        super().__init__(solution, words, Page(ROOM, words.mark, scales=False))

    def whole(self) -> str:
        """Write the whole solution."""
        return joined([*self.head(), *self.body()]) + "\n"

    def plain(self, text: str) -> str:
        return _SPECIAL.sub(r"\\\1", text)

    def prose(self, text: Text | None, inline: bool = False) -> str:
        if text is None:
            return ""
        mark, functions = self.words.mark, self.exercise.functions
        formulas: list[str] = []

        def keep(match: Any) -> str:
            formulas.append(f"${safe(latex(parse(match[1], functions), mark))}$")
            return f"\ue000{len(formulas) - 1}\ue001"

        told = text[self.words.language].replace("\ue000", "").replace("\ue001", "")
        kept = harmless(MATH.sub(keep, told), inline)
        return _KEPT.sub(lambda match: formulas[int(match[1])], kept)

    def head(self) -> Iterator[str]:
        """Write the title, what the exercise is about, its equations and data."""
        yield f"# {self.prose(self.exercise.file.title, inline=True)}"
        if purpose := self.prose(self.exercise.file.purpose, inline=True):
            yield f"*{purpose}*"
        yield self.prose(self.exercise.file.intro)
        groups = list(self.equations())
        if groups:
            yield f"## {self.word('solution.model')}"
        for domain, nodes in groups:
            if domain:
                yield self.where(domain)
            yield self.aligned(nodes)
        if data := list(self.data()):
            yield f"## {self.word('solution.data')}"
            yield "\n".join(f"- ${self.line(node)}$" for node in data)

    def body(self) -> Iterator[str]:
        yield self.rounding()
        for question in self.content.questions:
            yield from self.question(question)
        for drawn in plots(self.solution):
            yield f"## {self.word('solution.plot')}"
            if title := self.prose(drawn.curve.title, inline=True):
                yield f"**{title}**"  # so that it begins no block of its own, as code would
            yield self.table(curve_grid(drawn))
        if self.content.further:
            yield f"## {self.word('solution.further')}"
            yield self.word("solution.further_intro")
            yield from self.groups(self.content.further)
        yield f"---\n\n{self.word('page.generated')}"

    def asked(self, question: AnyQuestion, number: int) -> Iterator[str]:
        """Write a question as it is asked."""
        title = self.word("solution.question", n=number)
        yield f"## {title} ({self.points(question.points)})"
        yield quoted(self.prose(question.text))

    def question(self, question: Question) -> Iterator[str]:
        asked = question.asked
        yield from self.asked(asked, question.number)
        yield from self.groups(question.groups)
        for grid in question.tables:
            yield f"**{self.word('solution.results')}**"
            yield self.table(grid)
        if question.answers:
            yield block(row for each in question.answers for row in formula_rows(each, self.page))
        if isinstance(asked, ChoiceQuestion):
            yield self.choices(asked)
        if question.also:
            yield f"**{self.word('solution.also')}**"
            yield block(row for each in question.also for row in formula_rows(each, self.page))
        if asked.solution is not None:
            yield f"**{self.word('solution.explained')}**"
            yield self.prose(asked.solution)
        if isinstance(asked, TextQuestion) and asked.rubric is not None:
            yield f"**{self.word('solution.rubric')}**"
            yield self.prose(asked.rubric)

    def choices(self, asked: ChoiceQuestion, told: bool = True) -> str:
        """List the answers offered, `told` which are right."""
        right = f" **({self.word('solution.right')})**"
        return "\n".join(
            f"- {self.plain(c.id)}) {self.prose(c.text, inline=True)}"
            + (right if c.right and told else "")
            for c in asked.choices
        )

    def groups(self, groups: Iterable[Group]) -> Iterator[str]:
        for group in groups:
            if group.at:
                yield f"### {self.heading(group.at)}"
            for rows in group_rows(group, self.page):
                yield block(rows)

    def aligned(self, nodes: Iterable[Node]) -> str:
        """Write equations one below the other."""
        listed = list(nodes)
        names = max([0.0, *(width(node.args[0]) for node in listed if isinstance(node, Op))])
        return block(row for node in listed for row in equation_rows(node, self.page, names))

    def line(self, node: Node) -> str:
        return safe(latex(node, self.page.mark))

    def table(self, grid: Grid) -> str:
        """Write results as a table; where there is one position, as a list."""
        if not grid.columns:
            nodes = [Op("eq", (name, value)) for name, (value,) in grid.rows if value]
            return "\n".join(f"- ${self.line(node)}$" for node in nodes)
        quantity = self.word("solution.quantity")
        lines = [
            [quantity, *map(self.heading, grid.columns)],
            ["---"] + [":---:"] * len(grid.columns),
        ]
        for name, cells in grid.rows:
            drawn = (f"${self.line(cell)}$" if cell is not None else "" for cell in cells)
            lines.append([f"${self.line(name)}$", *drawn])
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def joined(parts: Iterable[str]) -> str:
    """Put the parts of a document below each other, empty ones left out."""
    return "\n\n".join(part for part in parts if part)


def block(rows: Iterable[str]) -> str:
    """Set rows of an alignment as a formula on lines of its own."""
    body = " \\cr\n".join(safe(row) for row in rows)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def safe(formula: str) -> str:
    """Spell a formula so that Markdown leaves it as it is, in tables too."""
    for old, new in _SAFE:
        formula = formula.replace(old, new)
    return formula


def quoted(text: str) -> str:
    """Set a text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
