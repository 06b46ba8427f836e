"""An author's Markdown for readers that let HTML through: it opens no element and no image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt

from tp_solver.sheets.prose import markdown

_OPENING = re.compile(r"!(?=\[)|<")
_KEPT = re.compile("\ue002([0-9]+)\ue003")
_CODE = {"code_inline", "code_block", "fence"}
_HARM = {"html_inline", "html_block", "image"}


def harmless(text: str, inline: bool = False) -> str:
    """Escape what would open an HTML element or an image, outside of code.

    Code is what the parser finds; what it reads in another way once escaped is escaped whole.
    """
    if inline:
        text = " ".join(text.split())
    text = text.translate({0xE002: None, 0xE003: None}).strip()
    openings = list(_OPENING.finditer(text))
    if not openings and "```" not in text and "~~~" not in text:
        return text
    tokens = _read(markdown(), _numbered(text), inline)
    in_code = {int(n) for t in _all(tokens) if t.type in _CODE for n in _KEPT.findall(t.content)}
    parts, end = [], 0
    for n, opening in enumerate(openings):
        parts.append(text[end : opening.start()])
        end = opening.end()
        kept = n in in_code or _escaped(text, opening.start())
        parts.append(opening[0] if kept else {"<": r"\<", "!": r"!\["}[opening[0]])
        end += not kept and opening[0] == "!"
    escaped = "".join([*parts, text[end:]]) + _closing(tokens)
    if any(token.type in _HARM for token in _all(_read(_lenient(), escaped, inline))):
        return text.replace("<", "&lt;").replace("![", "!&#91;")
    return escaped


@cache
def _lenient() -> Any:
    """Return a parser that lets HTML and images through."""
    return MarkdownIt("commonmark", {"html": True}).enable("table")


def _read(parser: Any, text: str, inline: bool) -> Sequence[Any]:
    found: Sequence[Any] = parser.parseInline(text) if inline else parser.parse(text)
    return found


def _all(tokens: Sequence[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _numbered(text: str) -> str:
    """Put numbers in the place of what may open something."""
    parts = _OPENING.split(text)
    return parts[0] + "".join(f"\ue002{n}\ue003{part}" for n, part in enumerate(parts[1:]))


def _escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _closing(tokens: Sequence[Any]) -> str:
    """Close a fence that the text leaves open, so that what follows the text is not code."""
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence" or last.level:
        return ""
    first, end = last.map
    lines = last.content.count("\n") + (last.content[-1:] not in ("", "\n"))
    return "" if end - first == lines + 2 else f"\n{last.markup}"
