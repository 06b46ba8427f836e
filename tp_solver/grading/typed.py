"""Answers typed as text: lists in brackets, and what to remove around a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tp_solver.grading.submission import LONGEST_ANSWER, Raw
from tp_solver.language.numerals import read_number

DEEPEST = 3
_BEFORE = r"(?:[=≈~≃≅:]\s*)+"
_AFTER = r"\s*[.,;:]|\s*(?![eE])[A-Za-zµΩ°][A-Za-zµΩ°/]{0,11}"
_AROUND = re.compile(rf"({_BEFORE})?([+\-−]?[0-9.,](?:.*?[0-9])?)({_AFTER})?")


def unpacked(raw: Raw, depth: int = 0) -> Raw:
    """Split texts like `[0,1; 0,2]`, `[0.1, 0.2]` or `[[1; 2]; [3; 4]]` into lists.

    A comma without a space is a decimal mark, unless the numbers have points.
    """
    if not isinstance(raw, str) or len(raw) > LONGEST_ANSWER or depth >= DEEPEST:
        return raw
    text = raw.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return raw
    inner = text[1:-1]
    if "[" in inner:
        pieces = list(_between(inner, ";,"))
    elif ";" in inner:
        pieces = inner.split(";")
    elif "." in inner:
        pieces = inner.split(",")
    else:
        pieces = re.split(r",\s+", inner)
    return [unpacked(piece.strip(), depth + 1) for piece in pieces]


def _between(text: str, separators: str) -> Iterator[str]:
    """Yield the pieces of a text between separators that stand in no bracket."""
    depth = start = 0
    for at, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char in separators and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def extra(text: str) -> str | None:
    """Return what to remove for a number to be left: a unit, a sign of equality, a full stop."""
    match = _AROUND.fullmatch(text.strip()) if len(text) <= LONGEST_ANSWER else None
    if match is None or read_number(match[2]) is None:
        return None
    found = [part.strip() for part in (match[1], match[3]) if part]
    return found[0] if len(found) == 1 else None
