"""Pages in ASCII: text of one byte a character is joined and written in far less time."""

from __future__ import annotations

import re
from dataclasses import replace

from markupsafe import Markup, escape

from tp_solver.text import Words

# Controls (a reference to one is read as another character), halves of characters.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def entities(markup: str) -> Markup:
    """Put numeric entities in the place of all that is not ASCII in a piece of a page."""
    if markup.isascii():
        return Markup(markup)
    return Markup(markup.encode("ascii", "xmlcharrefreplace").decode("ascii"))


def escaped(text: str) -> Markup:
    """Escape a text, in ASCII; what no page may hold is shown as a sign of replacement."""
    if not text.isprintable():
        text = _REFUSED.sub("\ufffd", text)
    return entities(escape(text))


def escaped_words(words: Words) -> Words:
    """Return words that are pieces of a page: escaped, as is whatever is put into them."""
    return replace(words, drawn=escaped)
