"""What a written number stands for: its digits, their unit, and what meets it."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Held:
    """What answers are held to: numbers, and how far they reach on either side.

    The ends are worked out once: `down` and `up` a whole reach away, `low` and `high` just less.
    """

    value: Array
    reach: Array
    down: Array
    up: Array
    low: Array
    high: Array

    @classmethod
    def to(cls, value: Array, reach: Array) -> Held:
        """Hold numbers to a reach."""
        near = reach * OPEN
        return cls(value, reach, value - reach, value + reach, value - near, value + near)

    def __getitem__(self, place: Any) -> Held:
        return Held(
            self.value[place],
            self.reach[place],
            self.down[place],
            self.up[place],
            self.low[place],
            self.high[place],
        )

    def includes(self, value: Array) -> Truths:
        """Tell where a number lies closer than a reach."""
        return np.asarray((self.low < value) & (value < self.high))

    def meets(self, interval: Interval) -> Truths:
        """Tell where an interval holds a number closer than a reach."""
        return np.asarray((interval.lo < self.high) & (interval.hi > self.low))

    def meaning(self, computed: Interval) -> Interval:
        """Return what an answer stands for: itself, or what it was rounded from.

        That is less than a unit away and, if it can be, something its equation allows; so an
        exact value stays exact.
        """
        low = np.minimum(self.value, np.maximum(self.down, computed.lo))
        high = np.maximum(self.value, np.minimum(self.up, computed.hi))
        apart = (computed.lo > self.up) | (computed.hi < self.down)  # not what is computed
        if apart.any():
            low, high = np.where(apart, self.down, low), np.where(apart, self.up, high)
        return Interval(low, high)


def rounds_to(interval: Interval, value: Array, last: Array) -> Truths:
    """Tell where a number of an interval, rounded or cut off, reads as a value does.

    A value written 0.5 stands for 0.45 (rounded up) to 0.6 (cut off), mirrored below zero.
    """
    below = np.where(value > 0, last / 2, last)
    above = np.where(value > 0, last, last / 2)
    return (interval.lo < value + above * OPEN) & (interval.hi > value - below)
