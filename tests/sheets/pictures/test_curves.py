"""Curves: values where they belong, labels apart, powers of ten, gaps where nothing is shown."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sheets.pictures.material import parsed, written
from tp_solver.language.parse import parse
from tp_solver.sheets.pictures.curves import Chart, Line, label, svg


def chart(*curves: tuple[float, ...], log: bool = False, levels: tuple[float, ...] = ()) -> str:
    """Draw curves over 1, 2, …"""
    lines = tuple(Line(f"h[t].{i}", parse(f"h[t].{i}"), c) for i, c in enumerate(curves, 1))
    places = tuple(range(1, len(curves[0]) + 1))
    return str(svg(Chart("T < U", "D", "t", places, lines, log, levels, ","), "p"))


def paths(picture: str) -> list[list[tuple[float, float]]]:
    """Return the points of each curve."""
    found = re.findall(r'class="curve[^>]* d="([^"]*)"', picture)
    return [[(float(x), float(y)) for x, y in re.findall(r"([\d.-]+) ([\d.-]+)", d)] for d in found]


numbers = st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-6)


@given(st.lists(numbers, min_size=2, max_size=20))
@settings(deadline=None, max_examples=60)
def test_greater_values_stand_higher_and_inside(values):
    picture = chart(tuple(values))
    parsed(picture)
    (points,) = paths(picture)
    for (x, y), (other, _) in pairwise(points):
        assert x < other
        assert 30 <= y <= 278
    ranked = sorted(zip(values, points, strict=True))
    assert all(a[1][1] >= b[1][1] - 0.11 for a, b in pairwise(ranked))


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=6), st.booleans())
@example([1e17] * 3, False)
@example([1e17, 1e17 + 2e5], False)
@example([5e-324] * 2, True)
@example([5e-324, 1.7e308], True)
@example([-1e308, 1e308], False)
@example([1.7e308] * 2, False)
@example([0.0, 1.1e-12], False)
@settings(deadline=None, max_examples=60)
def test_numbers_of_any_size_stand_inside(values, log):
    for points in paths(chart(tuple(values), log=log)):
        assert all(31.9 <= y <= 276.1 for _, y in points)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.lists(st.floats(0, 1), max_size=4))
@settings(deadline=None, max_examples=60)
def test_labels_at_the_right_never_touch(ends, levels):
    picture = chart(*((0.5, end) for end in ends), levels=tuple(levels))
    found = re.findall(
        r'<text class="label (?:c\d|threshold-label)" x="[^"]*" y="([\d.]+)"', picture
    )
    heights = sorted(map(float, found))
    assert len(heights) == len(ends) + len(levels)
    assert all(b - a >= 14.8 for a, b in pairwise(heights))


def test_what_a_logarithm_can_not_show_is_a_gap():
    (points,) = paths(chart((1.0, 0.1, 0.0, 0.01, math.nan, 0.001), log=True))
    assert len(points) == 4
    assert re.search(r'class="curve[^>]* d="M[^M]*M[^M]*M[^M]*"', chart((1, 0, 2, 0, 3), log=True))


def test_levels_are_marked_where_they_are():
    picture = chart((1.0, 0.001), log=True, levels=(0.1, 0.01))
    heights = [float(y) for y in re.findall(r'class="threshold" d="M64 ([\d.]+)', picture)]
    (points,) = paths(picture)
    (_, top), (_, bottom) = points
    assert heights == pytest.approx(
        [top + (bottom - top) / 3, top + 2 * (bottom - top) / 3], abs=0.2
    )
    assert "0,01" in written(picture)
    assert "T &lt; U" in picture


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0,5"),
        (-2.0, "−2"),
        (1e-7, "10⁻⁷"),
        (2.5e-7, "2,5·10⁻⁷"),
        (1e6, "1000000"),
        (0.0, "0"),
    ],
)
def test_levels_are_written_as_in_books(value, text):
    assert label(value, ",") == text


def test_eight_curves_differ_without_colour():
    picture = chart(*((float(i), float(i)) for i in range(8)))
    looks = re.findall(r'class="curve (c\d)"(?: stroke-dasharray="([^"]*)")?', picture)
    assert len(set(looks)) == 8


def test_a_long_axis_has_round_positions():
    picture = chart(tuple(float(i) for i in range(1, 41)))
    marks = re.findall(r'text-anchor="middle">(\d+)<', picture)
    assert marks == ["5", "10", "15", "20", "25", "30", "35", "40"]
