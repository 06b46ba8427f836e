"""The number systems an evaluator can work in, and the tables that hold their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from tp_solver.graph.arrays import Array, Kernel
from tp_solver.graph.boxes import Box, slot, slots
from tp_solver.graph.intervals import Interval
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, Shapes
from tp_solver.language.tree import Op

V = TypeVar("V")


@dataclass
class Table(Generic[V]):
    """The values of one name, and the positions that its index axes run over."""

    box: Box
    data: V

    def slot(self, position: tuple[int, ...]) -> tuple[int, ...]:
        """Return where a position stands in the data."""
        return slot(position, self.box)

    def slots(self, box: Box) -> tuple[slice, ...]:
        """Return where a box of positions stands in the data."""
        return slots(box, self.box)


class Arithmetic(Protocol[V]):
    """What an evaluator asks of its numbers; `bare` ones are arrays and nothing around them."""

    bare: bool

    def kernel(self, op: Op, shapes: Shapes) -> Kernel:
        """Return the function that computes an operation."""

    def constant(self, value: Array) -> V:
        """Make a constant."""

    def empty(self, shape: Shape) -> V:
        """Make a table of blanks."""

    def exact(self, shape: Shape) -> V:
        """Make a table of blanks for given numbers only."""

    def rows(self, table: V) -> list[V]:
        """List views of a table along its first axis."""

    def put(self, place: V, value: V) -> None:
        """Write into a place of a table."""

    def map(self, function: Callable[[Array], Array], value: V) -> V:
        """Apply a change of layout."""

    def total(self, value: V, axis: int) -> V:
        """Sum along an axis."""

    def first(self, condition: V, axis: int, start: int) -> V:
        """Return the first position at which a condition holds, NaN where it never does."""


class Numbers:
    """Arithmetic of float64 arrays."""

    bare = True

    def kernel(self, op: Op, shapes: Shapes) -> Kernel:
        """Return the function that computes an operation."""
        return OPS[op.op].numpy(shapes, op.args)

    def constant(self, value: Array) -> Array:
        """Make a constant."""
        return value

    def empty(self, shape: Shape) -> Array:
        """Make a table of blanks."""
        return np.full(shape, np.nan)

    exact = empty

    def rows(self, table: Array) -> list[Array]:
        """List views of a table along its first axis."""
        return list(table) if table.ndim > 1 else [table[i, ...] for i in range(len(table))]

    def put(self, place: Array, value: Array) -> None:
        """Write into a place of a table."""
        place[...] = value

    def map(self, function: Callable[[Array], Array], value: Array) -> Array:
        """Apply a change of layout."""
        return function(value)

    def total(self, value: Array, axis: int) -> Array:
        """Sum along an axis."""
        return value.sum(axis=axis)  # type: ignore[no-any-return]

    def first(self, condition: Array, axis: int, start: int) -> Array:
        """Return the first position at which a condition holds, NaN where it never does."""
        found = condition != 0
        place = np.argmax(found, axis=axis) + float(start)
        return np.where(found.any(axis=axis), place, np.nan)


class Intervals:
    """Arithmetic of lower and upper bounds; `widen` may round each operation's result."""

    bare = False

    def __init__(self, widen: Callable[[Op, Shapes, Interval], Interval] | None = None) -> None:
        self.widen = widen

    def kernel(self, op: Op, shapes: Shapes) -> Kernel:
        """Return the function that computes an operation, widened as asked."""
        plain = OPS[op.op].interval(shapes, op.args)
        widen = self.widen
        if widen is None:
            return plain
        return lambda *args: widen(op, shapes, plain(*args))

    def constant(self, value: Array) -> Interval:
        """Make a constant."""
        return Interval.exact(value)

    def empty(self, shape: Shape) -> Interval:
        """Make a table of blanks."""
        return Interval(np.full(shape, np.nan), np.full(shape, np.nan))

    def exact(self, shape: Shape) -> Interval:
        """Make a table of blanks for given numbers only: both bounds are the same array."""
        return Interval.exact(np.full(shape, np.nan))

    def rows(self, table: Interval) -> list[Interval]:
        """List views of a table along its first axis."""
        numbers = Numbers()
        if table.is_exact:
            return [Interval.exact(row) for row in numbers.rows(table.lo)]
        both = zip(numbers.rows(table.lo), numbers.rows(table.hi), strict=True)
        return [Interval(lo, hi) for lo, hi in both]

    def put(self, place: Interval, value: Interval) -> None:
        """Write into a place of a table."""
        place.lo[...] = value.lo
        place.hi[...] = value.hi

    def map(self, function: Callable[[Array], Array], value: Interval) -> Interval:
        """Apply a change of layout."""
        if value.is_exact:
            return Interval.exact(function(value.lo))
        return Interval(function(value.lo), function(value.hi))

    def total(self, value: Interval, axis: int) -> Interval:
        """Sum along an axis."""
        return Interval(value.lo.sum(axis=axis), value.hi.sum(axis=axis)).safe()

    def first(self, condition: Interval, axis: int, start: int) -> Interval:
        """Bound the first position at which a condition holds, if it ever does."""
        numbers = Numbers()
        early = numbers.first(condition.hi, axis, start)
        sure = numbers.first(condition.lo, axis, start)
        count = condition.hi.shape[axis]
        last = start + count - 1 - numbers.first(np.flip(condition.hi, axis), axis, 0)
        return Interval(early, np.where(np.isnan(sure), last, sure))
