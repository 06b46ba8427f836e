"""What honest rounding may do inside one step of a hand computation.

Each value written down on the way (a product in a sum, the value of a function) may have been
rounded to the digits that the student works with, unless it needs no more digits than these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from tp_solver.exercise.model import Precision
from tp_solver.graph.arrays import Array, Kernel, grow
from tp_solver.graph.evaluate import Intervals
from tp_solver.graph.intervals import Interval
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shapes
from tp_solver.graph.system import System, inline
from tp_solver.language.numerals import Typed
from tp_solver.language.tree import Op

OPEN = 1 - 1e-9  # a value a whole unit away is no rounding of it
MOST_FEWER = 2  # how many digits fewer than asked a student's way of working may have
LARGEST_SPELLED = 4096


def working_digits(numbers: Iterable[Typed], precision: Precision) -> int:
    """Return how many decimals (or significant digits) a student works with: what most answers have."""
    asked = precision.decimals if precision.decimals is not None else precision.significant or 3
    if precision.decimals is not None:
        counts = Counter(typed.decimals for typed in numbers if typed.decimals > 0)
    else:
        counts = Counter(significant_digits(typed) for typed in numbers if typed.value)
    if not counts:
        return asked
    most = max(counts.values())
    usual = min(digits for digits, count in counts.items() if count == most)
    return max(usual, asked - MOST_FEWER, 1)


def significant_digits(typed: Typed) -> int:
    """Count the significant digits typed."""
    return max(1, typed.value.adjusted() - typed.last_place + 1)


def unit(value: Any, digits: Any, precision: Precision) -> Array:
    """Return the unit of the last of so many digits, at a value."""
    if precision.decimals is not None:
        return np.broadcast_to(10.0 ** -np.asarray(digits, dtype=float), np.shape(value))
    size = np.maximum(np.abs(np.asarray(value, dtype=float)), 1e-30)
    return 10.0 ** (np.floor(np.log10(size)) - digits + 1)  # type: ignore[no-any-return]


def meets(interval: Interval, value: Array, reach: Array) -> Array:
    """Tell where an interval holds a number closer than a reach to a value."""
    near = reach * OPEN
    return (interval.lo < value + near) & (interval.hi > value - near)


def rounds_to(interval: Interval, value: float, last: float) -> bool:
    """Tell whether a number of an interval, rounded or cut off, reads as a value does.

    A value written 0.5 stands for 0.45 (rounded up) to 0.6 (cut off), mirrored below zero.
    """
    below, above = (last / 2, last) if value > 0 else (last, last / 2)
    return bool(interval.lo < value + above * OPEN and interval.hi > value - below)


class HandRounding(Intervals):
    """Interval arithmetic in which every value on the way may have been rounded.

    `digits` has the working digits of each submission of the batch. The outermost operation of an
    equation is the answer itself, whose rounding its own interval stands for.
    """

    def __init__(self, system: System, digits: Array, precision: Precision) -> None:
        super().__init__()
        self.digits = digits
        self.precision = precision
        self.roots = {inline(e.right, system.functions) for e in system.equations}

    def kernel(self, op: Op, shapes: Shapes) -> Kernel:
        """Return an operation's interval function, its result widened by what rounding may do."""
        row = OPS[op.op]
        bare = row.interval(shapes, op.args)
        if row.roundings == "none" or row.roundings == "one" and op in self.roots:
            return bare
        rank = len(row.shape(shapes, op.args))
        if row.roundings == "terms":
            return self.products(op, shapes, bare, rank)

        def rounded(*args: Interval) -> Interval:
            result: Interval = bare(*args)
            slack = self.unit(result.middle, rank)
            return result.widened(np.where(self.exact(result, slack), 0.0, slack))

        return rounded

    def unit(self, middle: Array, rank: int) -> Array:
        """Return the unit of the working digits, laid out like an array of such a rank."""
        digits = grow(self.digits, rank)
        shape = np.broadcast_shapes(middle.shape, digits.shape)
        return unit(np.broadcast_to(middle, shape), digits, self.precision)

    def exact(self, value: Interval, slack: Array) -> Array:
        """Tell where a value is known and needs no more digits than a student works with."""
        middle = value.middle / slack
        known = value.hi - value.lo < 1e-9 * slack
        return known & (np.abs(middle - np.rint(middle)) < 1e-6)

    def products(self, op: Op, shapes: Shapes, bare: Kernel, rank: int) -> Kernel:
        """Widen a sum of products by one unit for each product that may have been rounded."""
        inner = shapes[0][-1] if shapes[0] else 1
        vector = len(shapes) == 2 and shapes[1] == (inner,) and len(shapes[0]) in (1, 2)
        if not vector or int(np.prod(shapes[0])) > LARGEST_SPELLED:
            return lambda *args: self.widest(bare(*args), rank, inner)
        times = OPS["mul"].interval(((), ()), op.args)

        def summed(a: Interval, b: Interval) -> Interval:
            result: Interval = bare(a, b)
            if len(shapes[0]) == 2:
                b = Interval(b.lo[..., None, :], b.hi[..., None, :])
            terms: Interval = times(a, b)
            slack = self.unit(terms.middle, len(shapes[0]))
            inexact = np.where(self.exact(terms, slack), 0.0, slack)
            return result.widened(inexact.sum(axis=-1))

        return summed

    def widest(self, result: Interval, rank: int, inner: int) -> Interval:
        return result.widened(inner * self.unit(result.middle, rank))
