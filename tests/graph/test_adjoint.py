"""Derived gradients read as in textbooks, and deriving them takes no longer for longer times."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.written import model
from tp_solver.errors import AuthorError
from tp_solver.exercise.exercise import Equation
from tp_solver.graph.model import Model
from tp_solver.language.plain import plain
from tp_solver.language.tree import Over, transform
from tp_solver.solution import load, loads, solve
from tp_solver.verify import verify

TP = ROOT / "exercises" / "tp"
RNN = ["z[t] = W_hh @ h[t-1] + W_xh @ x[t] + b", "h[t] = tanh(z[t])", "y[t] = W_hy @ h[t]"]
NUMBERS = {
    "W_hh": [[0.2, 0.1], [-0.1, 0.3]],
    "W_xh": [[0.3, 0.1], [0.4, 0.2]],
    "b": [0.1, 0],
    "W_hy": [[0.5, -0.2], [0.1, 0.3]],
    "h[0]": [0, 0.5],
}


def gradients(exercise: Model) -> dict[str, list[str]]:
    """Print the gradient equations, each with the steps at which it holds."""
    found: dict[str, list[str]] = {}
    for equation in exercise.system.equations:
        if equation.left.over is not None:
            found.setdefault(plain(equation.left, True), []).append(line(equation))
    return found


def line(equation: Equation) -> str:
    """Print an equation's right side, and where it holds."""
    spans = [f"{span.first}..{span.last}" for _, span in equation.domain]
    return f"{plain(equation.right, True)}{' | ' if spans else ''}{', '.join(spans)}"


def rnn(steps: int) -> Model:
    given = NUMBERS | {"x": [[0.1, 0.2]] * steps, "s": [[0.5, 1]] * steps}
    loss = "L = sum(t, sum((y[t] - s[t])^2)) / 2"
    asked = ["dL/dW_hh", "dL/dW_xh", "dL/db", "dL/dW_hy", "dL/dh", f"dh[{steps}]/dh[0]"]
    return model([*RNN, loss], given, asked, {"t": f"1..{steps}"})


def test_the_lstm_of_the_tp() -> None:
    found = gradients(load(TP / "tp-2.3b.yaml"))
    assert found["∂L/∂C[t]"] == [
        "∂L/∂C[t+1] ⊙ f[t+1] | 0..0",
        "∂L/∂h[t] ⊙ o[t] ⊙ (1 − tanh(C[t])^2) + ∂L/∂C[t+1] ⊙ f[t+1] | 1..2",
        "∂L/∂h[t] ⊙ o[t] ⊙ (1 − tanh(C[t])^2) | 3..3",
    ]
    assert found["∂L/∂f[t]"] == ["∂L/∂C[t] ⊙ C[t-1] | 1..3"]
    assert found["∂L/∂z_f[t]"] == ["∂L/∂f[t] ⊙ f[t] ⊙ (1 − f[t]) | 1..3"]
    assert found["∂L/∂z_C[t]"] == ["∂L/∂C̃[t] ⊙ (1 − C̃[t]^2) | 1..3"]
    assert found["∂L/∂W_f"] == ["sum(t=1..3, ∂L/∂z_f[t] ⊙ [h[t-1], x[t]])"]
    assert found["∂L/∂b_f"] == ["sum(t=1..3, ∂L/∂z_f[t])"]
    assert found["∂L/∂h[t]"][-1] == "1 | 3..3"


def test_the_rnn() -> None:
    found = gradients(rnn(3))
    assert found["∂L/∂h[t]"] == [
        "W_hhᵀ × ∂L/∂z[t+1] | 0..0",
        "W_hyᵀ × ∂L/∂y[t] + W_hhᵀ × ∂L/∂z[t+1] | 1..2",
        "W_hyᵀ × ∂L/∂y[t] | 3..3",
    ]
    assert found["∂L/∂z[t]"] == ["∂L/∂h[t] ⊙ (1 − h[t]^2) | 1..3"]
    assert found["∂L/∂y[t]"] == ["y[t] − s[t] | 1..3"]
    assert found["∂L/∂W_hh"] == ["sum(t=1..3, ∂L/∂z[t] × h[t-1]ᵀ)"]
    assert found["∂L/∂W_xh"] == ["sum(t=1..3, ∂L/∂z[t] × x[t]ᵀ)"]
    assert found["∂L/∂W_hy"] == ["sum(t=1..3, ∂L/∂y[t] × h[t]ᵀ)"]
    assert found["∂h[3]/∂h[t]"] == ["∂h[3]/∂z[t+1] × W_hh | 0..2", "diag(ones(2)) | 3..3"]


def test_a_weight_matrix_of_gates_keeps_its_columns() -> None:
    text = (
        (TP / "tp-2.2.yaml")
        .read_text()
        .replace("use: lstm\n", "use: lstm\nequations: ['L = sum(h[2])']\n")
    )
    asked = "  - {id: w, text: {fr: a, en: a}, answers: [dL/dW_f, 'dL/dh[0]'], points: 1}\n"
    found = gradients(loads(text + asked))
    assert found["∂L/∂W_f"] == ["sum(t=1..2, ∂L/∂z_f[t] × [h[t-1], x[t]]ᵀ)"]
    assert found["∂L/∂h[t]"][0].startswith(
        "(W_fᵀ × ∂L/∂z_f[t+1]).1..2 + (W_iᵀ × ∂L/∂z_i[t+1]).1..2"
    )


def unranged(equation: Equation) -> str:
    """Print an equation without the ranges of its sums."""
    free = transform(
        equation.right, lambda n: Over(n.op, n.index, None, n.body) if isinstance(n, Over) else None
    )
    return f"{plain(equation.left)} = {plain(free)}"


def test_deriving_does_not_depend_on_the_number_of_steps() -> None:
    short, long = rnn(3).system.equations, rnn(300).system.equations
    assert [unranged(e).replace("300", "3") for e in long] == [unranged(e) for e in short]


def test_what_a_formula_is_called_elsewhere_is_used_only_where_that_holds() -> None:
    equations = ["z[t] = tanh(c) for t=2..3", "L = tanh(c) + sum(t=1..3, tanh(c))"]
    exercise = model([*equations, "M = L + z[2]"], {"c": 0.5}, ["dM/dc"], {"t": "1..3"})
    assert verify(exercise).holds


def test_an_index_of_a_sum_may_be_called_as_that_of_the_equation() -> None:
    equations = ["y[t] = x[t] * sum(t, c * x[t])", "L = sum(t, y[t]^2)"]
    given = {"x": [0.5, -0.3, 0.8], "c": 0.7}
    exercise = model(equations, given, ["dL/dx", "dL/dc"], {"t": "1..3"})
    assert verify(exercise).holds


def test_a_diagonal_reading() -> None:
    equations = ["y[t] = A[t, t] * A[1, t]", "L = sum(t, y[t]^2)"]
    given = {"A": [[0.5, -0.3], [0.8, 0.2]]}
    assert verify(model(equations, given, ["dL/dA"], {"t": "1..2"})).holds


def test_gradients_from_above_join_those_of_the_equations() -> None:
    equations = ["h[t] = tanh(w * h[t-1])", "L = h[3]^2"]
    given = {"h[0]": 0.5, "w": 0.9, "dL/dh[2]": 0.25}
    exercise = model(equations, given, ["dL/dw", "dL/dh"], {"t": "1..3"})
    assert verify(exercise).holds
    assert "∂L_direct/∂h[t]" in gradients(exercise)["∂L/∂h[t]"][1]


def test_a_gradient_that_nothing_reaches_is_zero() -> None:
    solution = solve(model(["y = 2 * a", "L = 3 * b"], {"a": 1, "b": 2}, ["y", "dL/da", "dL/db"]))
    assert solution.value("dL/da") == 0
    assert solution.value("dL/db") == 3


def test_second_derivatives_are_refused() -> None:
    with pytest.raises(AuthorError, match="would need a second derivative"):
        model(["L = a^2", "M = dL/da * a"], {"a": 1}, ["dM/da"])


def test_jacobians_with_three_axes_are_refused() -> None:
    with pytest.raises(AuthorError, match="goes through a matrix"):
        model(["y = W @ x"], {"W": [[1, 2], [3, 4]], "x": [1, 2]}, ["dy/dW"])
    with pytest.raises(AuthorError, match="goes through a matrix"):
        model(["y = x @ x.T @ x"], {"x": [1, 2]}, ["dy/dx"])
