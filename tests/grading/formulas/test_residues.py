"""Rational formulas are compared modulo a prime, with a bound that counts their degree."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from tests.grading.formulas.material import SYSTEM, put
from tests.grading.formulas.test_laws import formulas
from tp_solver.grading.formulas.exact import proved
from tp_solver.grading.formulas.problem import posed
from tp_solver.grading.formulas.residues import identical
from tp_solver.language.tree import Node, Op


@pytest.mark.parametrize(
    ("typed", "accepted", "found"),
    [
        ("(x + y)^2", "x^2 + 2 * x * y + y^2", True),
        ("(x + 1)^(10^6)", "(2 * x + 2)^1000000 / 2^1000000", True),
        ("(x + 1)^(10^6)", "(2 * x + 2)^1000000 / 2^1000001", False),
        ("0.1 * x", "x / 10", True),
        ("x^-2 / 3", "1 / (3 * x * x)", True),
        ("(W @ W) @ v", "W @ (W @ v)", True),
        ("W.T @ W", "W @ W.T", False),
        ("[x, v, 1]", "[x + 0, 1 * v, 1]", True),
        ("place(v, 3, 2)", "[0, v]", True),
        ("mean(W)", "sum(W) / size(W)", True),
        ("diag(v) @ v", "v * v", True),
        ("eye(2) @ W + zeros(2, 2)", "W", True),
        ("sqrt(x)", "sqrt(x)", None),
        ("x^y", "x^y", None),
        ("x^0.5", "x^0.5", None),
        ("pick(v, n)", "pick(v, n)", None),
        ("x < y", "x < y", None),
        ("x / (y - y)", "x / (y - y)", None),
        ("x^(1e12) ^ (2)", "x^(1e12)", None),
    ],
)
def test_rational_formulas(typed: str, accepted: str, found: bool | None) -> None:
    told = identical(put(typed, accepted), 5)
    assert (None if told is None else told[0]) is found
    assert told is None or 0 <= told[1] < 1e-60


def test_the_bound_counts_degrees_and_coefficients() -> None:
    found = identical(put("(3 * x + y)^7", "(y + 3 * x)^7"), 5)
    assert found is not None
    same, error = found
    degree, bits = 7, 7 * (math.ceil(math.log2(3)) + 1)
    assert same
    assert degree / 2**254 <= error <= 4 * (degree + bits) / 2**254


def test_no_bound_is_claimed_where_there_is_none() -> None:
    tower = "x"
    for _ in range(8):
        tower = f"({tower}^999999999999)"
    assert identical(put(f"{tower} + y", f"y + {tower}"), 5) is None


@settings(max_examples=100, deadline=None)
@given(formulas, formulas)
def test_residues_and_sympy_agree(a: Node, b: Node) -> None:
    problem = posed(Op("sub", (a, b)), Op("sub", (Op("mul", (a, b)), b)), SYSTEM)
    assert problem is not None
    found = identical(problem, 7)
    exact = proved(problem)
    assert found is None or exact is None or found[0] == exact
