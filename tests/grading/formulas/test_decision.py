"""Formulas are found equal or told apart, and it is said how; none stops the marking of others."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.formulas.material import SYSTEM, decided, marked, put, same
from tests.language.trees import trees
from tp_solver.errors import ModelError
from tp_solver.grading.formulas.decision import MOST_ERROR, decide
from tp_solver.grading.formulas.problem import TooLarge, UnknownName
from tp_solver.grading.formulas.process import Reply, Worker
from tp_solver.grading.formulas.screen import seed_of
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Ref, transform


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
        ("log(x - 5) - log(x - 5) + x", "x"),
        ("x != 0", "y != 1"),
        ("x != y", "x = y"),
        ("x < y", "x <= y"),
        ("x < y", "y < x"),
        ("x < y", "x - y"),
        ("pick(v, n)", "0"),
        ("pick(v, n)", "pick(f[1] * v, n)"),
        ("row(W, n)", "row(W.T, n)"),
        ("one_hot(n, 3)", "zeros(3)"),
        ("x + 1e-20 * y", "x"),
        ("0.3333333333333333 * x", "x / 3"),
        ("1e-30 * x", "2e-30 * x"),
        ("(x + 10^17)^2 - 10^34 - 2 * 10^17 * x", "x^2 + 1e-9"),
        ("dL/df[1]", "dL/df[2]"),
        ("v", "x"),
        ("W @ v", "v @ W"),
        ("W * v", "W @ v"),
    ],
)
def test_formulas_told_apart(typed: str, answer: str) -> None:
    assert not same(typed, answer)
    assert not same(answer, typed)


@pytest.mark.parametrize(
    ("how", "typed", "answer"),
    [
        ("identical", "y * x + w", "w + x * y"),
        ("identical", "1 + sum(v)", "sum(v) + 1"),
        ("identical", "-sum(v) * x", "x * -sum(v)"),
        ("identical", "2.0 * x - y", "-y + x * 2"),
        ("identical", "x < y", "y > x"),
        ("identical", "W @ v + v", "v + W @ v"),
        ("identical", "dL/df[1] * x", "x * ∂L/∂f[1]"),
        ("identical", "sum(t=1..100, t * x)", "sum(t=1..100, t * x)"),
        ("identical", "sum(t=1..100, W) @ v", "sum(t=1..100, W) @ v"),
        ("identical", "sum(t, x^t)", "x^3 + x^2 + x^1"),
        ("exact", "log(x * y)", "log(x) + log(y)"),
        ("exact", "log(x / y)", "log(x) - log(y)"),
        ("exact", "sqrt(x) * sqrt(y)", "sqrt(x * y)"),
        ("exact", "sqrt(x)^2", "x"),
        ("exact", "exp(log(x))", "x"),
        ("exact", "x^0.5", "sqrt(x)"),
        ("exact", "1 / (1 + exp(-x))", "sigmoid(x)"),
        ("exact", "2 * sigmoid(2*x) - 1", "tanh(x)"),
        ("exact", "(x - y)^2", "x^2 - 2*x*y + y^2"),
        ("exact", "-2 * x < -2 * abs(y)", "x > abs(y)"),
        ("exact", "log(x) < 0", "0 > 3 * log(x)"),
        ("exact", "x != y", "0 != 2 * y - 2 * x"),
        ("exact", "twice(x)", "2 * x"),
        ("exact", "x.1..1", "[x]"),
        ("exact", "sum(t, x^t)", "x + x^2 + x^3"),
        ("exact", "log(x - 1)", "log(2*x - 2) - log(2)"),
        ("exact", "softplus(x)", "log(1 + exp(x))"),
        ("exact", "log_softmax(v)", "log(softmax(v))"),
        ("exact", "eye(2) @ v", "v"),
        ("exact", "size(W, v)", "6"),
        ("exact", "(W @ W) @ v", "W @ (W @ v)"),
        ("exact", "exp(1000 * x) * exp(-1000 * x) * y", "y"),
        ("exact", "exp(-900 * x) / exp(-900 * x) * y", "y"),
        ("exact", "(x + 10^17)^2 - 10^34 - 2 * 10^17 * x", "x^2"),
        ("exact", "log(x - 4)", "log(3 * x - 12) - log(3)"),
        ("values", "sqrt(x^2)", "abs(x)"),
        ("values", "relu(x) - relu(-x)", "x"),
        ("values", "max(x, 0)", "relu(x)"),
        ("values", "(x > 0) * x", "relu(x)"),
        ("exact", "clip(x, -1, 2)", "min(max(x, -1), 2)"),
        ("exact", "pick(v, n)", "one_hot(n, 2) @ v"),
        ("exact", "row(W, n)", "one_hot(n, 2) @ W"),
        ("values", "triangular(W).2.1", "0"),
        ("values", "spectral_norm(W + W)", "2 * spectral_norm(W)"),
        ("values", "(x + 1)^(10^6)", "(2 * x + 2)^1000000 / 2^1000000"),
    ],
)
def test_formulas_that_agree(how: str, typed: str, answer: str) -> None:
    for found in (decided(typed, answer), decided(answer, typed)):
        assert (found.same, found.how) == (True, how)
        assert (found.error > 0) == (how == "values")
        assert found.error <= MOST_ERROR


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("log(x - 4)", "log(x - 4.1)"),  # no value anywhere near
        ("relu(x) > 0", "x > 0"),  # they hold at the same points
        ("exp(x) < 1", "x < 0"),
    ],
)
def test_what_neither_way_decides_is_left_to_a_person(typed: str, answer: str) -> None:
    found = decided(typed, answer)
    assert (found.same, found.how) == (False, "undecided")


def test_one_accepted_formula_is_enough() -> None:
    assert decided("2 * x", "y", "log(x - 4)", "x + x").how == "exact"
    assert decided("x * 2", "x + x", "2 * x").how == "identical"
    assert decided("3 * x", "y", "log(x - 4)", "x + x").how == "values"


def test_an_accepted_formula_of_no_use_makes_no_answer_wrong() -> None:
    assert decided("x", "W + v").how == "undecided"
    assert decided("x + 0", "W + v", "x").same
    assert decided("x + y", "nowhere + y").how == "values"  # a number, as an author may mean it
    assert decided("nowhere + y + 0 * x", "nowhere + y").same


@pytest.mark.parametrize("typed", ["nothing", "x + nothing[2]", "dL/dnothing", "t_9"])
def test_unknown_names(typed: str) -> None:
    with pytest.raises(UnknownName):
        decided(typed, "x + y")


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
        "9**9**9**9",
        "9^(9^(9^9)) * f[1]",
        "f[1]^(10^6)",
        "f[1]^(1e300)",
        "exp(exp(exp(exp(f[1] + 9))))",
        "exp(-exp(exp(exp(f[1] + 9))))",
        "1 / (f[1] - f[1])",
        "log(0) * 0",
        "ones(1000, 1000)",
        "sum(ones(1000) @ ones(1000).T)",
        "zeros(99999)",
        "(" * 10_000 + "f[1]" + ")" * 10_000,
        "-" * 10_000 + "f[1]",
        "f[1].__class__",
        "__import__('os')",
        "f[1].__class__.__mro__",
        "lambda: 0",
        "f[1]\u200b",
        "f\u2060[1]",
        "\u202ef[1]",
        "f[1]; f[2]",
        "1e999999",
        "9" * 299,
    ],
)
def test_hostile_formulas_are_wrong_or_unreadable(typed: str) -> None:
    mark = marked(typed)
    assert mark.verdict.value in ("wrong", "unreadable")
    assert mark.points == 0


def test_functions_in_functions_are_bounded() -> None:
    with pytest.raises(TooLarge):
        decided("twice(" * 18 + "x" + ")" * 18, "x")
    assert same("twice(twice(twice(x)))", "8 * x")


class Fake(Worker):
    """A worker that always replies the same."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply
        self.asked = 0

    def ask(self, *_: object) -> Reply:
        self.asked += 1
        return self.reply


@pytest.mark.parametrize(
    ("reply", "how"),
    [
        (Reply("overrun"), "undecided"),
        (Reply("overrun", values="alike", points=64), "values"),
        (Reply("crashed"), "values"),
        (Reply("absent"), "values"),
        (Reply("crashed", values="alike", points=64), "values"),
        (Reply("crashed", values="none"), "undecided"),
        (Reply("answered", values="none", exact=True), "exact"),
    ],
)
def test_what_a_worker_leaves_open(reply: Reply, how: str) -> None:
    found = decided("max(x, 0)", "relu(x)", worker=Fake(reply))
    assert found.how == how
    assert found.same == (how != "undecided")


def test_without_a_worker_float64_says_what_it_can() -> None:
    absent = Fake(Reply("absent"))
    assert decided("max(x, 0)", "relu(x)", worker=absent).digits == 15
    assert decided("log(x - 2) - log(x - 2) + x", "x", worker=absent).how == "values"
    assert decided("exp(1000 * x) / exp(1000 * x) * y", "y", worker=absent).how == "undecided"


def test_the_time_is_for_all_accepted_formulas_together() -> None:
    slow = Fake(Reply("overrun", seconds=1.5))
    accepted = ["relu(x)", "(x > 0) * x", "relu(x) * 1", "relu(x) + 0"]
    assert decided("max(x, 0)", *accepted, worker=slow, seconds=2.0).how == "undecided"
    assert slow.asked == 2


def test_most_wrong_formulas_need_no_worker() -> None:
    fake = Fake(Reply("absent"))
    for typed in ("x - y", "x * y", "x + y + 1e-6", "sigmoid(x) + y", "x + abs(y)", "x + w"):
        assert not decided(typed, "x + y", worker=fake).same
    assert fake.asked == 0


def test_the_same_formulas_are_decided_alike_each_time() -> None:
    assert decided("max(x, 0)", "relu(x)") == decided("max(x, 0)", "relu(x)")
    problems = [put("x + y", "x + abs(y)") for _ in range(2)]
    assert seed_of(problems[0]) == seed_of(problems[1])
    assert seed_of(problems[0]) != seed_of(put("x + w", "x + abs(y)"))


NAMES = st.sampled_from([Ref(name) for name in ("x", "y", "v", "W", "f", "q")])


@st.composite
def known(draw: st.DrawFn) -> Node:
    """Draw a random formula of names that mostly exist."""
    node = draw(trees)
    return transform(node, lambda part: draw(NAMES) if isinstance(part, Ref) else None)


@settings(max_examples=200, deadline=None)
@given(st.one_of(trees, known()))
def test_no_formula_stops_the_marking(tree: Node) -> None:
    mark = marked(plain(tree))
    assert mark.verdict.value in ("wrong", "unreadable")


@settings(max_examples=200, deadline=None)
@given(known())
def test_every_formula_is_compared(tree: Node) -> None:
    with suppress(ModelError, UnknownName, TooLarge):
        found = decide(tree, [parse("[x; y; 1] + v.1")], SYSTEM)
        assert not found.same
        again = decide(tree, [tree], SYSTEM)
        assert again.how == "identical"
