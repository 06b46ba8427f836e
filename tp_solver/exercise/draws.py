"""Numbers drawn from a stated seed, the same on every machine and with every version."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import repeat
from random import Random

from tp_solver.exercise.model import Draw
from tp_solver.language.tree import Nested

MOST_DRAWN = 1_000_000  # in a file, all names together


def drawn(draw: Draw, name: str) -> Nested:
    """Draw the numbers of a name, nested by `draw.shape`, rounded to `draw.decimals`.

    Each name has a stream of its own, so that to draw one more changes no other. Python promises
    that `Random.random` gives the same numbers for ever; normal ones come from it by the inverse
    of the distribution function.
    """
    stream = Random(f"{draw.seed}:{name}")
    make = _maker(draw)
    step = Decimal(1).scaleb(-draw.decimals)
    numbers = (Decimal(repr(make(stream.random()))).quantize(step) + 0 for _ in repeat(None))
    return _nested(numbers, tuple(draw.shape))


def _maker(draw: Draw) -> Callable[[float], float]:
    if draw.draw == "normal":
        from statistics import NormalDist

        normal = NormalDist(draw.mean, draw.std)
        return lambda u: normal.inv_cdf(min(max(u, 1e-12), 1 - 1e-12))
    if draw.draw == "fan_in":
        reach = 1 / math.sqrt(draw.shape[-1])
        low, high = -reach, reach
    else:
        low, high = draw.between
    return lambda u: low + (high - low) * u


def _nested(numbers: Iterator[Decimal], shape: tuple[int, ...]) -> Nested:
    if not shape:
        return next(numbers)
    return tuple(_nested(numbers, shape[1:]) for _ in range(shape[0]))
