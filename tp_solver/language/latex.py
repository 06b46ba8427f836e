"""The LaTeX ink: the same formulas for documents and slides (amsmath)."""

from __future__ import annotations

from decimal import Decimal

from tp_solver.language.notation import FUNCTIONS, GREEK_CAPITALS, INFIX, LETTERS, OVER
from tp_solver.language.numerals import MINUS, localised
from tp_solver.language.tree import Node
from tp_solver.language.typeset import typeset

_ACCENTS = {"tilde": r"\tilde", "hat": r"\hat", "bar": r"\bar", "dot": r"\dot"}
_ARROWS = {"fwd": r"\overrightarrow", "bwd": r"\overleftarrow"}
_FENCES = {"{": r"\{", "}": r"\}", "‖": r"\|"}


def latex(node: Node, mark: str = ".", floor: int = 0) -> str:
    """Print a tree as LaTeX mathematics, decimals written with the mark given.

    It stands between brackets where it binds less tightly than a floor, as an operand would.
    """
    return typeset(node, _Latex(mark), floor)


class _Latex:
    def __init__(self, mark: str) -> None:
        self.mark = mark

    def row(self, *items: str) -> str:
        return " ".join(items)

    def number(self, value: Decimal) -> str:
        digits, power = localised(value, self.mark)
        text = digits.replace(MINUS, "-").replace(",", "{,}").replace("∞", r"\infty")
        return rf"{text} \times 10^{{{power.replace(MINUS, '-')}}}" if power else text

    def letter(self, name: str, accent: str) -> str:
        if name in LETTERS:
            latin = {"Epsilon": "E", "omicron": "o"}
            drawn = latin.get(name, "\\" + name)
        elif name == "∂":
            drawn = r"\partial"
        elif name == "𝟏":
            drawn = r"\mathbf{1}"
        else:
            drawn = name if len(name) == 1 else rf"\mathit{{{_escaped(name)}}}"
        return f"{_ACCENTS[accent]}{{{drawn}}}" if accent else drawn

    def word(self, text: str) -> str:
        if text == "…":
            return r"\ldots"
        if text == "T":
            return r"\mathsf{T}"
        if text in LETTERS or text in GREEK_CAPITALS:
            return "\\" + text
        return text if len(text) == 1 or text.isdigit() else rf"\mathit{{{_escaped(text)}}}"

    def sign(self, op: str) -> str:
        return {",": ",", ";": ";", ":": ":"}.get(op) or INFIX[op].latex

    def function(self, op: str) -> str:
        known = FUNCTIONS.get(op)
        return known.latex if known and known.latex else rf"\operatorname{{{_escaped(op)}}}"

    def sub(self, base: str, below: str) -> str:
        return f"{{{base}}}_{{{below}}}"

    def sup(self, base: str, above: str) -> str:
        return f"{{{base}}}^{{{above}}}"

    def both(self, base: str, below: str, above: str) -> str:
        return f"{{{base}}}_{{{below}}}^{{{above}}}"

    def arrow(self, base: str, direction: str) -> str:
        return f"{_ARROWS[direction]}{{{base}}}"

    def fraction(self, top: str, bottom: str) -> str:
        return rf"\frac{{{top}}}{{{bottom}}}"

    def root(self, body: str) -> str:
        return rf"\sqrt{{{body}}}"

    def fence(self, left: str, body: str, right: str) -> str:
        opening, closing = _FENCES.get(left, left), _FENCES.get(right, right)
        return rf"\left{opening} {body} \right{closing}"

    def table(self, rows: list[list[str]]) -> str:
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"

    def limits(self, op: str, below: str, above: str) -> str:
        top = f"^{{{above}}}" if above else ""
        return f"{OVER[op]}_{{{below}}}{top}"


def _escaped(text: str) -> str:
    return text.replace("_", r"\_")
