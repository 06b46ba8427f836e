"""Gradients of random systems against finite differences: no cell is known to the code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.graph.systems import Written, losses, recurrences
from tests.written import model
from tp_solver import verify
from tp_solver.graph.model import Model
from tp_solver.solution import solve

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def examples(most: int) -> Any:
    """Draw the same examples every time: CI must not depend on luck."""
    return settings(
        max_examples=most,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW,
    )


def loaded(written: Written, **nudged: Any) -> Model:
    """Load a random system."""
    assume(written.asked)
    numbers = written.given | nudged
    return model(written.equations, numbers, written.asked, written.indices, written.extra)


@pytest.fixture
def without_sympy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the exact second way, whose time no random formula bounds."""
    monkeypatch.setattr(verify, "LARGEST_SYMBOLIC", 0)


@pytest.mark.usefixtures("without_sympy")
class TestDifferences:
    @examples(80)
    @given(losses())
    def test_gradients(self, written: Written) -> None:
        assert verify.verify(loaded(written)).holds

    @examples(80)
    @given(recurrences())
    def test_jacobians(self, written: Written) -> None:
        assert verify.verify(loaded(written)).holds


@examples(25)
@given(recurrences())
def test_jacobians_three_ways(written: Written) -> None:
    assert verify.verify(loaded(written)).holds


@examples(25)
@given(losses(deepest=1))
def test_gradients_three_ways(written: Written) -> None:
    assert verify.verify(loaded(written)).holds


@examples(30)
@given(losses(), st.integers(0, 10**6))
def test_gradients_against_nudged_exercises(written: Written, pick: int) -> None:
    exercise = loaded(written)
    name = list(written.given)[pick % len(written.given)]
    value = np.asarray(written.given[name], dtype=float)
    entry = pick % value.size
    slots = [s for s in exercise.slots["asked"] if s.key == f"dL/d{name.partition('[')[0]}"]
    solution = solve(exercise)
    ours = np.array([solution.value(slot.key, slot.position) for slot in slots]).reshape(-1)[entry]
    slopes = [slope(written, name, value, entry, step) for step in (1e-5, 1e-6)]
    assert min(abs(ours - s) / max(1.0, abs(s)) for s in slopes) <= 1e-6


def slope(written: Written, name: str, value: Any, entry: int, step: float) -> float:
    """Solve two exercises that differ in one number."""
    losses = []
    for sign in (1, -1):
        nudged = value.copy()
        nudged.reshape(-1)[entry] += sign * step
        losses.append(float(solve(loaded(written, **{name: nudged})).value("L")))
    return (losses[0] - losses[1]) / (2 * step)
