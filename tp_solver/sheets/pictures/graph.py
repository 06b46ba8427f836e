"""The computation graph of an exercise: what is given, computed, asked for, what depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from markupsafe import Markup

from tp_solver.graph.model import Model
from tp_solver.language.numerals import MINUS
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import At
from tp_solver.sheets.pictures.layout import Edge, Layout, layered
from tp_solver.sheets.pictures.network import Network, overview
from tp_solver.sheets.pictures.svg import Told, framed, rounded, symbol, text, width_of
from tp_solver.text import Words

HALF = 14.0  # half the height of a node
MOST_NODES = 60  # of a graph that still helps
HEAD = "l-6-3v6z"


class Drawn:
    """A graph laid out: its nodes and edges as pieces of a picture.

    `room` is kept free within each node, right of its name.
    """

    def __init__(self, network: Network, room: float = 0.0) -> None:
        self.network, self.room = network, room
        names = (plain(ref, unicode=True) for ref in network.nodes)
        self.wide = min(max([40.0, *(width_of(name, 12) + 16 for name in names)]), 120.0) + room

    @cached_property
    def layout(self) -> Layout:
        """Return where everything stands."""
        return layered(len(self.network.nodes), self.network.edges, self.wide)

    def edges(self, chosen: Sequence[int] | None = None) -> str:
        """Draw edges (all, or those of some numbers) as one path, their heads as another."""
        lines, heads = [], []
        numbers = range(len(self.network.edges)) if chosen is None else chosen
        for i in numbers:
            points, edge = self.layout.lines[i], self.network.edges[i]
            if not points:
                x, y = self.layout.places[edge.source]
                lines.append(f"M{x + 12:g} {y - HALF:g}c6-20-30-20-24-3")
                heads.append(f"M{x - 12:g} {y - HALF:g}l-2-7h6z")
                continue
            lines.append(rounded(points, 7) if edge.back else _smooth(points))
            x, y = points[-1]
            heads.append(f"M{x:g} {y:g}{HEAD}")
        return f'<path class="e" d="{"".join(lines)}"/><path class="a" d="{"".join(heads)}"/>'

    def steps(self) -> Iterator[str]:
        """Write beside an edge across time which step it comes from."""
        seen = set()
        for edge, points in zip(self.network.edges, self.layout.lines, strict=True):
            if not edge.step or (points and not edge.back):
                continue
            index = self.index(edge)
            x, y = self.layout.places[edge.source]
            where = (x + 16, y - HALF - 8) if not points else (points[3][0] + 14, points[3][1] - 3)
            if where not in seen:
                seen.add(where)
                sign = MINUS if edge.step < 0 else "+"
                label = Markup('<tspan class="i">{}</tspan>{}1').format(index, sign)
                yield text(round(where[0], 1), round(where[1], 1), label, "t")

    def index(self, edge: Edge) -> str:
        """Name the index that an edge across time moves along."""
        axes = [at for at in self.network.nodes[edge.source].axes if isinstance(at, At) and at.name]
        return axes[-1].name or "" if axes else ""

    def box(self, i: int) -> str:
        """Draw the outline of a node."""
        x, y = self.layout.places[i]
        corner = HALF if i in self.network.given else 4
        return (
            f'<rect x="{x - self.wide / 2:g}" y="{y - HALF:g}" width="{self.wide:g}" '
            f'height="{2 * HALF:g}" rx="{corner:g}"/>'
        )

    def label(self, i: int) -> str:
        """Draw the name of a node."""
        x, y = self.layout.places[i]
        return text(x - self.room / 2, y + 4, symbol(self.network.nodes[i]), "")

    def beside(self, i: int, content: str) -> str:
        """Write in the room beside the name of a node."""
        x, y = self.layout.places[i]
        return text(x + (self.wide - self.room) / 2 - 4, y + 5, content, "m") if content else ""

    def parents(self, i: int) -> list[int]:
        """Return the numbers of the edges that lead to a node."""
        return [k for k, edge in enumerate(self.network.edges) if edge.target == i]

    def told(self) -> str:
        """Say what every node reads."""
        read = {
            i: ", ".join(self.name(self.network.edges[k].source) for k in self.parents(i))
            for i in range(len(self.network.nodes))
        }
        return "; ".join(f"{self.name(i)} ← {names}" for i, names in read.items() if names)

    def name(self, i: int) -> str:
        """Name a node in words."""
        return plain(self.network.nodes[i], unicode=True)


def _smooth(points: Sequence[tuple[float, float]]) -> str:
    """Return a path through points, level at each."""
    (x, y), *rest = points
    out = [f"M{x:g} {y:g}"]
    for tx, ty in rest:
        middle = round((x + tx) / 2, 1)
        out.append(f"H{tx:g}" if ty == y else f"C{middle:g} {y:g} {middle:g} {ty:g} {tx:g} {ty:g}")
        x, y = tx, ty
    return "".join(out)


def graph(model: Model, words: Words, name: str) -> tuple[Markup, Markup] | None:
    """Draw the graph of an exercise with its caption; None where there is nothing or too much."""
    drawn = Drawn(overview(model))
    network = drawn.network
    if not network.edges or len(network.nodes) > MOST_NODES:
        return None
    asked = {slot.key for slots in model.slots.values() for slot in slots}
    tops = {parse_name(key)[0].name for key in model.system.axes if "/d" in key}
    used = {edge.source for edge in network.edges}
    parts = ['<g class="g" text-anchor="middle">', drawn.edges(), *drawn.steps()]
    for i, ref in enumerate(network.nodes):
        kind = "given" if i in network.given else "asked" if ref.key in asked else "made"
        kind += " loss" if ref.name in tops and i not in used else ""
        parts.append(f'<g class="n {kind}">{drawn.box(i)}{drawn.label(i)}</g>')
    told = Told(words("pictures.graph"), words("pictures.depends", values=drawn.told()), name)
    drawing = framed([*parts, "</g>"], drawn.layout.size, told)
    caption = Markup("{}. {}").format(words("pictures.graph"), words("pictures.graph_legend"))
    return drawing, caption
