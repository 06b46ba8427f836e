"""Gradients as equations: reverse mode rewrites a system into adjoint equations.

Each indexed equation is differentiated once, never once per time step. What an equation
`C[t] = f[t] ⊙ C[t-1] + …` adds to the gradient of C is a term `∂L/∂C[t+1] ⊙ f[t+1]`, which holds
where t+1 is a step; the positions of C are cut into regions with the same terms, and each region
gets an ordinary equation: at the last step the term from the future is simply not there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tp_solver.exercise.exercise import Equation
from tp_solver.graph import rules
from tp_solver.graph.boxes import Box, box_of, cells, hull, overlap, positions, slots
from tp_solver.graph.build import ONE, ZERO, Builder
from tp_solver.graph.flows import Differentiation, Flow
from tp_solver.graph.reach import Reach, fed_by_gradients, influenced, restricted
from tp_solver.graph.shapes import Shape
from tp_solver.graph.system import Known, System
from tp_solver.language.tree import (
    At,
    Node,
    Over,
    Ref,
    Span,
    fresh_index,
    shift,
)

DIRECT = "_direct"


@dataclass(frozen=True)
class Term:
    """A term of a gradient, at the positions where it holds; nearer steps come first."""

    box: Box
    formula: Node
    distance: int


def derive(
    system: System, requests: Iterable[Ref], seeds: tuple[Known, ...] = ()
) -> tuple[tuple[Equation, ...], tuple[Known, ...]]:
    """Derive the adjoint equations that give the requested gradients (and all they need).

    `requests` are names like ∂L/∂W, the top at one place; their own index, numbers or ranges, plays
    a part only for a top that is computed from gradients itself: there, nothing else is derived.
    `seeds` are gradients handed down from above, added to what the equations give.
    """
    groups: dict[Ref, dict[str, Box]] = {}
    for ref in requests:
        if ref.over is not None:
            wanted = groups.setdefault(Ref(ref.name, ref.index), {})
            name = ref.over.name
            box = box_of(ref.over.index, {}) if ref.over.index else system.extent(name)
            wanted[name] = hull([box, wanted.get(name, box)])
    fed = fed_by_gradients(system)
    equations: list[Equation] = []
    known: list[Known] = []
    for top, wanted in groups.items():
        own = tuple(k for k in seeds if k.key.startswith(f"{gradient_prefix(top)}/d"))
        found = _Reverse(system, top, wanted, own, narrow=top.name in fed).equations()
        equations += found[0]
        known += found[1]
    return tuple(equations), tuple(known)


def gradient_prefix(top: Ref) -> str:
    """Return how the names of all gradients of a number begin: `dL`, `dh[3]`."""
    return Ref(top.name, top.index, over=Ref("")).key.rpartition("/d")[0]


class _Reverse:
    """Reverse mode for one number (or, as a Jacobian, one vector) at one position.

    `narrow` keeps to the positions between those wanted and the top: of training steps, to one.
    """

    def __init__(
        self,
        system: System,
        top: Ref,
        wanted: dict[str, Box],
        seeds: tuple[Known, ...],
        narrow: bool,
    ):
        self.system, self.top, self.wanted, self.narrow = system, top, wanted, narrow
        self.seeds: dict[str, list[Known]] = {}
        for seed in seeds:
            self.seeds.setdefault(seed.key.rpartition("/d")[2], []).append(seed)
        self.builder = Builder(system.shape)
        self.defined = top.name in system.shapes
        vector = self.defined and math.prod(system.shapes[top.name]) > 1
        self.layout = (rules.Jacobian if vector else rules.Gradient)(self.builder)
        self.active = self.activity()
        self.relevant = influenced(system, wanted)
        if narrow:
            led = Reach(system, dict(wanted)).led_from()
            boxes = {
                name: overlap(led[name], self.active[name]) for name in led & self.active.keys()
            }
            self.active = {name: box for name, box in boxes.items() if box is not None}
        self.differentiation = Differentiation(system, top, self.layout, self.relevant)
        self.terms: dict[str, list[Term]] = {}

    def equations(self) -> tuple[list[Equation], list[Known]]:
        for equation in self.system.equations:
            for part in self.running(equation):
                for flow in self.flows(part):
                    self.add_terms(part, flow)
        if self.defined and self.top.name in self.wanted.keys() | self.loops():
            self.terms.setdefault(self.top.name, []).append(Term(self.top_box(), self.start(), -1))
        needed = (self.relevant & self.active.keys()) | self.wanted.keys()
        equations: list[Equation] = []
        known: list[Known] = []
        for name in [key for key in self.system.shapes if key in needed]:
            if name == self.top.name and name not in self.wanted.keys() | self.loops():
                continue
            extent = self.extent(name)
            for cell in cells(extent, self.boxes(name)) if extent is not None else ():
                self.region(name, cell, equations, known)
        return equations, known

    def extent(self, name: str) -> Box | None:
        """Return the positions at which a gradient gets equations."""
        whole = self.system.extent(name)
        if not self.narrow:
            return whole
        own = hull(boxes[name] for boxes in (self.wanted, self.active) if name in boxes)
        return overlap(own, whole)

    def boxes(self, name: str) -> list[Box]:
        found = [term.box for term in self.terms.get(name, [])]
        return found + [seed.box for seed in self.seeds.get(name, [])]

    def loops(self) -> set[str]:
        """Return the top's own name where it is read on the way back to itself."""
        box = self.active.get(self.top.name)
        return {self.top.name} if box is not None and box != self.top_box() else set()

    def top_box(self) -> Box:
        return box_of(self.top.index, {})

    def activity(self) -> dict[str, Box]:
        """Return, for each name, a box around the positions that have an influence on the top."""
        start: dict[str, Box] = {self.top.name: self.top_box()} if self.defined else {}
        for name, seeds in self.seeds.items():
            own = [start[name]] if name in start else []
            start[name] = hull(own + [seed.box for seed in seeds])
        return Reach(self.system, start).leading_to()

    def running(self, equation: Equation) -> Iterator[Equation]:
        """Yield an equation restricted to where the top depends on it, if it matters at all."""
        name = equation.left.name
        if equation.left.over is not None or name not in self.relevant or name not in self.active:
            return
        part = restricted(equation, self.active[name])
        if part is not None:
            yield part

    def flows(self, equation: Equation) -> Iterator[Flow]:
        """Differentiate one indexed equation."""
        left = equation.left
        if self.defined and left.name == self.top.name and left.name not in self.loops():
            g = self.start()
        else:
            g = Ref(self.top.name, self.top.index, over=left)
        yield from self.differentiation.flows(equation, g)

    def start(self) -> Node:
        """Return the derivative of the top by itself: 1, or the identity."""
        shape = self.system.shapes[self.top.name]
        return rules.identity(shape[0]) if math.prod(shape) > 1 else ONE

    def add_terms(self, equation: Equation, flow: Flow) -> None:
        """Turn a flow into terms over the positions of the name it reaches."""
        if flow.ref.name not in self.relevant:
            return
        for ranges, fixed in _undouble(flow.ref, equation.ranges | dict(flow.bound)):
            ref = shift(flow.ref, fixed)
            assert isinstance(ref, Ref)
            formula = shift(flow.formula, fixed)
            term = self.term(ref, formula, ranges)
            self.terms.setdefault(flow.ref.name, []).append(term)

    def term(self, ref: Ref, formula: Node, ranges: dict[str, Span]) -> Term:
        symbols = self.system.axes[ref.name]
        places: dict[str, At] = {}
        distance = 0
        for at, symbol in zip(ref.index, symbols, strict=True):
            assert isinstance(at, At)
            if at.name is not None:
                places[at.name] = At(symbol, -at.offset)
                distance = max(distance, abs(at.offset))
        box = box_of(ref.index, ranges)
        summed = [(name, span) for name, span in ranges.items() if name not in places]
        taken = set(ranges) | set(symbols)
        renamed = {name: fresh_index(name, taken) for name, _ in summed if name in symbols}
        formula = shift(formula, {name: At(new) for name, new in renamed.items()})
        formula = shift(formula, places)
        for name, span in summed:  # an index that is not the name's own is summed over
            index = renamed.get(name, name)
            if span.first == span.last:
                formula = shift(formula, {index: At(None, span.first)})
            else:
                formula = Over("sum", index, span, formula)
        return Term(box, formula, distance)

    def region(self, name: str, cell: Box, equations: list[Equation], known: list[Known]) -> None:
        """Make the equation of a gradient over positions that have the same terms."""
        terms = [t for t in self.terms.get(name, []) if overlap(t.box, cell) is not None]
        handed = [s for s in self.seeds.get(name, []) if overlap(s.box, cell) is not None]
        symbols = self.system.axes[name]
        left = Ref(self.top.name, self.top.index, Ref(name, tuple(map(At, symbols))))
        if handed and not terms:
            known += [_cut(seed, left.key, cell) for seed in handed]
            return
        right: Node = ZERO
        shape = self.system.shapes[name]
        for seed in handed:
            direct = replace(left, name=self.top.name + DIRECT)
            known.append(_cut(seed, direct.key, cell))
            right = self.sum(right, direct, shape)
        for term in sorted(terms, key=lambda term: term.distance):
            right = self.sum(right, term.formula, shape)
        equations.append(Equation(left, right, tuple(zip(symbols, cell, strict=True))))

    def sum(self, left: Node, right: Node, shape: Shape) -> Node:
        if left == ZERO:
            return right
        fitted = (self.layout.fitted(node, shape) for node in (left, right))
        return self.builder.add(*fitted)


def _undouble(ref: Ref, ranges: dict[str, Span]) -> Iterator[tuple[dict[str, Span], dict[str, At]]]:
    """Yield a reading once; of a diagonal one, as h[t, t], each position by itself."""
    names = [at.name for at in ref.index if isinstance(at, At) and at.name]
    doubled = sorted({name for name in names if names.count(name) > 1})
    for place in positions(tuple(ranges[name] for name in doubled)):
        fixed = {name: At(None, i) for name, i in zip(doubled, place, strict=True)}
        yield {n: s for n, s in ranges.items() if n not in fixed}, fixed


def _cut(seed: Known, key: str, cell: Box) -> Known:
    """Return the part of given numbers that lies in a cell."""
    both = overlap(seed.box, cell)
    assert both is not None
    where: tuple[Any, ...] = (*slots(both, seed.box), ...)
    return Known(key, both, seed.values[where])
