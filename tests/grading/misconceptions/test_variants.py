"""Variants: formulas of the right shape, at the positions where all they read is there."""

from __future__ import annotations

import pytest

from tests.grading.misconceptions.material import made, mistake, rights, scope
from tp_solver.grading.misconceptions import catalogue
from tp_solver.grading.misconceptions.variants import pairs, variants
from tp_solver.grading.misconceptions.wording import worded
from tp_solver.language.plain import plain
from tp_solver.language.tree import Span

TWO_BACK = mistake('{from: "?h[t-1]", to: "?h[t-2]", left: "?y[t]"}')


def test_positions_at_which_something_is_lacking_are_cut_off() -> None:
    (variant,) = made("tp-2.3b", "z_f[t]", TWO_BACK)
    assert variant.equation.domain == (("t", Span(2, 3)),)
    (variant,) = made("forget-gate-bias", "C[a, t]", TWO_BACK)
    assert variant.equation.domain == (("a", Span(1, 3)), ("t", Span(2, 3)))


def test_what_is_there_nowhere_is_dropped() -> None:
    assert rights("tp-2.3b", "z_f[t]", mistake('{from: "?h[t-1]", to: "?h[t-9]"}')) == []


def test_another_shape_is_dropped() -> None:
    assert rights("tp-2.3b", "z_f[t]", mistake('{from: "?a + ?b", to: "?W", where: {W: like b}}'))
    assert rights("tp-1.1", "h[t]", mistake('{from: "tanh(?z)", to: "sum(?z)"}')) == []
    assert rights(
        "gru-by-hand", "dL/dh[t]", mistake('{from: "?g = ?a", to: "0", in: backward}')
    ) == ["0", "0"]


def test_names_that_are_not_there_are_dropped() -> None:
    assert rights("tp-2.3b", "dL/df[t]", mistake('{from: "d?L/d?C[t]", to: "d?C/d?L"}')) == []


def test_the_same_formula_comes_once() -> None:
    rule = '{from: "?a + ?b", to: "?b + ?a"}'
    assert rights("tp-2.3b", "z_f[t]", mistake(rule)) == []
    twice = (
        '{from: "?W @ ?v + ?b", to: "?W @ ?v"}',
        '{from: "?a + ?b", to: "?a", where: {a: product}}',
    )
    assert rights("tp-2.3b", "z_f[t]", mistake(*twice)) == ["W_f @ [h[t-1], x[t]]"]


def test_sides_and_left_patterns() -> None:
    forward = mistake('{from: "?a * ?b", to: "?a", in: forward}')
    assert rights("tp-2.3b", "dL/df[t]", forward) == []
    assert rights("tp-2.3b", "C[t]", forward)
    left = mistake(
        '{from: "?g", to: "?h", left: "d?L/d?b", where: {b: parameter, g: name, h: like g}}'
    )
    assert len(rights("tp-2.3b", "dL/db_f", left)) == 3
    assert rights("tp-2.3b", "dL/dh[t]", left) == []


def test_one_position_of_a_sum_and_one_step() -> None:
    last = mistake('{from: "sum(t, ?a)", to: "?a", at: last}')
    assert rights("tp-2.3b", "dL/db_f", last) == ["dL/dz_f[3]"]
    first = mistake('{from: "d?L/d?C[t] * ?a", to: "d?L/d?C[t] * ?C[last]", on: first}')
    (variant,) = made("tp-2.3b", "dL/di[t]", first)
    assert plain(variant.equation.right) == "dL/dC[t] * C[3]"
    assert variant.equation.domain == (("t", Span(1, 1)),)


def test_two_mistakes_at_once() -> None:
    here = scope("tp-2.3b")
    number = next(i for i, e in enumerate(here.system.equations) if plain(e.left) == "z_f[t]")
    singles = variants(here, number)
    both = pairs(here, singles)
    found = {plain(variant.equation.right): variant for variant in both}
    swapped = found["W_f @ [x[t], h[t-1]]"]
    assert set(swapped.ids) == {"lstm-concat-order", "lstm-forgot-bias"}
    alone = {plain(variant.equation.right) for variant in singles}
    assert not alone & set(found)
    assert plain(here.system.equations[number].right) not in found


def test_the_names_of_two_mistakes_stay_apart() -> None:
    here = scope("tp-2.3b")
    number = next(i for i, e in enumerate(here.system.equations) if plain(e.left) == "dL/dz_f[t]")
    for pair in pairs(here, variants(here, number)):
        own = {name: plain(node) for name, node in pair.names}
        for id in pair.ids:
            assert "{" not in worded(catalogue()[id].explain["en"], own, id), pair.ids


@pytest.mark.parametrize(
    ("text", "names", "wanted"),
    [
        ("The bias ${b}$.", {"b": "b_f"}, "The bias $b_f$."),
        ("${f} * (1 - {f})$", {"f": "1 - z[t]"}, "$(1 - z[t]) * (1 - (1 - z[t]))$"),
        ("${f}$", {"f": "1 - z[t]"}, "$1 - z[t]$"),
        ("${d} * {o}$", {"d": "dL/dh[t+1]", "o": "-x"}, "$dL/dh[t+1] * (-x)$"),
        ("${C[t-1]}^{n}$", {"C[t-1]": "k[b, 2]", "n": "2^m"}, "$k[b, 2]^(2^m)$"),
        ("${b}$", {"b": "c", "other b": "d"}, "$d$"),
        ("${q}$", {}, "$q$"),
    ],
)
def test_names_are_put_in_with_the_brackets_they_need(
    text: str, names: dict[str, str], wanted: str
) -> None:
    assert worded(text, names, "other") == wanted
