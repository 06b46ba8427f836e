"""Whether two formulas always agree, decided at random points.

At half of the points every name lies in (0.15, 0.95), where logarithms and roots have values and
both formulas must have them together; at the others in ±(0.15, 3), where they must agree wherever
both have one, so that the laws of logarithms hold. Two analytic formulas that differ agree at a
random point with probability zero. Pieces such as abs and relu may hide a difference: one that
shows at a share p of the signed points is missed with probability (1 - p)^32, one in a million
for `relu(x - 1)` against 0. What differs only beyond 3, or only close to 0, is not seen. Names
that choose a position, as k in `pick(p, k)`, have whole numbers at every point.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tp_solver.graph.arrays import Array
from tp_solver.graph.components import unrolled
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, literal
from tp_solver.graph.system import System, inline, ranged
from tp_solver.language.tree import Node, Num, Op, Over, Part, Ref, Span, children, refs, walk

POSITIVE = 32  # points where every name is positive and below 1
POINTS = 2 * POSITIVE
FEWEST = 6  # points where both formulas have a value
TOLERANCE = 1e-9
LARGEST = 10_000  # numbers in any part of a formula: `ones(1000, 1000)` is no honest answer
MOST_NUMBERS = 50_000  # in all of its parts
MOST_TERMS = 64
MOST_NODES = 4000  # of a formula with its sums and functions spelled out
UNSIGNED = ("eq", "ne")  # both sides may change their sign
RELATIONS = (*UNSIGNED, "lt", "le", "gt", "ge")
_FLIPPED = {"gt": "lt", "ge": "le"}


class Unknown(ValueError):
    """A name that the exercise does not have."""


def equivalent(a: Node, b: Node, system: System) -> bool:
    """Tell whether two formulas, or two comparisons, are equivalent."""
    if max(_nodes(node, system, {}) for node in (a, b)) > MOST_NODES:
        return False
    a, b = (_spelled(node, system) for node in (a, b))
    expected = set(refs(b))
    for ref in refs(a):
        name = ref.over.name if ref.over else ref.name
        known = name in system.axes or system.is_index(ref)
        if not known and ref not in expected:
            raise Unknown(name)
    first, second = _relation(a), _relation(b)
    if first[0] != second[0] or _too_large(first[1], system):
        return False
    points = _Points(system, _chosen_from(a, system) | _chosen_from(b, system))
    try:
        left, right = points.value(first[1]), points.value(second[1])
    except ValueError:  # of NumPy: no eigenvalues found, or an array that does not fit
        return False
    if left.shape != right.shape:
        return False
    if first[0]:
        return _proportional(left, right, signed=first[0] not in UNSIGNED)
    return _close(left, right)


def _spelled(node: Node, system: System) -> Node:
    """Spell out an author's functions, and sums over an index."""
    return unrolled(ranged(inline(node, system.functions), system.indices), MOST_TERMS)


def _nodes(node: Node, system: System, arguments: dict[str, int]) -> int:
    """Count the nodes a formula will have, spelled out; `arguments` has those of arguments."""
    match node:
        case Ref(name, (), None) if name in arguments:
            return arguments[name]
        case Op(op, args) if op in system.functions:
            function = system.functions[op]
            inner = {function.argument: _nodes(args[0], system, arguments)}
            return _nodes(function.body, system, inner)
        case Over(_, index, span, body):
            span = span or system.indices.get(index)
            terms = span.last - span.first + 1 if span else 1
            inside = _nodes(body, system, arguments) + 1
            return inside * terms if terms <= MOST_TERMS else inside
    return 1 + sum(_nodes(child, system, arguments) for child in children(node))


def _chosen_from(node: Node, system: System) -> dict[Ref, int]:
    """Return the names that choose a position, with the number of positions."""
    found: dict[Ref, int] = {}
    for part in walk(node):
        match part:
            case Op("pick" | "row", (values, number)):
                count = system.shape(values)[0]
            case Op("one_hot", (number, size)):
                count = literal(size)
            case _:
                continue
        found |= {ref: min(count, found.get(ref, count)) for ref in refs(number)}
    return found


def _too_large(node: Node, system: System) -> bool:
    """Tell whether the parts of a formula have too many numbers; raises ModelError on misfits."""
    sizes = [math.prod(system.shape(part)) for part in walk(node)]
    return max(sizes) > LARGEST or sum(sizes) > MOST_NUMBERS


def _relation(node: Node) -> tuple[str, Node]:
    """Split a comparison into its kind and what it compares with zero."""
    if isinstance(node, Op) and node.op in RELATIONS:
        left, right = node.args
        if node.op in _FLIPPED:
            return _FLIPPED[node.op], Op("sub", (right, left))
        return node.op, Op("sub", (left, right))
    return "", node


def _usable(a: Array, b: Array) -> NDArray[np.bool_] | None:
    """Tell where two formulas have values; None if not at the same positive points, or at few."""
    first, second = np.isfinite(a), np.isfinite(b)
    both: NDArray[np.bool_] = first & second
    if (first != second)[:POSITIVE].any() or (both.sum(axis=0) < FEWEST).any():
        return None
    return both


def _close(a: Array, b: Array) -> bool:
    usable = _usable(a, b)
    if usable is None:
        return False
    return bool(np.allclose(a[usable], b[usable], rtol=TOLERANCE, atol=1e-12))


def _proportional(a: Array, b: Array, signed: bool) -> bool:
    """Tell whether one side is a constant times the other (a positive one, for an order)."""
    usable = _usable(a, b)
    if usable is None:
        return False
    a, b = a[usable], b[usable]
    if ((a == 0) != (b == 0)).any() or np.count_nonzero(b) < FEWEST:
        return False
    ratio = a[b != 0] / b[b != 0]
    if signed and (ratio <= 0).any():
        return False
    return bool(np.allclose(ratio, ratio[0], rtol=TOLERANCE, atol=0))


class _Points:
    """Values of formulas where every name has random values, the same in both formulas."""

    def __init__(self, system: System, chosen_from: dict[Ref, int]) -> None:
        self.system = system
        self.chosen_from = chosen_from
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
                return self.name(node, self.system.shape(node))
            case Part(of, select):
                chosen = tuple(
                    slice(s.first - 1, s.last) if isinstance(s, Span) else s - 1 for s in select
                )
                whole, shape = self.of(of), self.system.shape(of)
                if not shape:
                    return whole[..., None] if isinstance(select[0], Span) else whole
                return whole[(..., *chosen, *(slice(None),) * (len(shape) - len(chosen)))]
            case Op(op, args):
                shapes = tuple(self.system.shape(arg) for arg in args)
                kernel = OPS[op].numpy(shapes, args)
                return np.asarray(kernel(*(self.of(arg) for arg in args)))
            case Over():
                return self.name(Ref(repr(node)), self.system.shape(node))
        raise AssertionError(node)

    def name(self, ref: Ref, shape: Shape) -> Array:
        if ref not in self.names and ref in self.chosen_from:
            places = self.random.integers(0, self.chosen_from[ref], (POINTS, *shape))
            self.names[ref] = places.astype(float)
        elif ref not in self.names:
            positive = self.random.uniform(0.15, 0.95, (POSITIVE, *shape))
            signed = self.random.uniform(0.15, 3.0, (POINTS - POSITIVE, *shape))
            signed *= self.random.choice((-1.0, 1.0), signed.shape)
            self.names[ref] = np.concatenate([positive, signed])
        return self.names[ref]
