"""What SymPy proves is true, and what it can't prove stays open."""

from __future__ import annotations

import pytest

from tests.grading.formulas.material import put
from tp_solver.grading.formulas.exact import proved


@pytest.mark.parametrize(
    ("typed", "accepted", "found"),
    [
        ("softplus(x)", "x + softplus(-x)", True),
        ("log(x^2)", "2 * log(x)", True),
        ("log(sqrt(x))", "log(x) / 2", True),
        ("log(6) * x", "log(2) * x + x * log(3)", True),
        ("4^x", "2^(2 * x)", True),
        ("(x * y)^w", "x^w * y^w", True),
        ("x^(y + 1)", "x * x^y", True),
        ("sqrt(2 * x + 2)", "sqrt(2) * sqrt(1 + x)", True),
        ("1 / (1 + sqrt(x))", "(1 - sqrt(x)) / (1 - x)", True),
        ("1 - tanh(x)^2", "4 / (exp(x) + exp(-x))^2", True),
        ("tanh(x + y)", "(tanh(x) + tanh(y)) / (1 + tanh(x) * tanh(y))", True),
        ("relu(x) + relu(x)", "2 * relu(x)", True),
        ("spectral_norm(W) + spectral_norm(W)", "2 * spectral_norm(W)", True),
        ("softmax(v).1", "1 / (1 + exp(v.2 - v.1))", True),
        ("sqrt(x^2)", "x", None),
        ("relu(x)", "max(x, 0)", None),
        ("spectral_norm(2 * W)", "2 * spectral_norm(W)", None),
        ("n * pick(v, n)", "n^2 * pick(v, n)", None),  # n is 0 or 1
        ("exp(x)", "1 + x", None),
        ("(x + y)^3", "x^3 + y^3", False),
        ("x + 1e-60", "x", False),
        ("1 / x + 1 / y", "2 / (x + y)", False),
    ],
)
def test_proofs(typed: str, accepted: str, found: bool | None) -> None:
    assert proved(put(typed, accepted)) is found
    assert proved(put(accepted, typed)) is found


def test_comparisons_are_proved_by_their_ratio() -> None:
    assert proved(put("2 * x < 6 * y", "x < 3 * y"), "2.0000000000") is True
    assert proved(put("2 * x < 6 * y", "x < 3 * y"), "3.0") is None
    third = "0.33333333333333333333333333333333333333333333333333"
    assert proved(put("log(x) < 0", "3 * log(x) < 0"), third) is True
