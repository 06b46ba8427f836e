"""Every number of the TP against programs that know nothing of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tp_solver.solution import Solution, load, loads, solve

TP = ROOT / "exercises" / "tp"
GATES = ("f", "i", "C", "o")
CASES = ("dL_dh1_0_1", "full_bptt_L_h3", "full_bptt_L_sum_h")
STATES = ("z_f", "z_i", "z_C", "z_o", "f", "i", "o", "C", "h")


@pytest.fixture(scope="module")
def goldens(reference: Path) -> Any:
    """Return the independent numbers of the TP."""
    return json.loads((reference / "tp_goldens.json").read_text())


def solved(name: str, *more: str) -> Solution:
    """Solve an exercise of the TP, with equations and answers of ours added to its text."""
    text = (TP / f"{name}.yaml").read_text()
    if more:
        text = with_equations(text, more)
    return solve(loads(text, f"{name}.yaml"))


def with_equations(text: str, equations: tuple[str, ...]) -> str:
    """Add equations to an exercise, under the `equations:` that it may have."""
    lines = "".join(f"  - {equation}\n" for equation in equations)
    if "\nequations:\n" in text:
        return text.replace("\nequations:\n", f"\nequations:\n{lines}", 1)
    return text.replace("\ngiven:\n", f"\nequations:\n{lines}given:\n", 1)


def asking(text: str, names: list[str]) -> str:
    """Add a question that asks for some names."""
    answers = ", ".join(f'"{name}"' for name in names)
    return text + f"  - {{id: all, text: {{fr: a, en: a}}, answers: [{answers}], points: 1}}\n"


def same(ours: Any, theirs: Any) -> None:
    """Hold our number against theirs, to 1e-12."""
    ours, theirs = np.asarray(ours), np.asarray(theirs, dtype=float)
    np.testing.assert_allclose(ours.ravel(), theirs.ravel(), rtol=1e-12, atol=1e-13)


def test_rnn_forward(goldens: Any) -> None:
    solution = solved("tp-1.1", "a[t] = W_hh @ h[t-1]", "c[t] = W_xh @ x[t]", "q[t] = a[t] + c[t]")
    names = {"a": "Whh_h", "c": "Wxh_x", "z": "z", "h": "h", "y": "y"}
    for step in goldens["ex1_1"]["steps"]:
        for ours, theirs in names.items():
            same(solution.value(ours, (step["t"],)), step[theirs])


def test_vanishing_gradient(goldens: Any) -> None:
    solution, theirs = solved("tp-1.2"), goldens["ex1_2"]
    same(solution.value("J"), theirs["jacobian_one_step"])
    same(solution.value("r"), theirs["spectral_radius_J"])
    for n, product in theirs["products"].items():
        same(solution.value("P", (int(n),)), product["matrix"])
        same(solution.value("s", (int(n),)), product["spectral_norm"])
    for n in (3, 5, 10):
        product = theirs["products"][str(n)]
        same(solution.value(f"factor-{n}"), product["spectral_norm"])
        same(solution.value(f"factor-{n}~1"), product["matrix"])
        same(solution.value(f"factor-{n}~2"), product["spectral_radius_pow_n"])
    same(solution.value("threshold"), theirs["smallest_n"]["spectral_norm_product_lt_0_01"])


@pytest.mark.parametrize(
    ("name", "golden", "steps"), [("tp-2.1", "ex2_1", 3), ("tp-2.2", "ex2_2", 2)]
)
def test_lstm_forward(goldens: Any, name: str, golden: str, steps: int) -> None:
    products = ("p[t] = f[t] * C[t-1]", "q[t] = i[t] * C_tilde[t]", "u[t] = tanh(C[t])")
    used = "s[t] = p[t] + q[t] + u[t]"
    solution = solved(name, *products, used)
    spelled = {"C_tilde": "Ctilde", "p": "f_times_Cprev", "q": "i_times_Ctilde", "u": "tanhC"}
    listed = goldens[golden]["steps"]
    assert len(listed) == steps
    for step in listed:
        for ours in (*STATES, *spelled):
            same(solution.value(ours, (step["t"],)), step[spelled.get(ours, ours)])


def gradients(case: str) -> Solution:
    """Solve one of the three gradient cases, asking for every gradient there is."""
    text = (TP / f"{'tp-2.3' if case == 'dL_dh1_0_1' else 'tp-2.3b'}.yaml").read_text()
    if case == "full_bptt_L_sum_h":
        text = text.replace("- L = h[3]\n", "- L = sum(t, h[t])\n")
        assert "- L = sum" in text
    names = ["dL/dx", "dL/dh[0]", "dL/dC[0]"]
    names += [f"dL/d{kind}_{gate}" for gate in GATES for kind in "Wbz"]
    names += [f"dL/d{name}" for name in ("f", "i", "o", "C_tilde", "C", "h")]
    return solve(loads(asking(text, names)))


@pytest.mark.parametrize("case", CASES)
def test_lstm_gradients(goldens: Any, case: str) -> None:
    solution, theirs = gradients(case), goldens["ex2_3"][case]
    for gate in GATES:
        same(solution.value(f"dL/dW_{gate}"), theirs["totals"][f"dL_dW_{gate}"])
        same(solution.value(f"dL/db_{gate}"), theirs["totals"][f"dL_db_{gate}"])
    for t, number in enumerate(theirs["dL_dx"], 1):
        same(solution.value("dL/dx", (t,)), number)
    same(solution.value("dL/dh", (0,)), theirs["dL_dh0"])
    same(solution.value("dL/dC", (0,)), theirs["dL_dC0"])
    for step in theirs["per_step"]:
        for name, number in step.items():
            if name != "t":
                ours = name.replace("dL_d", "dL/d").replace("Ctilde", "C_tilde")
                same(solution.value(ours, (step["t"],)), number)


@pytest.mark.parametrize("case", CASES)
def test_what_each_step_adds_to_the_weights(goldens: Any, case: str) -> None:
    solution = gradients(case)
    for step in goldens["ex2_3"][case]["per_step_weight_contributions"]:
        t = step["t"]
        inputs = np.array([solution.value("h", (t - 1,)), solution.value("x", (t,))])
        same(inputs, step["v"])
        for gate in GATES:
            slope = solution.value(f"dL/dz_{gate}", (t,))
            same(slope * inputs, step[f"dL_dW_{gate}"])
            same(slope, step[f"dL_db_{gate}"])


def test_the_loss_of_2_3b(goldens: Any) -> None:
    same(solved("tp-2.3b").value("L"), goldens["ex2_3"]["full_bptt_L_h3"]["L_value"])


def test_constant_forget_gate(goldens: Any) -> None:
    theirs = goldens["ex2_3"]["constant_forget"]["f_pow_n"]
    same(solve(load(TP / "tp-2.3.yaml")).value("ten-steps"), theirs)
