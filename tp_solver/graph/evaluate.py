"""Running a schedule: numbers, or intervals, for every position of every name.

Values stand in one table a name: index axes first, then a batch axis (where there is a batch),
then the shape. An equation that no loop runs is computed for all its positions at once, its
index axes being leading axes of the arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.arrays import Array, Kernel, grow
from tp_solver.graph.boxes import Box
from tp_solver.graph.intervals import Interval
from tp_solver.graph.ops import OPS
from tp_solver.graph.schedule import Compute, Loop, Single, Step
from tp_solver.graph.shapes import Shape, Shapes
from tp_solver.graph.system import System, inline
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span

V = TypeVar("V", Array, Interval)
Thunk = Callable[[], Any]


class Numbers:
    """Arithmetic of float64 arrays."""

    def kernel(self, op: Op, shapes: Shapes) -> Kernel:
        """Return the function that computes an operation."""
        return OPS[op.op].numpy(shapes, op.args)

    def constant(self, value: Array) -> Array:
        """Make a constant."""
        return value

    def empty(self, shape: Shape) -> Array:
        """Make a table of blanks."""
        return np.full(shape, np.nan)

    def put(self, table: Array, key: Any, value: Array) -> None:
        """Write into a table."""
        table[key] = value

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

    def __init__(self, widen: Callable[[Op, Shapes, Interval], Interval] | None = None) -> None:
        self.widen = widen

    def kernel(self, op: Op, shapes: Shapes) -> Kernel:
        """Return the function that computes an operation, widened as asked."""
        bare = OPS[op.op].interval(shapes, op.args)
        widen = self.widen
        if widen is None:
            return bare
        return lambda *args: widen(op, shapes, bare(*args))

    def constant(self, value: Array) -> Interval:
        """Make a constant."""
        return Interval.exact(value)

    def empty(self, shape: Shape) -> Interval:
        """Make a table of blanks."""
        return Interval(np.full(shape, np.nan), np.full(shape, np.nan))

    def put(self, table: Interval, key: Any, value: Interval) -> None:
        """Write into a table."""
        table.lo[key] = value.lo
        table.hi[key] = value.hi

    def map(self, function: Callable[[Array], Array], value: Interval) -> Interval:
        """Apply a change of layout."""
        return Interval(function(value.lo), function(value.hi))

    def total(self, value: Interval, axis: int) -> Interval:
        """Sum along an axis."""
        return Interval(value.lo.sum(axis=axis), value.hi.sum(axis=axis)).safe()

    def first(self, condition: Interval, axis: int, start: int) -> Interval:
        """Bound the first position at which a condition holds."""
        numbers = Numbers()
        early = numbers.first(condition.hi, axis, start)
        late = numbers.first(condition.lo, axis, start)
        return Interval(early, np.where(np.isnan(late), early, late))


@dataclass
class Table(Generic[V]):
    """The values of one name, and the position its index axes start at."""

    box: Box
    data: V

    def slot(self, position: tuple[int, ...]) -> tuple[int, ...]:
        """Return where a position stands in the data."""
        return tuple(i - span.first for i, span in zip(position, self.box, strict=True))


class Evaluator(Generic[V]):
    """Values of a system in some arithmetic; `batch` is the length of the batch axis, if any.

    `replace` gives other numbers for known names: index axes, batch axis, shape. After an
    equation is computed, `after(equation, table, key)` may look at what was written and change it.
    """

    def __init__(
        self,
        system: System,
        arithmetic: Any,
        batch: int | None = None,
        replaced: Mapping[str, Array] | None = None,
        after: Callable[[Equation, Table[V], Any], None] | None = None,
    ) -> None:
        self.system = system
        self.arithmetic = arithmetic
        self.batch = batch
        self.after = after
        self.tables: dict[str, Table[V]] = {}
        self.at: dict[str, int] = {}
        for key in system.keys():
            self.tables[key] = self.table(key)
        for known in system.known:
            self.fill(known.key, known.box, known.values.astype(float))
        for key, values in (replaced or {}).items():
            table = self.tables[key]
            self.arithmetic.put(table.data, ..., self.arithmetic.constant(values))

    def table(self, key: str) -> Table[V]:
        box = self.system.extent(key)
        sizes = tuple(span.last - span.first + 1 for span in box)
        lead = sizes if self.batch is None else (*sizes, self.batch)
        return Table(box, self.arithmetic.empty((*lead, *self.system.shapes[key])))

    def fill(self, key: str, box: Box, values: Array) -> None:
        table = self.tables[key]
        slots = tuple(
            slice(b.first - s.first, b.last - s.first + 1)
            for b, s in zip(box, table.box, strict=True)
        )
        if self.batch is not None:
            values = np.expand_dims(values, len(box))
        self.arithmetic.put(table.data, slots, self.arithmetic.constant(values))

    def run(self, steps: tuple[Step, ...]) -> dict[str, Table[V]]:
        """Compute every step; return the tables."""
        with np.errstate(all="ignore"):
            for thunk in [self.step(step, ()) for step in steps]:
                thunk()
        return self.tables

    def step(self, step: Step, looped: tuple[str, ...]) -> Thunk:
        match step:
            case Compute(equation):
                return self.compute(equation, looped)
            case Loop(index, span, direction, body):
                return self.loop(index, span, direction, body, looped)
            case Single(equation, at):
                thunk = self.compute(equation, tuple(name for name, _ in at))

                def single() -> None:
                    self.at.update(at)
                    thunk()

                return single
        raise AssertionError(step)

    def loop(
        self,
        index: str,
        span: Span,
        direction: int,
        body: tuple[Step, ...],
        looped: tuple[str, ...],
    ) -> Thunk:
        thunks = [(self.reach(step, index), self.step(step, (*looped, index))) for step in body]
        ends = (span.first, span.last + 1) if direction > 0 else (span.last, span.first - 1)
        at = self.at

        def run() -> None:
            for i in range(*ends, direction):
                at[index] = i
                for reach, thunk in thunks:
                    if reach is None or reach.first <= i <= reach.last:
                        thunk()

        return run

    def reach(self, step: Step, index: str) -> Span | None:
        """Return where along a loop a step has anything to do."""
        return step.equation.ranges[index] if isinstance(step, Compute) else None

    def compute(self, equation: Equation, looped: tuple[str, ...]) -> Thunk:
        """Prepare the computing of an equation inside loops over some of its indices."""
        left, ranges = equation.left, equation.ranges
        table = self.tables[left.key]
        across = tuple(name for name in ranges if name not in looped)
        right = inline(equation.right, self.system.functions)
        compiler = _Compiler(self, ranges, across)
        value = compiler.fitted(right, self.system.shapes[left.key])
        key = compiler.key(table.box, left.axes)
        put, data, after = self.arithmetic.put, table.data, self.after

        def run() -> None:
            place = key()
            put(data, place, value())
            if after is not None:
                after(equation, table, place)

        return run


class _Compiler:
    """Turns a formula into nested functions of no argument, its index axes laid out in order."""

    def __init__(self, evaluator: Evaluator[Any], ranges: dict[str, Span], across: tuple[str, ...]):
        self.evaluator = evaluator
        self.system = evaluator.system
        self.arithmetic = evaluator.arithmetic
        self.ranges = ranges
        self.across = across

    def within(self, index: str, span: Span) -> _Compiler:
        """Return a compiler for the body of a sum: its index is one more axis."""
        hidden = tuple(name if name != index else "" for name in self.across)
        return _Compiler(self.evaluator, self.ranges | {index: span}, (*hidden, index))

    def fitted(self, node: Node, wanted: Shape) -> Thunk:
        """Compute a formula in the shape that its name has."""
        value, shape = self.thunk(node), self.system.shape(node)
        if shape == wanted:
            return value
        apply = self.arithmetic.map
        if not shape:
            return lambda: apply(lambda a: grow(a, len(wanted)), value())
        rank = len(shape)

        def reshape(a: Array) -> Array:
            return a.reshape(a.shape[: a.ndim - rank] + wanted)

        return lambda: apply(reshape, value())

    def thunk(self, node: Node) -> Thunk:
        match node:
            case Num(value):
                constant = self.arithmetic.constant(np.array(float(value)))
                return lambda: constant
            case Ref():
                return self.read(node)
            case Part(of, select):
                return self.part(of, select)
            case Over():
                return self.over(node)
            case Op(_, args):
                return self.op(node, tuple(self.thunk(arg) for arg in args))
        raise AssertionError(node)

    def op(self, node: Op, args: tuple[Thunk, ...]) -> Thunk:
        kernel = self.arithmetic.kernel(node, tuple(self.system.shape(arg) for arg in node.args))
        if len(args) == 1:
            (only,) = args
            return lambda: kernel(only())
        if len(args) == 2:
            first, second = args
            return lambda: kernel(first(), second())
        return lambda: kernel(*(arg() for arg in args))

    def part(self, of: Node, select: tuple[int | Span, ...]) -> Thunk:
        value, shape = self.thunk(of), self.system.shape(of)
        if not shape:
            return value
        chosen = tuple(
            slice(item.first - 1, item.last) if isinstance(item, Span) else item - 1
            for item in select
        )
        key = (..., *chosen, *(slice(None),) * (len(shape) - len(select)))
        return lambda: value()[key]

    def over(self, over: Over) -> Thunk:
        assert over.span is not None
        span = over.span
        inner = self.within(over.index, span)
        if (fused := inner.outer_sum(over)) is not None:
            return fused
        value = inner.thunk(over.body)
        rank = len(self.system.shape(over.body)) + (self.evaluator.batch is not None)
        lead = len(inner.across)
        count = span.last - span.first + 1
        arithmetic, op = self.arithmetic, over.op

        def full(a: Array) -> Array:
            missing = lead + rank - a.ndim
            a = a.reshape((1,) * missing + a.shape) if missing > 0 else a
            if a.shape[lead - 1] == count:
                return a
            return np.broadcast_to(a, (*a.shape[: lead - 1], count, *a.shape[lead:]))

        def run() -> Any:
            whole = arithmetic.map(full, value())
            if op == "first":
                return arithmetic.first(whole, lead - 1, span.first)
            total = arithmetic.total(whole, lead - 1)
            return arithmetic.map(lambda a: a / count, total) if op == "mean" else total

        return run

    def outer_sum(self, over: Over) -> Thunk | None:
        """Compute a sum of outer products, as weight gradients are, as one matrix product."""
        body, arithmetic = over.body, self.arithmetic
        if over.op != "sum" or not isinstance(arithmetic, Numbers) or not isinstance(body, Op):
            return None
        shapes = [self.system.shape(arg) for arg in body.args]
        if body.op != "matmul" or [len(s) for s in shapes] != [1, 2] or shapes[1][0] != 1:
            return None
        left, right = (self.thunk(arg) for arg in body.args)
        axes = len(self.across) + (self.evaluator.batch is not None)
        axis = len(self.across) - 1

        def run() -> Array:
            a, b = (np.atleast_1d(x) for x in (left(), right()[..., 0, :]))
            a, b = (x.reshape((1,) * (axes + 1 - x.ndim) + x.shape) for x in (a, b))
            count = over.span.last - over.span.first + 1 if over.span else 1
            a, b = (
                np.broadcast_to(x, (*x.shape[:axis], count, *x.shape[axis + 1 :]))
                if x.shape[axis] != count
                else x
                for x in (a, b)
            )
            return np.matmul(np.moveaxis(a, axis, -1), np.moveaxis(b, axis, -2))  # type: ignore[no-any-return]

        return run

    def read(self, ref: Ref) -> Thunk:
        if self.system.is_index(ref, frozenset(self.ranges)):
            return self.number(ref.name)
        table = self.evaluator.tables[ref.key]
        key = self.key(table.box, ref.axes)
        data = table.data
        layout = self.layout(ref)
        apply = self.arithmetic.map
        if layout is None:
            return lambda: data[key()]
        moved = layout
        return lambda: apply(moved, data[key()])

    def number(self, index: str) -> Thunk:
        """Read the number of an index."""
        arithmetic = self.arithmetic
        if index not in self.across:
            at = self.evaluator.at
            return lambda: arithmetic.constant(np.array(float(at[index])))
        span = self.ranges[index]
        after = (
            len(self.across) - 1 - _last(self.across, index) + (self.evaluator.batch is not None)
        )
        values = np.arange(span.first, span.last + 1, dtype=float).reshape((-1,) + (1,) * after)
        constant = arithmetic.constant(values)
        return lambda: constant

    def key(self, box: Box, axes: tuple[At | Span, ...]) -> Callable[[], Any]:
        """Return a function that gives the place of an index in a table, now."""
        parts: list[Any] = []
        moving: list[tuple[int, str, int]] = []
        for i, (at, span) in enumerate(zip(axes, box, strict=True)):
            assert isinstance(at, At)
            if at.name is None:
                parts.append(at.offset - span.first)
            elif at.name in self.across:
                reach = self.ranges[at.name]
                start = reach.first + at.offset - span.first
                parts.append(slice(start, start + reach.last - reach.first + 1))
            else:
                parts.append(0)
                moving.append((i, at.name, at.offset - span.first))
        at_now = self.evaluator.at
        if not moving:
            fixed = tuple(parts)
            return lambda: fixed
        if len(parts) == 1:
            ((_, name, offset),) = moving
            return lambda: at_now[name] + offset

        def key() -> Any:
            for i, name, offset in moving:
                parts[i] = at_now[name] + offset
            return tuple(parts)

        return key

    def layout(self, ref: Ref) -> Callable[[Array], Array] | None:
        """Return what brings a read array's index axes into the order of the formula's."""
        own = [at.name for at in ref.axes if isinstance(at, At) and at.name in self.across]
        if tuple(own) == self.across or (not own and self.evaluator.batch is None):
            return None
        names = list(dict.fromkeys(own))
        order = sorted(range(len(names)), key=lambda k: _last(self.across, names[k]))
        present = [_last(self.across, names[k]) for k in order]
        gaps = tuple(k for k in range(len(self.across)) if k not in present)

        def moved(a: Array) -> Array:
            a = _diagonals(a, own) if len(names) < len(own) else a
            return np.expand_dims(a.transpose(*order, *range(len(order), a.ndim)), gaps)

        return moved


def _diagonals(a: Array, own: list[str | None]) -> Array:
    """Keep the diagonal of axes that run along the same index, as in h[t, t]."""
    names = list(own)
    for name in dict.fromkeys(own):
        while names.count(name) > 1:
            first = names.index(name)
            second = names.index(name, first + 1)
            a = np.moveaxis(np.diagonal(a, axis1=first, axis2=second), -1, first)
            del names[second]
    return a


def _last(names: tuple[str, ...], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)


def evaluate(
    system: System,
    steps: tuple[Step, ...],
    batch: int | None = None,
    replaced: Mapping[str, Array] | None = None,
) -> dict[str, Table[Array]]:
    """Compute a system in float64."""
    return Evaluator(system, Numbers(), batch, replaced).run(steps)
