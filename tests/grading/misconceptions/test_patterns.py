"""Patterns: terms in any order, places of indices, gradients, sums; what is left out stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.misconceptions.material import scope
from tp_solver.grading.misconceptions.filling import filled
from tp_solver.grading.misconceptions.patterns import (
    Found,
    everywhere,
    matches,
    operations,
    read,
    rewritten,
)
from tp_solver.grading.misconceptions.sums import gathered, in_order, spread
from tp_solver.graph.evaluate import evaluate
from tp_solver.graph.schedule import schedule
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Op


def anything(_name: str, _node: Node) -> bool:
    return True


def named(*names: str) -> Callable[[str, Node], bool]:
    """Let some metavariables stand for plain names only."""
    return lambda name, node: name not in names or not isinstance(node, Op)


def results(
    formula: str,
    pattern: str,
    by: str,
    allows: Callable[[str, Node], bool] = anything,
) -> list[str]:
    """List what a rewriting makes of a formula."""
    found = rewritten(parse(formula), read(pattern), allows, {})
    return [plain(put(filled(read(by), where))) for where, put in found]


@pytest.mark.parametrize(
    ("formula", "pattern", "by", "wanted"),
    [
        # any order, what is left out stays
        ("a + b", "?x + b", "?x", ["a"]),
        ("b + a", "?x + b", "?x", ["a"]),
        ("a + b + c", "b + c", "d", ["a + d"]),
        ("a - b", "?x - ?y", "?x + ?y", ["a + b"]),
        ("-a * b + c * d", "?x - ?y", "?x + ?y", ["c * d + a * b"]),
        ("a * b * c", "c * ?x", "?x", ["a * b", "a * b"]),
        ("d * f * (1 - f)", "?f * (1 - ?f)", "1", ["d"]),
        ("(1 - f) * d * f", "?f * (1 - ?f)", "1", ["d"]),
        ("d * f * (1 - g)", "?f * (1 - ?f)", "1", []),
        ("1 - tanh(C)^2", "1 - tanh(?C)^2", "1 + tanh(?C)^2", ["1 + tanh(C)^2"]),
        ("a + (b - c)", "?x - c", "?x", ["a + b", "a + b"]),
        # indices, whatever they are called, and numbers
        ("h[t-1]", "?h[t-1]", "?h[t]", ["h[t]"]),
        ("h[k-1]", "?h[t-1]", "?h[t]", ["h[k]"]),
        ("h[2]", "?h[t-1]", "?h[t]", ["h[3]"]),
        ("f[t] * C[t-1]", "?f[t] * ?C[t-1]", "?f[t] * ?C[t]", ["f[t] * C[t]"]),
        ("h[b, t-1]", "?h[t-1]", "?h[t-2]", ["h[b-1, t-1]", "h[b, t-2]"]),
        # gradients
        ("dL/dC[t] * C[t-1]", "d?L/d?C[t] * ?C[t-1]", "d?L/d?C[t] * ?C[t]", ["dL/dC[t] * C[t]"]),
        ("dL/df[t] * C[t-1]", "d?L/d?C[t] * ?C[t-1]", "0", []),
        ("dL[1]/dC[2] * C[1]", "d?L/d?C[t] * ?C[t-1]", "d?L/d?C[t+1]", ["dL[1]/dC[3]"]),
        ("dL/dh[t]", "?h[t]", "?h[t-1]", []),  # a gradient is no quantity with a place
        # sums over an index
        ("sum(t=1..3, a[t])", "sum(t, ?x)", "mean(t, ?x)", ["mean(t=1..3, a[t])"]),
        ("sum(k=1..3, h[k-1])", "sum(t, ?h[t-1])", "sum(t, ?h[t])", ["sum(k=1..3, h[k])"]),
        ("mean(t=1..3, a[t])", "sum(t, ?x)", "?x", []),
        # functions, products, components
        ("W @ [h, x] + b", "?W @ [?a, ?b]", "?W @ [?b, ?a]", ["W @ [x, h] + b"]),
        ("[a, b, c]", "[?x, ?y]", "[?y, ?x]", []),
        ("sigmoid(tanh(z))", "tanh(?z)", "?z", ["sigmoid(z)"]),
    ],
)
def test_what_a_rewriting_makes(formula: str, pattern: str, by: str, wanted: list[str]) -> None:
    assert results(formula, pattern, by) == wanted


def test_conditions_narrow_what_a_metavariable_stands_for() -> None:
    assert results("a + b * c", "?x + ?y", "?x", named("y")) == ["b * c"]


@pytest.mark.parametrize(
    ("formula", "pattern", "found"),
    [
        ("a + b + c", "?x + ?y", [("a", "b + c"), ("b", "a + c"), ("c", "a + b")]),
        ("a * b", "?x + ?y", []),
        ("a", "?x", [("a",)]),
    ],
)
def test_the_last_of_a_whole_pattern_takes_the_rest(
    formula: str, pattern: str, found: list[tuple[str, ...]]
) -> None:
    names = sorted({"x", "y"} & {p for p in pattern if p.isalpha()})
    all_found = matches(read(pattern), parse(formula), anything, {})
    assert [tuple(text(where, name) for name in names) for where in all_found] == found


def test_all_terms_of_a_kind_at_once() -> None:
    takes = {"b": lambda node: "W" in plain(spread(node))}
    formula = parse("W1 * a + c + W2 * d")
    (found,) = matches(read("?a + ?b"), formula, anything, {}, takes)
    assert (text(found, "a"), text(found, "b")) == ("c", "W1 * a + W2 * d")
    both = takes | {"a": lambda node: "W" not in plain(spread(node))}
    (found,) = matches(read("?a + ?b"), formula, anything, {}, both)
    assert (text(found, "a"), text(found, "b")) == ("c", "W1 * a + W2 * d")
    assert not list(matches(read("?a + ?b"), parse("c + d"), anything, {}, takes))


def text(found: Found, name: str) -> str:
    node = found[name]
    return plain(spread(node)) if isinstance(node, Op) else plain(node)  # type: ignore[arg-type]


def test_everywhere_at_once() -> None:
    formula = parse("y * log(p) + (1 - y) * log(1 - log(p))")
    by = read("exp(?a)")
    ((_, made),) = everywhere(
        formula, read("log(?a)"), anything, {}, lambda found: iter([filled(by, found)])
    )
    assert plain(made) == "y * exp(p) + (1 - y) * exp(1 - exp(p))"
    assert everywhere(parse("a"), read("log(?a)"), anything, {}, lambda _: iter([])) == []


def test_long_chains_are_left_alone() -> None:
    assert results(" + ".join("abcdefgij"), "?x + ?y", "?x") == []


def test_operations_that_a_pattern_needs() -> None:
    assert operations(read("sum(t, d?L/d?z[t] * ?h[t-1])")) == {"sum over", "mul", "gradient"}


SYSTEMS = (
    "tp-1.1",
    "tp-1.2",
    "tp-2.3b",
    "gru-by-hand",
    "masked-loss",
    "optimisers",
    "bug-1-shifted-index",
)
EQUATIONS = [(name, i) for name in SYSTEMS for i in range(len(scope(name).system.equations))]


@given(st.sampled_from(EQUATIONS))
def test_the_identity_changes_nothing(place: tuple[str, int]) -> None:
    right = scope(place[0]).system.equations[place[1]].right
    own = spread(gathered(right))
    for found, put in rewritten(right, read("?a"), anything, {}):
        assert put(filled(read("?a"), found)) == own
    assert in_order(own) == in_order(right)


@pytest.mark.parametrize("name", SYSTEMS)
def test_values_stay_when_sums_are_gathered_and_spread(name: str) -> None:
    system = scope(name).system
    same = tuple(replace(e, right=spread(gathered(e.right))) for e in system.equations)
    changed = replace(system, equations=same)
    before, after = evaluate(system, schedule(system)), evaluate(changed, schedule(changed))
    for key, table in before.items():
        np.testing.assert_allclose(after[key].data, table.data, rtol=1e-12, atol=1e-15)
