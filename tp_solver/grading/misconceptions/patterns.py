"""Patterns in the equation language: what a mistake rewrites, found and replaced in a formula.

`?a` stands for any formula; `?h[t-1]` for a quantity one step before `?h[t]`, whatever the index
is called, and with numbers too; `d?L/d?C[t]` for a gradient. The terms of a sum and the factors
of a product are found in any order, and what the pattern leaves out stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations

from tp_solver.grading.misconceptions.sums import chain, gathered, spread
from tp_solver.language.parse import parse
from tp_solver.language.tree import (
    At,
    Node,
    Num,
    Op,
    Over,
    Part,
    Ref,
    Span,
    children,
    rebuild,
    walk,
)

META = "meta_"
LONGEST_CHAIN = 8  # terms or factors; in a longer one nothing is looked for
_TYPED = re.compile(r"\?([A-Za-z]\w*)")


@dataclass(frozen=True)
class Place:
    """A quantity at a place of its indices, the axis that moves left open."""

    ref: Ref
    axis: int

    def at(self, position: At) -> Ref:
        """Return the quantity at a position of the open axis."""
        axes = list(self.ref.axes)
        axes[self.axis] = position
        return self.ref.moved(tuple(axes))


# What a metavariable stands for: a formula, a quantity without its place, a position of an index.
Bound = Node | Place | At | Span | None
Found = Mapping[str, Bound]
Allows = Callable[[str, Node], bool]
Takes = Mapping[str, Callable[[Node], bool]]
Put = Callable[[Node], Node]
NOTHING: Takes = {}


def read(text: str) -> Node:
    """Parse a pattern, its sums and products gathered."""
    return gathered(parse(_TYPED.sub(rf"{META}\1", text)))


def named(node: Node) -> str:
    """Return the name of a metavariable, nothing for any other node."""
    if isinstance(node, Ref) and node.name.startswith(META) and not node.index and not node.over:
        return node.name.removeprefix(META)
    return ""


def operations(node: Node) -> frozenset[str]:
    """Return the operations in a gathered formula, a gradient counting as one."""
    found: set[str] = set()
    for part in walk(node):
        match part:
            case Op(op, _):
                found.add(op)
            case Over(op, _, _, _):
                found.add(f"{op} over")
            case Part():
                found.add("part")
            case Ref(_, _, Ref()):
                found.add("gradient")
    return frozenset(found)


def rewritten(
    formula: Node, pattern: Node, allows: Allows, start: Found
) -> Iterator[tuple[Found, Put]]:
    """Yield every place of a formula where a pattern is met.

    With what its metavariables stand for comes the way to put a replacement in that place.
    """
    matcher = _Matcher(allows, NOTHING)
    root = gathered(formula)
    for path, node in _places(root):
        for found, put in matcher.within(pattern, node, start):
            yield found, _planted(root, path, put)


def _planted(root: Node, path: tuple[int, ...], put: Put) -> Put:
    return lambda by: spread(gathered(_put(root, path, put(by))))


def everywhere(
    formula: Node,
    pattern: Node,
    allows: Allows,
    start: Found,
    by: Callable[[Found], Iterator[Node]],
) -> list[tuple[Found, Node]]:
    """Rewrite every place where a pattern is met at once, the innermost first.

    Of the replacements that `by` yields for a place, the first is put there. With the one formula
    comes what the metavariables stand for at the first place.
    """
    matcher, met = _Matcher(allows, NOTHING), []

    def changed(node: Node) -> Node:
        node = rebuild(node, tuple(map(changed, children(node)))) if children(node) else node
        for found, put in matcher.within(pattern, node, start):
            for replacement in by(found):
                met.append(found)
                return put(replacement)
        return node

    made = spread(gathered(changed(gathered(formula))))
    return [(met[0], made)] if met else []


def _places(node: Node, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    yield path, node
    for i, child in enumerate(children(node)):
        yield from _places(child, (*path, i))


def _put(node: Node, path: tuple[int, ...], by: Node) -> Node:
    if not path:
        return by
    below = list(children(node))
    below[path[0]] = _put(below[path[0]], path[1:], by)
    return rebuild(node, tuple(below))


def matches(
    pattern: Node, node: Node, allows: Allows, start: Found, takes: Takes = NOTHING
) -> Iterator[Found]:
    """Yield what metavariables stand for where a pattern is a whole formula.

    `takes` names metavariables that stand for all terms of a kind, and tells which these are.
    """
    yield from _Matcher(allows, takes).whole(pattern, gathered(node), start)


@dataclass(frozen=True)
class _Matcher:
    allows: Allows
    takes: Takes

    def within(self, pattern: Node, node: Node, found: Found) -> Iterator[tuple[Found, Put]]:
        """Match a node, or some items of a sum or product; yield how to replace what was met."""
        if isinstance(pattern, Op) and pattern.op in ("add", "mul"):
            if not (isinstance(node, Op) and node.op == pattern.op):
                return
            for inner, used in self.some(pattern, node, found):
                yield inner, _replacing(node, used)
            return
        for inner in self.whole(pattern, node, found):
            yield inner, lambda by: by

    def some(self, pattern: Op, node: Op, found: Found) -> Iterator[tuple[Found, tuple[int, ...]]]:
        """Match each item of a pattern with another of a chain, in any order."""
        if len(pattern.args) <= len(node.args) <= LONGEST_CHAIN:
            yield from self.chosen(pattern.args, node.args, found, ())

    def chosen(
        self, wanted: tuple[Node, ...], items: tuple[Node, ...], found: Found, used: tuple[int, ...]
    ) -> Iterator[tuple[Found, tuple[int, ...]]]:
        if not wanted:
            yield found, used
            return
        for i, item in enumerate(items):
            if i not in used:
                for inner in self.whole(wanted[0], item, found):
                    yield from self.chosen(wanted[1:], items, inner, (*used, i))

    def whole(self, pattern: Node, node: Node, found: Found) -> Iterator[Found]:
        """Match a whole node."""
        if name := named(pattern):
            yield from self.bind(name, node, found)
            return
        match pattern, node:
            case Num(a), Num(b):
                if a == b:
                    yield found
            case Ref(), Ref():
                yield from self.quantity(pattern, node, found)
            case Op("add" | "mul" as op, wanted), Op(other, items) if op == other:
                yield from self.gathered(op, wanted, items, found)
            case Op(op, wanted), Op(other, items) if op == other and len(wanted) == len(items):
                yield from self.each(wanted, items, found)
            case Part(of, select), Part(inner, chosen) if select == chosen:
                yield from self.whole(of, inner, found)
            case Over(op, index, None, body), Over(other, name, span, inner) if op == other:
                for ranged in self.bind(index, At(name), found):
                    yield from self.whole(body, inner, {**ranged, range_of(index): span})

    def each(
        self, wanted: tuple[Node, ...], items: tuple[Node, ...], found: Found
    ) -> Iterator[Found]:
        if not wanted:
            yield found
            return
        for inner in self.whole(wanted[0], items[0], found):
            yield from self.each(wanted[1:], items[1:], inner)

    def gathered(
        self, op: str, wanted: tuple[Node, ...], items: tuple[Node, ...], found: Found
    ) -> Iterator[Found]:
        """Match a whole sum or product; what comes last in the pattern may be several items."""
        for part in wanted:
            if (name := named(part)) in self.takes:
                taken = tuple(item for item in items if self.takes[name](item))
                others = tuple(item for item in items if item not in taken)
                rest = tuple(other for other in wanted if other is not part)
                for inner in self.bind(name, chain(op, taken), found) if taken else ():
                    yield from self.gathered(op, rest, others, inner)
                return
        if not wanted or len(items) > LONGEST_CHAIN or len(wanted) > len(items):
            yield from () if wanted or items else (found,)
            return
        last = named(wanted[-1]) if len(items) > len(wanted) else ""
        if len(items) > len(wanted) and not last:
            return
        first = wanted[:-1] if last else wanted
        for order in permutations(range(len(items)), len(first)):
            for inner in self.each(first, tuple(items[i] for i in order), found):
                if not last:
                    yield inner
                    continue
                left = chain(op, (item for i, item in enumerate(items) if i not in order))
                yield from self.bind(last, left, inner)

    def bind(self, name: str, value: Bound, found: Found) -> Iterator[Found]:
        if name in found:
            if found[name] == value:
                yield found
        elif self.allows(name, formula_of(value)):
            yield {**found, name: value}

    def quantity(self, pattern: Ref, node: Ref, found: Found) -> Iterator[Found]:
        """Match a quantity with a place, a gradient, or a name that is written out."""
        if pattern.over is not None:
            if node.over is None:
                return
            top = Ref(node.name, node.index)
            for inner in self.whole(Ref(pattern.name, pattern.index), top, found):
                yield from self.whole(pattern.over, node.over, inner)
            return
        if node.over is not None:
            return
        if not pattern.name.startswith(META):
            if pattern == node:
                yield found
            return
        name = pattern.name.removeprefix(META)
        (wanted,) = pattern.index
        for axis, at in enumerate(node.axes):
            if isinstance(at, At) and isinstance(wanted, At):
                for inner in self.position(wanted, at, found):
                    yield from self.bind(name, _open(node, axis), inner)

    def position(self, wanted: At, at: At, found: Found) -> Iterator[Found]:
        """Match `t-1` with a position: what `t` stands for follows."""
        if wanted.name is None:
            if wanted == at:
                yield found
            return
        base = At(at.name, at.offset - wanted.offset)
        yield from self.bind(wanted.name, base, found)


def _open(ref: Ref, axis: int) -> Place:
    return Place(Place(ref, axis).at(At(None, 0)), axis)


def range_of(index: str) -> str:
    """Return the key under which the range of a sum's index is found."""
    return f"{index} range"


def formula_of(value: Bound) -> Node:
    """Return a formula for what a metavariable stands for; a quantity stands at its place 0."""
    if isinstance(value, Place):
        return value.ref
    if isinstance(value, At):
        return Ref(value.name) if value.name else Num(Decimal(value.offset))
    assert value is not None
    assert not isinstance(value, Span)
    return value


def _replacing(node: Op, used: tuple[int, ...]) -> Put:
    """Return how to put a replacement where the first of some items of a chain stands."""

    def put(by: Node) -> Node:
        kept: list[Node] = []
        for i, item in enumerate(node.args):
            if i == min(used):
                kept.append(by)
            elif i not in used:
                kept.append(item)
        return chain(node.op, kept)

    return put
