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


TRUNCATED = [
    "g[t] = (1 - cut[t]) * h[t-1] + cut[t] * detach(h[t-1])",
    "h[t] = tanh(w * g[t] + x[t])",
]


def truncated() -> Model:
    """Make a recurrence through which no gradient flows from step 3 to step 2."""
    given = {"h[0]": 0.5, "w": 0.9, "x": [0.3, -0.4, 0.8], "cut": [0, 0, 1]}
    equations = [*TRUNCATED, "L = h[3]^2 + h[2]"]
    return model(equations, given, ["dL/dw", "dL/dh"], {"t": "1..3"})


def test_truncated_backpropagation_is_proved() -> None:
    proof = verify(truncated())
    assert proof.holds, proof
    assert proof.gradients is not None
    assert proof.differences is not None
    solved = solution.solve(truncated())
    assert solved.value("L") == pytest.approx(0.7192351322732875, rel=1e-14)  # PyTorch
    assert solved.value("dL/dw") == pytest.approx(0.9910636696847428, rel=1e-13)
    assert solved.value("dL/dh", (2,)) == 1  # of h[2] in the loss, and nothing from h[3]


@pytest.mark.parametrize(
    "loss",
    [
        "L = sum(t, detach(a)^t * a)",  # within a sum, whose index it reads
        "L = a * detach(a * detach(a))",
        "L = a * detach(sum(t, a * x[t]))",
        "L = sum(t, detach(kept(a)) * kept(a * x[t]))",
        "L = sum(t, sum(t=1..2, detach(a * x[t])) * a)",  # two indices of one name
        "L = a * detach(spectral_norm([a, 2].T))",
    ],
)
def test_whatever_is_detached_is_proved(loss: str) -> None:
    extra = 'functions:\n  "kept(z)": z * tanh(z)\n' if "kept" in loss else ""
    given = {"a": 1.3} | ({"x": [0.3, -0.4, 0.8]} if "x[" in loss else {})
    proof = verify(model([loss], given, ["dL/da"], {"t": "1..3"}, extra))
    assert proof.holds, proof
    assert proof.gradients is not None


@pytest.mark.parametrize(
    ("op", "wrong"),
    [
        ("detach", rules.partials(lambda _: ONE)),  # leaking
        ("tanh", rules.partials(lambda f: f.build.sub(ONE, f.out))),  # 1 − h, for 1 − h²
    ],
)
def test_a_wrong_derivative_of_or_beside_what_is_detached_is_caught(
    op: str, wrong: rules.Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ops.OPS, op, ops.OPS[op]._replace(rule=wrong))
    proof = verify(truncated())
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


def test_a_search_over_a_long_range_is_proved() -> None:
    exercise = model(
        ["q[n] = r^n", "m = first(n, q[n] < 0.01)"], {"r": 0.95}, ["m"], {"n": "1..200"}
    )
    assert solution.solve(exercise).value("m") == 90  # log 0.01 / log 0.95 is 89.8
    assert verify(exercise).holds
