"""Training steps: gradients of L[n] for each n, which is written once, and what they may reach.

Every gradient has a top at one place. An equation that reads `dL[n]/dW[n-1]` is therefore taken
apart into one for each n. Such a gradient is a constant where it stands, so that a gradient which
would have to go through it, as dL[2]/dW[0] through the step from W[0] to W[1], is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce

from tp_solver.errors import ModelError
from tp_solver.exercise.exercise import Equation
from tp_solver.graph.boxes import Box, box_of, positions
from tp_solver.graph.build import ZERO, whole
from tp_solver.graph.reach import fed_by_gradients
from tp_solver.graph.schedule import ground, ordered_positions, places_read
from tp_solver.graph.system import System
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Op, Over, Ref, bound_refs, shift, transform

MOST_STEPS = 100

Place = tuple[str, tuple[int, ...]]


def step_by_step(equation: Equation) -> list[Equation]:
    """Take an equation apart so that the top of every gradient in it has a number for an index.

    Raises ModelError where that makes too many, or where a search would go through gradients.
    """
    right = _summed(equation.right)
    tops = (ref for ref, _ in bound_refs(right) if ref.over is not None)
    named = {at.name for ref in tops for at in ref.index if isinstance(at, At)}
    names = [name for name, _ in equation.domain if name in named]
    if not names:
        return [equation if right == equation.right else replace(equation, right=right)]
    spans = tuple(equation.ranges[name] for name in names)
    _count(spans, plain(equation.left), names)
    found = []
    for place in positions(spans):
        numbers = {name: At(None, i) for name, i in zip(names, place, strict=True)}
        left = shift(equation.left, numbers)
        assert isinstance(left, Ref)
        rest = tuple(item for item in equation.domain if item[0] not in names)
        found.append(Equation(left, shift(right, numbers), rest))
    return found


def _summed(node: Node) -> Node:
    """Spell out the sums and means whose index stands in the top of a gradient."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Over) or part.span is None:
            return None
        body = _summed(part.body)
        if not any(At(part.index) in _at_zero(ref) for ref, _ in bound_refs(body) if ref.over):
            return replace(part, body=body)
        if part.op == "first":
            what = f"`first({part.index}, …)` can't search among gradients of several tops"
            raise ModelError(what, "give each a name by an equation, and search among these")
        _count((part.span,), f"{part.op}({part.index}, …)", [part.index])
        run = range(part.span.first, part.span.last + 1)
        terms = [shift(body, {part.index: At(None, i)}) for i in run]
        total = reduce(lambda a, b: Op("add", (a, b)), terms)
        return total if part.op == "sum" else Op("div", (total, whole(len(terms))))

    return transform(node, change)


def _at_zero(ref: Ref) -> list[At]:
    return [At(at.name) for at in ref.index if isinstance(at, At)]


def _count(spans: Box, where: str, names: list[str]) -> None:
    count = len(positions(spans))
    if count > MOST_STEPS:
        what = f"`{where}` would need {count} gradients, each of a top of its own"
        raise ModelError(what, f"keep to {MOST_STEPS}: shorten the range of `{names[0]}`", names[0])


def troubled(
    system: System, requests: Iterable[tuple[object, Ref]]
) -> Iterator[tuple[object, str, str]]:
    """Yield what asks for a gradient that would go through a gradient, or reads one in vain.

    `requests` are derivatives at numbers or ranges. The system holds their equations, in an order
    that exists. Only tops that are computed from gradients can have such troubles.
    """
    fed = fed_by_gradients(system)
    asked = [(asker, ref) for asker, ref in requests if ref.name in fed and ref.over is not None]
    if not asked:
        return
    ways = _Ways(system, {ref.over.name for _, ref in asked if ref.over})
    vain: set[str] = set()  # told once, and not for each step
    for asker, ref in asked:
        trouble = ways.second_order(ref)
        if trouble is None and isinstance(asker, Equation) and asker.left.name not in vain:
            trouble = ways.in_vain(ref)
            vain |= {asker.left.name} if trouble else set()
        if trouble is not None:
            yield asker, *trouble


def _at(ref: Ref, place: tuple[int, ...]) -> Ref:
    return ref.moved(tuple(At(None, i) for i in place))


def _attached(node: Node) -> Node:
    """Leave out what stands in a `detach`: no derivative goes through it."""
    return transform(node, lambda n: ZERO if isinstance(n, Op) and n.op == "detach" else None)


class _Ways:
    """How the positions of some names lead to a top: through gradients in formulas, or directly."""

    def __init__(self, system: System, names: set[str]) -> None:
        places = [(name, place) for name in names for place in positions(system.extent(name))]
        self.bits = {place: 1 << i for i, place in enumerate(places)}
        self.led_from = dict(self.bits)  # per place, those that lead to it, as bits
        self.reads: dict[Place, list[Place]] = {}
        self.gradients: dict[str, Ref] = {}
        self.met: dict[Place, tuple[set[Place], list[Place]]] = {}
        for i, assigned in ordered_positions(system.equations):
            equation, at = system.equations[i], dict(assigned)
            if equation.left.over is not None:
                self.gradients[equation.left.key] = equation.left
            place = (equation.left.key, ground(equation.left, at))
            attached = replace(equation, right=_attached(equation.right))
            self.reads[place] = list(places_read(attached, at))
            bits = self.led_from.get(place, 0)
            for read in self.reads[place]:
                bits |= self.led_from.get(read, 0)
            self.led_from[place] = bits

    def second_order(self, ref: Ref) -> tuple[str, str] | None:
        """Say which of some derivatives goes through a gradient, and what to ask for instead."""
        for place in positions(box_of(ref.axes, {})):
            gradient = self.gradient_between(ref, place)
            if gradient is not None:
                what = f"`{plain(_at(ref, place))}` would need a second derivative, of `{gradient}`"
                fine = [at for at in self.direct(ref) if self.gradient_between(ref, at) is None]
                near = f"ask for `{plain(_at(ref, fine[-1]))}`" if fine else ""
                return what, near or "ask for first derivatives only"
        return None

    def in_vain(self, ref: Ref) -> tuple[str, str] | None:
        """Say where a formula reads a gradient that is 0 while one at another place is not."""
        direct, places = self.direct(ref), positions(box_of(ref.axes, {}))
        if not direct or set(places) & set(direct):
            return None
        asks, near = plain(_at(ref, places[0])), plain(_at(ref, direct[-1]))
        top = plain(Ref(ref.name, ref.index))
        return f"`{asks}` is 0: `{top}` does not depend on it", f"did you mean `{near}`?"

    def gradient_between(self, ref: Ref, place: tuple[int, ...]) -> str | None:
        """Return a gradient through which a place leads to the top, None where there is none."""
        assert ref.over is not None
        bit = self.bits.get((ref.over.name, place), 0)
        for key, at in self.back_from(ref)[1]:
            if self.led_from.get((key, at), 0) & bit:
                return plain(_at(self.gradients[key], at))
        return None

    def direct(self, ref: Ref) -> list[tuple[int, ...]]:
        """Return the places of a name that lead to the top otherwise than through gradients."""
        assert ref.over is not None
        return [at for name, at in sorted(self.back_from(ref)[0]) if name == ref.over.name]

    def back_from(self, ref: Ref) -> tuple[set[Place], list[Place]]:
        """Return the places that lead to a top directly, and the gradients these read."""
        top = (ref.name, ground(Ref(ref.name, ref.index), {}))
        if top not in self.met:
            seen, waiting, gradients = {top}, [top], dict[Place, None]()
            while waiting:
                for read in self.reads.get(waiting.pop(), ()):
                    if read[0] in self.gradients:
                        gradients[read] = None
                    elif read not in seen:
                        seen.add(read)
                        waiting.append(read)
            self.met[top] = seen, list(gradients)
        return self.met[top]
