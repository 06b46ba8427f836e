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
    """) == ["5:5: `h_bwd[4]`, where `h_bwd` starts, is missing: add `h_bwd[4]: …` under `given:`"]


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
