"""Sums and products in one piece, so that a pattern finds their terms in any order.

`a + b - c` is read as three terms, the last one negative, and `a * b * c` as three factors; what
was gathered is spread into the operations that everything else works with.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce

from tp_solver.language.tree import Node, Num, Op, children, rebuild

ZERO, ONE = Num(Decimal(0)), Num(Decimal(1))
CHAINS = ("add", "mul")


def gathered(node: Node) -> Node:
    """Return a tree whose sums and products each stand in one operation of many arguments."""
    match node:
        case Op("add" | "sub" | "neg", _):
            return chain("add", signed(node))
        case Op("mul", args):
            return chain("mul", (factor for arg in args for factor in factors(gathered(arg))))
    below = children(node)
    return rebuild(node, tuple(map(gathered, below))) if below else node


def signed(node: Node) -> list[Node]:
    """List the terms of a sum, those that are taken away as negatives."""
    match node:
        case Op("add", args):
            return [term for arg in args for term in signed(arg)]
        case Op("sub", (left, right)):
            return signed(left) + [negative(term) for term in signed(right)]
        case Op("neg", (inner,)):
            return [negative(term) for term in signed(inner)]
    return [gathered(node)]


def factors(node: Node) -> tuple[Node, ...]:
    """List the factors of a gathered product."""
    return node.args if isinstance(node, Op) and node.op == "mul" else (node,)


def terms(node: Node) -> tuple[Node, ...]:
    """List the terms of a gathered sum."""
    return node.args if isinstance(node, Op) and node.op == "add" else (node,)


def negative(node: Node) -> Node:
    """Return the opposite of a gathered term."""
    return node.args[0] if isinstance(node, Op) and node.op == "neg" else Op("neg", (node,))


def chain(op: str, items: Iterable[Node]) -> Node:
    """Make a sum or product of gathered items, without zeros in the one, ones in the other."""
    idle = ZERO if op == "add" else ONE
    inside = factors if op == "mul" else terms
    kept = [item for whole in items for item in inside(whole) if item != idle]
    if op == "mul" and ZERO in kept:
        return ZERO
    if len(kept) < 2:
        return kept[0] if kept else idle
    return Op(op, tuple(kept))


def spread(node: Node) -> Node:
    """Return a gathered tree with sums and products of two arguments each."""
    below = children(node)
    if not below:
        return node
    items = tuple(map(spread, below))
    match node:
        case Op("add", (_, _, *_)):
            return reduce(_plus, items)
        case Op("mul", (_, _, *_)):
            return reduce(lambda a, b: Op("mul", (a, b)), items)
    return rebuild(node, items)


def _plus(left: Node, right: Node) -> Node:
    if isinstance(right, Op) and right.op == "neg":
        return Op("sub", (left, right.args[0]))
    return Op("add", (left, right))


def in_order(node: Node) -> Node:
    """Return a gathered tree whose terms and factors stand in one order, whatever theirs was."""
    return _sorted(gathered(node))


def _sorted(node: Node) -> Node:
    below = tuple(map(_sorted, children(node)))
    if isinstance(node, Op) and node.op in CHAINS:
        return Op(node.op, tuple(sorted(below, key=repr)))
    return rebuild(node, below) if below else node
