"""Formulas in pieces between which a line may break: browsers never break inside a `<math>`."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from tp_solver.language.mathml import mathml_row
from tp_solver.language.notation import COMPARE
from tp_solver.language.plain import level, operand_floors, plain
from tp_solver.language.tree import Node, Op

UNBROKEN = 16
_SIGNS = {"": "", "=": "=", "≈": "≈", "<": "&lt;", "+": "+", "-": "−"}
_SIGNED = ("+", "-")
_OPERATORS = {"+": "add", "-": "sub", "=": "eq", "≈": "eq", "<": "lt"}
_SPLIT = {"eq": "=", "lt": "<", "add": "+", "sub": "-"}


def formula(node: Node, mark: str) -> Markup:
    """Draw a formula, its fractions at full size, with breaks at `=`, `+` and `-` if it is long."""
    return related("", node, mark)


def related(sign: str, node: Node, mark: str) -> Markup:
    """Draw a line of a computation: a relation sign, then a formula."""
    pieces = [(sign, node)]
    if len(plain(node)) > UNBROKEN and not (sign and _compares(node)):
        (_, first), *rest = _pieces(node)
        pieces = [(sign, first), *rest]
    return Markup("<wbr>").join(_piece(sign, part, mark) for sign, part in pieces)


def _piece(sign: str, node: Node, mark: str) -> Markup:
    floor = operand_floors(_OPERATORS[sign])[1] if sign in _OPERATORS else 0
    drawn = mathml_row(node, mark, floor)
    if sign:
        form = ' form="infix"' if sign in _SIGNED else ""  # `+` and `-` begin a term, but `=` not
        drawn = f"<mrow><mo{form}>{_SIGNS[sign]}</mo>{drawn}</mrow>"
    return Markup(f"<math>{drawn}</math>")


def _pieces(node: Node) -> Iterator[tuple[str, Node]]:
    """Cut a formula at its outermost relation, sums and differences."""
    if isinstance(node, Op) and node.op in _SPLIT:
        left, right = node.args
        yield from _pieces(left)
        whole = node.op in ("add", "sub") or _compares(right)
        first, *rest = [("", right)] if whole else _pieces(right)
        yield _SPLIT[node.op], first[1]
        yield from rest
    else:
        yield "", node


def _compares(node: Node) -> bool:
    """Tell whether a formula is a comparison, which stands in brackets after a relation sign."""
    return level(node) == COMPARE
