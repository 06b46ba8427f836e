"""The number that shows how an answer is written: the digits asked for, no quantity's value."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.written import model as written
from tp_solver.sheets.example import example
from tp_solver.solution import load
from tp_solver.text import words

SHIPPED = sorted((ROOT / "exercises").rglob("*.yaml"))


def sizes(exercise) -> np.ndarray:
    """Return the sizes of all values of an exercise."""
    tables = [np.ravel(table.data) for table in exercise.tables.values()]
    return np.abs(np.concatenate(tables).astype(float))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_it_is_no_value_of_the_exercise(path) -> None:
    exercise = load(path)
    shown = float(example(exercise, words("en")))
    assert np.min(np.abs(sizes(exercise) - shown)) > 1e-3


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0.1, 0.9999), min_size=1, max_size=8),
    st.sampled_from(["decimals", "significant"]),
    st.integers(1, 12),
)
def test_it_has_the_digits_asked_for_and_is_near_nothing(values, kind, digits) -> None:
    extra = f"precision: {{{kind}: {digits}}}"
    exercise = written(["b = 2 * a"], {"a": values}, ["b"], extra=extra)
    text = example(exercise, words("fr"))
    shown = Decimal(text.replace(",", "."))
    decimals = -int(shown.as_tuple().exponent)
    assert (decimals if kind == "decimals" else len(shown.as_tuple().digits)) == digits
    assert not text.endswith("0")
    if len(values) < 4 and digits > 1:
        assert np.min(np.abs(sizes(exercise) - float(shown))) > 10.0 ** -min(digits, 3)


def test_it_moves_away_from_a_value() -> None:
    far = written(["b = 2 * a"], {"a": 100}, ["b"], extra="precision: {decimals: 4}")
    text = example(far, words("en"))
    near = written(["b = 2 * a"], {"a": float(text)}, ["b"], extra="precision: {decimals: 4}")
    assert example(near, words("en")) != text
    signed = written(
        ["b = -1 * a"], {"a": float(text) - 1e-4}, ["b"], extra="precision: {decimals: 4}"
    )
    assert example(signed, words("en")) != text


@pytest.mark.parametrize(
    ("kind", "digits"), [("decimals", 1), ("decimals", 2), ("significant", 1), ("significant", 2)]
)
def test_values_everywhere_below_one_leave_others_free(kind: str, digits: int) -> None:
    values = [round(0.01 * i, 2) for i in range(1, 151)]
    extra = f"precision: {{{kind}: {digits}}}"
    exercise = written(["b = 1 * a"], {"a": values}, ["b"], extra=extra)
    text = example(exercise, words("en"))
    assert np.min(np.abs(sizes(exercise) - float(text))) > 10.0**-digits
    shown = Decimal(text)
    assert len(shown.as_tuple().digits) == digits or kind == "decimals"
    assert -int(shown.as_tuple().exponent) == digits or kind == "significant"


def test_whole_numbers_where_no_decimals_are_asked_for() -> None:
    exercise = written(["b = 2 * a"], {"a": 3}, ["b"], extra="precision: {decimals: 0}")
    assert example(exercise, words("fr")).isdecimal()
