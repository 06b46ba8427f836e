"""The number that shows how an answer is written: one that no quantity of the exercise has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from tp_solver.graph.arrays import Array
from tp_solver.graph.model import Model
from tp_solver.text import Words

_START, _STEP, _COUNT = 7314, 2689, 9000  # each number of four digits comes once
_FIRST = 1000


def example(model: Model, words: Words) -> str:
    """Write a number with as many digits as are asked for, near no value of the exercise.

    The first of a fixed sequence that is two units of its last digit or more, and of its third
    decimal, away from the size of every quantity, given or computed; the last of the sequence in an
    exercise whose values are everywhere.
    """
    taken = _sizes(model)
    found = Decimal(0)
    for found in _candidates(model):
        unit = 10.0 ** -min(3, -int(found.as_tuple().exponent))
        if not taken.size or np.min(np.abs(taken - float(found))) > 2 * unit:
            break
    return str(found).replace(".", words.mark)


def _candidates(model: Model) -> Iterator[Decimal]:
    """Yield numbers such as 0.7314, with the digits asked for: the last digit is never 0."""
    precision = model.exercise.file.precision
    decimals = precision.significant if precision.decimals is None else precision.decimals
    assert decimals is not None
    for i in range(_COUNT):
        digits = str((_START - _FIRST + i * _STEP) % _COUNT + _FIRST)
        text = (digits * 3)[:decimals] or digits
        if not text.endswith("0"):
            yield Decimal(f"0.{text}") if decimals else Decimal(text)


def _sizes(model: Model) -> Array:
    """Return the size of every value of the exercise, gradients too, and of every given number."""
    tables = [np.abs(np.asarray(t.data, dtype=float)).ravel() for t in model.tables.values()]
    return np.concatenate([*tables, np.zeros(0)])
