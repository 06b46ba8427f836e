"""A worked solution as a LaTeX article, for pdfTeX, XeTeX and LuaTeX alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tp_solver.exercise.fields import Text
from tp_solver.exercise.questions import ChoiceQuestion, TextQuestion
from tp_solver.language.latex import latex
from tp_solver.language.measure import width
from tp_solver.language.tree import Node, Op
from tp_solver.places import templates_dir
from tp_solver.sheets.content import Group, Question, plots
from tp_solver.sheets.document import Document, chunks, curve_grid
from tp_solver.sheets.head import title_of
from tp_solver.sheets.rows import Grid
from tp_solver.sheets.tex_lines import (
    MOST_LINES,
    Page,
    equation_rows,
    formula_rows,
    group_rows,
    one_line,
)
from tp_solver.sheets.tex_prose import tex_prose
from tp_solver.sheets.tex_text import tex
from tp_solver.solution import Solution
from tp_solver.text import Words

ROOM = 42.0  # em on a line of the article
PAGE_LINES = 36  # of a step, with room for what stands above it
_GAP = 1.4  # em between columns of a table


def solution_latex(solution: Solution, words: Words) -> str:
    """Return a worked solution as the source of a LaTeX article."""
    return _Article(solution, words, Page(ROOM, words.mark, scales=True)).whole()


class _Article(Document):
    def whole(self) -> str:
        body = "\n\n".join(filter(None, self.body()))
        rows = re.findall(r"\\begin\{bmatrix\}((?:(?!\\\\|\\end).)*)", body)
        values = {
            "COLUMNS": str(max([10, *(row.count("&") + 1 for row in rows)])),
            "LANGUAGE": self.words.header("x-latex-babel"),
            "PLAINTITLE": tex(title_of(self.model, self.words)),
            "KICKER": f"{self.word('page.solution')} · {self.plain(self.exercise.id)}",
            "TITLE": self.prose(self.exercise.file.title, inline=True),
        }
        template = (templates_dir() / "article.tex").read_text(encoding="utf-8")
        head = re.sub("@([A-Z]+)@", lambda match: values[match[1]], template)
        return f"{head}\n{body}\n\\end{{document}}\n"

    def plain(self, text: str) -> str:
        return tex(text)

    def prose(self, text: Text | None, inline: bool = False) -> str:
        if text is None:
            return ""
        functions = self.exercise.functions
        return tex_prose(text[self.words.language], self.page, functions, inline)

    def body(self) -> Iterator[str]:
        if purpose := self.prose(self.exercise.file.purpose, inline=True):
            yield rf"{{\large\itshape {purpose}\par}}\medskip"
        yield self.prose(self.exercise.file.intro)
        yield from self.model_part()
        yield rf"{{\small\color{{soft}}{self.rounding()}\par}}"
        for question in self.content.questions:
            yield from self.question(question)
        for drawn in plots(self.solution):
            yield self.section(self.word("solution.plot"))
            language = self.words.language
            yield tex_prose(drawn.curve.title[language], self.page, self.exercise.functions)
            yield from self.table(curve_grid(drawn))
        if self.content.further:
            yield self.section(self.word("solution.further"))
            yield self.word("solution.further_intro")
            yield from self.groups(self.content.further)
        yield rf"\bigskip{{\footnotesize\color{{soft}}{self.word('page.generated')}\par}}"

    def section(self, title: str, right: str = "") -> str:
        aside = rf"\hfill{{\normalfont\small\color{{soft}}{right}}}" if right else ""
        return rf"\section*{{{title}{aside}}}"

    def model_part(self) -> Iterator[str]:
        groups = list(self.equations())
        if groups:
            yield self.section(self.word("solution.model"))
        for domain, nodes in groups:
            if domain:
                yield rf"\noindent {self.where(domain)}"
            names = [width(node.args[0]) for node in nodes if isinstance(node, Op)]
            yield aligned(equation_rows(node, self.page, max(names)) for node in nodes)
        data = list(self.data())
        if data:
            yield self.section(self.word("solution.data"))
            yield pairs(one_line(node, self.page) for node in data)

    def question(self, question: Question) -> Iterator[str]:
        asked = question.asked
        title = self.word("solution.question", n=question.number)
        yield self.section(title, self.points(asked.points))
        yield f"\\begin{{statement}}\n{self.prose(asked.text)}\n\\end{{statement}}"
        yield from self.groups(question.groups)
        for grid in question.tables:
            yield self.label(self.word("solution.results"))
            yield from self.table(grid)
        if question.answers:
            yield aligned(formula_rows(answer, self.page) for answer in question.answers)
        if isinstance(asked, ChoiceQuestion):
            yield self.choices(asked)
        if question.also:
            yield self.label(self.word("solution.also"))
            yield aligned(formula_rows(answer, self.page) for answer in question.also)
        if asked.solution is not None:
            yield self.label(self.word("solution.explained"))
            yield self.prose(asked.solution)
        if isinstance(asked, TextQuestion) and asked.rubric is not None:
            yield self.label(self.word("solution.rubric"))
            yield self.prose(asked.rubric)

    def label(self, text: str) -> str:
        drawn = rf"{{\bfseries\color{{accent}}{text}}}\par\nopagebreak"
        return rf"\roomfor{{7\baselineskip}}\medskip{drawn}"

    def choices(self, asked: ChoiceQuestion) -> str:
        items = []
        for choice in asked.choices:
            right = rf" \textbf{{\color{{accent}}({self.word('solution.right')})}}"
            label = rf"\item[{{{self.plain(choice.id)})}}]"
            text = self.prose(choice.text, inline=True)
            items.append(f"{label} {text}{right if choice.right else ''}")
        return "\\begin{itemize}\n" + "\n".join(items) + "\n\\end{itemize}"

    def groups(self, groups: Iterable[Group]) -> Iterator[str]:
        for group in groups:
            if group.at:
                yield rf"\subsection*{{{self.heading(group.at)}}}"
            yield aligned(group_rows(group, self.page))

    def table(self, grid: Grid) -> Iterator[str]:
        """Write results as tables that fit the page, or as pairs where there is one position."""
        if not grid.columns:
            nodes = (Op("eq", (name, value)) for name, (value,) in grid.rows if value)
            yield pairs(one_line(node, self.page) for node in nodes)
            return
        names = max(width(name) for name, _ in grid.rows) + _GAP
        room = self.page.room - names
        columns = list(zip(*(values for _, values in grid.rows), strict=True))
        widths = [max([4.0, *(width(v) for v in column if v)]) + _GAP for column in columns]
        for chunk in chunks(widths, room):
            yield self.part_table(grid, chunk, replace(self.page, room=room - _GAP))

    def part_table(self, grid: Grid, chunk: range, page: Page) -> str:
        quantity = self.word("solution.quantity")
        heads = " & ".join([quantity, *(self.heading(grid.columns[i]) for i in chunk)])
        lines = [
            " & ".join([f"{{}}${latex(name, page.mark)}$", *(_cell(cells[i], page) for i in chunk)])
            for name, cells in grid.rows
        ]
        body = " \\\\\n".join(lines)
        return (
            f"\\begin{{longtable}}{{@{{}}l{'c' * len(chunk)}@{{}}}}\n"
            f"\\toprule\n{heads} \\\\\n\\midrule\n\\endhead\n"
            f"{body} \\\\\n\\bottomrule\n\\end{{longtable}}"
        )


def _cell(node: Node | None, page: Page) -> str:
    return f"${one_line(node, page)}$" if node is not None else ""


def aligned(blocks: Iterable[list[str]]) -> str:
    """Align rows at their signs; a page may break between blocks, not inside one."""
    body = " \\\\[0.6ex]\n".join(_kept_together(block) for block in blocks)
    return f"\\vspace{{-\\baselineskip}}\n\\begin{{align*}}\n{body}\n\\end{{align*}}"


def _kept_together(block: list[str]) -> str:
    """Join rows so that no page breaks between them, unless a page has no room for them all."""
    lines = sum(max(map(_lines, row.split(r"\begin{bmatrix}"))) for row in block)
    return (" \\\\\n" if lines > PAGE_LINES else " \\\\*\n").join(block)


def _lines(matrix: str) -> int:
    return min(matrix.count(r" \\ ") + 1, MOST_LINES)


def pairs(formulas: Iterable[str]) -> str:
    """Set short formulas one after the other, as many on a line as fit."""
    body = "\\quad\n".join(rf"\mbox{{$\displaystyle {formula}$}}" for formula in formulas)
    return f"\\begin{{flushleft}}\n{body}\n\\end{{flushleft}}"
