"""Formulas are told apart by what they are worth, and none stops the marking of the others."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.material import graded, mark_of, shipped, solved
from tests.language.trees import trees
from tp_solver.errors import ModelError
from tp_solver.grading.equivalence import Unknown, equivalent
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Ref, transform

SYSTEM = solved(
    "id: s\ntitle: S\nindices: {t: 1..3}\nfunctions: {'twice(z)': z + z}\n"
    "equations: ['q = x + y + w + f[3] + sum(W @ v) + n']\n"
    "given: {n: 1, x: 1, y: 2, w: 3, 'f[1..3]': [1, 2, 3], v: [1, 2], W: [[1, 2], [3, 4]]}\n"
    "questions:\n- {id: all, text: A., answers: [q]}\n"
).model.system


def same(typed: str, answer: str) -> bool:
    """Tell whether two formulas are equivalent in the system above."""
    functions = SYSTEM.functions
    return equivalent(parse(typed, functions), parse(answer, functions), SYSTEM)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("abs(x) < 1", "x < 1"),
        ("relu(x)", "x"),
        ("sqrt(x^2)", "x"),
        ("max(x, 0)", "x"),
        ("w + relu(x - 1)", "w"),
        ("w + relu(x - 1) * relu(y - 1)", "w"),
        ("sign(x)", "1"),
        ("abs(x)", "x"),
        ("min(x, 1)", "x"),
        ("relu(x) > 0", "x > 0"),
        ("x * y", "abs(x) * y"),
        ("x + (x > 1)", "x"),
        ("max(v, 0 * v)", "v"),
        ("norm(x)", "x"),
        ("log(x)", "x - 1"),
        ("log(-1)", "x"),
        ("x != 0", "y != 1"),
        ("x != y", "x = y"),
        ("pick(v, n)", "0"),
        ("pick(v, n)", "pick(f[1] * v, n)"),
        ("row(W, n)", "row(W.T, n)"),
        ("one_hot(n, 3)", "zeros(3)"),
    ],
)
def test_formulas_that_only_small_positive_numbers_confuse(typed: str, answer: str) -> None:
    assert not same(typed, answer)
    assert not same(answer, typed)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("log(x * y)", "log(x) + log(y)"),
        ("log(x / y)", "log(x) - log(y)"),
        ("sqrt(x) * sqrt(y)", "sqrt(x * y)"),
        ("sqrt(x^2)", "abs(x)"),
        ("relu(x) - relu(-x)", "x"),
        ("max(x, 0)", "relu(x)"),
        ("(x > 0) * x", "relu(x)"),
        ("exp(log(x))", "x"),
        ("x^0.5", "sqrt(x)"),
        ("1 / (1 + exp(-x))", "sigmoid(x)"),
        ("2 * sigmoid(2*x) - 1", "tanh(x)"),
        ("(x - y)^2", "x^2 - 2*x*y + y^2"),
        ("-2 * x < -2 * abs(y)", "x > abs(y)"),
        ("log(x) < 0", "0 > 3 * log(x)"),
        ("W @ v + v", "v + W @ v"),
        ("twice(x)", "2 * x"),
        ("x.1..1", "[x]"),
        ("sum(t, x^t)", "x + x^2 + x^3"),
        ("sum(t=1..100, t * x)", "sum(t=1..100, t * x)"),
        ("sum(t=1..100, W) @ v", "sum(t=1..100, W) @ v"),
        ("log(x - 1)", "log(2*x - 2) - log(2)"),
        ("x != y", "0 != 2 * y - 2 * x"),
        ("softplus(x)", "log(1 + exp(x))"),
        ("log_softmax(v)", "log(softmax(v))"),
        ("clip(x, -1, 2)", "min(max(x, -1), 2)"),
        ("pick(v, n)", "one_hot(n, 2) @ v"),
        ("row(W, n)", "one_hot(n, 2) @ W"),
        ("eye(2) @ v", "v"),
        ("size(W, v)", "6"),
        ("triangular(W).2.1", "0"),
    ],
)
def test_formulas_that_always_agree(typed: str, answer: str) -> None:
    assert same(typed, answer)
    assert same(answer, typed)


NESTED = "sum(a=1..64, sum(b=1..64, sum(c=1..64, sum(d=1..64, a * f[1]))))"


@pytest.mark.parametrize(
    "typed",
    [
        "f[1].1..1",
        "f[1].2..1",
        "f[3..1]",
        "sum(t=5..1, f[t])",
        "mean(t=2..1, f[t])",
        "place([f[1]; f[1]], 3, 3)",
        "place(f[1], 3, 0)",
        "place(f[1], 3, 1, 1)",
        "place([1; 2].T, 3, 1)",
        "one_hot([1; 2], 3)",
        "row([1; 2].T, 5)",
        NESTED,
        "sum(a=1..64, sum(b=1..60, f[1]))",
        "sum(a=1..64, spectral_norm(ones(100, 100) * f[1]))",
        "sum(t=1..999999, f[t])",
        "sum(place(f[1], 9999, 1))",
        "eigenvalues(log(0) * [f[1]; 1] @ [1; 1].T).1.1",
        "dq/df[1] @ [1; 2]",
    ],
)
def test_hostile_formulas_are_wrong_and_come_to_an_end(typed: str) -> None:
    mark = mark_of(graded(shipped("tp-2.3"), {"direct-path": typed}), "direct-path")
    assert mark.verdict.value in ("wrong", "unreadable")


def test_functions_in_functions_are_bounded() -> None:
    assert not same("twice(" * 18 + "x" + ")" * 18, "x")
    assert same("twice(twice(twice(x)))", "8 * x")


NAMES = st.sampled_from([Ref(name) for name in ("x", "y", "v", "W", "f", "q")])


@st.composite
def known(draw: st.DrawFn) -> Node:
    """Draw a random formula of names that mostly exist."""
    node = draw(trees)
    return transform(node, lambda part: draw(NAMES) if isinstance(part, Ref) else None)


@settings(max_examples=300, deadline=None)
@given(st.one_of(trees, known()))
def test_no_formula_stops_the_marking(tree: Node) -> None:
    mark = mark_of(graded(shipped("tp-2.3"), {"direct-path": plain(tree)}), "direct-path")
    assert mark.verdict.value in ("wrong", "unreadable")


@settings(max_examples=300, deadline=None)
@given(known())
def test_every_formula_is_compared(tree: Node) -> None:
    with suppress(ModelError, Unknown):
        assert equivalent(tree, parse("[x; y; 1] + v.1"), SYSTEM) in (True, False)
