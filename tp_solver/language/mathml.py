"""The MathML Core ink: formulas that browsers set by themselves, in Unicode."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from tp_solver.language.notation import FUNCTIONS, INFIX, LETTERS
from tp_solver.language.numerals import MINUS, localised
from tp_solver.language.tree import Node
from tp_solver.language.typeset import typeset

_ACCENTS = {"tilde": "˜", "hat": "^", "bar": "¯", "dot": "˙"}
_ARROWS = {"fwd": "→", "bwd": "←"}
_APPLY = "<mo>\u2061</mo>"


def mathml_row(node: Node, mark: str = ".", floor: int = 0) -> str:
    """Print a tree as MathML without its `<math>` element, decimals written with the mark given.

    Attributes that say what a browser knows by itself are left out: pages hold thousands of signs.
    The tree stands between brackets where it binds less tightly than a floor, as an operand would.
    """
    return typeset(node, _MathML(mark), floor)


class _MathML:
    def __init__(self, mark: str) -> None:
        self.mark = mark

    def row(self, *items: str) -> str:
        return items[0] if len(items) == 1 else f"<mrow>{''.join(items)}</mrow>"

    def number(self, value: Decimal) -> str:
        digits, power = localised(value, self.mark)
        negative = digits.startswith(MINUS)
        drawn = f"<mn>{escape(digits.lstrip(MINUS))}</mn>"
        if power:
            ten = self.sup("<mn>10</mn>", self._integer(power))
            drawn = f"{drawn}<mo>×</mo>{ten}"
        if negative:
            drawn = f"<mo>−</mo>{drawn}"
        return f"<mrow>{drawn}</mrow>" if negative or power else drawn

    def _integer(self, text: str) -> str:
        if text.startswith(MINUS):
            return f"<mrow><mo>−</mo><mn>{text[1:]}</mn></mrow>"
        return f"<mn>{text}</mn>"

    def letter(self, name: str, accent: str) -> str:
        glyph = LETTERS.get(name, name)
        upright = ' mathvariant="normal"' if glyph == "𝟏" else ""
        drawn = f"<mi{upright}>{escape(glyph)}</mi>"
        if not accent:
            return drawn
        return f'<mover accent="true">{drawn}<mo stretchy="false">{_ACCENTS[accent]}</mo></mover>'

    def word(self, text: str) -> str:
        if text == "…":
            return "<mo>…</mo>"
        if text == "T":
            return '<mi mathvariant="normal">T</mi>'
        tag = "mn" if text.isdigit() else "mi"
        return f"<{tag}>{escape(LETTERS.get(text, text))}</{tag}>"

    def sign(self, op: str) -> str:
        if op in ",;:":
            return f"<mo>{op}</mo>"
        stretch = ' largeop="false"' if op == "mul" else ""
        return f"<mo{stretch}>{escape(INFIX[op].unicode)}</mo>"

    def function(self, op: str) -> str:
        known = FUNCTIONS.get(op)
        name = known.unicode if known and known.unicode else op.replace("_", " ")
        upright = ' mathvariant="normal"' if len(name) == 1 else ""
        tag = "mo" if name == "∑" else "mi"
        return f"<{tag}{upright}>{escape(name)}</{tag}>{_APPLY}"

    def sub(self, base: str, below: str) -> str:
        return f"<msub>{base}{below}</msub>"

    def sup(self, base: str, above: str) -> str:
        base = base.removesuffix(_APPLY)
        return f"<msup><mrow>{base}</mrow>{above}</msup>"

    def both(self, base: str, below: str, above: str) -> str:
        return f"<msubsup>{base}{below}{above}</msubsup>"

    def arrow(self, base: str, direction: str) -> str:
        return f'<mover accent="true">{base}<mo stretchy="false">{_ARROWS[direction]}</mo></mover>'

    def fraction(self, top: str, bottom: str) -> str:
        return f"<mfrac>{top}{bottom}</mfrac>"

    def root(self, body: str) -> str:
        return f"<msqrt>{body}</msqrt>"

    def fence(self, left: str, body: str, right: str) -> str:
        if left != right:
            return f"<mrow><mo>{escape(left)}</mo>{body}<mo>{escape(right)}</mo></mrow>"
        bar = escape(left)  # nothing but its place tells on which side a bar stands
        opening = f'<mo fence="true" form="prefix">{bar}</mo>'
        closing = f'<mo fence="true" form="postfix">{bar}</mo>'
        return f"<mrow>{opening}{body}{closing}</mrow>"

    def table(self, rows: list[list[str]]) -> str:
        body = "".join(
            f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows
        )
        return self.fence("[", f"<mtable>{body}</mtable>", "]")

    def limits(self, op: str, below: str, above: str) -> str:
        if op != "sum":
            return self.sub(f"<mi>{op}</mi>", below)
        large = '<mo largeop="true" movablelimits="false">∑</mo>'
        if not above:
            return f"<munder>{large}{below}</munder>"
        return f"<munderover>{large}{below}{above}</munderover>"
