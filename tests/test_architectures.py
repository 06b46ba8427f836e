"""Architectures that only a test knows, written as equations: no Python knows any of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.written import model
from tp_solver.language.plain import plain
from tp_solver.solution import Solution, solve
from tp_solver.verify import verify

STEPS = {"t": "1..3"}
SEQUENCE = {"x": [0.5, -0.3, 0.8], "h[0]": [0.1, -0.2]}
W2, W3 = [[0.4, -0.7], [0.1, 0.9]], [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]
W4 = [[0.1, 0.2, 0.3, -0.4], [0.4, -0.5, 0.6, 0.2]]

ARCHITECTURES: dict[str, tuple[list[str], dict[str, Any], list[str], dict[str, str]]] = {
    "gru": (
        [
            "r[t] = sigmoid(W_r @ [h[t-1], x[t]] + b)",
            "z[t] = sigmoid(W_z @ [h[t-1], x[t]] + b)",
            "h_tilde[t] = tanh(W_h @ [r[t] * h[t-1], x[t]])",
            "h[t] = (1 - z[t]) * h[t-1] + z[t] * h_tilde[t]",
            "p[t] = softmax(W_y @ h[t])",
            "L = -mean(t, sum(y[t] * log(p[t])))",
        ],
        SEQUENCE
        | {
            "y": [[1, 0], [0, 1], [1, 0]],
            "W_r": W3,
            "W_z": W3,
            "W_h": W3,
            "W_y": W2,
            "b": [0.1, 0],
        },
        ["dL/dW_r", "dL/dW_z", "dL/dW_h", "dL/dW_y", "dL/db", "dL/dx", "dL/dh[0]", "dh[3]/dh[0]"],
        STEPS,
    ),
    "gru, reset after the product": (
        [
            "r[t] = sigmoid(W_r @ [h[t-1], x[t]])",
            "z[t] = sigmoid(W_z @ [h[t-1], x[t]])",
            "n[t] = tanh(W_n @ x[t] + r[t] * (U_n @ h[t-1] + b))",
            "h[t] = (1 - z[t]) * n[t] + z[t] * h[t-1]",
            "L = sum(t, norm(h[t])^2) / 2",
        ],
        SEQUENCE | {"W_r": W3, "W_z": W3, "W_n": [[0.3], [-0.6]], "U_n": W2, "b": [0.1, 0]},
        ["dL/dW_r", "dL/dW_z", "dL/dW_n", "dL/dU_n", "dL/db"],
        STEPS,
    ),
    "peephole lstm": (
        [
            "f[t] = sigmoid(W_f @ [h[t-1], x[t]] + p_f * C[t-1])",
            "i[t] = sigmoid(W_i @ [h[t-1], x[t]] + p_i * C[t-1])",
            "C[t] = f[t] * C[t-1] + i[t] * tanh(W_C @ [h[t-1], x[t]])",
            "o[t] = sigmoid(W_o @ [h[t-1], x[t]] + p_o * C[t])",
            "h[t] = o[t] * tanh(C[t])",
            "L = sum(h[3])",
        ],
        SEQUENCE
        | {"C[0]": [0.2, 0], "W_f": W3, "W_i": W3, "W_C": W3, "W_o": W3}
        | {"p_f": [0.3, -0.2], "p_i": [0.1, 0.4], "p_o": [-0.5, 0.2]},
        ["dL/dp_f", "dL/dp_i", "dL/dp_o", "dL/dW_f", "dL/dW_C", "dL/dC[0]", "dh[3]/dC[0]"],
        STEPS,
    ),
    "two dense layers": (
        [
            "a = relu(W_1 @ x + b_1)",
            "p = softmax(W_2 @ a + b_2)",
            "L = -sum(y * log(p)) + lambda * (sum(W_1^2) + sum(W_2^2)) / 2",
        ],
        {"x": [0.5, -0.3, 0.8], "y": [1, 0], "lambda": 0.01}
        | {"W_1": W3, "b_1": [0.1, 0], "W_2": W2, "b_2": [0, 0.1]},
        ["dL/dW_1", "dL/dW_2", "dL/db_1", "dL/db_2", "dL/dx", "dp/dx"],
        {},
    ),
    "bidirectional": (
        [
            "h[t] = tanh(W_h @ [h[t-1], x[t]])",
            "g[t] = tanh(W_g @ [g[t+1], x[t]])",
            "y[t] = V @ [h[t], g[t]]",
            "L = sum(t, (y[t] - s[t])^2) / 2",
        ],
        SEQUENCE
        | {"g[4]": [0, 0.1], "s": [0.1, 0.2, 0.3]}
        | {"W_h": W3, "W_g": W3, "V": [0.4, -0.7, 0.3, 0.2]},
        ["dL/dW_h", "dL/dW_g", "dL/dV", "dL/dx", "dL/dg[4]"],
        STEPS,
    ),
    "two layers, indexed": (
        [
            "h[l, t] = tanh(W[l] @ [h[l, t-1], h[l-1, t]])",
            "L = sum(t, sum(h[2, t]))",
        ],
        {"h[0, 1..3]": [[0.5, 1], [-0.3, 0], [0.8, 0.2]], "h[1..2, 0]": [[0, 0.1], [0.2, 0]]}
        | {"W": [W4, W4]},
        ["dL/dW", "dL/dh[0, 1..3]", "dh[2, 3]/dh[0, 1]"],
        {"l": "1..2", "t": "1..3"},
    ),
    "embeddings, one word in a class": (
        [
            "e[t] = row(E, k[t])",
            "h[t] = tanh(W @ [h[t-1], e[t]])",
            "L = -log(softmax(V @ h[3]).2) + mean(t, one_hot(k[t], 3) @ v)",
        ],
        {"h[0]": [0, 0.1], "k": [0, 2, 1], "E": [[0.5, 1], [-0.3, 0.4], [0.8, 0.2]]}
        | {"W": W4, "V": W2, "v": [0.1, 0.2, 0.3]},
        ["dL/dE", "dL/dW", "dL/dV", "dL/dv"],
        STEPS,
    ),
    "masked loss": (
        [
            "h[t] = m[t] * tanh(W @ [h[t-1], x[t]]) + (1 - m[t]) * h[t-1]",
            "L = sum(t, m[t] * sum(h[t])) / sum(t, m[t])",
        ],
        SEQUENCE | {"m": [1, 1, 0], "W": W3},
        ["dL/dW", "dL/dx", "dL/dh[0]"],
        STEPS,
    ),
    "attention": (
        [
            "h[t] = tanh(W @ [h[t-1], x[t]])",
            "e[t] = exp(q @ h[t])",
            "a[t] = e[t] / sum(s=1..3, e[s])",
            "c = sum(t, a[t] * h[t])",
            "L = c @ c",
        ],
        SEQUENCE | {"W": W3, "q": [0.5, -1]},
        ["dL/dW", "dL/dq", "dL/da", "dc/dq"],
        STEPS,
    ),
}


def solved(name: str) -> Solution:
    """Solve one of the architectures."""
    return solve(model(*ARCHITECTURES[name]))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_it_solves_differentiates_and_verifies(name: str) -> None:
    solution = solved(name)
    proof = verify(solution.model)
    assert proof.holds, proof
    assert proof.gradients is not None
    assert proof.gradients.count >= 10
    assert all(np.isfinite(step.value).all() for step in solution.steps)


def test_one_step_of_gradient_descent() -> None:
    equations = ["y = W @ x", "L = (y - s)^2 / 2", "W_new = W - 0.1 * dL/dW"]
    given = {"x": [1, 2], "s": 1, "W": [0.5, -0.5]}
    exercise = model(equations, given, ["W_new"])
    # y = -0.5, dL/dy = -1.5, dL/dW = [-1.5, -3]
    np.testing.assert_allclose(solve(exercise).value("W_new"), [0.65, -0.2], rtol=1e-14)
    assert verify(exercise).holds


def test_three_steps_of_adam() -> None:
    equations = [
        "y = W @ x",
        "L = (y - s)^2 / 2",
        "m[n] = 0.9 * m[n-1] + 0.1 * dL/dW",
        "v[n] = 0.999 * v[n-1] + 0.001 * dL/dW^2",
        "m_hat[n] = m[n] / (1 - 0.9^n)",
        "v_hat[n] = v[n] / (1 - 0.999^n)",
        "W_new[n] = W_new[n-1] - 0.01 * m_hat[n] / (sqrt(v_hat[n]) + 1e-8)",
    ]
    given = {"x": [1, 2], "s": 1, "W": [0.5, -0.5], "m[0]": [0, 0], "v[0]": [0, 0]}
    exercise = model(equations, given | {"W_new[0]": [0.5, -0.5]}, ["W_new"], {"n": "1..3"})
    solution = solve(exercise)
    for n in (1, 2, 3):  # a constant gradient: Adam moves by its rate, in the sign's direction
        np.testing.assert_allclose(
            solution.value("W_new", (n,)), [0.5 + 0.01 * n, -0.5 + 0.01 * n], rtol=1e-8
        )
    assert verify(exercise).holds


@pytest.mark.parametrize(("scale", "clipped"), [(1.0, True), (0.01, False)])
def test_clipping_by_the_norm(scale: float, clipped: bool) -> None:
    equations = ["L = c * sum(W * a)", "g = dL/dW * min(1, 1 / norm(dL/dW))"]
    given = {"c": scale, "W": [0.5, -0.5], "a": [3, 4]}
    exercise = model(equations, given, ["g"])
    expected = np.array([0.6, 0.8]) if clipped else np.array([0.03, 0.04])
    np.testing.assert_allclose(solve(exercise).value("g"), expected, rtol=1e-14)
    assert verify(exercise).holds


def formulas(name: str) -> dict[str, list[str]]:
    """Print the gradients of an architecture, by name; where they hold differs."""
    found: dict[str, list[str]] = {}
    for equation in solved(name).model.system.equations:
        if equation.left.over is not None:
            found.setdefault(plain(equation.left, True), []).append(plain(equation.right, True))
    return found


def test_numbers_are_reduced_in_derived_formulas() -> None:
    assert formulas("bidirectional")["∂L/∂y[t]"] == ["y[t] − s[t]"]
    assert formulas("gru")["∂L/∂p[t]"] == ["−y[t] / p[t] / 3"]
    assert formulas("two dense layers")["∂L/∂p"] == ["−y / p"]
    assert formulas("two dense layers")["∂L/∂a"] == ["W_2ᵀ × (p ⊙ (∂L/∂p − ∑(∂L/∂p ⊙ p)))"]
    assert formulas("gru, reset after the product")["∂L/∂h[t]"][-1].startswith("h[t]")
