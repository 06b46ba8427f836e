"""Differentiating one indexed equation: what it hands back to each name that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tp_solver.errors import ModelError
from tp_solver.exercise.exercise import Equation
from tp_solver.graph import rules
from tp_solver.graph.boxes import box_of, missing
from tp_solver.graph.build import ZERO, whole
from tp_solver.graph.ops import OPS
from tp_solver.graph.symbolic import derivative_of
from tp_solver.graph.system import System, left_box, substitute
from tp_solver.language.plain import plain
from tp_solver.language.tree import (
    At,
    Node,
    Op,
    Over,
    Part,
    Ref,
    Span,
    bound_refs,
    free_indices,
    fresh_index,
    shift,
)

Bound = tuple[tuple[str, Span], ...]


@dataclass(frozen=True)
class Flow:
    """What an equation hands back to one name it reads: a formula, and the sums around it."""

    ref: Ref
    formula: Node
    bound: Bound


class Differentiation:
    """Passes the gradient of a top back through equations, to the names that matter."""

    def __init__(
        self, system: System, top: Ref, layout: rules.Gradient, relevant: set[str]
    ) -> None:
        self.system, self.top, self.layout, self.relevant = system, top, layout, relevant
        self.named: dict[Node, list[Equation]] = {}
        for equation in system.equations:
            if isinstance(equation.right, Op):
                self.named.setdefault(equation.right, []).append(equation)

    def flows(self, equation: Equation, g: Node) -> Iterator[Flow]:
        """Differentiate one indexed equation, whose left side has the gradient g."""
        yield from self.back(equation.right, g, equation.left, equation.domain, ())

    def concerns(self, node: Node) -> bool:
        """Tell whether a formula reads anything that matters; gradients are held fixed."""
        found = (ref for ref, _ in bound_refs(node) if ref.over is None)
        return any(ref.name in self.relevant for ref in found)

    def back(
        self, node: Node, g: Node, out: Ref | None, around: Bound, bound: Bound
    ) -> Iterator[Flow]:
        """Pass a gradient back from a formula to every name it reads."""
        if g == ZERO or not self.concerns(node):
            return
        if not isinstance(node, Ref):
            g = self.layout.fitted(g, self.system.shape(node))
        match node:
            case Ref():
                yield Flow(node, g, bound)
            case Part(of, select):
                yield from self.back(of, self.unpart(g, of, select), None, around, bound)
            case Over("sum" | "mean", index, span, body):
                assert span is not None
                if node.op == "mean":
                    g = self.layout.build.div(g, whole(span.last - span.first + 1))
                index, body = _renamed(index, body, {name for name, _ in (*around, *bound)})
                yield from self.back(body, g, None, around, (*bound, (index, span)))
            case Op(args=args):
                result = self.result(node, out, dict(around) | dict(bound))
                for arg, back in zip(args, self.through(node, g, result), strict=True):
                    if back is not None:
                        yield from self.back(arg, back, None, around, bound)
            case _:
                raise ModelError(f"`{plain(node)}` can't be differentiated", "ask for no gradient")

    def result(self, node: Node, out: Ref | None, ranges: dict[str, Span]) -> Node:
        """Return the name that a formula's value has wherever it is read here, or the formula."""
        names = [e.left for e in self.named.get(node, ()) if _covers(e, ranges)]
        for name in [out, *names] if out is not None else names:
            if self.system.ref_shape(name) == self.system.shape(node):
                return name
        return node

    def through(self, node: Op, g: Node, out: Node) -> list[Node | None]:
        """Pass a gradient back through one operation, to the arguments that matter."""
        if node.op in self.system.functions:
            function = self.system.functions[node.op]
            slope = substitute(derivative_of(function), function.argument, node.args[0])
            return [self.layout.scale(g, slope)]
        local = rules.Local(node, out, self.layout.build)
        wanted = [self.concerns(arg) for arg in node.args]
        if isinstance(self.layout, rules.Jacobian):
            self.refuse_matrices(arg for arg, w in zip(node.args, wanted, strict=True) if w)
        back = OPS[node.op].rule(self.layout, g, local)
        return [b if w else None for b, w in zip(back, wanted, strict=True)]

    def refuse_matrices(self, nodes: Iterable[Node]) -> None:
        """Refuse a Jacobian that would need more than two axes on its way."""
        for node in nodes:
            if len(self.system.shape(node)) == 2:
                what = f"the Jacobian of `{plain(self.top)}` goes through a matrix, `{plain(node)}`"
                raise ModelError(what, "ask for the gradient of one number, or use vectors only")

    def unpart(self, g: Node, of: Node, select: tuple[int | Span, ...]) -> Node:
        """Put a gradient back at the components that were chosen."""
        shape = self.system.shape(of)
        if not shape:
            return g
        places = (*select, *(Span(1, n) for n in shape[len(select) :]))
        if isinstance(self.layout, rules.Jacobian):
            self.refuse_matrices([of])
            (place,) = places
            lines = place if isinstance(place, Span) else Span(place, place)
            return self.layout.through(g, Part(rules.identity(shape[0]), (lines, Span(1, *shape))))
        if len(shape) == 2 and isinstance(places[0], int) and self.system.shape(g):
            g = self.layout.build.transpose(g)  # `place` takes a vector for a column
        firsts = (s.first if isinstance(s, Span) else s for s in places)
        return Op("place", (g, *map(whole, shape), *map(whole, firsts)))


def _renamed(index: str, body: Node, taken: set[str]) -> tuple[str, Node]:
    """Rename the index of a sum that is called as one outside, which the gradient may hold."""
    if index not in taken:
        return index, body
    fresh = fresh_index(index, taken | free_indices(body))
    return fresh, shift(body, {index: At(fresh)})


def _covers(equation: Equation, ranges: dict[str, Span]) -> bool:
    """Tell whether an equation defines its left side wherever some indices run."""
    axes = [at for at in equation.left.axes if isinstance(at, At)]
    if any(at.name not in ranges for at in axes if at.name is not None):
        return False
    return missing(box_of(axes, ranges), [left_box(equation)]) is None
