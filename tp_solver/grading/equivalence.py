"""Whether two formulas always agree, decided at random points.

Two different formulas of the language (analytic wherever they are defined) agree at a random
point with probability zero; with float64 and a tolerance of 1e-9, at twelve points in a row, the
chance of a false match is far below one in a billion.
"""

from __future__ import annotations

import math

import numpy as np

from tp_solver.graph.arrays import Array
from tp_solver.graph.components import unrolled
from tp_solver.graph.ops import OPS
from tp_solver.graph.system import System, inline, ranged
from tp_solver.language.tree import Node, Num, Op, Over, Part, Ref, Span, refs, walk

POINTS = 12
TOLERANCE = 1e-9
LARGEST = 10_000  # numbers in any part of a formula: `ones(1000, 1000)` is no honest answer
MOST_TERMS = 64
RELATIONS = ("eq", "lt", "le", "gt", "ge")
_FLIPPED = {"gt": "lt", "ge": "le"}


class Unknown(ValueError):
    """A name that the exercise does not have."""


def equivalent(a: Node, b: Node, system: System) -> bool:
    """Tell whether two formulas, or two comparisons, are equivalent."""
    a, b = (_spelled(node, system) for node in (a, b))
    for ref in refs(a):
        name = ref.over.name if ref.over else ref.name
        known = name in system.axes or system.is_index(ref)
        if not known and ref not in set(refs(b)):
            raise Unknown(name)
    first, second = _relation(a), _relation(b)
    if first[0] != second[0] or _largest(first[1], system) > LARGEST:
        return False
    points = _Points(system)
    try:
        left, right = points.value(first[1]), points.value(second[1])
    except np.linalg.LinAlgError:
        return False
    if left.shape != right.shape:
        return False
    if first[0] in ("lt", "le", "eq"):
        return _proportional(left, right, signed=first[0] != "eq")
    return _close(left, right)


def _spelled(node: Node, system: System) -> Node:
    """Spell out an author's functions, and sums over an index."""
    return unrolled(ranged(inline(node, system.functions), system.indices), MOST_TERMS)


def _largest(node: Node, system: System) -> int:
    """Return how many numbers the largest part of a formula has; raises ModelError on misfits."""
    parts = (part for part in walk(node) if not isinstance(part, Over))
    return max(math.prod(system.shape(part)) for part in parts)


def _relation(node: Node) -> tuple[str, Node]:
    """Split a comparison into its kind and what it compares with zero."""
    if isinstance(node, Op) and node.op in RELATIONS:
        left, right = node.args
        if node.op in _FLIPPED:
            return _FLIPPED[node.op], Op("sub", (right, left))
        return node.op, Op("sub", (left, right))
    return "", node


def _close(a: Array, b: Array) -> bool:
    usable = np.isfinite(a) & np.isfinite(b)
    if usable.sum() < a.size / 2 or (np.isfinite(a) != np.isfinite(b)).any():
        return False
    return bool(np.allclose(a[usable], b[usable], rtol=TOLERANCE, atol=1e-12))


def _proportional(a: Array, b: Array, signed: bool) -> bool:
    """Tell whether one side is a constant times the other (a positive one, for an order)."""
    with np.errstate(all="ignore"):
        ratio = a / b
    if not np.isfinite(ratio).all() or (signed and (ratio <= 0).any()):
        return False
    return bool(np.allclose(ratio, ratio.flat[0], rtol=TOLERANCE, atol=0))


class _Points:
    """Values of formulas where every name has random values, the same in both formulas."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.random = np.random.default_rng(20)
        self.names: dict[Ref, Array] = {}

    def value(self, node: Node) -> Array:
        with np.errstate(all="ignore"):
            return np.broadcast_to(self.of(node), (POINTS, *self.system.shape(node)))

    def of(self, node: Node) -> Array:
        match node:
            case Num(value):
                return np.array(float(value))
            case Ref():
                return self.name(node)
            case Part(of, select):
                chosen = tuple(
                    slice(s.first - 1, s.last) if isinstance(s, Span) else s - 1 for s in select
                )
                whole = self.of(of)
                return whole[(..., *chosen)] if self.system.shape(of) else whole
            case Op(op, args):
                shapes = tuple(self.system.shape(arg) for arg in args)
                kernel = OPS[op].numpy(shapes, args)
                return np.asarray(kernel(*(self.of(arg) for arg in args)))
            case Over():
                return self.name(Ref(repr(node)))
        raise AssertionError(node)

    def name(self, ref: Ref) -> Array:
        if ref not in self.names:
            shape = self.system.ref_shape(ref) if ref.name in self.system.axes else ()
            self.names[ref] = self.random.uniform(0.15, 0.95, (POINTS, *shape))
        return self.names[ref]
