"""Certainty before accusation: is a number too well explained for that to be chance?

A number that is wrong at random comes near one of n candidates sooner or later. The chance that
one of them is met as closely as this is the part that windows of half-width δ around them cover
of the range in which the number might lie as well: 2d wide, where δ is the distance from the
candidate (half a unit at the least) and d that from what was due (half of what was due at the
least). The windows of the others are as wide as their weights are beside the candidate's, so that
common mistakes are believed sooner. An explanation is certain where the chance is below LIMIT; of
one submission's numbers, several that the same mistake explains can make certain what none does
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from tp_solver.graph.arrays import Array

LIMIT = 0.01
FURTHER = 0.004  # for what lies further off: two mistakes at once, a step not written down
REACH = 4.0  # units: what rounding on the way may make of a number worked out from written ones
SPREAD = 0.5  # of what was due: slips are mostly smaller
HINT = 0.3  # a chance above this says nothing, however often it comes


Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Candidate:
    """What an explanation would have made somebody write: items, NaN where it can't be.

    `reach` is how many units off it may be by rounding.
    """

    written: Array
    weight: float = 1.0
    reach: float = REACH


@dataclass(frozen=True)
class Items:
    """Numbers that are wrong: as typed, what was due, the unit they are held to.

    `grain` is the unit of the last digit that was written: 14 for 15 tells little.
    """

    typed: Array
    due: Array
    unit: Array
    grain: Array


@dataclass(frozen=True)
class Hits:
    """Explanations that fit: which candidate, which item, and the chance behind it."""

    which: Ints
    item: Ints
    chance: Array


def hits(items: Items, candidates: Sequence[Candidate], first: int = 0) -> Hits:
    """Find the candidates from `first` on that fit, but for what can't be told from what was due.

    Those before `first` count only among what was tried.
    """
    parts = [
        np.flatnonzero(np.abs(candidate.written - items.typed) <= candidate.reach * items.unit)
        for candidate in candidates[first:]
    ]
    which = np.repeat(np.arange(first, len(candidates)), [len(part) for part in parts])
    item = np.concatenate(parts) if parts else np.zeros(0, dtype=int)
    if not len(item):
        return Hits(which, item, np.zeros(0))
    weights = np.array([candidate.weight for candidate in candidates])[:, None]
    margin = np.array([candidate.reach for candidate in candidates])[:, None] * items.unit[item]
    written = np.stack([candidate.written[item] for candidate in candidates])
    typed, due, grain = items.typed[item], items.due[item], items.grain[item]
    with np.errstate(invalid="ignore"):
        distance = np.maximum(np.abs(typed - due), SPREAD * np.abs(due))
        distance = np.maximum(distance, grain)
        apart = np.abs(written - due)
        near = (apart > items.unit[item]) & (apart <= distance + margin)
    mine = written[which, np.arange(len(item))]
    window = np.maximum(np.abs(mine - typed), grain / 2)
    met = covered(np.where(near, written, np.nan), window * (weights / weights[which, 0]))
    kept = near[which, np.arange(len(item))]
    return Hits(which[kept], item[kept], (met / (2 * distance))[kept])


def covered(rivals: Array, windows: Array) -> Array:
    """Return how much of the line windows around candidates cover: candidates, then items.

    Candidates close to each other cover little more than one does; NaN covers nothing.
    """
    order = np.argsort(rivals, axis=0)
    ordered = np.take_along_axis(rivals, order, axis=0)
    half = np.where(np.isnan(ordered), 0.0, np.take_along_axis(windows, order, axis=0))
    between = np.minimum(np.diff(ordered, axis=0), half[:-1] + half[1:])
    last = np.maximum((~np.isnan(ordered)).sum(axis=0) - 1, 0)[None]
    ends = half[0] + np.take_along_axis(half, last, axis=0)[0]
    return np.asarray(np.nansum(between, axis=0) + ends)


def together(found: Sequence[float], tried: int, limit: float = LIMIT) -> int:
    """Return how many of one explanation's chances, the least first, make it certain together.

    `tried` is of how many wrong numbers it might have been the explanation; 0 for none.
    """
    ordered = sorted(chance for chance in found if chance <= HINT)
    product, best = 1.0, 0
    for count, chance in enumerate(ordered, 1):
        product *= chance
        if product * comb(tried, count) <= limit:
            best = count
    return best
