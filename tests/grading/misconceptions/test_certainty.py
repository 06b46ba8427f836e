"""Chance has the probability it claims: random numbers are seldom explained."""

from __future__ import annotations

import numpy as np
import pytest

from tp_solver.grading.misconceptions.certainty import (
    LIMIT,
    Candidate,
    Items,
    covered,
    hits,
    together,
)
from tp_solver.graph.arrays import Array

RANDOM = np.random.default_rng(3)


def items(typed: list[float], due: float, unit: float = 1e-4) -> Items:
    """Return numbers with four decimals for which another was due."""
    size = len(typed)
    units = np.full(size, unit)
    return Items(np.array(typed), np.full(size, due), units, units)


def candidates(written: list[float], weights: list[float] | None = None) -> list[Candidate]:
    """Return candidates that are the same for a thousand items."""
    weights = weights or [1.0] * len(written)
    return [Candidate(np.array([w]), weight) for w, weight in zip(written, weights, strict=True)]


def chances(found: Items, offers: list[Candidate], first: int = 0) -> Array:
    """Return the chance behind each explanation of each item, infinite where it does not fit."""
    dense = np.full((len(offers), len(found.typed)), np.inf)
    seen = hits(found, offers, first)
    dense[seen.which, seen.item] = seen.chance
    return dense


@pytest.mark.parametrize("limit", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_random_slip_is_explained_as_seldom_as_claimed(limit: float, weighted: bool) -> None:
    due, count = 0.5, 40_000
    moved = RANDOM.uniform(0.01, 0.5, count) * RANDOM.choice([-1, 1], count)
    typed = np.round(due * (1 + moved), 4)
    written = RANDOM.uniform(0.25, 0.75, 14)
    weights = RANDOM.choice([0.3, 1.0, 2.0], 14) if weighted else np.ones(14)
    offers = [
        Candidate(np.full(count, w), float(weight), reach=1000.0)
        for w, weight in zip(written, weights, strict=True)
    ]
    found = chances(items(list(typed), due), offers)
    share = (found <= limit).any(axis=0).mean()
    assert share <= 1.15 * limit
    if limit > 0.1:
        assert share > 0.3 * limit  # and it is no idle threat


def test_what_fits_is_certain_among_few() -> None:
    found = chances(items([0.3], 0.5), candidates([0.30002, 0.4, 0.6]))
    assert (found[:, 0] <= LIMIT).tolist() == [True, False, False]


def test_what_looks_like_the_right_answer_explains_nothing() -> None:
    assert not np.isfinite(chances(items([0.5001], 0.5), candidates([0.50005]))).any()


def test_few_digits_say_little() -> None:
    units = np.array([0.1])
    coarse = Items(np.array([0.3]), np.array([0.5]), np.array([1e-4]), units)
    assert not (chances(coarse, candidates([0.3, 0.4, 0.6])) <= LIMIT).any()


def test_common_mistakes_are_believed_sooner() -> None:
    written = [0.31, *np.linspace(0.32, 0.68, 60)]
    usual = chances(items([0.31], 0.5), candidates(written))[0, 0]
    common = chances(items([0.31], 0.5), candidates(written, [2.0] + [1.0] * 60))[0, 0]
    assert common < usual


def test_candidates_at_one_place_count_once() -> None:
    one = covered(np.array([[0.3]]), np.full((1, 1), 0.01))
    many = covered(np.full((5, 1), 0.3), np.full((5, 1), 0.01))
    assert one == pytest.approx(0.02)
    assert many == pytest.approx(0.02)
    apart = covered(np.array([[0.1], [0.5], [np.nan]]), np.full((3, 1), 0.01))
    assert apart == pytest.approx(0.04)


def test_several_numbers_make_certain_what_none_does_alone() -> None:
    assert together([0.03], 2) == 0
    assert together([0.03, 0.05], 2) == 2
    assert together([0.03, 0.05], 20) == 0
    assert together([0.4, 0.4, 0.4, 0.4], 4) == 0


def test_what_was_decided_before_counts_but_is_not_found_again() -> None:
    offers = candidates([0.30002, 0.3001, 0.4])
    assert np.isinf(chances(items([0.3], 0.5), offers, first=1)[0, 0])
    alone = chances(items([0.3], 0.5), offers[1:])[0, 0]
    assert chances(items([0.3], 0.5), offers, first=1)[1, 0] > alone
