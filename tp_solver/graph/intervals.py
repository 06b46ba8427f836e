"""Interval kernels: what an operation makes of numbers known only to lie between two bounds.

Monotone functions map their bounds; products use midpoint and radius. Results are widened by
a few units in the last place of float64, so that they always hold the exact value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.graph import arrays
from tp_solver.graph.arrays import Array, Kernel, Maker
from tp_solver.graph.shapes import Shapes
from tp_solver.language.tree import Node

HUGE = 1e300  # whose products overflow to infinity, as they should
SLACK = 8 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class Interval:
    """Arrays of lower and upper bounds; indexing reaches both."""

    lo: Array
    hi: Array

    @classmethod
    def around(cls, middle: Array, radius: Array | float) -> Interval:
        """Make the interval of a middle and a radius."""
        return cls(middle - radius, middle + radius)

    @classmethod
    def exact(cls, value: Array) -> Interval:
        """Make the interval that holds one value."""
        return cls(value, value)

    def __getitem__(self, key: Any) -> Interval:
        if self.is_exact:
            return Interval.exact(self.lo[key])
        return Interval(self.lo[key], self.hi[key])

    def widened(self, radius: Array | float) -> Interval:
        """Return the interval with a radius more on either side."""
        return Interval(self.lo - radius, self.hi + radius)

    def safe(self) -> Interval:
        """Return the interval widened by the rounding of float64."""
        lo, hi = np.abs(self.lo), np.abs(self.hi)
        lo *= -SLACK
        lo += self.lo
        hi *= SLACK
        hi += self.hi
        return Interval(lo, hi)

    @property
    def is_exact(self) -> bool:
        """Tell whether both bounds are one and the same array, as those of constants are."""
        return self.lo is self.hi

    @property
    def middle(self) -> Array:
        """Return the middle of the bounds, 0 where there are none."""
        return np.where(self.unbounded, 0.0, (self.lo + self.hi) / 2)

    @property
    def radius(self) -> Array:
        """Return half the width, rounded up; a huge number where there are no bounds."""
        half = (self.hi - self.lo) / 2 + SLACK * np.maximum(np.abs(self.lo), np.abs(self.hi))
        return np.where(self.unbounded, HUGE, half)

    def parts(self) -> tuple[Array, Array]:
        """Return the middle and the radius, which are worked out together."""
        middle, half = self.lo + self.hi, self.hi - self.lo
        if not np.isfinite(middle).all():
            return self.middle, self.radius
        middle *= 0.5
        half *= 0.5 * (1 + SLACK)
        half += SLACK * np.abs(middle)
        return middle, half

    @property
    def unbounded(self) -> NDArray[np.bool_]:
        """Tell where a bound is infinite."""
        return np.isinf(self.lo) | np.isinf(self.hi)


def monotone(make: Maker) -> Maker:
    """Lift a kernel that never falls when an argument grows (linear with weights ≥ 0, tanh…)."""

    def lifted(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        kernel = make(shapes, args)

        def bounds(*items: Interval) -> Interval:
            lo, hi = kernel(*(i.lo for i in items)), kernel(*(i.hi for i in items))
            return Interval(lo, hi).safe()

        return bounds

    return lifted


def rising(function: Callable[..., Any]) -> Maker:
    """Make the interval kernel of a rising function of equal shapes."""
    return monotone(arrays.elementwise(function))


def tan(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make tan, which rises between its asymptotes: no bounds where one may lie inside."""
    kernel = arrays.elementwise(np.tan)(shapes, args)

    def bounds(a: Interval) -> Interval:
        wide = a.safe()
        crossed = np.floor(wide.lo / np.pi + 0.5) != np.floor(wide.hi / np.pi + 0.5)
        found = Interval(kernel(a.lo), kernel(a.hi)).safe()
        lo, hi = np.where(crossed, -np.inf, found.lo), np.where(crossed, np.inf, found.hi)
        return Interval(lo, hi)

    return bounds


def subtract(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make the difference: bounds cross over."""
    kernel = arrays.elementwise(np.subtract)(shapes, args)
    return lambda a, b: Interval(kernel(a.lo, b.hi), kernel(a.hi, b.lo)).safe()


def negate(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the opposite: bounds swap."""
    return lambda a: Interval(-a.hi, -a.lo)


def product(make: Maker) -> Maker:
    """Make any bilinear kernel (elementwise or matrix product) by midpoint and radius."""

    def made(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        times = make(shapes, args)

        def kernel(a: Interval, b: Interval) -> Interval:
            if a.is_exact:
                middle, radius = b.parts()
                return Interval.around(times(a.lo, middle), times(np.abs(a.lo), radius)).safe()
            (am, ar), (bm, br) = a.parts(), b.parts()
            radius = times(np.abs(am) + ar, br) + times(ar, np.abs(bm))
            return Interval.around(times(am, bm), radius).safe()

        return kernel

    return made


def four_corners(function: Callable[..., Any]) -> Maker:
    """Make a kernel monotone in each argument, of unknown direction: try the four corners."""

    def make(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        corner = arrays.elementwise(function)(shapes, args)

        def kernel(a: Interval, b: Interval) -> Interval:
            corners = [corner(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
            return Interval(np.minimum.reduce(corners), np.maximum.reduce(corners)).safe()

        return kernel

    return make


def divide(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make the quotient; without bounds where the divisor may be zero."""
    corners = four_corners(np.divide)(shapes, args)
    spread = arrays.elementwise(lambda a, b: b + 0 * a)(shapes, args)

    def kernel(a: Interval, b: Interval) -> Interval:
        with np.errstate(divide="ignore", invalid="ignore"):
            out = corners(a, b)
            unbounded = (spread(a.lo, b.lo) <= 0) & (spread(a.lo, b.hi) >= 0)
        return Interval(np.where(unbounded, -np.inf, out.lo), np.where(unbounded, np.inf, out.hi))

    return kernel


def power(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make the power; an even one of an interval around zero begins at zero."""
    corners = four_corners(np.power)(shapes, args)
    even = arrays.elementwise(lambda b, e: (e + 0 * b) % 2 == 0)(shapes, args)
    spread = arrays.elementwise(lambda b, e: b + 0 * e)(shapes, args)

    def kernel(base: Interval, exponent: Interval) -> Interval:
        out = corners(base, exponent)
        around = (spread(base.lo, exponent.lo) < 0) & (spread(base.hi, exponent.lo) > 0)
        floored = around & even(base.lo, exponent.lo)
        return Interval(np.where(floored, 0.0, out.lo), out.hi)

    return kernel


def absolute(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the absolute value; an interval around zero begins at zero."""

    def kernel(a: Interval) -> Interval:
        low, high = np.abs(a.lo), np.abs(a.hi)
        around = (a.lo < 0) & (a.hi > 0)
        return Interval(np.where(around, 0.0, np.minimum(low, high)), np.maximum(low, high))

    return kernel


def norm(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make the Euclidean norm from the bounds of absolute values."""
    size, length = absolute(shapes, args), arrays.norm_kernel(shapes, args)

    def kernel(a: Interval) -> Interval:
        b = size(a)
        return Interval(length(b.lo), length(b.hi)).safe()

    return kernel


def compare(sure: Callable[[Interval, Interval], Any], maybe: Callable[..., Any]) -> Maker:
    """Make a comparison: 0 to 1 where the bounds leave it open."""

    def make(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
        rank = max(map(len, shapes))

        def grown(item: Interval, shape: tuple[int, ...]) -> Interval:
            missing = rank - len(shape)
            return Interval(arrays.grow(item.lo, missing), arrays.grow(item.hi, missing))

        def kernel(a: Interval, b: Interval) -> Interval:
            a, b = grown(a, shapes[0]), grown(b, shapes[1])
            return Interval(sure(a, b).astype(float), maybe(a, b).astype(float))

        return kernel

    return make


LESS = compare(lambda a, b: a.hi < b.lo, lambda a, b: a.lo < b.hi)
LESS_EQUAL = compare(lambda a, b: a.hi <= b.lo, lambda a, b: a.lo <= b.hi)
GREATER = compare(lambda a, b: a.lo > b.hi, lambda a, b: a.hi > b.lo)
GREATER_EQUAL = compare(lambda a, b: a.lo >= b.hi, lambda a, b: a.hi >= b.lo)
EQUAL = compare(
    lambda a, b: (a.lo == b.hi) & (a.hi == b.lo), lambda a, b: (a.lo <= b.hi) & (a.hi >= b.lo)
)
DIFFERENT = compare(
    lambda a, b: (a.hi < b.lo) | (a.lo > b.hi), lambda a, b: (a.lo != b.hi) | (a.hi != b.lo)
)
