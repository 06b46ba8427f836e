"""What a written number stands for: its digits, their unit, and what meets it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.exercise.model import Precision
from tp_solver.graph.arrays import Array
from tp_solver.graph.intervals import Interval
from tp_solver.language.numerals import Typed

Truths = NDArray[np.bool_]

OPEN = 1 - 1e-9  # a value a whole unit away is no rounding of it
MOST_FEWER = 2  # how many digits fewer than asked a student's way of working may have


def asks(precision: Precision) -> int:
    """Return how many digits an exercise asks for."""
    return precision.decimals if precision.decimals is not None else precision.significant or 3


def working_digits(digits: NDArray[np.int8], precision: Precision) -> Array:
    """Return how many digits each student works with: as many as most of their answers have.

    `digits` counts those of every answer, submissions in rows; 0 where an answer does not tell.
    """
    asked = asks(precision)
    most = int(digits.max(initial=0))
    counts = np.stack([(digits == count).sum(axis=1) for count in range(1, most + 1)] or [[]])
    usual = counts.argmax(axis=0) + 1 if most else np.full(len(digits), asked)
    told = counts.any(axis=0) if most else np.zeros(len(digits), dtype=bool)
    least = max(asked - MOST_FEWER, 1)
    return np.where(told, np.maximum(usual, least), asked).astype(float)


def significant_digits(typed: Typed, asked: int) -> int:
    """Count the significant digits typed; of zeros that may be rounding, those asked for."""
    top = typed.value.adjusted() + 1
    return max(1, top - written_place(typed), min(top - typed.last_place, asked))


def written_place(typed: Typed) -> int:
    """Return the place of the last digit that surely counts: 1 for 1230, which may be rounded."""
    if typed.last_place != 0 or not typed.value:
        return typed.last_place
    digits = str(int(abs(typed.value)))
    return len(digits) - len(digits.rstrip("0"))


def unit(value: Any, digits: Any, precision: Precision) -> Array:
    """Return the unit of the last of so many digits, at a value."""
    if precision.decimals is not None:
        return np.broadcast_to(10.0 ** -np.asarray(digits, dtype=float), np.shape(value))
    size = np.maximum(np.abs(np.asarray(value, dtype=float)), 1e-30)
    return 10.0 ** (np.floor(np.log10(size)) - digits + 1)  # type: ignore[no-any-return]


def meets(interval: Interval, value: Array, reach: Array) -> Truths:
    """Tell where an interval holds a number closer than a reach to a value."""
    near = reach * OPEN
    return (interval.lo < value + near) & (interval.hi > value - near)


def meaning(computed: Interval, value: Array, reach: Array) -> Interval:
    """Return what an answer stands for: itself, or what it was rounded from.

    That is less than a unit away and, if it can be, something its equation allows; so an exact
    value stays exact.
    """
    low = np.maximum(value - reach, computed.lo)
    high = np.minimum(value + reach, computed.hi)
    apart = low > high  # where the value is not what its equation gives
    return Interval(
        np.where(apart, value - reach, np.minimum(value, low)),
        np.where(apart, value + reach, np.maximum(value, high)),
    )


def rounds_to(interval: Interval, value: Array, last: Array) -> Truths:
    """Tell where a number of an interval, rounded or cut off, reads as a value does.

    A value written 0.5 stands for 0.45 (rounded up) to 0.6 (cut off), mirrored below zero.
    """
    below = np.where(value > 0, last / 2, last)
    above = np.where(value > 0, last, last / 2)
    return (interval.lo < value + above * OPEN) & (interval.hi > value - below)
