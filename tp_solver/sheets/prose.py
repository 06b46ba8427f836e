"""Markdown with `$…$` in the equation language, to safe HTML with MathML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from tp_solver.exercise.fields import Text
from tp_solver.exercise.prose import MATH
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node
from tp_solver.sheets.lines import formula
from tp_solver.text import Words

# A formula and the punctuation after it: a line must not begin with a comma.
_PUNCTUATED = re.compile(
    r"(<math[^>]*>(?:(?!<math).)*?</math>(?:\u00a0?[;:!?»]|[,.)…])+)", re.DOTALL
)


@cache
def markdown() -> Any:
    """Return the parser of Markdown that texts of exercises go through."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def html(
    text: str,
    mark: str,
    functions: Iterable[str] = (),
    inline: bool = False,
    draw: Callable[[Node, str], str] = formula,
) -> Markup:
    """Render a text of an exercise; its formulas become MathML, its own HTML is escaped.

    `draw` draws formulas in another way, as a piece of the page.
    """
    drawn: list[str] = []

    def keep(match: Any) -> str:
        drawn.append(draw(parse(match[1], functions), mark))
        return f"\ue000{len(drawn) - 1}\ue001"

    source = MATH.sub(keep, text.replace("\ue000", "").replace("\ue001", ""))
    source = source.replace("\\$", "$")
    page = markdown().renderInline(source) if inline else markdown().render(source)
    for i, piece in enumerate(drawn):
        page = page.replace(f"\ue000{i}\ue001", piece)
    if draw is not formula:  # the page is not ours, nor its styles
        return Markup(page)
    return Markup(_PUNCTUATED.sub(r'<span class="glue">\1</span>', page))


def foreign(drawn: str, spoken: str, inline: bool = True) -> Markup:
    """Mark a piece of a page as being in another language than the page."""
    tag = "span" if inline else "div"
    return Markup('<{0} lang="{1}">{2}</{0}>').format(tag, spoken, Markup(drawn))


def marked(
    text: Text | None, words: Words, functions: Iterable[str] = (), inline: bool = False
) -> Markup:
    """Render a text in the page's language; for want of it, in its own, marked as such."""
    if text is None:
        return Markup()
    told, spoken = text.told(words.language)
    drawn = html(told, words.mark, functions, inline)
    return drawn if spoken == words.language else foreign(drawn, spoken, inline)


def plain_text(text: str, functions: Iterable[str] = ()) -> str:
    """Turn a text of an exercise into one line without markup, for titles and pictures."""

    def spell(match: Any) -> str:
        return plain(parse(match[1], functions), unicode=True)

    return " ".join(MATH.sub(spell, text).replace("**", "").split())
