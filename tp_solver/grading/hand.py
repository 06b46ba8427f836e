"""A hand computation over intervals: every value on the way may have been rounded.

A product in a sum, the value of a function, a partial product: each is known to one unit of the
digits that the student works with, unless it is exact in these. Several factors may have been
multiplied in any order, and a power taken by repeated products. The outermost operation of an
equation is the answer itself, whose rounding the answer's own interval stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.exercise.model import Precision
from tp_solver.grading.rounding import unit
from tp_solver.graph.arrays import Array, Kernel, grow
from tp_solver.graph.evaluate import Evaluator, Intervals
from tp_solver.graph.intervals import Interval
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shapes
from tp_solver.graph.system import inline
from tp_solver.language.tree import Node, Num, Op, transform

LARGEST_SPELLED = 4096
MOST_PRODUCTS = 64  # a higher power is not taken by repeated products
EXACT = 1e-9  # of a unit: a value known so closely is not rounded any more …
WHOLE = 1e-6  # … if it lies so close to a whole number of units
SHORT = 8  # terms that are added one by one
MOST_UNITS = 4  # rounding that adds up to more than so many units flips no comparison


@dataclass(frozen=True, slots=True)
class Outermost(Op):
    """The operation whose result is the answer itself, told from the same one further inside."""


class HandEvaluator(Evaluator[Interval]):
    """An evaluator of equations as a person works them out."""

    def right(self, equation: Equation) -> Node:
        """Return an equation's right side, its products of several factors in one piece."""
        node = flattened(inline(equation.right, self.system.functions))
        return Outermost(node.op, node.args) if isinstance(node, Op) else node


def flattened(node: Node) -> Node:
    """Join nested products into one of several factors."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Op) and part.op == "mul":
            return Op("mul", tuple(map(flattened, _factors(part))))
        return None

    return transform(node, change)


def _factors(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Op) and node.op == "mul":
        return tuple(factor for arg in node.args for factor in _factors(arg))
    return (node,)


class HandRounding(Intervals):
    """Interval arithmetic that rounds; `digits` has the working digits of each submission."""

    def __init__(self, digits: Array, precision: Precision) -> None:
        super().__init__()
        self.digits = digits
        self.precision = precision
        self.steps: dict[int, Array] = {}

    def kernel(self, op: Op, shapes: Shapes) -> Kernel:
        """Return an operation's interval function, its result widened by what rounding may do."""
        row = OPS[op.op]
        if row.roundings == "none":
            return row.interval(shapes, op.args)
        if row.roundings == "compares":
            return self.compared(op, shapes)
        if op.op == "matmul":
            return self.terms(op, shapes)
        found = self.several(op, shapes)
        return found if isinstance(op, Outermost) else self.written(found, op, shapes)

    def compared(self, op: Op, shapes: Shapes) -> Kernel:
        """Compare numbers that rounding has moved by a few units at most.

        Bounds add up over a long recurrence, while rounding mostly cancels: a number far from a
        threshold must not seem to lie on either side of it.
        """
        bare = OPS[op.op].interval(shapes, op.args)

        def near(value: Interval, rank: int) -> Interval:
            middle, most = value.middle, MOST_UNITS * self.unit(value.middle, rank)
            return Interval(
                np.maximum(value.lo, middle - most), np.minimum(value.hi, middle + most)
            )

        def kernel(a: Interval, b: Interval) -> Interval:
            return bare(near(a, len(shapes[0])), near(b, len(shapes[1])))  # type: ignore[no-any-return]

        return kernel

    def written(self, bare: Kernel, op: Op, shapes: Shapes) -> Kernel:
        """Widen a result by the unit it may have been rounded to."""
        rank = len(OPS[op.op].shape(shapes, op.args))

        def rounded(*args: Interval) -> Interval:
            result: Interval = bare(*args)
            return result.widened(self.slack(result, rank))

        return rounded

    def several(self, op: Op, shapes: Shapes) -> Kernel:
        """Return an operation's interval function; partial products may have been rounded."""
        match op:
            case Op("mul", args) if len(args) > 2:
                return self.factors(args, shapes)
            case Op("pow", (_, Num(exponent))) if exponent in range(3, MOST_PRODUCTS):
                return self.power(op, shapes, int(exponent))
        return OPS[op.op].interval(shapes, op.args)

    def factors(self, args: tuple[Node, ...], shapes: Shapes) -> Kernel:
        """Make the product of several factors, multiplied in any order."""
        rank = max(map(len, shapes))
        times = OPS["mul"].interval(((), ()), args[:2])

        def product(*items: Interval) -> Interval:
            missing = [rank - len(shape) for shape in shapes]
            grown = [
                Interval(grow(item.lo, more), grow(item.hi, more))
                for item, more in zip(items, missing, strict=True)
            ]
            result = reduce(times, grown)
            sizes = np.stack(np.broadcast_arrays(*(_size(item) for item in grown)))
            return result.widened(self.partial(-np.sort(-sizes, axis=0), result, rank))

        return product

    def power(self, op: Op, shapes: Shapes, exponent: int) -> Kernel:
        """Make a whole power, taken at once or by repeated products."""
        bare = OPS["pow"].interval(shapes, op.args)

        def raised(base: Interval, other: Interval) -> Interval:
            result: Interval = bare(base, other)
            sizes = np.stack([_size(base)] * exponent)
            return result.widened(self.partial(sizes, result, len(shapes[0])))

        return raised

    def partial(self, sizes: Array, result: Interval, rank: int) -> Array:
        """Bound what rounding partial products does to a product of factors, largest first.

        A partial product that is off by a unit is multiplied by the factors still to come.
        """
        rounded = len(sizes) - 2
        if self.precision.decimals is None:
            return rounded * self.unit(_size(result), rank)
        coming = np.cumprod(sizes, axis=0)[:rounded]
        bound = np.where(sizes[0] <= 1, coming.sum(axis=0), rounded * coming.max(axis=0))
        nothing = (result.lo == 0) & (result.hi == 0)  # whatever the order
        return np.where(nothing, 0.0, bound * self.unit(result.middle, rank))

    def terms(self, op: Op, shapes: Shapes) -> Kernel:
        """Make a sum of products, each of which may have been rounded."""
        bare = OPS["matmul"].interval(shapes, op.args)
        rank = len(OPS["matmul"].shape(shapes, op.args))
        inner = _inner(shapes)
        if inner == 1:
            return bare if isinstance(op, Outermost) else self.written(bare, op, shapes)
        if int(np.prod(shapes[0])) * int(np.prod(shapes[1][1:])) > LARGEST_SPELLED:
            return lambda *args: self.widest(bare(*args), rank, inner)
        times = OPS["mul"].interval(((), ()), op.args)

        axis = -2 if len(shapes[1]) == 2 else -1

        def summed(a: Interval, b: Interval) -> Interval:
            left, right = _spread(a, b, shapes)
            products: Interval = times(left, right)
            rounded = products.widened(self.slack(products, rank + 1))
            return Interval(_added(rounded.lo, axis), _added(rounded.hi, axis)).safe()

        return summed

    def widest(self, result: Interval, rank: int, inner: int) -> Interval:
        """Widen a large sum of products as if each had been rounded."""
        return result.widened(inner * self.unit(_size(result), rank))

    def slack(self, value: Interval, rank: int) -> Array:
        """Return what rounding may change of a value: nothing where it is exact."""
        step = self.unit(_size(value), rank) if self.precision.decimals is None else self.step(rank)
        known = value.hi - value.lo < EXACT * step
        if not known.any():
            return step
        units = (value.lo + value.hi) / (2 * step)
        exact = known & (np.abs(units - np.rint(units)) < WHOLE)
        return np.where(exact, 0.0, step)

    def step(self, rank: int) -> Array:
        """Return the unit of the working decimals, the same for every value of such a rank."""
        if rank not in self.steps:
            self.steps[rank] = 10.0 ** -grow(self.digits, rank)
        return self.steps[rank]

    def unit(self, middle: Array, rank: int) -> Array:
        """Return the unit of the working digits, laid out like an array of such a rank."""
        digits = grow(self.digits, rank)
        shape = np.broadcast_shapes(middle.shape, digits.shape)
        return unit(np.broadcast_to(middle, shape), digits, self.precision)


def _added(a: Array, axis: int) -> Array:
    """Sum along an axis; a short last one term by term, which is much faster."""
    if axis != -1 or a.shape[-1] > SHORT:
        return np.asarray(a.sum(axis=axis))
    return reduce(np.add, (a[..., i] for i in range(a.shape[-1])))


def _size(value: Interval) -> Array:
    """Return the largest magnitude in each interval."""
    return np.maximum(np.abs(value.lo), np.abs(value.hi))


def _inner(shapes: Shapes) -> int:
    """Return how many products a component of a matrix product sums."""
    left, right = shapes
    if not left or not right or (len(left) == 1 and len(right) == 2):
        return 1 if not left or not right or right[0] == 1 else left[0]
    return left[-1]


def _spread(a: Interval, b: Interval, shapes: Shapes) -> tuple[Interval, Interval]:
    """Lay the factors of a matrix product out so that they multiply term by term."""
    left, right = shapes
    if len(right) == 2:
        a = a[..., None]
    if len(left) == 2:
        where = (
            (..., None, slice(None)) if len(right) == 1 else (..., None, slice(None), slice(None))
        )
        b = b[where]
    return a, b
