"""A first look in float64: most wrong formulas are told apart here, in less than a millisecond."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tp_solver.grading.formulas.evaluation import (
    FEWEST,
    Evaluation,
    Values,
    apart,
    drawn,
    same_truth,
)
from tp_solver.grading.formulas.problem import RELATIONS, Problem
from tp_solver.graph.arrays import Kernel, elementwise
from tp_solver.graph.shapes import Shapes
from tp_solver.language.tree import Node

MOST_POINTS, FEWEST_POINTS = 1024, 64
MOST_NUMBERS = 1_600_000  # at all points together
TOLERANCE = 1e-9
NUDGE = 1e-12  # far above what float64 loses in one operation
_WHOLE = 2.0**20  # whole numbers below are exact


Seen = Literal["apart", "alike", "truth", "unclear", "none"]


@dataclass(frozen=True)
class Screened:
    """What float64 shows: told apart, alike, of no use (overflow, cancellation), no values.

    "truth": two comparisons that hold at the same points, though neither is a constant times the
    other. `points` are those where both have values; not `domains`: they surely differ among those
    where all names are positive.
    """

    verdict: Seen
    points: int = 0
    domains: bool = True


def screened(problem: Problem) -> Screened:
    """Compare two formulas at random points in float64; only "apart" is certain."""
    found = _looked_at(problem, FEWEST_POINTS)  # enough for most that differ
    count = int(np.clip(MOST_NUMBERS // problem.work, FEWEST_POINTS, MOST_POINTS))
    return found if found.verdict == "apart" else _looked_at(problem, count)


def _looked_at(problem: Problem, count: int) -> Screened:
    names = drawn(problem, count, seed_of(problem))
    float64 = _Float64(names, problem)
    try:
        pair = float64.pair(count)
    except (np.linalg.LinAlgError, ValueError):  # no eigenvalues; a size that overflows
        return Screened("unclear")
    there = tuple(np.isfinite(side) for side in pair)
    both = there[0] & there[1]
    usable = int(both.sum(axis=0).min())
    domains = bool((there[0] == there[1])[: count // 2].all())
    if usable < FEWEST or not domains:
        verdict: Seen = "none" if usable < FEWEST else "unclear"
        return Screened(verdict, usable, domains or not float64.trusted)
    flat = pair[0][both], pair[1][both]
    exact = np.zeros_like(flat[0])
    if apart(flat, (exact, exact), problem, TOLERANCE) is False:
        return Screened("alike", usable)
    if float64.trusted and apart(flat, float64.noise(count, pair, both), problem, TOLERANCE):
        return Screened("truth" if same_truth(flat, problem) else "apart", usable)
    return Screened("unclear", usable)


def seed_of(problem: Problem) -> int:
    """Return the seed of a problem's points: marked again, it has the same mark."""
    return zlib.crc32(problem.line.encode())


class _Float64(Evaluation):
    """Float64 with a watch on overflow and underflow, and with operations slightly nudged."""

    def __init__(self, names: dict[str, Values], problem: Problem) -> None:
        super().__init__(names, problem.shapes)
        self.problem = problem
        self.trusted = True
        self.random: np.random.Generator | None = None

    def pair(self, count: int) -> tuple[Values, Values]:
        with np.errstate(divide="ignore", invalid="ignore", over="call", under="call", call=self):
            return self.values(self.problem.left, count), self.values(self.problem.right, count)

    def __call__(self, _kind: str, _flag: int) -> None:
        """Note that a number left the range of float64."""
        self.trusted = False

    def noise(self, count: int, pair: tuple[Values, Values], both: Values) -> tuple[Any, Any]:
        """Return how much values move when each operation is off by a little."""
        self.random = np.random.default_rng(count)
        found = [np.zeros(int(both.sum())) for _ in pair]
        for _ in range(2):
            for i, moved in enumerate(self.pair(count)):
                shift = np.abs(moved[both] - pair[i][both])
                found[i] = np.maximum(found[i], np.where(np.isfinite(shift), shift, np.inf))
        return found[0], found[1]

    def kernel(self, op: str, shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        kernel = super().kernel(op, shapes, args)
        if op not in RELATIONS:
            return kernel
        difference = elementwise(np.subtract)(shapes, args)

        def compared(a: Values, b: Values) -> Values:
            """Compare; what has no value compares neither way."""
            return np.where(np.isnan(difference(a, b)), np.nan, kernel(a, b))

        return compared

    def after(self, op: str, value: Values) -> Values:
        if self.random is None:
            return value
        nudged = value * (1 + NUDGE * self.random.uniform(-1, 1, value.shape))
        whole = (value == np.rint(value)) & (np.abs(value) < _WHOLE)
        return np.where(whole, value, nudged)
