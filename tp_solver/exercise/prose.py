"""Texts of an exercise: Markdown in which `$…$` holds the equation language."""

from __future__ import annotations

import re
from collections.abc import Iterator

MATH = re.compile(r"(?<!\\)\$([^$\n]+)\$")


def formulas(text: str) -> Iterator[str]:
    """Yield what stands between dollar signs, in order."""
    return (match[1] for match in MATH.finditer(text))
