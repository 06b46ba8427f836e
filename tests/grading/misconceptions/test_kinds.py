"""Kinds and relations: what formulas of an exercise are, and what they offer."""

from __future__ import annotations

import pytest

from tests.grading.misconceptions.material import scope
from tp_solver.grading.misconceptions.kinds import holds
from tp_solver.grading.misconceptions.relations import candidates, is_relation
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain


@pytest.mark.parametrize(
    ("system", "kind", "yes", "no"),
    [
        ("tp-2.3b", "name", "dL/dC[t]", "1 - f[t]"),
        ("tp-2.3b", "number", "3", "b_f"),
        ("tp-2.3b", "constant", "2 * 3", "b_f"),
        ("tp-2.3b", "part", "W_f.1", "W_f"),
        ("tp-2.3b", "given", "x[t]", "h[t-1]"),
        ("tp-2.3b", "parameter", "b_f", "x[t]"),
        ("optimisers", "fixed", "1 - eta * lambda", "v_w_mom[n]"),
        ("tp-2.3b", "recurrent", "C[t-1]", "f[t]"),
        ("rnn-bidirectional", "recurrent", "h_bwd[t+1]", "s[t]"),
        ("masked-loss", "mask", "m[b, t]", "l[b, t]"),
        ("bug-8-per-sequence", "mask", "m[s, t]", "x[s, t]"),
        ("padding-masks-packed", "masked", "1 - m[b, t]", "h[b, t]"),
        ("tp-2.3b", "gradient", "dL/dh[t] * o[t]", "o[t]"),
        ("tp-2.3b", "local", "o[t]", "dL/dh[t] * o[t]"),
        ("tp-2.3b", "carried", "dL/dz_f[t+1] * W_f.1", "dL/dh[t] * o[t]"),
        ("tp-2.3b", "carried", "dL/dC[t+1] * f[t+1] + dL/dC[t+1]", "dL/dC[t+1] + dL/dh[t]"),
        ("tp-2.3b", "weighted", "dL/dz_f[t+1] * W_f.1", "dL/dC[t+1] * f[t+1]"),
        ("tp-2.3b", "product", "2 * W_f @ [h[t-1], x[t]]", "f[t] * C[t-1]"),
        ("masked-loss", "logarithm", "-log(0.5)", "exp(0.5)"),
        ("lstm-two-layers", "count", "4 * size(W_f_l1)", "4"),
        ("gru-by-hand", "squared", "(h[2] - c)^2", "(h[2] - c)^3"),
        ("optimisers", "exponent", "n", "2"),
        ("tp-2.3", "exponent", "10", "b_f"),
        ("tp-2.3b", "step", "t", "x"),
        ("tp-2.3b", "scalar", "f[t]", "W_f"),
        ("tp-2.3b", "vector", "W_f", "f[t]"),
        ("tp-1.1", "matrix", "W_hh", "h[t]"),
        ("tp-1.1", "square", "W_hh", "h[t]"),
        ("tp-2.3b", "sigmoid", "f[t]", "C_tilde[t]"),
        ("tp-2.3b", "tanh", "C_tilde[t]", "f[t]"),
    ],
)
def test_kinds(system: str, kind: str, yes: str, no: str) -> None:
    here = scope(system)
    assert holds(kind, parse(yes), here)
    assert not holds(f"not {kind}", parse(yes), here)
    assert not holds(kind, parse(no), here)


@pytest.mark.parametrize(
    ("system", "relation", "of", "offered"),
    [
        ("tp-2.3b", "like", "W_f", ["W_i", "W_C", "W_o"]),
        ("tp-2.3b", "like", "b_i", ["b_f", "b_C", "b_o"]),
        ("tp-2.3b", "like", "f[t]", ["i[t]", "o[t]"]),
        ("tp-2.3b", "like", "C_tilde[t]", []),
        ("tp-2.3b", "like", "dL/dz_f[t]", ["dL/dz_i[t]", "dL/dz_C[t]", "dL/dz_o[t]"]),
        ("lstm-two-layers", "like", "f_l1[t]", ["i_l1[t]", "o_l1[t]"]),
        ("forget-gate-bias", "like", "f[a, t]", ["i[a, t]", "o[a, t]"]),
        ("gru-by-hand", "like", "z[t]", ["r[t]"]),
        ("bug-1-shifted-index", "like", "y", []),
        ("tp-2.3b", "argument of", "f[t]", ["z_f[t]"]),
        ("tp-2.3b", "argument of", "C[t]", []),
        ("tp-2.3b", "gradient after", "dL/dz_f[t]", ["dL/df[t]"]),
        ("tp-2.3b", "memory of", "h[t-1]", ["C[t-1]"]),
        ("tp-2.3b", "output of", "C[t-1]", ["h[t-1]"]),
        ("gru-by-hand", "memory of", "h[t-1]", []),
        ("tp-2.3b", "carried part of", "dL/dC[t]", ["dL/dC[t+1] * f[t+1]"]),
        ("tp-2.3b", "carried part of", "dL/df[2]", ["dL/dC[3] * f[3] * C[1]"]),
        ("tp-2.3b", "rest of", "W_f.1", ["W_f.2"]),
        ("lstm-two-layers", "rest of", "W_f_l2.2..3", []),  # not as many
        ("tp-1.1", "identity of", "W_hh", ["eye(2)"]),
        ("clipping-sgd", "factor of", "g_clip_w[n]", ["g_w[n]"]),
        ("optimisers", "factor of", "g_w_sgd[n]", []),
        ("optimisers", "numerator of", "m_hat_w_adam[n]", ["m_w_adam[n]"]),
        ("bug-8-per-sequence", "length of", "N", ["8"]),
        ("bug-8-per-sequence", "rows of", "N", ["2"]),
        ("masked-loss", "length of", "n[b]", ["3"]),
        ("masked-loss", "rows of", "n[b]", []),
    ],
)
def test_relations(system: str, relation: str, of: str, offered: list[str]) -> None:
    assert is_relation(f"{relation} X")
    found = candidates(f"{relation} X", parse(of), scope(system))
    assert [plain(node) for node in found] == offered


def test_a_kind_is_no_relation() -> None:
    assert not is_relation("not given")
    assert not is_relation("sigmoid")
