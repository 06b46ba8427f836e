"""The layout of graphs: laws that hold of any graph."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tp_solver.sheets.pictures.layout import Edge, apart, layered

WIDE = 50.0


@st.composite
def graphs(draw) -> tuple[int, list[Edge]]:
    count = draw(st.integers(1, 24))
    ends = st.integers(0, count - 1)
    pairs = draw(st.sets(st.tuples(ends, ends), max_size=50))
    return count, [Edge(a, b, 0 if a < b else -1) for a, b in sorted(pairs)]


@given(graphs())
@settings(deadline=None)
def test_nodes_stand_apart_and_inside_and_right_of_what_they_read(graph):
    count, edges = graph
    found = layered(count, edges, WIDE)
    assert len(found.places) == count
    for (x, y), (other, level) in combinations(found.places, 2):
        assert abs(x - other) >= WIDE or abs(y - level) >= 39.8
    for edge, points in zip(edges, found.lines, strict=True):
        (x, _), (tx, _) = found.places[edge.source], found.places[edge.target]
        assert edge.back or tx > x
        assert (not points) == (edge.source == edge.target)
        if points:
            assert points[0][0] == pytest.approx(x + WIDE / 2)
            assert points[-1][0] == pytest.approx(tx - WIDE / 2)
    wide, tall = found.size
    every = [*found.places, *(point for line in found.lines for point in line)]
    assert all(0 <= x <= wide and 0 <= y <= tall for x, y in every)


@given(graphs())
@settings(deadline=None, max_examples=30)
def test_an_edge_passes_no_node(graph):
    count, edges = graph
    found = layered(count, edges, WIDE)
    for edge, points in zip(edges, found.lines, strict=True):
        for x, y in points[1:-1] if not edge.back else ():
            for px, py in found.places:
                assert abs(px - x) > 1 or abs(py - y) >= 27.8  # 14 is half a node’s height


@given(st.lists(st.floats(-100, 100), max_size=12).map(sorted), st.floats(1, 20))
def test_places_move_apart_as_little_as_needed(wanted, step):
    found = apart(wanted, [step] * max(len(wanted) - 1, 0))
    assert all(b - a >= step - 1e-6 for a, b in pairwise(found))
    if all(b - a >= step for a, b in pairwise(wanted)):
        assert found == pytest.approx(wanted)
    cost = sum((a - b) ** 2 for a, b in zip(found, wanted, strict=True))
    for shift in (-0.5, 0.5):
        moved = sum((a + shift - b) ** 2 for a, b in zip(found, wanted, strict=True))
        assert moved >= cost - 1e-6
    even = [step * i for i in range(len(wanted))]
    other = sum((a - b) ** 2 for a, b in zip(even, wanted, strict=True))
    assert cost <= other + 1e-6


def test_places_stay_within_bounds_that_they_fit():
    assert apart([0, 0, 0], [15, 15], 10, 100) == [10, 25, 40]
    assert apart([100, 100], [15], 10, 100) == [85, 100]
    assert apart([5, 5], [15], 0, 10) == [0, 15]  # too narrow: they begin at the top
    assert apart([], []) == []
