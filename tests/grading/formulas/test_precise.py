"""Values at 50 digits are those that float64 has, for every operation; noise is no difference."""

from __future__ import annotations

from decimal import Decimal

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.formulas.material import SYSTEM, put
from tests.language.trees import trees
from tp_solver.errors import ModelError
from tp_solver.grading.formulas.evaluation import Evaluation, drawn
from tp_solver.grading.formulas.precise import _Precise, compared
from tp_solver.grading.formulas.problem import Problem, TooLarge, posed
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import elementwise
from tp_solver.language.notation import FUNCTIONS
from tp_solver.language.parse import parse
from tp_solver.language.tree import Node, Num, Op, Ref, transform, walk

POINTS = 12
NAMES = st.sampled_from([Ref(name) for name in ("x", "y", "v", "W", "q")])


@st.composite
def known(draw: st.DrawFn) -> Node:
    """Draw a formula of known names and small numbers."""
    node = draw(trees)

    def change(part: Node) -> Node | None:
        if isinstance(part, Ref):
            return draw(NAMES)
        return Num(Decimal(draw(st.integers(0, 3)))) if isinstance(part, Num) else None

    return transform(node, change)


FORMULAS = [
    "x + y - v.1 * w / W.2.1 + -x",
    "x^y + x^2 + x^-3 + 2^x + (-x)^3",
    "sigmoid(x) + tanh(y) + relu(x - y) + softplus(w) + exp(x) + log(y) + sqrt(x)",
    "abs(x) + sign(y) + clip(x, 0, y) + min(x, y) + max(x, y) + min(v) + max(W)",
    "(x < y) + (x <= y) + (x > y) + (x >= y) + (x = y) + (x != y)",
    "softmax(v) + log_softmax(v) + softmax([1; 2])",
    "log_softmax([1; 2]) + norm(v) + norm(W) + norm(x) + norm(0) + mean(W) + mean(x)",
    "W @ v + W.T @ v + v.T.1 * x + diag(W) + diag(v) @ v + eye(2) @ v",
    "[x, v, 1] + sum(v) + sum(x)",
    "ones(2) + zeros(2) + place(x, 2, 1) + place(v, 2, 1) + place(1, 2, 2)",
    "place(v, 3, 3, 1, 2) + place(W, 3, 3, 2, 2)",
    "row(W, n) + pick(v, n) + one_hot(n, 2) + row(W, 1) + pick(v, 0) + one_hot(1, 2)",
    "argmax(v) + argmax([1; 3; 2]) + size(W, v) + shape(W) + detach(x)",
    "spectral_radius(W) + spectral_norm(W) + spectral_norm(v) + spectral_norm(0)",
    "orthogonal(W) + triangular(W)",
    "eigenvalues(W @ W.T)",
    "(x > y) * first(t, f[t] > 0)",
]


def test_every_operation_is_among_the_formulas() -> None:
    used = {part.op for text in FORMULAS for part in walk(parse(text)) if isinstance(part, Op)}
    assert used >= {op for op, row in OPS.items() if row.shape is not elementwise}


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_operation_agrees_with_float64(formula: str) -> None:
    _agree(put(formula, formula))


@pytest.mark.parametrize("op", [op for op, row in OPS.items() if row.shape is elementwise])
def test_every_function_of_numbers_agrees_with_float64(op: str) -> None:
    most = FUNCTIONS[op].most if op in FUNCTIONS else 1 if op == "neg" else 2
    node = Op(op, (Ref("x"), Ref("v"), Ref("y"))[:most])
    problem = posed(node, node, SYSTEM)
    assert problem is not None
    _agree(problem)


@settings(max_examples=300, deadline=None, derandomize=True)  # float64 may lose all digits
@given(known())
def test_random_formulas_agree_with_float64(tree: Node) -> None:
    try:
        problem = posed(tree, tree, SYSTEM)
    except (ModelError, TooLarge, ValueError):
        return
    assert problem is not None
    _agree(problem)


def _agree(problem: Problem) -> None:
    names = drawn(problem, POINTS, 1)
    with mpmath.workdps(50):
        precise = _Precise(names, problem.shapes).values(problem.left, POINTS)
    with np.errstate(all="ignore"):
        try:
            plain = Evaluation(names, problem.shapes).values(problem.left, POINTS)
        except np.linalg.LinAlgError:
            return
    ours = np.array([float(v) for v in precise.ravel()]).reshape(precise.shape)
    both = np.isfinite(plain) & np.isfinite(ours)
    assert np.allclose(ours[both], plain[both], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    ("typed", "accepted", "verdict"),
    [
        ("(x + 10^40)^2 - 10^80 - 2 * 10^40 * x", "x^2", "alike"),  # 80 digits cancel
        ("(x + 10^40)^2 - 10^80 - 2 * 10^40 * x", "x^2 + 1e-20", "apart"),
        ("x + 1e-35 * y", "x", "apart"),
        ("log(x - 5)", "log(x - 6)", "none"),
        ("log(x - 5)", "x", "apart"),
        ("relu(x - 5) > 0", "x > 6", "none"),
        ("2 * x < 2 * y", "y > x", "alike"),
    ],
)
def test_verdicts(typed: str, accepted: str, verdict: str) -> None:
    assert compared(put(typed, accepted), 64, 3).verdict == verdict
