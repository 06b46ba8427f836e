"""Two formulas made ready to be compared: spelled out, their names replaced, their size bounded."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from tp_solver.errors import ModelError
from tp_solver.graph.components import unrolled
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, ShapeError, ShapeRule, Shapes, literal, part, shape_of
from tp_solver.graph.system import System, inline, ranged
from tp_solver.language.limits import Limits
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Op, Over, Part, Ref, children, refs, transform

UNSIGNED = ("eq", "ne")  # both sides may change their sign
RELATIONS = (*UNSIGNED, "lt", "le", "gt", "ge")
FLIPPED = {"gt": "lt", "ge": "le"}
LARGEST = 10_000  # numbers in any part of a formula: `ones(1000, 1000)` is no honest answer
MOST_WORK = 50_000  # in all of its parts
MOST_TERMS = 64
MOST_NODES = 4000  # of a formula with its sums and functions spelled out
_CUBIC = ("eigenvalues", "spectral_radius", "spectral_norm", "orthogonal", "triangular")
_OWN = Limits(length=10**7, depth=10**5, operators=10**6, digits=10**5, exponent=10**5)


class UnknownName(ValueError):
    """A name that the exercise does not have."""


class TooLarge(ValueError):
    """A formula that would fill pages, or whose parts have too many numbers."""


class Unusable(ValueError):
    """An accepted formula that nothing can be compared with: its shapes don't fit, or too large."""


@dataclass(frozen=True)
class Problem:
    """Two formulas over names of their own, and what must hold of them.

    `relation` is "" for equal values; for comparisons "lt", "le", "eq" or "ne": both sides stand
    here minus the other, and one must be a constant times the other. `shapes` has that of each
    name, `counts` the number of positions of a name that chooses one, as k in `pick(p, k)`;
    `work` estimates the numbers computed at one point.
    """

    left: Node
    right: Node
    relation: str
    shapes: dict[str, Shape]
    counts: dict[str, int]
    work: int

    @property
    def ordered(self) -> bool:
        """Tell whether the constant must be positive."""
        return bool(self.relation) and self.relation not in UNSIGNED

    @cached_property
    def line(self) -> str:
        """Write the problem as one line of JSON, its formulas in the equation language."""
        parts = {"left": plain(self.left), "right": plain(self.right), "relation": self.relation}
        numbers = {"shapes": self.shapes, "counts": self.counts, "work": self.work}
        return json.dumps(parts | numbers)


def read_problem(line: str) -> Problem:
    """Read back what `Problem.line` says."""
    found = json.loads(line)
    shapes = {name: tuple(shape) for name, shape in found["shapes"].items()}
    left, right = (parse(found[side], (), _OWN) for side in ("left", "right"))
    return Problem(left, right, found["relation"], shapes, found["counts"], found["work"])


def spelled(node: Node, system: System) -> Node:
    """Spell out an author's functions, and sums over an index; raises TooLarge."""
    if _nodes(node, system, {}) > MOST_NODES:
        raise TooLarge(plain(node))
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


def check_names(node: Node, expected: Collection[Ref], system: System) -> None:
    """Raise UnknownName for a name that neither the exercise nor an accepted formula has."""
    for ref in refs(node):
        name = ref.over.name if ref.over else ref.name
        if name not in system.axes and not system.is_index(ref) and ref not in expected:
            raise UnknownName(name)


def posed(typed: Node, accepted: Node, system: System) -> Problem | None:
    """Put the question whether two formulas, spelled out, agree; None where it has no sense.

    It has none between a formula and a comparison, between two kinds of comparison, between a
    matrix and a number. Raises ModelError where shapes don't fit in what was typed, TooLarge, and
    Unusable.
    """
    relation, left = _relation(typed)
    other, right = _relation(accepted)
    namer = _Namer(system)
    measures = {side: _Measure(namer.shapes) for side in ("left", "right")}
    try:
        right = namer.renamed(right)
        wanted = measures["right"].of(right)
    except ModelError as error:
        raise Unusable(str(error)) from error
    if measures["right"].too_large:
        raise Unusable(plain(accepted))
    left = namer.renamed(left)
    if measures["left"].of(left) != wanted or relation != other:
        return None
    if measures["left"].too_large:
        raise TooLarge(plain(typed))
    counts: dict[str, int] = {}
    for name, count in (*measures["left"].counts, *measures["right"].counts):
        counts[name] = min(count, counts.get(name, count))
    work = sum(measure.work for measure in measures.values())
    return Problem(left, right, relation, namer.shapes, counts, work)


def _relation(node: Node) -> tuple[str, Node]:
    """Split a comparison into its kind and what it compares with zero."""
    if isinstance(node, Op) and node.op in RELATIONS:
        left, right = node.args
        if node.op in FLIPPED:
            return FLIPPED[node.op], Op("sub", (right, left))
        return node.op, Op("sub", (left, right))
    return "", node


def rule(op: str) -> ShapeRule:
    """Return the shape rule of an operation of the language."""
    if op not in OPS:
        raise ShapeError(f"`{op}` has no value", "write an expression")
    return OPS[op].shape


class _Namer:
    """Gives each quantity, `h[2]` or `∂L/∂h[2]`, and each sum too long to spell, a short name."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.names: dict[Node, Ref] = {}
        self.shapes: dict[str, Shape] = {}

    def renamed(self, node: Node) -> Node:
        return transform(node, self.change)

    def change(self, node: Node) -> Node | None:
        if not isinstance(node, Ref | Over):
            return None
        if node not in self.names:
            self.names[node] = Ref(f"v{len(self.names)}")
            self.shapes[self.names[node].name] = shape_of(node, self.shape, self.system.rule)
        return self.names[node]

    def shape(self, ref: Ref) -> Shape:
        """Return the shape of a name; what only an accepted formula names is a number."""
        name = ref.over.name if ref.over else ref.name
        return self.system.ref_shape(ref) if name in self.system.shapes else ()


class _Measure:
    """Sums up how many numbers a formula computes, and which names choose a position."""

    def __init__(self, shapes: dict[str, Shape]) -> None:
        self.shapes = shapes
        self.largest = 0
        self.work = 0
        self.counts: list[tuple[str, int]] = []

    @property
    def too_large(self) -> bool:
        return self.largest > LARGEST or self.work > MOST_WORK

    def of(self, node: Node) -> Shape:
        shape = self.shape(node)
        size = math.prod(shape)
        self.largest = max(self.largest, size)
        self.work += size
        return shape

    def shape(self, node: Node) -> Shape:
        match node:
            case Ref(name):
                return self.shapes[name]
            case Part(of, select):
                return part(self.of(of), select, node)
            case Op(op, args):
                shapes = tuple(self.of(arg) for arg in args)
                found = rule(op)(shapes, args)
                self.inside(op, args, shapes, found)
                return found
        return ()

    def inside(self, op: str, args: tuple[Node, ...], shapes: Shapes, found: Shape) -> None:
        """Count what an operation computes besides its value, and the names that it looks up."""
        numbers: Node | None = None
        count = 0
        if op in _CUBIC and len(shapes[0]) == 2:
            self.work += 10 * math.prod(shapes[0]) * max(shapes[0])
        elif op == "matmul" and shapes[0]:
            self.work += math.prod(found) * shapes[0][-1] // 16
        elif op in ("pick", "row"):
            numbers, count = args[1], shapes[0][0]
        elif op == "one_hot":
            numbers, count = args[0], literal(args[1])
        if numbers is not None:
            self.counts += [(ref.name, count) for ref in refs(numbers)]
