"""Equations to straight code: a list of small functions that work on numbered registers.

What two formulas have in common is computed once. A name read at a loop's position is a row of
its table, set before the code runs; all else about an equation is settled beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from tp_solver.graph.arithmetic import Table
from tp_solver.graph.arrays import Array, Kernel, grow
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, part
from tp_solver.graph.store import Axes, Layout, Store, layout_of, length, place_of
from tp_solver.language.tree import Node, Num, Op, Over, Part, Ref, Span

Found = tuple[int, Shape]
After = Callable[[Table[Any], tuple[Any, ...]], None]


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
            place, at = place_of(left, axes, table), self.store.at
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
        rank, axis, count = self.rank(inner, shape), len(axes), length(over.span)
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
        rank, axis, count = self.rank(inner, column), len(inner) - 1, length(inner[-1][1])

        def product(a: Array, b: Array) -> Array:
            columns = _stretched(a, rank, axis, count)
            rows = _stretched(b[..., 0, :], rank, axis, count)
            return np.matmul(np.moveaxis(columns, axis, -1), np.moveaxis(rows, axis, -2))  # type: ignore[no-any-return]

        return self.emit(product, left, right), (column[0], row[1])

    def rank(self, axes: Axes, shape: Shape) -> int:
        return len(axes) + self.store.batched + len(shape)

    def read(self, ref: Ref, axes: Axes) -> int:
        """Return the register of a name where the loops stand (a view of its table)."""
        table, at = self.store.tables[ref.key], self.store.at
        place, layout = place_of(ref, axes, table), layout_of(ref, axes, self.store.batched)
        map_, data = self.arithmetic.map, table.data

        def view() -> Any:
            read = data[place.now(at)]
            return read if layout is None else map_(layout, read)

        if not place.moving:
            return self.hold(view())
        if layout is None and place.loops == self.loops[-1:]:
            register = self.hold()
            self.rows.append((register, self.store.rows(ref.key, place), place.moving[0][2]))
            return register
        return self.emit(view)

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


def _stretched(a: Array, rank: int, axis: int, count: int) -> Array:
    """Give an array all its axes, one of them in full length."""
    a = a.reshape((1,) * (rank - a.ndim) + a.shape)
    if a.shape[axis] == count:
        return a
    return np.broadcast_to(a, (*a.shape[:axis], count, *a.shape[axis + 1 :]))
