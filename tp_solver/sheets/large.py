"""Vectors and matrices too large to print: shape, norm and extremes, a heat map in a fold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np
from markupsafe import Markup, escape

from tp_solver.graph.arrays import Array
from tp_solver.language.plain import plain
from tp_solver.language.tree import Nested, Node, Value, walk
from tp_solver.sheets.lines import related
from tp_solver.sheets.pictures import heat
from tp_solver.text import Words

MOST_NUMBERS = 36
LONGEST = 16  # rows or columns


def is_large(items: Nested) -> bool:
    """Tell whether a value has too many numbers to print."""
    shape = _shape(items)
    return bool(shape) and (max(shape) > LONGEST or int(np.prod(shape)) > MOST_NUMBERS)


def holds_large(node: Node) -> bool:
    """Tell whether a value that is too large to print stands in a formula."""
    return any(isinstance(part, Value) and is_large(part.items) for part in walk(node))


def figure_names() -> Iterator[str]:
    """Name the figures of a page, one after the other."""
    return map("large-{}".format, count(1))


def drawn_value(sign: str, value: Node, of: Node, words: Words, names: Iterator[str]) -> Markup:
    """Draw a value after a relation sign; a large one is folded, and called by its name."""
    if isinstance(value, Value) and is_large(value.items):
        return folded(
            np.array(value.items, dtype=float), plain(of, unicode=True), words, next(names)
        )
    return related(sign, value, words.mark)


def folded(value: Array, title: str, words: Words, name: str) -> Markup:
    """Say what a large value is like; unfolded, it is a picture. Its title tells what it is."""
    summary = escape(heat.summary(value, words))
    return Markup(f'<details class="large"><summary>{summary}</summary>{{}}</details>').format(
        heat.matrix(value, title, words, name)
    )


def _shape(items: Nested) -> tuple[int, ...]:
    return (len(items), *_shape(items[0])) if isinstance(items, tuple) else ()
