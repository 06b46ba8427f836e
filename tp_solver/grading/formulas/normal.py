"""The normal form in which formulas that differ only by the order of terms are the same."""

from __future__ import annotations

from typing import Any

from tp_solver.grading.formulas.problem import FLIPPED
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, part
from tp_solver.language.tree import Node, Num, Op, Part, Ref

Key = tuple[Any, ...]
SUM, PRODUCT = "+", "*"  # no function has such a name: `sum` is one
_ORDERLESS = ("min", "max", "eq", "ne")


def normal(node: Node, shapes: dict[str, Shape]) -> Key:
    """Return a key that two formulas share only if they are the same.

    Sums and products may stand in any order and with any brackets, a sign before either factor,
    and `/ (b * c)` for `/ b / c`. Nothing cancels, so that both have values at the same points.
    """
    return _keyed(node, shapes)[0]


def _keyed(node: Node, shapes: dict[str, Shape]) -> tuple[Key, Shape]:
    match node:
        case Num(value):
            return ("number", str(value.normalize())), ()
        case Ref(name):
            return ("name", name), shapes[name]
        case Part(of, select):
            key, shape = _keyed(of, shapes)
            return ("part", str(select), key), part(shape, select, node)
        case Op(op, args):
            below = [_keyed(arg, shapes) for arg in args]
            found = OPS[op].shape(tuple(shape for _, shape in below), args)
            return _operation(op, below, found), found
    raise AssertionError(node)


def _operation(op: str, below: list[tuple[Key, Shape]], found: Shape) -> Key:
    keys = [key for key, _ in below]
    if op in ("add", "sub", "neg"):
        signs = (1, -1) if op == "sub" else (-1,) if op == "neg" else (1, 1)
        return _sum(
            [item for sign, key in zip(signs, keys, strict=True) for item in _terms(key, sign)]
        )
    if op in ("mul", "div") or (op == "matmul" and _scales(below, found)):
        return _product(keys, -1 if op == "div" else 1)
    if op in FLIPPED:
        return (FLIPPED[op], *reversed(keys))
    return (op, *(sorted(keys, key=repr) if op in _ORDERLESS else keys))


def _scales(below: list[tuple[Key, Shape]], found: Shape) -> bool:
    """Tell whether a matrix product is one by a number."""
    (_, left), (_, right) = below
    return (left == () and right == found) or (right == () and left == found)


def _terms(key: Key, sign: int) -> list[Key]:
    if key[0] == SUM:
        return [(sign * inner, term) for inner, term in key[1]]
    return [(sign, key)]


def _sum(terms: list[Key]) -> Key:
    if len(terms) == 1 and terms[0][0] == 1:
        only: Key = terms[0][1]
        return only
    return (SUM, tuple(sorted(terms, key=repr)))


def _product(keys: list[Key], power: int) -> Key:
    sign = 1
    factors: list[Key] = []
    for key, own in zip(keys, (1, power), strict=True):
        signed = key[0] == SUM and len(key[1]) == 1
        inner, base = key[1][0] if signed else (1, key)
        sign *= inner
        parts = base[1] if base[0] == PRODUCT else ((1, base),)
        factors += [(own * exponent, part) for exponent, part in parts]
    return _sum([(sign, (PRODUCT, tuple(sorted(factors, key=repr))))])
