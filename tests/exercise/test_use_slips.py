"""Slips around `use:` that show once an exercise is put together, and what is said of them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tp_solver.errors import AuthorError
from tp_solver.solution import loads


def told(text):
    """Return what an author is told of an exercise: lines and columns count from its first key."""
    with pytest.raises(AuthorError) as error:
        loads(f"id: bad\ntitle: Bad\n{dedent(text).lstrip()}")
    return [f"{i.line}:{i.column}: {i.what}: {i.todo}" for i in sorted(set(error.value.issues))]


def test_weights_without_their_layers():
    assert told("""
        indices: {t: 1..3}
        use:
          - {cell: rnn, layers: 2, start: 0}
        given: {x: [1, 0, -1], W_xh: 0.5, W_hh: 0.8, b_h: 0}
        questions: [{id: q, text: "?", answers: [h_l3, h]}]
    """) == [
        "5:5: `cell: rnn` needs W_hh_l1, W_xh_l1, b_h_l1, W_hh_l2, W_xh_l2, b_h_l2: "
        "give them under `given:`",
        "6:24: no equation uses `W_xh`: did you mean `W_xh_l2`?",
        "6:35: no equation uses `W_hh`: did you mean `W_hh_l2`?",
        "6:46: no equation uses `b_h`: did you mean `b_h_l2`?",
        "7:42: nothing defines `h_l3`: did you mean `h_l2`?",
        "7:48: nothing defines `h`: ask for `h_l1`, `h_l2`",
    ]


def test_a_mask_misspelt():
    assert told("""
        indices: {t: 1..3}
        use:
          - {cell: rnn, mask: mask, start: 0}
        equations: ["masks[t] = (x[t] > 0)"]
        given: {x: [1, 0, -1], W_xh: 0.5, W_hh: 0.8, b_h: 0}
        questions: [{id: q, text: "?", answers: [h, masks]}]
    """) == ["5:5: nothing defines `mask`: did you mean `masks`?"]


def test_numbers_that_a_cell_and_an_update_need():
    assert told("""
        indices: {t: 1..3}
        use:
          - {cell: gru, start: 0}
          - {update: adam, of: [W_z], loss: L}
        equations: ["L = (h[3] - 1)^2"]
        given: {x: [1, 0, -1], W_z: [0.5, 0.2], b_z: 0, eta: 0.1}
        questions: [{id: q, text: "?", answers: [W_z_new]}]
    """) == [
        "5:5: `cell: gru` needs W_r, b_r, W_h, b_h: give them under `given:`",
        "6:5: `update: adam` needs beta_1, beta_2, epsilon: give them under `given:`",
    ]


def test_a_backward_direction_begins_after_the_last_step():
    assert told("""
        indices: {t: 1..3}
        use:
          - {cell: rnn, direction: both, units: 1, inputs: 1, seed: 1}
        given: {x: [1, 0, -1], "h_fwd[0]": 0, "h_bwd[0]": 0}
        questions: [{id: q, text: "?", answers: [h]}]
    """) == [
        "5:5: `h_bwd[4]`, where `h_bwd` starts, is missing: add `h_bwd[4]: …` under `given:`, "
        "or `start: 0` to the cell"
    ]


def test_frozen_names():
    frozen = "`E` is frozen: no gradient flows to it: "
    todo = "ask for another gradient, or take `E` out of `frozen:`"
    assert told("""
        indices: {t: 1..2}
        use:
          - {update: sgd, of: [E], loss: L}
        equations: ["e[t] = row(E, k[t])", "L = norm(e[1])^2 + norm(e[2])^2"]
        given: {k: [0, 1], E: [[1, 2], [2, 1]], eta: 0.1}
        frozen: [E, EE, L]
        questions: [{id: q, text: "?", answers: [dL/dE, E_new]}]
    """) == [
        f"5:5: {frozen}{todo}",
        "8:13: nothing defines `EE`: did you mean `E`?",
        "8:17: `L` is computed: freeze given numbers only",
        f"9:42: {frozen}{todo}",
    ]


def test_a_batch_forgotten():
    assert told("""
        indices: {t: 1..2, b: 1..2}
        use: {cell: rnn, start: 0}
        equations: ["L = sum(b, sum(t, h[b, t]))"]
        given: {x: [1, 2], W_hh: 0.5, W_xh: 0.4, b_h: 0}
        questions: [{id: q, text: "?", answers: [L]}]
    """) == [
        "5:32: `h` has 1 index elsewhere and 2 here: "
        "add `batch: b` to the cell, or write it as the cell does"
    ]


def test_the_index_of_an_update_forgotten():
    assert told("""
        indices: {t: 1..2, n: 1..2}
        use:
          - {cell: rnn, start: 0, train: n}
          - {update: sgd, of: [W_hh], loss: L}
        equations: ["L[n] = h[n, 2]^2"]
        given: {x: [1, 2], "W_hh[0]": 0.5, W_xh: 0.4, b_h: 0, eta: 0.1}
        questions: [{id: q, text: "?", answers: [L]}]
    """) == [
        "6:24: `W_hh` has an index, and the update takes one step: "
        "add `index: n` to the update, or write the name without an index"
    ]


def test_tokens_have_no_gradient_and_stay_within_the_table():
    text = """
        indices: {t: 1..2}
        equations: ["e[t] = row(E, k[t])", "L = sum(t, sum(e[t]))"]
        given: {E: [[1, 2], [3, 4]], k: [0, %s]}
        questions: [{id: q, text: "?", answers: [dL/d%s]}]
    """
    assert told(text % (1, "k")) == [
        "6:42: `k` counts rows or components: it has no gradient: "
        "ask for the gradient of what it chooses from"
    ]
    assert told(text % (5, "E")) == [
        "4:14: `k[2]` is 5, but `E` has rows 0 to 1: correct the number"
    ]


def test_what_follows_from_an_undefined_mask_is_not_told():
    assert told("""
        indices: {t: 1..2, b: 1..2}
        use: {cell: rnn, batch: b, mask: m, start: 0, units: 2, inputs: 1, seed: 3}
        given: {x: [[1, 2], [3, 4]]}
        questions: [{id: q, text: "?", answers: [h]}]
    """) == ["4:6: nothing defines `m`: give it under `given:`"]
