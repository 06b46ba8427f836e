"""Interval kernels of what looks at whole vectors and matrices: choices, softmax, spectra, QR."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tp_solver.graph import arrays
from tp_solver.graph.arrays import Array, Kernel, Maker
from tp_solver.graph.intervals import SLACK, Interval
from tp_solver.graph.shapes import Shapes, literal
from tp_solver.language.tree import Node


def softmax(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make softmax: a component is least when it is low and all the others are high."""

    def kernel(z: Interval) -> Interval:
        top = z.hi.max(axis=-1, keepdims=True)
        low, high = np.exp(z.lo - top), np.exp(z.hi - top)
        others = _others(np.add, 0.0, low), _others(np.add, 0.0, high)
        return Interval(low / (low + others[1]), high / (high + others[0])).safe()

    return kernel


def log_softmax(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the logarithm of softmax, −log(1 + exp(others − own)), without overflow."""

    def kernel(z: Interval) -> Interval:
        low = -arrays.softplus(_others(np.logaddexp, -np.inf, z.hi) - z.lo)
        high = -arrays.softplus(_others(np.logaddexp, -np.inf, z.lo) - z.hi)
        return Interval(low, high).safe().widened(SLACK * z.lo.shape[-1])

    return kernel


def _others(joined: np.ufunc, nothing: float, z: Array) -> Array:
    """Join, for each component, all the others; by running totals, so that nothing cancels."""
    blank = np.full_like(z[..., :1], nothing)
    before = joined.accumulate(np.concatenate([blank, z[..., :-1]], axis=-1), axis=-1)
    backwards = np.concatenate([blank, z[..., :0:-1]], axis=-1)
    after = joined.accumulate(backwards, axis=-1)[..., ::-1]
    made: Array = joined(before, after)
    return made


def argmax(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the position of the largest component: from the first that may be it to the last."""

    def kernel(v: Interval) -> Interval:
        blank = np.full_like(v.lo[..., :1], -np.inf)
        earlier = np.concatenate([blank, v.lo[..., :-1]], axis=-1)
        ahead = v.hi > np.maximum.accumulate(earlier, axis=-1)  # of equal ones, the first is it
        possible = ahead & (v.hi >= v.lo.max(axis=-1, keepdims=True))
        last = v.lo.shape[-1] - 1 - possible[..., ::-1].argmax(axis=-1)
        unknown = np.isnan(v.lo).any(axis=-1) | np.isnan(v.hi).any(axis=-1)
        lo, hi = possible.argmax(axis=-1).astype(float), last.astype(float)
        return Interval(np.where(unknown, np.nan, lo), np.where(unknown, np.nan, hi))

    return kernel


def placed(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make `place`, whose numbers are written out."""
    kernel = arrays.place_kernel(shapes, args)
    return lambda value, *_: Interval(kernel(value.lo), kernel(value.hi))


def chosen(make: Maker) -> Maker:
    """Lift the choice of a row or component by its number: all that the number may choose."""

    def lifted(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        kernel, count, rank = make(shapes, args), shapes[0][0], len(shapes[0]) - 1

        def choose(table: Interval, number: Interval) -> Interval:
            first, last = _whole(number)
            lo, hi = kernel(table.lo, first), kernel(table.hi, first)
            if np.all((first == last) | np.isnan(first)):
                return Interval(lo, hi)
            for k in range(count):
                between = ((first <= k) & (k <= last)).reshape(first.shape + (1,) * rank)
                at = np.full_like(first, k)
                lo = np.where(between, np.fmin(lo, kernel(table.lo, at)), lo)
                hi = np.where(between, np.fmax(hi, kernel(table.hi, at)), hi)
            return Interval(lo, hi)

        return choose

    return lifted


def one_hot(_shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make zeros with a one at a position: 0 to 1 wherever the position may be."""
    positions = np.arange(literal(args[1]))

    def kernel(number: Interval, _size: Interval) -> Interval:
        first, last = (end[..., None] for end in _whole(number))
        maybe = (first <= positions) & (positions <= last)
        return Interval((maybe & (first == last)).astype(float), maybe.astype(float))

    return kernel


def _whole(number: Interval) -> tuple[Array, Array]:
    """Return the least and the largest whole number between bounds; of none, the nearest."""
    first, last = np.ceil(number.lo), np.floor(number.hi)
    nearest = np.rint(number.middle)
    none = first > last
    return np.where(none, nearest, first), np.where(none, nearest, last)


def known(make: Maker) -> Maker:
    """Lift a kernel of constants, for which shapes and written sizes are enough."""

    def lifted(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        kernel = make(shapes, args)
        return lambda *_: Interval.exact(kernel())

    return lifted


def perturbed(make: Maker, condition: Callable[[Array], Array] | None = None) -> Maker:
    """Make a spectral function: it moves at most by the size of the matrix's perturbation.

    Weyl for singular values; for eigenvalues the lesser of two bounds: Bauer and Fike's, times the
    eigenvectors' condition, and Elsner's, which holds for defective matrices too.
    """

    def lifted(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        kernel, size = make(shapes, args), arrays.norm_kernel(shapes, args)

        def moved(a: Interval) -> Interval:
            middle = a.middle
            reach = size(a.radius)
            if condition is not None and shapes[0]:
                order = shapes[0][0]
                elsner = (2 * size(middle) + reach) ** (1 - 1 / order) * reach ** (1 / order)
                reach = np.minimum(reach * condition(middle), elsner)
            value = kernel(middle)
            return Interval.around(value, arrays.grow(reach, value.ndim - reach.ndim)).safe()

        return moved

    return lifted


def eigenvector_condition(a: Array) -> Array:
    """Return the condition number of a matrix's eigenvectors."""
    _, vectors = np.linalg.eig(np.nan_to_num(a))
    made: Array = np.linalg.cond(vectors)
    return made


def factored(make: Maker, sized: bool) -> Maker:
    """Make a factor of a QR decomposition; `sized`: the one that has the matrix's size.

    With Z = dA × R⁻¹, neither dQ nor dR × R⁻¹ has a Frobenius norm above √2 ‖Z‖. Along the way
    from A to A + E the least singular value falls from σ to σ − ‖E‖ at the lowest, so that Q moves
    by at most √2 ‖E‖ / (σ − ‖E‖), and R by that times the largest ‖R‖ on the way. No entry of Q
    can move by more than 2, whatever happens.
    """

    def lifted(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        kernel, size = make(shapes, args), arrays.norm_kernel(shapes, args)

        def moved(a: Interval) -> Interval:
            middle, reach = a.middle, size(a.radius)
            scales = np.linalg.svd(np.nan_to_num(middle), compute_uv=False)
            left = scales[..., -1] - reach
            with np.errstate(divide="ignore", invalid="ignore"):
                turn = np.where(left > 0, np.minimum(np.sqrt(2) * reach / left, 2.0), 2.0)
            if sized:
                turn = turn * (scales[..., 0] + reach)
            return Interval.around(kernel(middle), arrays.grow(turn, 2)).safe()

        return moved

    return lifted
