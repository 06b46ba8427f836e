"""Moving a formula along its indices, without catching what an inner sum binds."""

from __future__ import annotations

import pytest

from tp_solver.errors import ModelError
from tp_solver.language.parse import parse
from tp_solver.language.plain import name_text, plain
from tp_solver.language.tree import At, Ref, bound_refs, free_indices, index_text, refs, shift


@pytest.mark.parametrize(
    ("formula", "places", "moved"),
    [
        ("h[t-1] + x[t]", {"t": At("t", 1)}, "h[t] + x[t+1]"),
        ("h[t-1] + x[t]", {"t": At(None, 3)}, "h[2] + x[3]"),
        ("h[l, t-1]", {"t": At("s"), "l": At(None, 2)}, "h[2, s-1]"),
        ("h[1..3]", {"t": At(None, 3)}, "h[1..3]"),
        ("dL/dh[t]", {"t": At("t", -1)}, "dL/dh[t-1]"),
        ("0.9^n", {"n": At(None, 5)}, "0.9^5"),
        ("0.9^n", {"n": At(None, -5)}, "0.9^(-5)"),
        ("0.9^n", {"n": At("k")}, "0.9^k"),
        ("0.9^n", {"n": At("k", 1)}, "0.9^(k + 1)"),
        ("n - 1", {"n": At("k", -1)}, "k - 1 - 1"),
        ("sum(t, h[t])", {"t": At(None, 1)}, "sum(t, h[t])"),
        ("sum(s, h[s, t])", {"t": At("t", 1)}, "sum(s, h[s, t+1])"),
        ("sum(s, h[s, t])", {"t": At("s", 1)}, "sum(s2, h[s2, s+1])"),
        ("sum(s, s2[t] * h[s, t])", {"t": At("s")}, "sum(s3, s2[s] * h[s3, s])"),
        ("W.1 * h[t].2", {"t": At("t", 1)}, "W.1 * h[t+1].2"),
    ],
)
def test_shift(formula, places, moved):
    assert plain(shift(parse(formula), places)) == moved


def test_what_an_inner_sum_binds_is_not_free():
    assert free_indices(parse("sum(t, h[t, l]) + x[n]")) == {"h", "l", "n", "x"}
    bound = dict(bound_refs(parse("sum(t, h[t]) + x[t]")))
    assert bound == {Ref("h", (At("t"),)): (("t", None),), Ref("x", (At("t"),)): ()}


def test_refs_come_in_the_order_written():
    assert [ref.name for ref in refs(parse("b + tanh(a @ [d, c])"))] == ["b", "a", "d", "c"]


def test_keys_and_axes():
    gradient = parse("dL/dC[t]")
    assert isinstance(gradient, Ref)
    assert (gradient.key, gradient.axes) == ("dL/dC", (At("t"),))
    jacobian = parse("dh[3]/dh[0]")
    assert isinstance(jacobian, Ref)
    assert jacobian.key == "dh[3]/dh"
    assert jacobian.moved((At(None, 1),)) == parse("dh[3]/dh[1]")
    assert Ref("h", (At("t"),)).moved((At(None, 2),)) == parse("h[2]")
    assert index_text(At("t", -1)) == "t-1"


@pytest.mark.parametrize(
    ("name", "unicode"),
    [
        ("C_tilde", "C\u0303"),
        ("C_tilde_f", "C\u0303_f"),
        ("beta1", "β1"),
        ("beta_1", "β_1"),
        ("C1_tilde", "C1_tilde"),
        ("W_f", "W_f"),
    ],
)
def test_names_in_unicode(name, unicode):
    assert name_text(name, unicode=True) == unicode
    assert name_text(name) == name


def test_a_model_error_says_what_and_what_to_do():
    error = ModelError("what", "todo", "h")
    assert (str(error), error.name) == ("what: todo", "h")
