"""Markdown with `$…$` in the equation language, to safe HTML with MathML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from tp_solver.exercise.prose import MATH
from tp_solver.language.mathml import mathml, mathml_row
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Op


@cache
def _markdown() -> Any:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def html(text: str, mark: str, functions: Iterable[str] = (), inline: bool = False) -> Markup:
    """Render a text of an exercise; its formulas become MathML, its own HTML is escaped."""
    drawn: list[str] = []

    def keep(match: Any) -> str:
        drawn.append(breakable(parse(match[1], functions), mark))
        return f"\ue000{len(drawn) - 1}\ue001"

    source = MATH.sub(keep, text.replace("\ue000", "").replace("\ue001", ""))
    source = source.replace("\\$", "$")
    page = _markdown().renderInline(source) if inline else _markdown().render(source)
    for i, formula in enumerate(drawn):
        page = page.replace(f"\ue000{i}\ue001", formula)
    return Markup(page)


def breakable(node: Node, mark: str) -> str:
    """Draw a formula in pieces between which a line of text may break: at `=`, `+` and `-`.

    Browsers never break inside a `<math>`; a phone would need to scroll its prose sideways.
    """
    pieces = [mathml(node, mark, alt=plain(node, unicode=True))]
    if len(plain(node)) > UNBROKEN:
        pieces = [
            f'<math alttext="{escape(f"{sign} {plain(part, unicode=True)}".strip())}"><mrow>'
            f"{_SIGNS[sign]}{mathml_row(part, mark)}</mrow></math>"
            for sign, part in _pieces(node)
        ]
    return "<wbr>".join(pieces)


UNBROKEN = 16
_SIGNS = {
    "": "",
    "=": '<mo form="infix">=</mo>',
    "<": '<mo form="infix">&lt;</mo>',
    "+": '<mo form="infix">+</mo>',
    "-": '<mo form="infix">&#x2212;</mo>',
}
_SPLIT = {"eq": "=", "lt": "<", "add": "+", "sub": "-"}


def _pieces(node: Node) -> Iterator[tuple[str, Node]]:
    """Cut a formula at its outermost relation, sums and differences."""
    if isinstance(node, Op) and node.op in _SPLIT:
        left, right = node.args
        yield from _pieces(left)
        first, *rest = _pieces(right) if node.op in ("eq", "lt") else [("", right)]
        yield _SPLIT[node.op], first[1]
        yield from rest
    else:
        yield "", node


def plain_text(text: str, functions: Iterable[str] = ()) -> str:
    """Turn a text of an exercise into one line without markup, for titles and pictures."""

    def spell(match: Any) -> str:
        return plain(parse(match[1], functions), unicode=True)

    return " ".join(MATH.sub(spell, text).replace("**", "").split())
