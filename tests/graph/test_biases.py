"""One number given for a bias stands for one of each unit: its gradient and size are a vector's."""

from __future__ import annotations

import numpy as np
import pytest

from tp_solver.solution import loads, solve
from tp_solver.verify import verify

LSTM = """
id: b
title: "b"
indices: {{t: 1..2, n: 1..1}}
use: {{cell: {cell}, start: 0{more}}}
equations: [{loss}]
given:
  x: [0.5, -1]
  {weights}
questions:
  - {{id: q, text: "?", answers: [{asked}]}}
  - {{id: s, kind: number, text: "?", answer: "{size}"}}
"""
RNN = '"W_hh{at}": [[0.5, 0.1], [-0.2, 0.3]]\n  "W_xh{at}": [[0.4], [-0.6]]\n  "b_h{at}": 0.1'


@pytest.mark.parametrize(("at", "more", "n"), [("", "", ""), ("[0]", ", train: n", "1, ")])
def test_the_bias_of_a_cell_is_a_vector(at, more, n):
    states = f"h[{n}2]"
    loss = f'"L = {states}.1 - 2 * {states}.2"'
    text = LSTM.format(
        cell="rnn", more=more, loss=loss, weights=RNN.format(at=at),
        asked=f"'dL/db_h{at}'", size=f"size(b_h{at})",
    )  # fmt: skip
    model = loads(text)
    solution = solve(model)
    W, u = np.array([[0.5, 0.1], [-0.2, 0.3]]), np.array([0.4, -0.6])
    h1 = np.tanh(u * 0.5 + 0.1)
    h2 = np.tanh(W @ h1 - u + 0.1)
    dz2 = np.array([1, -2]) * (1 - h2**2)
    expected = dz2 + (W.T @ dz2) * (1 - h1**2)
    place = (0,) if at else ()
    np.testing.assert_allclose(solution.value("dL/db_h", place), expected, rtol=1e-12)
    assert solution.value("s") == 2
    assert verify(model).holds


def test_an_author_s_own_number_stays_one_number():
    text = """
id: b
title: "b"
equations: ["y = v + c", "L = sum(y^2)"]
given: {v: [1, 2], c: 3}
questions: [{id: q, text: "?", answers: [dL/dc]}]
"""
    assert solve(loads(text)).value("dL/dc") == pytest.approx(2 * (4 + 5))
