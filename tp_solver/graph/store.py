"""All values of a system, and where among them a name is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tp_solver.graph.arithmetic import Arithmetic, Table
from tp_solver.graph.arrays import Array
from tp_solver.graph.shapes import Shape
from tp_solver.language.tree import At, Ref, Span

Axes = tuple[tuple[str, Span], ...]
Layout = Callable[[Array], Array]


@dataclass(frozen=True)
class Place:
    """Where in a table a name is read: fixed parts of the key, and parts that loops move."""

    fixed: tuple[Any, ...]
    moving: tuple[tuple[int, str, int], ...]  # axis, loop, offset

    def now(self, at: dict[str, int]) -> tuple[Any, ...]:
        """Return the key at the loops' positions."""
        key = list(self.fixed)
        for axis, index, offset in self.moving:
            key[axis] = at[index] + offset
        return (*key, ...)

    @property
    def loops(self) -> tuple[str, ...]:
        """Return the loops that move it."""
        return tuple(index for _, index, _ in self.moving)


@dataclass(eq=False)
class Store:
    """All values: a table a name, laid out as index axes, batch axis (if any), shape.

    `at` holds the position of each loop that is running.
    """

    arithmetic: Arithmetic[Any]
    batched: bool
    tables: dict[str, Table[Any]] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    views: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def rows(self, key: str, place: Place) -> list[Any]:
        """List views of a table along the one axis that a loop moves; each list is made once."""
        ((axis, _, _),) = place.moving
        parts = (*place.fixed[:axis], slice(None), *place.fixed[axis + 1 :])
        known = (key, str(parts))
        if known not in self.views:
            first = sum(isinstance(item, slice) for item in parts[:axis])
            front = self.tables[key].data[parts]
            if first:
                front = self.arithmetic.map(lambda a: np.moveaxis(a, first, 0), front)
            self.views[known] = self.arithmetic.rows(front)
        return self.views[known]


def length(span: Span) -> int:
    """Return how many positions a range has."""
    return span.last - span.first + 1


def place_of(ref: Ref, axes: Axes, table: Table[Any]) -> Place:
    """Find where in its table a name is read."""
    ranges = dict(axes)
    fixed: list[Any] = []
    moving: list[tuple[int, str, int]] = []
    for axis, (at, span) in enumerate(zip(ref.axes, table.box, strict=True)):
        assert isinstance(at, At)
        start = at.offset - span.first
        if at.name is None:
            fixed.append(start)
        elif at.name in ranges:
            reach = ranges[at.name]
            fixed.append(slice(start + reach.first, start + reach.last + 1))
        else:
            fixed.append(0)
            moving.append((axis, at.name, start))
    return Place(tuple(fixed), tuple(moving))


def layout_of(ref: Ref, axes: Axes, batched: bool) -> Layout | None:
    """Return what brings a read array's index axes into the order of a formula's."""
    names = [name for name, _ in axes]
    own = [at.name for at in ref.axes if isinstance(at, At) and at.name and at.name in names]
    if own == names or (not own and not batched):
        return None
    once = list(dict.fromkeys(own))
    order = sorted(range(len(once)), key=lambda k: names.index(once[k]))
    gaps = tuple(k for k, name in enumerate(names) if name not in once)

    def moved(a: Array) -> Array:
        a = _diagonals(a, own) if len(once) < len(own) else a
        return np.expand_dims(a.transpose(*order, *range(len(order), a.ndim)), gaps)

    return moved


def _diagonals(a: Array, own: list[str]) -> Array:
    """Keep the diagonal of axes that run along the same index, as in h[t, t]."""
    names = list(own)
    for name in dict.fromkeys(own):
        while names.count(name) > 1:
            first = names.index(name)
            second = names.index(name, first + 1)
            a = np.moveaxis(np.diagonal(a, axis1=first, axis2=second), -1, first)
            del names[second]
    return a
