"""Slips of writing: a sign lost, digits swapped, another value copied; as numbers to be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tp_solver.graph.arrays import Array
from tp_solver.language.tree import Node

MOST_DIGITS = 6
MOST_COMPONENTS = 8
ROUNDED = 2.0


@dataclass(frozen=True)
class Slip:
    """What a slip would have made somebody write, place by place; NaN where it can't happen."""

    id: str
    written: Array
    names: tuple[tuple[str, Node], ...] = ()
    reach: float = 0.5  # units that honest rounding of what was due may make of it


def slips_of_digits(own: Array, unit: Array) -> Iterator[Slip]:
    """Yield what becomes of numbers whose sign, decimal mark or digits are miswritten."""
    yield Slip("slip-sign", np.where(np.abs(own) > unit, -own, np.nan), reach=ROUNDED)
    for power in (-2, -1, 1, 2):
        reach = ROUNDED * max(1.0, 10.0**power)
        yield Slip("slip-decimal-point", own * 10.0**power, reach=reach)
    whole = np.rint(np.abs(own) / unit)
    whole = np.where(whole < 10.0 ** (MOST_DIGITS + 2), whole, np.nan)
    sign = np.sign(own)
    for k in range(MOST_DIGITS):
        here = np.floor(whole / 10.0**k) % 10
        next_one = np.floor(whole / 10.0 ** (k + 1)) % 10
        there = whole >= 10.0 ** (k + 1)
        swapped = whole + (next_one - here) * 10.0**k + (here - next_one) * 10.0 ** (k + 1)
        differs = there & (here != next_one)
        yield Slip("slip-digits-transposed", np.where(differs, sign * swapped * unit, np.nan))
        above = np.floor(whole / 10.0 ** (k + 1)) * 10.0 ** (k + 1)
        dropped = above + (whole % 10.0**k) * 10
        lost = there & (dropped != whole)
        yield Slip("slip-digit-dropped", np.where(lost, sign * dropped * unit, np.nan))


def swapped_components(own: Array) -> Iterator[Slip]:
    """Yield the other components of vectors: places, then components."""
    count = own.shape[-1] if own.ndim > 1 else 1
    if 1 < count <= MOST_COMPONENTS:
        for turn in range(1, count):
            yield Slip("slip-components-swapped", np.roll(own, turn, axis=-1), reach=ROUNDED)
