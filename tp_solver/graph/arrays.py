"""NumPy kernels. Arrays may have any leading axes (positions, batch) before their shape.

A kernel is made for the shapes of its arguments, once, and then called on arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.graph.shapes import Shape, Shapes, literal
from tp_solver.language.tree import Node

Array = NDArray[np.float64]
Kernel = Callable[..., Any]
Maker = Callable[[Shapes, tuple[Node, ...]], Kernel]


def grow(array: Array, missing: int) -> Array:
    """Add trailing axes of one, so that a scalar broadcasts against a vector or matrix."""
    return array.reshape(array.shape + (1,) * missing)


def elementwise(function: Callable[..., Any]) -> Maker:
    """Make a kernel of a function of equal shapes, scalars broadcasting."""

    def make(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
        rank = max(map(len, shapes))
        missing = [rank - len(shape) for shape in shapes]
        if not any(missing):
            return function

        def kernel(*arrays: Array) -> Array:
            made: Array = function(*(grow(a, m) for a, m in zip(arrays, missing, strict=True)))
            return made

        return kernel

    return make


def same(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the kernel that changes nothing, of arrays and of intervals alike."""
    return lambda value: value


def comparison(function: Callable[..., Any]) -> Maker:
    """Make a kernel that answers 1 or 0."""
    return elementwise(lambda a, b: function(a, b).astype(float))


def reduction(function: Callable[..., Any]) -> Maker:
    """Make a kernel that reduces every axis of the shape."""

    def make(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
        axes = tuple(range(-len(shapes[0]), 0))
        return lambda a: function(a, axis=axes) if axes else function(a[..., None], axis=-1)

    return make


def extremum(both: Callable[..., Any], all_of: Callable[..., Any]) -> Maker:
    """Make a kernel of one argument (reduced) or two (compared)."""

    def make(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        return (reduction(all_of) if len(shapes) == 1 else elementwise(both))(shapes, args)

    return make


def sigmoid(z: Array) -> Array:
    """Compute 1 / (1 + exp(-z)); where exp(-z) overflows, 1 / inf is the right 0."""
    return np.reciprocal(1.0 + np.exp(-z))


def softplus(z: Array) -> Array:
    """Compute log(1 + exp(z)) without overflow."""
    return np.logaddexp(0.0, z)


def clip(z: Array, low: Array, high: Array) -> Array:
    """Bring numbers between two bounds, as min(max(z, low), high)."""
    return np.minimum(np.maximum(z, low), high)


def softmax_kernel(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make softmax over the last axis, shifted by the maximum against overflow."""

    def kernel(z: Array) -> Array:
        exps = np.exp(z - z.max(axis=-1, keepdims=True))
        made: Array = exps / exps.sum(axis=-1, keepdims=True)
        return made

    return kernel


def log_softmax_kernel(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the logarithm of softmax over the last axis, which no small softmax turns into −∞."""

    def kernel(z: Array) -> Array:
        shifted = z - z.max(axis=-1, keepdims=True)
        made: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return made

    return kernel


def argmax_kernel(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the position of a vector's largest component, from 0; of equal ones, the first."""

    def kernel(v: Array) -> Array:
        return np.where(np.isnan(v).any(axis=-1), np.nan, v.argmax(axis=-1).astype(float))

    return kernel


def _alone(array: Array, rank: int) -> Array | None:
    """Return an array without its leading axes where these are all of length one."""
    lead = array.shape[: array.ndim - rank]
    return array.reshape(array.shape[array.ndim - rank :]) if all(n == 1 for n in lead) else None


def _matrix_vector(a: Array, v: Array) -> Array:
    if a.ndim == 2 and v.ndim == 1:
        small: Array = a.dot(v)  # half the time of matmul, at these sizes
        return small
    alone = _alone(a, 2)
    if alone is None:
        product: Array = np.matmul(a, v[..., None])[..., 0]
        return product
    out = v @ alone.T
    return out if v.ndim >= a.ndim - 1 else out.reshape((1,) * (a.ndim - 1 - v.ndim) + out.shape)


def matmul_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the product that `shapes.matmul` describes."""
    left, right = shapes
    if not right and len(left) == 2 and left[1] == 1:
        return lambda a, s: a[..., 0] * s[..., None]
    if not left and len(right) == 2 and right[0] == 1:
        return lambda s, a: s[..., None] * a[..., 0, :]
    if not left or not right:
        missing = len(right) - len(left)
        return lambda a, b: grow(a, max(missing, 0)) * grow(b, max(-missing, 0))
    if len(left) == 1 and len(right) == 1:
        return lambda a, b: (a * b).sum(axis=-1)
    if len(left) == 2 and len(right) == 1:
        return _matrix_vector
    if len(left) == 1 and right[0] == 1:
        return lambda a, b: a[..., :, None] * b[..., 0, None, :]
    if len(left) == 1:
        return lambda a, b: np.matmul(a[..., None, :], b)[..., 0, :]
    return np.matmul


def transpose_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the transposition of a scalar, vector or matrix."""
    (shape,) = shapes
    if len(shape) == 2:
        return lambda a: np.swapaxes(a, -1, -2)
    if shape:
        return lambda a: a[..., None, :]
    return lambda a: a[..., None, None]


def concat_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the concatenation of vectors and scalars along the last axis."""
    scalars = [i for i, shape in enumerate(shapes) if not shape]

    def kernel(*arrays: Array) -> Array:
        columns = list(arrays)
        for i in scalars:
            columns[i] = columns[i][..., None]
        leads = {column.shape[:-1] for column in columns}
        if len(leads) > 1:
            lead = np.broadcast_shapes(*leads)
            columns = [np.broadcast_to(c, (*lead, c.shape[-1])) for c in columns]
        return np.concatenate(columns, axis=-1)

    return kernel


def norm_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the Euclidean (for matrices Frobenius) norm."""
    axes = tuple(range(-len(shapes[0]), 0))
    return lambda a: np.sqrt((a * a).sum(axis=axes)) if axes else np.abs(a)


def diag_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the diagonal matrix of a vector, or the diagonal of a matrix."""
    (shape,) = shapes
    if len(shape) == 2:
        return lambda a: np.diagonal(a, axis1=-2, axis2=-1)
    if shape:
        eye = np.eye(shape[0])
        return lambda a: a[..., None] * eye
    return lambda a: a[..., None, None]


def constant_kernel(value: float) -> Maker:
    """Make a kernel that fills the shape written in the arguments."""

    def make(_shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        shape = tuple(literal(arg) for arg in args)
        return lambda *_: np.full(shape, value)

    return make


def eye_kernel(_shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make the identity matrix of the size written."""
    size = literal(args[0])
    return lambda *_: np.eye(size)


def size_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the count of all components together, known from the shapes."""
    count = float(sum(map(math.prod, shapes)))
    return lambda *_: np.array(count)


def shape_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the vector of sizes; that of a number is 1."""
    sizes = np.array(shapes[0] or (1,), dtype=float)
    return lambda *_: sizes


def place_slots(args: tuple[Node, ...], shape: Shape) -> tuple[Shape, tuple[slice, ...]]:
    """Return the whole shape and the slot of `place(value, sizes…, firsts…)`."""
    numbers = [literal(arg) for arg in args[1:]]
    half = len(numbers) // 2
    whole, firsts = tuple(numbers[:half]), numbers[half:]
    lengths = shape if len(shape) == half else (*shape, *(1,) * (half - len(shape)))
    slots = tuple(slice(f - 1, f - 1 + n) for f, n in zip(firsts, lengths, strict=True))
    return whole, slots


def place_kernel(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make zeros of a size with a value set at a place, the adjoint of choosing components."""
    whole, slots = place_slots(args, shapes[0])
    lengths = tuple(s.stop - s.start for s in slots)
    rank = len(shapes[0])

    def kernel(value: Array, *_: Array) -> Array:
        lead = value.shape[: value.ndim - rank]
        out = np.zeros((*lead, *whole))
        place: tuple[Any, ...] = (..., *slots)
        out[place] = value.reshape((*lead, *lengths))
        return out

    return kernel


def one_hot_kernel(_shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    """Make a vector of zeros with a one at a position counted from 0, as tokens are."""
    positions = np.arange(literal(args[1]))

    def kernel(k: Array, *_: Array) -> Array:
        hot = k[..., None] == positions
        return np.where(hot.any(axis=-1, keepdims=True), hot, np.nan)

    return kernel


def row_kernel(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the choice of a table's row by its number, counted from 0; NaN where there is none."""
    return _row


def pick_kernel(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the choice of a component by its number, counted from 0; NaN where there is none."""

    def kernel(v: Array, k: Array) -> Array:
        return _row(v[..., None], k)[..., 0]

    return kernel


def _row(table: Array, k: Array) -> Array:
    count = table.shape[-2]
    valid = (k >= 0) & (k < count) & (k == np.floor(k))
    at = np.where(valid, k, 0.0).astype(np.intp)
    alone = _alone(table, 2)
    if alone is not None:
        return np.where(valid[..., None], alone[at], np.nan)
    lead = np.broadcast_shapes(table.shape[:-2], at.shape)
    tables = np.broadcast_to(table, (*lead, *table.shape[-2:]))
    places = np.broadcast_to(at, lead)[..., None, None]
    rows = np.take_along_axis(tables, places, axis=-2)[..., 0, :]
    return np.where(valid[..., None], rows, np.nan)
