"""The proof of the answer key: a wrong rule is caught, whichever way it is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.written import model
from tp_solver import solution
from tp_solver import verify as module
from tp_solver.graph import arrays, ops, rules
from tp_solver.graph.build import ONE
from tp_solver.graph.model import Model
from tp_solver.solution import load
from tp_solver.verify import Gap, Proof, verify

TP = sorted((ROOT / "exercises" / "tp").glob("*.yaml"))


@pytest.mark.parametrize("path", TP, ids=lambda path: path.stem)
def test_the_tp_is_proved(path: object) -> None:
    proof = verify(load(str(path)))
    assert proof.holds, proof
    assert proof.values is not None
    assert proof.values.count > 20
    assert not proof.skipped


def small(steps: int = 2) -> Model:
    equations = ["h[t] = tanh(w * h[t-1] + sigmoid(x[t]))", "L = h[2]^2"]
    given = {"h[0]": 0.5, "w": 0.9, "x": [0.3, -0.4]}
    return model(equations, given, ["dL/dw", "dL/dx"], {"t": f"1..{steps}"})


def test_a_wrong_derivative_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = rules.partials(lambda f: f.build.sub(ONE, f.out))  # 1 − h, for 1 − h²
    monkeypatch.setitem(ops.OPS, "tanh", ops.OPS["tanh"]._replace(rule=wrong))
    proof = verify(small())
    assert not proof.holds
    assert proof.values is not None
    assert proof.values.size < 1e-12
    assert proof.gradients is not None
    assert proof.gradients.size > 1e-3
    assert proof.differences is not None
    assert proof.differences.size > 1e-3


def test_a_wrong_value_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = arrays.elementwise(lambda z: 1 / (1 + np.exp(z)))  # σ(−z)
    monkeypatch.setitem(ops.OPS, "sigmoid", ops.OPS["sigmoid"]._replace(numpy=wrong))
    proof = verify(small())
    assert not proof.holds
    assert proof.values is not None
    assert proof.values.size > 1e-3


def test_nan_is_a_disagreement() -> None:
    gap = Gap().wider(0.5, "a").wider(float("nan"), "b").wider(0.1, "c")
    assert gap.where != "a"
    assert not gap.size <= 1e9
    assert gap.count == 3
    assert not Proof("x", gap, None, None).holds
    assert not Proof("x", None, None, gap).holds


def test_a_value_that_is_none_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solution, "without_value", lambda _: [])  # which loading refuses
    for equation in ("y = log(a - 1)", "y = 1 / a"):
        assert not verify(model([equation], {"a": 0}, ["y"])).holds


def test_a_slope_that_is_none_and_that_nobody_asks_for_does_no_harm() -> None:
    assert verify(model(["y = sqrt(a)", "L = y + b"], {"a": 0, "b": 1}, ["dL/db"])).holds


def test_a_true_zero_is_no_disagreement() -> None:
    equations = ["p = softmax([c, c, c])", "L = p.2"]  # constant, but for rounding
    assert verify(model(equations, {"c": -0.043}, ["dL/dc"])).holds


def test_large_exercises_leave_sympy_out_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_SYMBOLIC", 3)
    proof = verify(small())
    assert proof.values is None
    assert "more than 3" in proof.skipped
    assert proof.holds
