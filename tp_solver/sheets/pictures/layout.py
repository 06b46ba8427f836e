"""The layout of a graph in layers, left to right: longest paths, barycentres, straightened lines.

After Sugiyama, Tagawa & Toda 1981: a node stands right of all it depends on, a long edge passes
its layers in places of its own, and the order within a layer follows the middle of the neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise

SWEEPS = 8
NODE, LOOPED, BEND = 20.0, 30.0, 8.0  # half the height that is kept free
ACROSS = 46.0  # between two layers
LANE = 18.0  # between two edges that go back
Point = tuple[float, float]


@dataclass(frozen=True)
class Edge:
    """What depends on what, by the numbers of nodes; `step` is -1 or 1 across time, else 0.

    Nodes are numbered in the order of the computation: an edge that leads to a smaller number, or
    to the same, goes back.
    """

    source: int
    target: int
    step: int = 0

    @property
    def back(self) -> bool:
        """Tell whether the edge leads to what comes before."""
        return self.source >= self.target


@dataclass(frozen=True)
class Layout:
    """The middle of each node, the points of each edge in the order given, the whole size.

    An edge from a node to itself has no points.
    """

    places: tuple[Point, ...]
    lines: tuple[tuple[Point, ...], ...]
    size: Point


def layered(count: int, edges: Sequence[Edge], wide: float) -> Layout:
    """Place so many nodes of a width."""
    drawing = _Layers(count, edges)
    drawing.order()
    heights = drawing.heights()
    pitch = wide + ACROSS
    led_back = any(e.back and e.source != e.target and not drawing.layer[e.target] for e in edges)
    margin = 22 if led_back else 4
    across = [margin + wide / 2 + layer * pitch for layer in range(len(drawing.layers))]
    points = {i: (across[drawing.layer[i]], heights[i]) for i in drawing.layer}
    bottom = max((heights[i] + drawing.half(i) for i in drawing.layer), default=0.0)
    lanes = {
        source: bottom + 10 + LANE * k
        for k, source in enumerate(
            dict.fromkeys(e.source for e in edges if e.back and e.source != e.target)
        )
    }
    lines: list[tuple[Point, ...]] = []
    for edge in edges:
        (x, y), (tx, ty) = points[edge.source], points[edge.target]
        start, end = (x + wide / 2, y), (tx - wide / 2, ty)
        if edge.source == edge.target:
            lines.append(())
        elif edge.back:
            lane, right, left = lanes[edge.source], start[0] + 10, end[0] - 16
            lines.append(
                (
                    (start[0], y + 7), (right, y + 7), (right, lane),
                    (left, lane), (left, ty + 7), (end[0], ty + 7),
                )
            )  # fmt: skip
        else:
            bends = (points[i] for i in drawing.bends[edge.source, edge.target])
            lines.append((start, *bends, end))
    full = max([bottom, *lanes.values()]) + 8
    size = (across[-1] + wide / 2 + 18 if across else 0.0, full)
    return Layout(tuple(points[i] for i in range(count)), tuple(lines), size)


class _Layers:
    def __init__(self, count: int, edges: Sequence[Edge]) -> None:
        self.loops = {edge.source for edge in edges if edge.source == edge.target}
        ahead = [(e.source, e.target) for e in edges if not e.back]
        self.layer = self.longest(count, ahead)
        self.count = count
        self.before: dict[int, list[int]] = {}
        self.after: dict[int, list[int]] = {}
        self.bends: dict[tuple[int, int], list[int]] = {}
        for source, target in ahead:
            chain = [source]
            for layer in range(self.layer[source] + 1, self.layer[target]):
                chain.append(len(self.layer))
                self.layer[chain[-1]] = layer
            self.bends[source, target] = chain[1:]
            for one, next_one in pairwise([*chain, target]):
                self.after.setdefault(one, []).append(next_one)
                self.before.setdefault(next_one, []).append(one)
        self.layers: list[list[int]] = [[] for _ in range(max(self.layer.values(), default=-1) + 1)]
        for i, layer in self.layer.items():
            self.layers[layer].append(i)

    @staticmethod
    def longest(count: int, ahead: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Put nodes right of all they depend on, those that depend on nothing near their use."""
        layer = dict.fromkeys(range(count), 0)
        for source, target in sorted(ahead, key=lambda edge: edge[1]):
            layer[target] = max(layer[target], layer[source] + 1)
        fed = {target for _, target in ahead}
        for i in range(count):
            uses = [layer[target] for source, target in ahead if source == i]
            if i not in fed and uses:
                layer[i] = min(uses) - 1
        return layer

    def half(self, i: int) -> float:
        """Return half the height that a node or a bend keeps free."""
        if i >= self.count:
            return BEND
        return LOOPED if i in self.loops else NODE

    def order(self) -> None:
        """Order each layer by the middle of its neighbours, to and fro."""
        place = {i: float(k) for layer in self.layers for k, i in enumerate(layer)}
        for sweep in range(SWEEPS):
            near = self.before if sweep % 2 == 0 else self.after
            for layer in self.layers if sweep % 2 == 0 else self.layers[::-1]:
                middle = {i: _mean([place[n] for n in near.get(i, ())], place[i]) for i in layer}
                layer.sort(key=lambda i: middle[i])
                place |= {i: float(k) for k, i in enumerate(layer)}

    def heights(self) -> dict[int, float]:
        """Return heights: each near the middle of its neighbours, none upon another."""
        found: dict[int, float] = {}
        for layer in self.layers:
            halves = [self.half(i) for i in layer]
            total = 2 * sum(halves)
            tops = accumulate((2 * h for h in halves), initial=-total / 2)
            found |= {i: top + h for i, top, h in zip(layer, tops, halves, strict=False)}
        for sweep in range(SWEEPS):
            for layer in self.layers if sweep % 2 else self.layers[::-1]:
                wanted = [
                    _mean([found[n] for n in (*self.before.get(i, ()), *self.after.get(i, ()))],
                          found[i])
                    for i in layer
                ]  # fmt: skip
                steps = [self.half(a) + self.half(b) for a, b in pairwise(layer)]
                found |= dict(zip(layer, apart(wanted, steps), strict=True))
        top = min((found[i] - self.half(i) for i in found), default=0.0)
        return {i: round(y - top + 2, 1) for i, y in found.items()}


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def apart(
    wanted: Sequence[float],
    steps: Iterable[float],
    low: float = float("-inf"),
    high: float = float("inf"),
) -> list[float]:
    """Move places, in their order, so far apart, as little as possible; within bounds if they fit.

    The least squares are those of an isotonic regression, by pooling adjacent violators.
    """
    offsets = list(accumulate(islice(steps, max(len(wanted) - 1, 0)), initial=0.0))[: len(wanted)]
    pools: list[tuple[float, int]] = []  # the mean of some neighbours, how many
    for place, offset in zip(wanted, offsets, strict=True):
        mean, many = place - offset, 1
        while pools and pools[-1][0] > mean:
            before, count = pools.pop()
            mean, many = (mean * many + before * count) / (many + count), many + count
        pools.append((mean, many))
    limit = max(low, high - offsets[-1]) if offsets else high
    found = (min(max(mean, low), limit) for mean, many in pools for _ in range(many))
    return [place + offset for place, offset in zip(found, offsets, strict=True)]
