"""A system of equations with its numbers: which names there are, where, and of what shape."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.errors import ModelError
from tp_solver.exercise.exercise import Equation, Function
from tp_solver.graph.boxes import Box, hull, positions, slot
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, ShapeError, ShapeRule, elementwise, shape_of
from tp_solver.language.tree import At, Node, Op, Over, Ref, Span, bound_refs, transform


@dataclass(frozen=True, eq=False)
class Known:
    """Given numbers of a name: the positions they fill, then exact decimals per component."""

    key: str
    box: Box
    values: NDArray[Any]

    def places(self) -> Iterator[tuple[tuple[int, ...], Any]]:
        """Yield each position with the numbers that fill it."""
        for place in positions(self.box):
            yield place, self.values[slot(place, self.box)]


@dataclass(frozen=True, eq=False)
class System:
    """Equations that define every name they read, but for the numbers known.

    `axes` names the index symbols of each key, `shapes` its shape at one position.
    """

    equations: tuple[Equation, ...]
    known: tuple[Known, ...]
    indices: dict[str, Span]
    functions: dict[str, Function]
    axes: dict[str, tuple[str, ...]]
    shapes: dict[str, Shape]

    def defined(self, key: str) -> list[Box]:
        """Return the positions of a name that equations define."""
        return [left_box(e) for e in self.equations if e.left.key == key]

    def filled(self, key: str) -> list[Box]:
        """Return the positions of a name that equations or numbers define."""
        return self.defined(key) + [k.box for k in self.known if k.key == key]

    def extent(self, key: str) -> Box:
        """Return the smallest box around all positions of a name."""
        return hull(self.filled(key))

    def keys(self) -> list[str]:
        """List the names that have values, givens first."""
        found = dict.fromkeys(k.key for k in self.known)
        return list(found | dict.fromkeys(e.left.key for e in self.equations))

    def is_index(self, ref: Ref, local: frozenset[str] = frozenset()) -> bool:
        """Tell whether a name stands for the number of an index."""
        if ref.index or ref.over or ref.name in self.shapes:
            return False
        return ref.name in self.indices or ref.name in local

    def ref_shape(self, ref: Ref) -> Shape:
        """Return the shape of a name at one position (of a gradient: that of what it is of)."""
        if ref.over is None:
            if ref.name in self.shapes:
                return self.shapes[ref.name]
            if not ref.index:
                return ()  # the number of an index
            raise ShapeError(f"nothing defines `{ref.name}`", "define it", ref.name)
        top = self.shapes.get(ref.name, ())
        top = top if math.prod(top) > 1 else ()  # of one component: a gradient, no Jacobian
        below = self.ref_shape(Ref(ref.over.name, ref.over.index))
        if len(top) + len(below) > 2 or len(top) > 1:
            what = f"the Jacobian of `{ref.name}` by `{ref.over.name}` has more than two axes"
            raise ShapeError(what, "ask for the gradient of one number")
        return top + below

    def rule(self, op: str) -> ShapeRule:
        """Return the shape rule of an operation or of an author's function."""
        if op in OPS:
            return OPS[op].shape
        if op in self.functions:
            return elementwise
        raise ShapeError(f"`{op}` has no value", "write an expression")

    def shape(self, node: Node) -> Shape:
        """Infer the shape of a tree."""
        return shape_of(node, self.ref_shape, self.rule)

    def extended(self, equations: tuple[Equation, ...], known: tuple[Known, ...]) -> System:
        """Return the system with more equations and numbers, their names' shapes known."""
        axes, shapes = dict(self.axes), dict(self.shapes)
        for ref in [e.left for e in equations]:
            if ref.over is not None:
                axes[ref.key] = self.axes[ref.over.name]
                shapes[ref.key] = self.ref_shape(ref)
        for item in known:
            over = item.key.rpartition("/d")[2]
            axes.setdefault(item.key, self.axes[over])
            shapes.setdefault(item.key, item.values.shape[len(item.box) :])
        both = self.equations + equations
        return replace(self, equations=both, known=self.known + known, axes=axes, shapes=shapes)


def left_box(equation: Equation) -> Box:
    """Return the positions that an equation defines."""
    ranges = equation.ranges
    return tuple(
        Span(at.offset, at.offset)
        if at.name is None
        else Span(ranges[at.name].first + at.offset, ranges[at.name].last + at.offset)
        for at in equation.left.axes
        if isinstance(at, At)
    )


def reads(equation: Equation) -> Iterator[tuple[Ref, dict[str, Span]]]:
    """Yield each name that an equation reads, with the ranges of all indices around it."""
    for ref, bound in bound_refs(equation.right):
        yield ref, equation.ranges | {name: span for name, span in bound if span is not None}


def inline(node: Node, functions: dict[str, Function]) -> Node:
    """Replace an author's functions by their bodies."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Op) and part.op in functions:
            function = functions[part.op]
            argument = inline(part.args[0], functions)
            return inline(substitute(function.body, function.argument, argument), functions)
        return None

    return transform(node, change) if functions else node


def substitute(node: Node, name: str, by: Node) -> Node:
    """Replace a plain name by a tree."""
    return transform(node, lambda part: by if part == Ref(name) else None)


def ranged(node: Node, indices: dict[str, Span]) -> Node:
    """State the range of every `sum(t, …)` that leaves it to the exercise's indices."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Over):
            return None
        span = part.span or indices.get(part.index)
        if span is None:
            raise ModelError(
                f"the index `{part.index}` has no range", f"write `{part.op}({part.index}=1..3, …)`"
            )
        return Over(part.op, part.index, span, ranged(part.body, indices))

    return transform(node, change)


def as_array(values: Any) -> NDArray[Any]:
    """Make an array of exact decimals from nested tuples."""
    return np.array(values, dtype=object)
