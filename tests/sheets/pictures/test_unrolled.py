"""The unrolled network: every state and gradient with its number, thickness by size."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.sheets.pictures.material import parsed, recurrent, shipped, written
from tp_solver.language.tree import Span
from tp_solver.sheets.pictures.unrolled import columns_of, handed_on, rows_of, unrolled
from tp_solver.sheets.pictures.values import Values
from tp_solver.solution import Solution, loads, solve
from tp_solver.text import words


def drawn(solution: Solution) -> tuple[str, str]:
    found = unrolled(Values(solution, words("fr")), "p")
    assert found is not None
    return found


def widths(picture: str) -> list[float]:
    """Return the thickness of the arrows that go back, from the left."""
    found = re.findall(r'class="d-back" stroke-width="([\d.]+)" d="M([\d.]+)', picture)
    return [float(w) for w, x in sorted(found, key=lambda pair: float(pair[1]))]


def test_thickness_goes_by_the_size_of_gradients():
    solution = recurrent(5, "rnn")
    picture, _ = drawn(solution)
    sizes = [abs(float(solution.value("dL/dh", (t,)).item())) for t in range(6)]
    assert np.array_equal(np.argsort(widths(picture)), np.argsort(sizes))
    assert min(widths(picture)) >= 1
    assert max(widths(picture)) == 8


def test_numbers_are_in_the_picture_and_in_its_description():
    solution = shipped("tp-2.3")
    picture, caption = drawn(solution)
    told = picture.split("<desc")[1].split("</desc>")[0]
    for t in (1, 2, 3):
        value = f"{float(solution.value('C', (t,)).item()):.4f}".replace(".", ",")
        assert value in written(picture)
        assert f"C[{t}] = {value}" in told
    assert "∂L/∂h[1] = 0,1000" in told
    assert "gradients" in caption


def test_without_gradients_only_values_are_drawn():
    picture, caption = drawn(shipped("tp-2.1"))
    assert "d-back" not in picture
    assert "gradients" not in caption


@pytest.mark.parametrize(("last", "count"), [(2, 2), (6, 6), (7, 6), (200, 6)])
def test_a_long_sequence_is_abridged(last, count):
    columns = columns_of(Span(1, last))
    assert len([step for step in columns if step]) == count
    assert (None in columns) == (last > count)
    picture, _ = drawn(recurrent(last))
    assert ("…" in written(picture)) == (last > count)
    assert len(picture) < 13_000
    parsed(picture)


def test_every_gap_has_the_state_that_passes_it():
    columns = [1, 2, None, 8, 9]
    assert handed_on(columns, backward=False) == [0, 1, 2, 7, 8, 9]
    assert handed_on(columns, backward=True) == [1, 2, 3, 8, 9, 10]


def test_layers_and_directions_have_a_row_each():
    assert [row.states[-1].name for row in rows_of(shipped("lstm-two-layers").exercise)] == [
        "h_l2",
        "h_l1",
    ]
    rows = rows_of(shipped("rnn-bidirectional").exercise)
    assert [row.backward for row in rows] == [True, False]


def test_equations_of_an_author_are_unrolled_too():
    text = """
id: own
title: t
indices: {t: 1..3}
equations: ["s[t] = tanh(w * s[t-1] + u[t])"]
given: {w: 2, u: [1, 2, 3], "s[0]": 0}
questions: [{id: a, text: q, answers: [s]}]
"""
    solution = solve(loads(text))
    (row,) = rows_of(solution.exercise)
    assert [ref.name for ref in row.states] == ["s"]
    assert [ref.name for ref in row.inputs] == ["u"]
    alone = text.replace('"s[0]"', "v").replace("s[t-1]", "v")
    assert unrolled(Values(solve(loads(alone)), words("en")), "p") is None
