"""How numbers stand in the files of platforms, whatever the language of their readers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from tp_solver.grading.accepted import Number

_LONGEST_PLAIN = 15  # digits before a number is written with a power of ten


def digits(value: Decimal) -> str:
    """Write a number with a decimal point and no more digits than it has."""
    if value and not -_LONGEST_PLAIN < value.adjusted() < _LONGEST_PLAIN:
        return f"{value.normalize():e}"
    return f"{value:f}"


def points(value: float) -> str:
    """Write points with a decimal point and no needless digits."""
    return f"{value:.9g}"


def weights(numbers: Sequence[Number]) -> list[int]:
    """Return whole weights in the proportion of the points, their sum the points if it can be."""
    shares = [Fraction(number.item.points).limit_denominator(10_000) for number in numbers]
    if not any(shares):
        return [0] * len(shares)
    whole = lcm(*(share.denominator for share in shares))
    found = [int(share * whole) for share in shares]
    least = gcd(*found)
    found = [weight // least for weight in found]
    times = sum(shares, Fraction()) / sum(found)
    return [weight * int(times) for weight in found] if times.denominator == 1 else found
