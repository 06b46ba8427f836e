"""Answers typed as text: lists in brackets, and what to remove around a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tp_solver.grading.submission import LONGEST_ANSWER, Raw
from tp_solver.language.numerals import read_number

DEEPEST = 3
_LEADING = re.compile(r"\A[=≈~]\s*(?=[\[+\-−0-9.,])")
_POWER = re.compile(r"\s*\n×\n10\n(?:([−-])\n)?([0-9]{1,3})(?=\s|$)")
_BROKEN_MINUS = re.compile(r"([−-])\s*\n\s*(?=[0-9])")
_BEFORE = r"(?:[=≈~≃≅:]\s*)+"  # one sign of equality alone is taken for copied
_AFTER = r"\s*[.,;:]|\s*(?![eE])[A-Za-zµΩ°][A-Za-zµΩ°/]{0,11}"
_AROUND = re.compile(rf"({_BEFORE})?([+\-−]?[0-9.,](?:.*?[0-9])?)({_AFTER})?")


def copied(text: str) -> str:
    """Take away what copying a value from a page adds: a sign before it, breaks inside it.

    A browser copies `≈ −0,5` as three lines, and `1,2 × 10⁻⁹` as five. `~` is typed for `≈`, which
    keyboards lack.
    """
    text = text.strip()
    if len(text) > LONGEST_ANSWER:
        return text
    text = _LEADING.sub("", text)
    if "\n" not in text:
        return text
    text = _POWER.sub(r"×10^\1\2", text)
    return _BROKEN_MINUS.sub(r"\1", text)


def unpacked(raw: Raw, depth: int = 0) -> Raw:
    """Split texts like `[0,1; 0,2]`, `[0.1, 0.2]` or `[[1; 2]; [3; 4]]` into lists.

    A comma without a space is a decimal mark, unless the numbers have points.
    """
    if not isinstance(raw, str) or len(raw) > LONGEST_ANSWER or depth >= DEEPEST:
        return raw
    text = copied(raw)
    if not (text.startswith("[") and text.endswith("]")):
        return raw
    inner = text[1:-1]
    if "[" in inner:
        pieces = list(_between(inner, ";,"))
    elif ";" in inner:
        pieces = inner.split(";")
    elif "\n" in inner:
        pieces = list(filter(str.strip, inner.split("\n")))
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
