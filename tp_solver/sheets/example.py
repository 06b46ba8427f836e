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
    decimal, away from the size of every quantity, given or computed. Numbers of another size come
    after those below 1; the last of them serves an exercise whose values are everywhere.
    """
    taken = _sizes(model)
    found = Decimal(0)
    for found in _candidates(model):
        unit = 10.0 ** -min(3, -int(found.as_tuple().exponent))
        if not taken.size or np.min(np.abs(taken - float(found))) > 2 * unit:
            break
    return str(found).replace(".", words.mark)


def _candidates(model: Model) -> Iterator[Decimal]:
    """Yield numbers such as 0.7314, then 73.1473, with the digits asked for, the last never 0."""
    precision = model.exercise.file.precision
    decimals = precision.significant if precision.decimals is None else precision.decimals
    assert decimals is not None
    numbers = [str((_START - _FIRST + i * _STEP) % _COUNT + _FIRST) for i in range(_COUNT)]
    texts = dict.fromkeys((digits * 3)[:decimals] or digits for digits in numbers)
    for text in texts:
        if not text.endswith("0"):
            yield Decimal(f"0.{text}") if decimals else Decimal(text)
    for digits in numbers:
        if precision.decimals is None:  # as many digits, the point behind more or fewer of them
            shifted = (digits * 3)[:decimals]
            found = [f"{shifted[0]}.{shifted[1:]}", f"0.0{shifted}", f"0.00{shifted}"]
        else:
            found = [f"{digits[:2]}.{(digits * 4)[2 : 2 + decimals]}".rstrip(".")]
        yield from (Decimal(text) for text in found if not text.endswith("0"))


def _sizes(model: Model) -> Array:
    """Return the size of every value of the exercise, gradients too, and of every given number."""
    tables = [np.abs(np.asarray(t.data, dtype=float)).ravel() for t in model.tables.values()]
    return np.concatenate([*tables, np.zeros(0)])
