"""How wide a formula is when typeset, for breaking lines where no browser or TeX does it."""

from __future__ import annotations

from decimal import Decimal

from tp_solver.language.notation import FUNCTIONS, OVER
from tp_solver.language.numerals import localised
from tp_solver.language.tree import Node
from tp_solver.language.typeset import typeset

TENTHS = 10  # a drawing is a text of one character a tenth of an em
_SMALL = 0.7  # of a subscript
_UPRIGHT = 5  # tenths of an em, a letter or digit
_ITALIC = 6


def width(node: Node) -> float:
    """Estimate the width of a formula in display style, in em."""
    return len(typeset(node, _Ruler())) / TENTHS


def _wide(tenths: float) -> str:
    return "x" * round(tenths)


class _Ruler:
    """An ink whose drawings are as long as what they stand for is wide."""

    mark = "."

    def row(self, *items: str) -> str:
        return "".join(items)

    def number(self, value: Decimal) -> str:
        digits, power = localised(value, self.mark)
        return _wide(_UPRIGHT * len(digits) + (28 + 4 * len(power) if power else 0))

    def letter(self, name: str, accent: str) -> str:
        return _wide(_ITALIC if name.isascii() and len(name) == 1 else 7)

    def word(self, text: str) -> str:
        return _wide(_ITALIC if len(text) == 1 else _UPRIGHT * len(text))

    def sign(self, op: str) -> str:
        return _wide(13 if op not in (",", ";") else 5)

    def function(self, op: str) -> str:
        known = FUNCTIONS.get(op)
        name = known.unicode or op if known else op
        return _wide(_UPRIGHT * len(name) + 1)

    def sub(self, base: str, below: str) -> str:
        return base + _wide(len(below) * _SMALL + 1)

    def sup(self, base: str, above: str) -> str:
        return self.sub(base, above)

    def both(self, base: str, below: str, above: str) -> str:
        return self.sub(base, max(below, above, key=len))

    def arrow(self, base: str, direction: str) -> str:
        return base

    def fraction(self, top: str, bottom: str) -> str:
        return max(top, bottom, key=len) + _wide(3)

    def root(self, body: str) -> str:
        return body + _wide(9)

    def fence(self, left: str, body: str, right: str) -> str:
        return body + _wide(12)

    def table(self, rows: list[list[str]]) -> str:
        columns = zip(*rows, strict=True)
        return "".join(max(column, key=len) + _wide(10) for column in columns) + _wide(4)

    def limits(self, op: str, below: str, above: str) -> str:
        sign = _wide(16 if OVER[op] == r"\sum" else _UPRIGHT * len(op))
        return max((sign, _wide(len(below) * _SMALL), _wide(len(above) * _SMALL)), key=len)


def height(node: Node) -> int:
    """Count the lines of the tallest matrix in a formula."""
    ruler = _Tallest()
    typeset(node, ruler)
    return ruler.most


class _Tallest(_Ruler):
    def __init__(self) -> None:
        self.most = 1

    def table(self, rows: list[list[str]]) -> str:
        self.most = max(self.most, len(rows))
        return super().table(rows)
