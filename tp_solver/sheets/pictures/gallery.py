"""Which pictures a worked solution has: those its author asks for, else those that fit it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from math import prod

from markupsafe import Markup

from tp_solver.exercise.model import Plot
from tp_solver.language.plain import plain
from tp_solver.sheets import prose
from tp_solver.sheets.content import Drawn, plots
from tp_solver.sheets.pictures import curves
from tp_solver.sheets.pictures.cell import cell
from tp_solver.sheets.pictures.gates import gates
from tp_solver.sheets.pictures.graph import graph
from tp_solver.sheets.pictures.network import MOST_NODES, overview
from tp_solver.sheets.pictures.unrolled import unrolled
from tp_solver.sheets.pictures.values import MOST_COMPONENTS, Values
from tp_solver.solution import Solution
from tp_solver.text import Words

MOST_CELLS = 2  # cells that are drawn without being asked for
FEWEST_EDGES = 5  # of a graph that is drawn without being asked for


def gallery(solution: Solution, words: Words) -> Iterator[Markup]:
    """Draw the pictures of a solution, each the content of a figure."""
    return _Gallery(solution, words).figures()


def scrolled(drawn: Markup, caption: Markup) -> Markup:
    """Make the content of a figure that scrolls on a narrow screen."""
    return Markup('<div class="scroll">{}</div><figcaption>{}</figcaption>').format(drawn, caption)


class _Gallery:
    def __init__(self, solution: Solution, words: Words) -> None:
        self.solution, self.words = solution, words
        self.model, self.exercise = solution.model, solution.exercise
        self.values = Values(solution, words)
        self.numbers = count(1)

    def figures(self) -> Iterator[Markup]:
        """Yield what the author asks for in that order; what fits by itself stands first."""
        asked = self.exercise.file.plots
        if all(plot.kind == "curves" for plot in asked):
            yield from self.fitting()
        drawn = plots(self.solution)
        for plot in asked:
            if plot.kind == "curves":
                yield self.curves(next(drawn))
            else:
                yield from self.picture(plot)

    def fitting(self) -> Iterator[Markup]:
        """Yield the picture that an exercise has by itself: a small cell, or a small graph."""
        diagrams = self.exercise.diagrams
        if diagrams and len(diagrams) <= MOST_CELLS and self.small():
            yield from self.drawn("cell")
        elif not self.exercise.file.use:
            whole = overview(self.model)
            if len(whole.nodes) <= MOST_NODES and len(whole.edges) >= FEWEST_EDGES:
                yield from self.drawn("graph")

    def small(self) -> bool:
        """Tell whether all that wires carry can be written out."""
        carried = (
            wire.carries.key
            for diagram in self.exercise.diagrams
            for wire in diagram.wires.values()
            if wire.carries and self.values.has(wire.carries.key)
        )
        shapes = (self.model.system.shapes[key] for key in carried)
        return all(prod(shape) <= MOST_COMPONENTS for shape in shapes)

    def picture(self, plot: Plot) -> Iterator[Markup]:
        """Yield the pictures of a kind, under the author's title if there is one."""
        head = prose.marked(plot.title, self.words, self.exercise.functions, inline=True)
        for drawn in self.drawn(plot.kind):
            yield Markup('<p class="meta">{}</p>{}').format(head, drawn) if head else drawn

    def drawn(self, kind: str) -> Iterator[Markup]:
        if kind == "cell":
            for diagram in self.exercise.diagrams:
                yield cell(diagram, self.values, self.name())
        elif kind == "graph" and (whole := graph(self.model, self.words, self.name())):
            yield scrolled(*whole)
        elif kind == "gates":
            yield from (scrolled(*each) for each in gates(self.values, self.name()))
        elif kind == "unrolled" and (found := unrolled(self.values, self.name())):
            yield scrolled(*found)

    def name(self) -> str:
        """Return a name for a picture's identifiers."""
        return f"picture-{next(self.numbers)}"

    def curves(self, drawn: Drawn) -> Markup:
        """Draw curves over an index."""
        curve, places, words = drawn.curve, drawn.places, self.words
        lines = [curves.Line(plain(node, unicode=True), node, vs) for node, vs in drawn.lines]
        colon = words("solution.colon")
        listed = f"{words('solution.semicolon')} ".join(
            f"{line.name}{colon} " + ", ".join(self.values.number(v) for v in line.values)
            for line in lines
        )
        description = words(
            "plot.description",
            names=", ".join(line.name for line in lines),
            index=curve.over,
            first=places[0],
            last=places[-1],
            values=listed,
        )
        text, spoken = curve.title.told(words.language)
        chart = curves.Chart(
            title=prose.plain_text(text, self.exercise.functions),
            description=description,
            index=curve.over,
            positions=places,
            lines=tuple(lines),
            log=curve.log,
            thresholds=curve.lines,
            mark=words.mark,
            spoken="" if spoken == words.language else spoken,
        )
        caption = prose.marked(curve.title, words, self.exercise.functions, inline=True)
        return scrolled(curves.svg(chart, self.name()), caption)
