"""Numbers in the files of platforms."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tp_solver.grading.accepted import Number
from tp_solver.grading.record import Item
from tp_solver.sheets.platforms.figures import digits, points, weights


def test_numbers_are_written_with_a_point_and_no_more_digits() -> None:
    written = {"0.5490": "0.5490", "-12": "-12", "1E+20": "1e+20", "1.50E-20": "1.5e-20"}
    for value, text in written.items():
        assert digits(Decimal(value)) == text
    assert digits(Decimal("0.00005")) == "0.00005"


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ([1.0] * 18, [1] * 18),
        ([0.5, 0.5, 1.0], [1, 1, 2]),
        ([1 / 3] * 3, [1, 1, 1]),
        ([2.0, 4.0], [2, 4]),
        ([0.0, 0.0], [0, 0]),
        ([0.25, 1 / 6], [3, 2]),
    ],
)
def test_weights_are_whole_and_in_proportion(points: list[float], found: list[int]) -> None:
    numbers = [Number(Item("q", "h", None, worth), Decimal(0), Decimal(1), ()) for worth in points]
    assert weights(numbers) == found


def test_points_have_no_needless_digits() -> None:
    assert [points(1.0), points(0.6), points(1 / 3)] == ["1", "0.6", "0.333333333"]
