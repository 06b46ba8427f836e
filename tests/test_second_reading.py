"""Cases that a second reading found: small systems at the edges of what is allowed."""

from __future__ import annotations

import pytest

from tests.written import model
from tp_solver.errors import AuthorError
from tp_solver.solution import loads, solve
from tp_solver.verify import verify


def test_a_gradient_handed_down_to_a_number_without_index() -> None:
    written = model(["h = tanh(w * x)"], {"w": 0.5, "x": 2, "dL/dh": 0.3}, ["dL/dw"])
    assert verify(written).holds
    slope = 0.3 * 2 * (1 - 0.7615941559557649**2)
    assert float(solve(written).value("dL/dw")) == pytest.approx(slope, abs=1e-15)


def test_a_gradient_handed_down_for_a_loss_with_an_index_is_proved_too() -> None:
    written = model(
        ["h[t] = tanh(w * h[t-1] + 1)", "L[t] = h[t]^2"],
        {"w": 0.5, "h[0]": 0.2, "dL[2]/dh[1]": 0.3},
        ["dL[2]/dw"],
        {"t": "1..2"},
    )
    assert verify(written).holds


def test_a_dot_product_written_with_a_transpose_has_a_gradient() -> None:
    written = model(["L = v.T @ w"], {"v": [0.5, 1], "w": [2, 3]}, ["dL/dw"])
    assert solve(written).value("dL/dw").tolist() == [0.5, 1.0]
    assert verify(written).holds


def test_a_huge_power_is_not_computed_exactly() -> None:
    assert verify(model(["y = 0.5^9999999 + x"], {"x": 2}, ["y"])).holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "equations: [y = x]\ngiven: {x: 1}\n"
            "questions: [{id: y, text: t, kind: text}, {id: q, text: t, answers: [y]}]",
            "5:18: `y` is a name of the model: call the question otherwise",
        ),
        (
            "equations: [y = x]\ngiven: {x: 1}\nquestions: [{id: q, text: t, kind: choice, "
            "choices: [{id: a, text: t, right: true}, {id: A, text: t}]}]",
            "5:90: two choices are called `A`: rename one",
        ),
        (
            "equations: [y = T * 0.9^T]\ngiven: {T: 10}\n"
            "questions: [{id: q, text: t, answers: [y]}]",
            "3:24: a number has no transpose: for a power write `^(T)`",
        ),
        (
            "equations: [y = T * W^T]\ngiven: {T: 10, W: 2}\n"
            "questions: [{id: q, text: t, answers: [y]}]",
            "3:22: `^T` transposes, and `T` is a name here: write `.T` to transpose, "
            "`^(T)` for the power",
        ),
    ],
)
def test_slips_are_told_where_they_are(text: str, said: str) -> None:
    with pytest.raises(AuthorError) as told:
        loads(f"id: x\ntitle: x\n{text}\n", "x.yaml")
    assert f"x.yaml:{said}" in str(told.value)
