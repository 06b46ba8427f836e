"""Which positions matter to a gradient: those that lead to its top, those that lead from a name.

Both walk along the equations with one box a name; a box that keeps growing through a recurrence
is widened to the whole extent, so that the time needed does not grow with the number of steps. A
gradient that stands in a formula is a constant there: nothing leads through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.boxes import Box, box_of, hull, overlap
from tp_solver.graph.system import System, left_box, reads
from tp_solver.language.tree import At, Over, Ref, Span, bound_refs, walk

_PATIENCE = 3


class Reach:
    """Boxes around positions, one a name, that grow along the equations of a system."""

    def __init__(self, system: System, start: dict[str, Box]) -> None:
        self.system = system
        self.boxes = dict(start)
        self.grown: dict[str, int] = {}
        self.forward = [e for e in system.equations if e.left.over is None]
        self.changed = True

    def leading_to(self) -> dict[str, Box]:
        """Return a box, for each name, around the positions that have an influence on these."""
        return self.settled(self.back)

    def led_from(self) -> dict[str, Box]:
        """Return a box, for each name, around the positions that these have an influence on."""
        return self.settled(self.onwards)

    def settled(self, grow: Callable[[Equation], None]) -> dict[str, Box]:
        """Let the boxes grow along every equation until none does."""
        while self.changed:
            self.changed = False
            for equation in self.forward:
                grow(equation)
        return self.boxes

    def back(self, equation: Equation) -> None:
        """Add what an equation reads where it matters."""
        name = equation.left.name
        part = restricted(equation, self.boxes[name]) if name in self.boxes else None
        for ref, ranges in self.reads(part) if part else ():
            self.add(ref.name, box_of(ref.index, ranges))

    def onwards(self, equation: Equation) -> None:
        """Add the positions of an equation that read what matters."""
        for ref, ranges in self.reads(equation):
            part = self.reading(equation, ref, ranges)
            if part is not None:
                self.add(equation.left.name, left_box(part))

    def reads(self, equation: Equation) -> list[tuple[Ref, dict[str, Span]]]:
        return [
            (ref, ranges)
            for ref, ranges in reads(equation)
            if ref.over is None and ref.name in self.system.shapes
        ]

    def reading(self, equation: Equation, ref: Ref, ranges: dict[str, Span]) -> Equation | None:
        """Return an equation over those of its positions that read a name within its box."""
        if ref.name not in self.boxes:
            return None
        both = overlap(box_of(ref.index, ranges), self.boxes[ref.name])
        if both is None:
            return None
        own = equation.ranges
        for at, span in zip(ref.index, both, strict=True):
            # What a sum binds is not the equation's index, though it may be called the same.
            if isinstance(at, At) and at.name in own and not _binds(equation, at.name):
                first, last = span.first - at.offset, span.last - at.offset
                own[at.name] = Span(max(own[at.name].first, first), min(own[at.name].last, last))
        if any(span.last < span.first for span in own.values()):
            return None
        return replace(equation, domain=tuple(own.items()))

    def add(self, name: str, box: Box) -> None:
        """Let a name's box grow around one more."""
        old = self.boxes.get(name)
        box = box if old is None else hull([old, box])
        if box == old:
            return
        self.grown[name] = self.grown.get(name, 0) + 1
        if old is not None and self.grown[name] > _PATIENCE:
            box = _widened(box, old, self.system.extent(name))
        self.boxes[name] = box
        self.changed = True


def influenced(system: System, names: Iterable[str]) -> set[str]:
    """Return the names that those given have an influence on, and these."""
    found = set(names)
    grew = True
    while grew:
        new = {
            e.left.name
            for e in system.equations
            if e.left.over is None
            and any(r.over is None and r.name in found for r, _ in bound_refs(e.right))
        }
        grew = not new <= found
        found |= new
    return found


def fed_by_gradients(system: System) -> set[str]:
    """Return the names that are computed from gradients, as weights after a training step."""
    readers = {
        e.left.name
        for e in system.equations
        if e.left.over is None and any(ref.over is not None for ref, _ in bound_refs(e.right))
    }
    return influenced(system, readers) if readers else readers


def restricted(equation: Equation, box: Box) -> Equation | None:
    """Return an equation over those of its positions that lie in a box."""
    both = overlap(left_box(equation), box)
    if both is None:
        return None
    ranges = equation.ranges
    for at, span in zip(equation.left.index, both, strict=True):
        if isinstance(at, At) and at.name is not None:
            ranges[at.name] = Span(span.first - at.offset, span.last - at.offset)
    return replace(equation, domain=tuple(ranges.items()))


def _binds(equation: Equation, index: str) -> bool:
    return any(isinstance(n, Over) and n.index == index for n in walk(equation.right))


def _widened(box: Box, old: Box, extent: Box) -> Box:
    return tuple(
        Span(e.first if b.first < o.first else b.first, e.last if b.last > o.last else b.last)
        for b, o, e in zip(box, old, extent, strict=True)
    )
