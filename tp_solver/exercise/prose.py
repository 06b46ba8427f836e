"""Texts of an exercise: Markdown in which `$…$` holds the equation language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from tp_solver.exercise.fields import Text
from tp_solver.exercise.source import Keys

MATH = re.compile(r"(?<!\\)\$([^$\n]+)(?<!\\)\$")
# What XML has no way to write: control characters, halves of characters, two that are none.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LONE = re.compile(r"(?<!\\)\$")


def formulas(text: str) -> Iterator[str]:
    """Yield what stands between dollar signs, in order."""
    return (match[1] for match in MATH.finditer(text))


def unclosed(text: str) -> Iterator[str]:
    """Yield the beginning of what follows each `$` that opens no formula."""
    for lone in _LONE.finditer(MATH.sub(lambda match: " " * len(match[0]), text)):
        yield text[lone.start() :].splitlines()[0][:12].rstrip()


def texts(part: Any, path: Keys = ()) -> Iterator[tuple[Text, Keys]]:
    """Yield every text of an exercise file, with the keys that lead to it."""
    if isinstance(part, Text):
        yield part, path
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from texts(getattr(part, name), (*path, name))
    elif isinstance(part, list):
        for i, item in enumerate(part):
            yield from texts(item, (*path, i))
