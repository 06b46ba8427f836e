"""Answers on the graph of what depends on what: of one copy, and of a class.

A class has thousands of copies: every state of every node is drawn once, and a copy's picture is
joined from these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from tp_solver.grading.hints import WRONG
from tp_solver.grading.marked import Batch
from tp_solver.grading.record import Item
from tp_solver.grading.report import VERDICTS, Verdict
from tp_solver.grading.statistics import ItemStatistics
from tp_solver.graph.model import Model
from tp_solver.sheets.entities import entities
from tp_solver.sheets.pictures.graph import Drawn
from tp_solver.sheets.pictures.network import Place, of_places
from tp_solver.sheets.pictures.svg import Told, framed
from tp_solver.text import Words

MOST_NODES = 40  # of a graph that still helps
SLOT = "\x00"
SIGN = 16.0  # how wide a sign is, or a digit with what is around it
NONE, RIGHT, MISSING, CARRIED, BROKEN = range(5)
# The class of a node in each state, and the sign that stands beside its name.
LOOKS = (("", ""), ("ok", "✓"), ("no", "–"), ("ca", "≈"), ("ba", "✗"))
STATES = {
    Verdict.CORRECT: RIGHT,
    Verdict.MISSING: MISSING,
    Verdict.CARRIED: CARRIED,
    **dict.fromkeys(WRONG, BROKEN),
    Verdict.UNREADABLE: BROKEN,
}
SHADES = 5
_OF_VERDICT = np.zeros(256, dtype=np.uint8)
for _number, _verdict in enumerate(VERDICTS):
    _OF_VERDICT[_number] = STATES.get(_verdict, NONE)


def asked_graph(model: Model, items: Sequence[Item], room: float) -> Drawn | None:
    """Lay out the quantities asked for; None where too few or too many."""
    questions = model.answered
    places: list[Place] = [
        (item.key, item.position)
        for item in items
        if item.key and item.key.partition("~")[0] not in questions
    ]
    network = of_places(model, places)
    if not 1 < len(network.nodes) <= MOST_NODES or not network.edges:
        return None
    return Drawn(network, room)


class Path:
    """The graph of an exercise's answers, ready for any copy; words are pieces of a page."""

    def __init__(self, model: Model, items: Sequence[Item], words: Words) -> None:
        self.words = words
        self.drawn = asked_graph(model, items, SIGN)
        self.batch: Batch | None = None
        self.counted: dict[tuple[int, ...], str] = {}
        if self.drawn is None:
            return
        numbers = self.drawn.network.numbers
        nodes = np.array([numbers.get((item.key, item.position), -1) for item in items])
        kept = np.flatnonzero(nodes >= 0)
        self.columns = kept[np.argsort(nodes[kept], kind="stable")]
        self.starts = np.searchsorted(
            nodes[self.columns], np.arange(len(self.drawn.network.nodes)), "left"
        )
        self.pieces = self.frame()
        self.looks = [self.look(i) for i in range(len(self.drawn.network.nodes))]
        self.marked = [self.mark(i) for i in range(len(self.drawn.network.nodes))]
        self.first = [self.told(i) for i in range(len(self.drawn.network.nodes))]

    def figure(self, batch: Batch, row: int) -> Markup:
        """Draw the graph of a copy in which an answer is wrong; nothing for another."""
        if self.drawn is None:
            return Markup()
        if batch is not self.batch:
            self.read(batch)
        states = self.states[row]
        if BROKEN not in states:
            return Markup()
        first = states.index(BROKEN)
        before, middle, after = self.pieces
        nodes = [look[state] for look, state in zip(self.looks, states, strict=True)]
        told = (self.first[first], " ", self.counts(states))
        return Markup("".join([before, *told, middle, *nodes, self.marked[first], after]))

    def read(self, batch: Batch) -> None:
        """Find the state of every node in every copy: the worst of what it stands for."""
        found = _OF_VERDICT[batch.matrix[0][:, self.columns]]
        self.states = np.maximum.reduceat(found, self.starts, axis=1).tolist()
        self.batch = batch

    def counts(self, states: list[int]) -> str:
        """Say how many nodes are in each state."""
        counts = tuple(states.count(state) for state in (RIGHT, CARRIED, BROKEN, MISSING))
        if counts not in self.counted:
            names = ("right", "carried", "wrong", "missing")
            told = self.words("pictures.path_counts", **dict(zip(names, counts, strict=True)))
            self.counted[counts] = told
        return self.counted[counts]

    def frame(self) -> tuple[str, str, str]:
        """Draw what all copies have in common, in the pieces around what differs."""
        assert self.drawn is not None
        title, legend = self.words("pictures.path"), self.words("pictures.path_legend")
        parts = [_OPEN, self.drawn.edges(), *self.drawn.steps(), SLOT, "</g>"]
        drawing = framed(parts, self.drawn.layout.size, Told(title, SLOT, "path"))
        before, middle, after = entities(_figure(drawing, title, legend)).split(SLOT)
        return before, middle, after

    def look(self, i: int) -> tuple[str, ...]:
        """Draw a node in each of its states."""
        assert self.drawn is not None
        both = self.drawn.box(i) + self.drawn.label(i)
        return tuple(
            str(entities(f'<g class="n {kind}">{both}{self.drawn.beside(i, sign)}</g>'))
            for kind, sign in LOOKS
        )

    def mark(self, i: int) -> str:
        """Draw the node where reasoning leaves the path, and the edges that lead there."""
        assert self.drawn is not None
        parents = self.drawn.parents(i)
        led = self.drawn.edges(parents) if parents else ""
        return f'<g class="left">{led}{self.drawn.box(i)}</g>'

    def told(self, i: int) -> str:
        """Say where reasoning leaves the path."""
        assert self.drawn is not None
        name, edges = self.drawn.name(i), self.drawn.network.edges
        read = ", ".join(self.drawn.name(edges[k].source) for k in self.drawn.parents(i))
        key = "pictures.path_reads" if read else "pictures.path_first"
        return self.words(key, name=entities(name), read=entities(read))


_OPEN = '<g class="g" text-anchor="middle">'


def _figure(drawing: Markup, title: str, legend: str) -> Markup:
    return Markup(
        '<figure class="picture"><div class="scroll">{}</div>'
        "<figcaption>{}. {}</figcaption></figure>"
    ).format(drawing, title, legend)


def breaks(model: Model, items: Sequence[ItemStatistics], copies: int, words: Words) -> Markup:
    """Draw how many copies of a class have their first mistake at each quantity."""
    drawn = asked_graph(model, [each.item for each in items], SIGN * (len(str(copies)) + 1) / 2)
    if drawn is None or not any(each.first for each in items):
        return Markup()
    counts = [0] * len(drawn.network.nodes)
    for each in items:
        node = drawn.network.numbers.get((each.item.key, each.item.position))
        if node is not None:
            counts[node] += each.first
    parts = [_OPEN, drawn.edges(), *drawn.steps()]
    for i, count in enumerate(counts):
        shade = min(SHADES, -(-count * 2 * SHADES // max(copies, 1)))
        beside = drawn.beside(i, str(count) if count else "")
        parts.append(f'<g class="n b{shade}">{drawn.box(i)}{drawn.label(i)}{beside}</g>')
    told = "; ".join(
        f"{drawn.name(i)}{words('solution.colon')} {count}"
        for i, count in enumerate(counts)
        if count
    )
    title = words("pictures.class_path")
    drawing = framed([*parts, "</g>"], drawn.layout.size, Told(title, told, "class-path"))
    return _figure(drawing, title, words("pictures.class_path_legend"))
