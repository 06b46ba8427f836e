"""Values of formulas at many points at once, in whatever arithmetic the kernels have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.formulas.problem import Problem
from tp_solver.graph.arrays import Kernel
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, Shapes, part
from tp_solver.language.tree import Node, Num, Op, Part, Ref, Span

Values = NDArray[Any]  # the first axis counts the points
NEAR, FAR, BELOW_ONE = 0.15, 3.0, 0.95
FEWEST = 6  # points where both formulas have a value


def drawn(problem: Problem, points: int, seed: int) -> dict[str, Values]:
    """Draw values for every name: at the first half of the points positive and below 1.

    At the others ±(0.15, 3). Names that choose a position have whole numbers.
    """
    random = np.random.default_rng(seed)
    positive = points // 2
    found: dict[str, Values] = {}
    for name, shape in problem.shapes.items():
        if name in problem.counts:
            places = random.integers(0, problem.counts[name], (points, *shape))
            found[name] = places.astype(float)
            continue
        small = random.uniform(NEAR, BELOW_ONE, (positive, *shape))
        signed = random.uniform(NEAR, FAR, (points - positive, *shape))
        signed *= random.choice((-1.0, 1.0), signed.shape)
        found[name] = np.concatenate([small, signed])
    return found


class Evaluation:
    """Computes formulas from the values of their names, by NumPy's kernels in float64."""

    def __init__(self, names: dict[str, Values], shapes: dict[str, Shape]) -> None:
        self.names = names
        self.shapes = shapes

    def values(self, node: Node, points: int) -> Values:
        """Return the value at each point; NaN or infinite where there is none."""
        value, shape = self.of(node)
        return np.broadcast_to(value, (points, *shape))

    def of(self, node: Node) -> tuple[Values, Shape]:
        """Return a value with its shape; the axis of the points may be missing or of length 1."""
        match node:
            case Num(number):
                return self.number(number), ()
            case Ref(name):
                return self.names[name], self.shapes[name]
            case Part(of, select):
                return _part(*self.of(of), select, node)
            case Op(op, args):
                below = [self.of(arg) for arg in args]
                shapes = tuple(shape for _, shape in below)
                kernel = self.kernel(op, shapes, args)
                value = self.after(op, np.asarray(kernel(*(value for value, _ in below))))
                return value, OPS[op].shape(shapes, args)
        raise AssertionError(node)

    def number(self, value: Decimal) -> Values:
        """Return a literal number."""
        return np.array(float(value))

    def kernel(self, op: str, shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        """Return what computes an operation."""
        return OPS[op].numpy(shapes, args)

    def after(self, _op: str, value: Values) -> Values:
        """Return what is to stand for the value of an operation."""
        return value


def _part(
    whole: Values, shape: Shape, select: tuple[int | Span, ...], node: Node
) -> tuple[Values, Shape]:
    found = part(shape, select, node)
    if not shape:
        return (whole[..., None] if found else whole), found
    chosen = tuple(slice(s.first - 1, s.last) if isinstance(s, Span) else s - 1 for s in select)
    return whole[(..., *chosen, *(slice(None),) * (len(shape) - len(chosen)))], found


def apart(
    pair: tuple[Values, Values], noise: tuple[Values, Values], problem: Problem, tolerance: float
) -> bool | None:
    """Tell whether values differ by more than their noise and a share of the larger one.

    The arrays are flat and have a value everywhere. Of a comparison, whether one side is no
    constant times the other; None where too few sides are other than zero.
    """
    (a, b), (near_a, near_b) = pair, noise
    if problem.relation:
        if np.count_nonzero(b) < FEWEST or np.count_nonzero(a) < FEWEST:
            seen = np.abs(a) > near_a, np.abs(b) > near_b
            return bool((seen[0] != seen[1]).any()) or None
        at, ratio = int(np.argmax(np.abs(b))), ratio_of(pair)
        if ratio == 0 or (problem.ordered and ratio < 0):
            return bool(abs(b[at]) > near_b[at] and not 0 < abs(a[at]) <= near_a[at])
        own = near_a[at] / abs(a[at]) + near_b[at] / abs(b[at])
        b, near_b = ratio * b, abs(ratio) * near_b + abs(ratio * b) * own
    gap = np.abs(a - b) - near_a - near_b
    return bool((gap > tolerance * np.maximum(np.abs(a), np.abs(b))).any())


def same_truth(pair: tuple[Values, Values], problem: Problem) -> bool:
    """Tell whether two orders, of a number and zero each, hold at the same points."""
    return problem.ordered and bool(((pair[0] < 0) == (pair[1] < 0)).all())


def ratio_of(pair: tuple[Values, Values]) -> Any:
    """Return what values are of others, where these are largest."""
    at = int(np.argmax(np.abs(pair[1])))
    return pair[0][at] / pair[1][at]
