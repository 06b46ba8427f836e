"""Which wrong values can't be meant: a gate above 1, a 0 that empties all that follows."""

from __future__ import annotations

import numpy as np

from tp_solver.grading.rounding import Truths
from tp_solver.graph.arrays import Array
from tp_solver.graph.system import System
from tp_solver.language.tree import Op

# The bounds of what a function gives.
RANGES = {
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "softplus": (0.0, np.inf),
    "exp": (0.0, np.inf),
    "abs": (0.0, np.inf),
    "norm": (0.0, np.inf),
    "sqrt": (0.0, np.inf),
    "log_softmax": (-np.inf, 0.0),
}
EMPTY = 2  # units: a value this close to 0 may well be 0


def bounds(system: System, key: str) -> tuple[float, float]:
    """Return between which numbers the values of a quantity always lie."""
    made = [e.right.op for e in system.equations if e.left.key == key and isinstance(e.right, Op)]
    ranges = [RANGES.get(op, (-np.inf, np.inf)) for op in made] or [(-np.inf, np.inf)]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def implausible(value: Array, reach: Array, own: Array, limits: tuple[float, float]) -> Truths:
    """Tell which wrong values can't be carried: out of bounds, or 0 where something else is due.

    `own` is what the student's own earlier values give, `reach` the unit of an answer's last digit.
    """
    low, high = limits
    outside = (value < low - reach) | (value > high + reach)
    empties = (value == 0) & (np.abs(own) > EMPTY * reach)
    return np.asarray(outside | empties)
