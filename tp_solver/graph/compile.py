"""Equations to straight code: a list of small functions that work on numbered registers.

What two formulas have in common is computed once. A name read at a loop's position is a row of
its table, set before the code runs; all else about an equation is settled beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from tp_solver.graph.arithmetic import Arithmetic, Table
from tp_solver.graph.arrays import Array, Kernel, grow
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, part
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span

Axes = tuple[tuple[str, Span], ...]
Found = tuple[int, Shape]
Layout = Callable[[Array], Array]
After = Callable[[Table[Any], tuple[Any, ...]], None]


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

    def rows(self, data: Any, arithmetic: Arithmetic[Any]) -> tuple[list[Any], int]:
        """Return views of a table along its one moving axis, and the offset of the reading."""
        ((axis, _, offset),) = self.moving
        key = (*self.fixed[:axis], slice(None), *self.fixed[axis + 1 :])
        first = sum(isinstance(item, slice) for item in key[:axis])
        front = arithmetic.map(lambda a: np.moveaxis(a[key], first, 0), data) if axis else data[key]
        return arithmetic.rows(front), offset


class Code:
    """Code for some equations at one position of the loops around them, the innermost last.

    The indices that no loop runs are axes: leading axes of the arrays, all positions at once.
    """

    def __init__(self, store: Store, loops: tuple[str, ...] = ()) -> None:
        self.store = store
        self.arithmetic = store.arithmetic
        self.loops = loops
        self.registers: list[Any] = []
        self.rows: list[tuple[int, Sequence[Any], int]] = []
        self.acts: list[Callable[[], None]] = []
        self.found: dict[tuple[Node, Axes], Found] = {}

    def run(self) -> None:
        """Run the code once."""
        for act in self.acts:
            act()

    def loop(self, positions: range) -> None:
        """Run the code at each position of the innermost loop."""
        registers, rows, acts, at = self.registers, self.rows, self.acts, self.store.at
        index = self.loops[-1]
        for i in positions:
            at[index] = i
            for register, table, offset in rows:
                registers[register] = table[i + offset]
            for act in acts:
                act()

    def assign(self, left: Ref, right: Node, domain: Axes, after: After | None = None) -> None:
        """Add code that computes a name from a formula, into its table."""
        axes = tuple(item for item in domain if item[0] not in self.loops)
        target, wanted = self.value(left, axes)
        # What `after` changes must not be taken for the value of the formula elsewhere.
        into = (target, wanted) if after is None else None
        value, shape = self.value(right, axes, into)
        if value != target:
            self.put(target, self.fitted(value, shape, wanted))
        if after is not None:
            table = self.store.tables[left.key]
            place, at = self.place(left, axes), self.store.at
            self.acts.append(lambda: after(table, place.now(at)))

    def put(self, target: int, value: int) -> None:
        """Add the writing of a value."""
        registers, put = self.registers, self.arithmetic.put
        self.acts.append(lambda: put(registers[target], registers[value]))

    def fitted(self, value: int, shape: Shape, wanted: Shape) -> int:
        """Bring a value into the shape that its name has."""
        if shape == wanted:
            return value
        rank = len(shape)
        if not rank:
            return self.lay_out(lambda a: grow(a, len(wanted)), value)
        return self.lay_out(lambda a: a.reshape(a.shape[: a.ndim - rank] + wanted), value)

    def value(self, node: Node, axes: Axes, into: Found | None = None) -> Found:
        """Add code for a formula unless it is there; return its register and shape."""
        place = (node, axes)
        found = self.found.get(place)
        if found is None:
            found = self.found[place] = self.formula(node, axes, into)
        return found

    def formula(self, node: Node, axes: Axes, into: Found | None) -> Found:
        match node:
            case Num(number):
                return self.hold(self.arithmetic.constant(np.array(float(number)))), ()
            case Ref() if node.key in self.store.tables:
                return self.read(node, axes), self.store.shapes[node.key]
            case Ref(name):
                return self.number(name, axes), ()
            case Part():
                return self.part(node, axes)
            case Over():
                return self.over(node, axes)
            case Op():
                return self.op(node, axes, into)
        raise AssertionError(node)

    def hold(self, value: Any = None) -> int:
        """Return a new register."""
        self.registers.append(value)
        return len(self.registers) - 1

    def emit(self, kernel: Kernel, *args: int) -> int:
        """Add the call of a kernel on registers; return the register of the result."""
        target = self.hold()
        self.acts.append(_call(self.registers, target, kernel, args))
        return target

    def lay_out(self, layout: Layout, value: int) -> int:
        """Add a change of layout."""
        return self.emit(partial(self.arithmetic.map, layout), value)

    def op(self, node: Op, axes: Axes, into: Found | None) -> Found:
        found = [self.value(arg, axes) for arg in node.args]
        args = tuple(register for register, _ in found)
        shapes = tuple(shape for _, shape in found)
        shape = OPS[node.op].shape(shapes, node.args)
        kernel = self.arithmetic.kernel(node, shapes)
        if into is not None and into[1] == shape and isinstance(kernel, np.ufunc):
            self.acts.append(_call_into(self.registers, into[0], kernel, args))
            return into
        return self.emit(kernel, *args), shape

    def part(self, node: Part, axes: Axes) -> Found:
        value, shape = self.value(node.of, axes)
        if not shape:
            return value, shape
        chosen = tuple(
            slice(item.first - 1, item.last) if isinstance(item, Span) else item - 1
            for item in node.select
        )
        key = (..., *chosen, *(slice(None),) * (len(shape) - len(chosen)))
        return self.emit(itemgetter(key), value), part(shape, node.select, node)

    def over(self, over: Over, axes: Axes) -> Found:
        """Add a sum, mean or search over an index: one more axis, reduced at once."""
        assert over.span is not None
        hidden = tuple((name if name != over.index else "", span) for name, span in axes)
        inner = (*hidden, (over.index, over.span))
        if over.op == "sum" and self.arithmetic.bare and isinstance(over.body, Op):
            fused = self.outer_sum(over.body, inner)
            if fused is not None:
                return fused
        value, shape = self.value(over.body, inner)
        rank, axis, count = self.rank(inner, shape), len(axes), _length(over.span)
        value = self.lay_out(lambda a: _stretched(a, rank, axis, count), value)
        if over.op == "first":
            start = over.span.first
            return self.emit(lambda v: self.arithmetic.first(v, axis, start), value), ()
        total = self.emit(lambda v: self.arithmetic.total(v, axis), value)
        return (self.lay_out(lambda a: a / count, total) if over.op == "mean" else total), shape

    def outer_sum(self, body: Op, inner: Axes) -> Found | None:
        """Add a sum of outer products, as weight gradients are, as one matrix product."""
        if body.op != "matmul":
            return None
        (left, column), (right, row) = (self.value(arg, inner) for arg in body.args)
        if len(column) != 1 or len(row) != 2 or row[0] != 1:
            return None
        rank, axis, count = self.rank(inner, column), len(inner) - 1, _length(inner[-1][1])

        def product(a: Array, b: Array) -> Array:
            columns = _stretched(a, rank, axis, count)
            rows = _stretched(b[..., 0, :], rank, axis, count)
            return np.matmul(np.moveaxis(columns, axis, -1), np.moveaxis(rows, axis, -2))  # type: ignore[no-any-return]

        return self.emit(product, left, right), (column[0], row[1])

    def rank(self, axes: Axes, shape: Shape) -> int:
        return len(axes) + self.store.batched + len(shape)

    def read(self, ref: Ref, axes: Axes) -> int:
        """Return the register of a name where the loops stand (a view of its table)."""
        data = self.store.tables[ref.key].data
        place, layout = self.place(ref, axes), self.layout(ref, axes)
        map_, at = self.arithmetic.map, self.store.at

        def view(key: tuple[Any, ...]) -> Any:
            return data[key] if layout is None else map_(layout, data[key])

        if not place.moving:
            return self.hold(view(place.now(at)))
        register = self.hold()
        if layout is None and place.loops == self.loops[-1:]:
            self.rows.append((register, *place.rows(data, self.arithmetic)))
        else:
            registers = self.registers

            def act() -> None:
                registers[register] = view(place.now(at))

            self.acts.append(act)
        return register

    def number(self, index: str, axes: Axes) -> int:
        """Return the register of the number of an index."""
        constant, at = self.arithmetic.constant, self.store.at
        names = [name for name, _ in axes]
        if index not in names:
            return self.emit(lambda: constant(np.array(float(at[index]))))
        span = axes[names.index(index)][1]
        after = self.rank(axes, ()) - 1 - names.index(index)
        values = np.arange(span.first, span.last + 1, dtype=float)
        return self.hold(constant(values.reshape((-1,) + (1,) * after)))

    def place(self, ref: Ref, axes: Axes) -> Place:
        """Find where in its table a name is read."""
        ranges = dict(axes)
        fixed: list[Any] = []
        moving: list[tuple[int, str, int]] = []
        for axis, (at, span) in enumerate(
            zip(ref.axes, self.store.tables[ref.key].box, strict=True)
        ):
            assert isinstance(at, At)
            if at.name is None:
                fixed.append(at.offset - span.first)
            elif at.name in ranges:
                reach = ranges[at.name]
                start = reach.first + at.offset - span.first
                fixed.append(slice(start, start + _length(reach)))
            else:
                fixed.append(0)
                moving.append((axis, at.name, at.offset - span.first))
        return Place(tuple(fixed), tuple(moving))

    def layout(self, ref: Ref, axes: Axes) -> Layout | None:
        """Return what brings a read array's index axes into the order of the formula's."""
        names = [name for name, _ in axes]
        own = [at.name for at in ref.axes if isinstance(at, At) and at.name and at.name in names]
        if own == names or (not own and not self.store.batched):
            return None
        once = list(dict.fromkeys(own))
        order = sorted(range(len(once)), key=lambda k: names.index(once[k]))
        gaps = tuple(k for k, name in enumerate(names) if name not in once)

        def moved(a: Array) -> Array:
            a = _diagonals(a, own) if len(once) < len(own) else a
            return np.expand_dims(a.transpose(*order, *range(len(order), a.ndim)), gaps)

        return moved


def _call(
    registers: list[Any], target: int, kernel: Kernel, args: tuple[int, ...]
) -> Callable[[], None]:
    """Return the call of a kernel on registers; spelled by count, as most time goes here."""
    first, second = (*args, 0, 0)[:2]

    def unary() -> None:
        registers[target] = kernel(registers[first])

    def binary() -> None:
        registers[target] = kernel(registers[first], registers[second])

    def general() -> None:
        registers[target] = kernel(*[registers[arg] for arg in args])

    return {1: unary, 2: binary}.get(len(args), general)


def _call_into(
    registers: list[Any], target: int, kernel: Kernel, args: tuple[int, ...]
) -> Callable[[], None]:
    """Return the call of a kernel that writes its result into the place held in a register."""
    first, second = (*args, 0)[:2]

    def unary() -> None:
        kernel(registers[first], out=registers[target])

    def binary() -> None:
        kernel(registers[first], registers[second], out=registers[target])

    return unary if len(args) == 1 else binary


def _length(span: Span) -> int:
    return span.last - span.first + 1


def _stretched(a: Array, rank: int, axis: int, count: int) -> Array:
    """Give an array all its axes, one of them in full length."""
    a = a.reshape((1,) * (rank - a.ndim) + a.shape)
    if a.shape[axis] == count:
        return a
    return np.broadcast_to(a, (*a.shape[:axis], count, *a.shape[axis + 1 :]))


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
