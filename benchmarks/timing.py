"""Timing for the benchmarks: ratios of things run in turn, so that a busy machine slows both."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

Run = Callable[[], object]


def seconds(run: Run) -> float:
    """Time one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def typical(run: Run, times: int = 9) -> float:
    """Return the median time of several runs, after one that doesn't count."""
    run()
    return median(seconds(run) for _ in range(times))


def compare(ours: Run, theirs: Run, times: int = 15) -> tuple[float, float, float]:
    """Return the median times of two things run in turn, and the median of their ratios."""
    ours()
    theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(times)]
    return (
        median(a for a, _ in pairs),
        median(b for _, b in pairs),
        median(a / b for a, b in pairs),
    )
