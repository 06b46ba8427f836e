"""NumPy kernels of whole matrices: QR, eigenvalues, singular values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tp_solver.graph.arrays import Array, Kernel, Maker, norm_kernel
from tp_solver.graph.shapes import Shapes
from tp_solver.language.tree import Node

DEPENDENT = 1e-13  # of the largest: what float64 leaves of a column that the others make up


def triangular_kernel(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the triangular factor of a QR decomposition, its diagonal positive."""

    def kernel(a: Array) -> Array:
        triangle = np.linalg.qr(a)[1]
        made: Array = triangle * _signs(triangle)[..., None] + 0.0  # where it was −0
        return made

    return kernel


def orthogonal_kernel(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the orthogonal factor of the QR decomposition whose R has a positive diagonal."""

    def kernel(a: Array) -> Array:
        factors = np.linalg.qr(a)
        made: Array = factors[0] * _signs(factors[1])[..., None, :]
        return made

    return kernel


def independent(make: Maker) -> Maker:
    """Give a factor no value where the columns depend on each other: it would be arbitrary."""

    def made(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        kernel = make(shapes, args)

        def strict(a: Array) -> Array:
            diagonal = np.abs(np.diagonal(np.linalg.qr(a)[1], axis1=-2, axis2=-1))
            fine = diagonal.min(axis=-1) > DEPENDENT * diagonal.max(axis=-1)
            return np.where(fine[..., None, None], kernel(a), np.nan)

        return strict

    return made


def _signs(triangle: Array) -> Array:
    return np.where(np.diagonal(triangle, axis1=-2, axis2=-1) < 0, -1.0, 1.0)


def eigenvalues_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the eigenvalues as rows (real, imaginary), sorted by falling real part."""

    def kernel(a: Array) -> Array:
        values: Any = np.linalg.eigvals(a if shapes[0] else a[..., None, None])
        order = np.lexsort((-values.imag, -values.real), axis=-1)
        values = np.take_along_axis(values, order, axis=-1)
        return np.stack([values.real, values.imag], axis=-1)

    return kernel


def spectral_radius_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the largest modulus of the eigenvalues."""
    if not shapes[0]:
        return np.abs
    return lambda a: np.abs(np.linalg.eigvals(a)).max(axis=-1)


def spectral_norm_kernel(shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    """Make the largest singular value (the Euclidean norm of a vector)."""
    if len(shapes[0]) < 2:
        return norm_kernel(shapes, ())
    return lambda a: np.linalg.svd(a, compute_uv=False)[..., 0]
