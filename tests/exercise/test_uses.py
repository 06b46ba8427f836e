"""What `use:` makes: names, indices, layers, directions, masks, draws, updates."""

from __future__ import annotations

from textwrap import indent

import numpy as np
import pytest

from tp_solver.errors import AuthorError
from tp_solver.exercise.load import load_text
from tp_solver.language.plain import plain
from tp_solver.solution import loads, solve
from tp_solver.verify import verify

FRAME = """
id: u
title: "U"
indices: {{t: 1..3, b: 1..2, n: 1..2}}
use:
  - {use}
equations: [{equations}]
given:
{given}
questions: [{{id: q, text: "?", answers: [{answers}]}}]
"""


def written(use, equations="", given="x: [1, 2, 3]", answers="h"):
    """Write an exercise around a use."""
    return FRAME.format(use=use, equations=equations, given=indent(given, "  "), answers=answers)


def read(use, **others):
    """Read an exercise that has no issue."""
    exercise, issues = load_text(written(use, **others))
    assert exercise is not None
    assert not issues, issues
    return exercise


def made(use, **others):
    """Return the equations that a use makes, printed."""
    exercise = read(use, **others)
    return [f"{plain(e.left)} = {plain(e.right)}" for e in exercise.equations]


def complaint(use, **others):
    """Return the one issue of an exercise."""
    with pytest.raises(AuthorError) as error:
        loads(written(use, **others))
    (issue,) = error.value.issues
    return f"{issue.line}:{issue.column}: {issue.what}: {issue.todo}"


RNN = ["z[t] = W_hh @ h[t-1] + W_xh @ x[t] + b_h", "h[t] = tanh(z[t])"]


def test_a_name_alone():
    assert made("rnn") == RNN


def test_the_readout_stands_where_its_weights_are_given_or_its_result_is_read():
    readout = "y[t] = W_hy @ h[t] + b_y"
    assert made("rnn", given="W_hy: 1") == [*RNN, readout]
    assert made("rnn", answers="y") == [*RNN, readout]
    assert made("rnn", equations='"s[t] = 2 * y[t]"')[:3] == [*RNN, readout]


def test_options_replace_equations():
    assert made("{cell: rnn, weights: joint, activation: relu}") == [
        "z[t] = W_h @ [h[t-1], x[t]] + b_h",
        "h[t] = relu(z[t])",
    ]
    last = made("{cell: gru, reset: after, z: old, weights: two_biases}")[-3:]
    assert last == [
        "a_h[t] = W_xh @ x[t] + b_xh + r[t] * (W_hh @ h[t-1] + b_hh)",
        "h_tilde[t] = tanh(a_h[t])",
        "h[t] = z[t] * h[t-1] + (1 - z[t]) * h_tilde[t]",
    ]


def test_the_candidate_can_be_called_g():
    equations = made("{cell: lstm, candidate: g}")
    assert "g[t] = tanh(z_g[t])" in equations
    assert "C[t] = f[t] * C[t-1] + i[t] * g[t]" in equations


def test_names_and_functions_are_renamed():
    assert made("{cell: rnn, rename: {h: s, tanh: sigmoid, W_hh: U}, reads: e}", answers="s") == [
        "z[t] = U @ s[t-1] + W_xh @ e[t] + b_h",
        "s[t] = sigmoid(z[t])",
    ]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ("b_h", "z[t] = W_hh @ h[t-1] + W_xh @ x[t]"),
        ("W_hh", "z[t] = W_xh @ x[t] + b_h"),
        ("W_xh, b_h", "z[t] = W_hh @ h[t-1]"),
        ("W_hh, W_xh, b_h", "z[t] = 0"),
    ],
)
def test_what_is_left_out_takes_its_terms_along(gone, expected):
    assert made(f"{{cell: rnn, without: [{gone}]}}")[0] == expected


def test_layers_read_each_other():
    assert made("{cell: rnn, layers: 3}", answers="h_l3") == [
        "z_l1[t] = W_hh_l1 @ h_l1[t-1] + W_xh_l1 @ x[t] + b_h_l1",
        "h_l1[t] = tanh(z_l1[t])",
        "z_l2[t] = W_hh_l2 @ h_l2[t-1] + W_xh_l2 @ h_l1[t] + b_h_l2",
        "h_l2[t] = tanh(z_l2[t])",
        "z_l3[t] = W_hh_l3 @ h_l3[t-1] + W_xh_l3 @ h_l2[t] + b_h_l3",
        "h_l3[t] = tanh(z_l3[t])",
    ]


def test_both_directions_are_concatenated():
    assert made("{cell: rnn, direction: both}") == [
        "z_fwd[t] = W_hh_fwd @ h_fwd[t-1] + W_xh_fwd @ x[t] + b_h_fwd",
        "h_fwd[t] = tanh(z_fwd[t])",
        "z_bwd[t] = W_hh_bwd @ h_bwd[t+1] + W_xh_bwd @ x[t] + b_h_bwd",
        "h_bwd[t] = tanh(z_bwd[t])",
        "h[t] = [h_fwd[t], h_bwd[t]]",
    ]


def test_stacked_both_directions_read_the_concatenation():
    equations = made("{cell: rnn, direction: both, layers: 2, suffix: enc}", answers="h_enc_l2")
    assert "h_enc_l1[t] = [h_enc_fwd_l1[t], h_enc_bwd_l1[t]]" in equations
    assert any("W_xh_enc_bwd_l2 @ h_enc_l1[t]" in equation for equation in equations)


def test_one_direction_backward_keeps_its_names():
    assert made("{cell: rnn, direction: backward}")[0] == (
        "z[t] = W_hh @ h[t+1] + W_xh @ x[t] + b_h"
    )


def test_batch_training_and_mask():
    use = "{cell: rnn, batch: b, train: n, mask: m}"
    given = "x: [[1, 2, 3], [4, 5, 6]]\nW_hh[0]: 1\nb_h: 0.5"
    assert made(use, given=given) == [
        "z[n, b, t] = W_hh[n-1] @ h[n, b, t-1] + W_xh @ x[b, t] + b_h",
        "h[n, b, t] = m[b, t] * tanh(z[n, b, t]) + (1 - m[b, t]) * h[n, b, t-1]",
    ]


def test_a_sequence_of_the_exercise_keeps_its_own_indices():
    use = "{cell: rnn, train: n, reads: e}"
    equations = made(use, equations='"e[n, t] = E[n-1] * x[t]"')
    assert equations[0] == "z[n, t] = W_hh @ h[n, t-1] + W_xh @ e[n, t] + b_h"


@pytest.mark.parametrize(
    "equations",
    [
        "'x[1] = 1', 'x[2] = 2', 'x[3] = 4'",
        "'x[k] = 2^(k - 1)'",
        "'x[1] = 1', 'x[k] = 2^(k - 1) for k = 2..3'",
    ],
)
def test_a_sequence_may_be_defined_place_by_place_or_along_another_index(equations):
    text = written("{cell: rnn}", equations, "W_hh: 0\nW_xh: 1\nb_h: 0\nh[0]: 0", "z")
    solution = solve(loads(text.replace("n: 1..2", "k: 1..3")))
    assert list(solution.tables["z"].data) == [1, 2, 4]


def test_a_cell_reads_another_at_the_indices_that_this_has():
    encoder = "{cell: rnn, suffix: enc, train: n, batch: b}"
    use = f"{encoder}\n  - {{cell: rnn, reads: h_enc, train: n, batch: b}}"
    assert "z[n, b, t] = W_hh @ h[n, b, t-1] + W_xh @ h_enc[n, b, t] + b_h" in made(use)


def test_names_may_be_typed_as_in_formulas():
    use = "{cell: lstm, rename: {C: c̃}, start: 0, suffix: τ, reads: ξ}"
    assert "C_tilde_tau[t] = tanh(z_C_tau[t])" in made(use)
    assert "c_tilde_tau[t] = f_tau[t] * c_tilde_tau[t-1] + i_tau[t] * C_tilde_tau[t]" in made(use)
    (given,) = read(use, given="c̃_τ[0]: 1\nξ: [1, 2, 3]").givens[2:]
    assert plain(given.ref) == "h_tau[0]"


def test_a_cell_makes_so_many_equations_and_no_more():
    text = written("{cell: lstm, truncate: 1, start: 0}").replace("t: 1..3", "t: 1..500")
    with pytest.raises(AuthorError) as error:
        loads(text)
    assert [issue.what for issue in error.value.issues] == ["`use:` makes more than 1000 equations"]


def test_weights_are_drawn_where_training_begins():
    use = (
        "{cell: rnn, train: n, start: 0, units: 1, inputs: 1, seed: 1}\n"
        "  - {update: sgd, of: [W_hh], loss: L, index: n}"
    )
    given = "x: [1, 2, 3]\neta: 0.1"
    text = written(use, "'L[n] = h[n, 3]'", given, "W_hh").replace("n: 1..2", "n: 3..4")
    assert "W_hh[2]" in {plain(given.ref) for given in loads(text).exercise.givens}


def test_states_start_at_zero_unless_they_are_given():
    exercise = read("{cell: lstm, batch: b, start: 0}", given="C[1..2, 0]: [1, 2]")
    assert {plain(g.ref): g.value for g in exercise.givens} == {
        "C[1..2, 0]": (1, 2),
        "h[1..2, 0]": 0,
    }


def test_a_backward_direction_starts_after_the_end():
    exercise = read("{cell: rnn, direction: both, start: 0}")
    assert {plain(g.ref) for g in exercise.givens} == {"x", "h_fwd[0]", "h_bwd[4]"}


WEIGHTS = "\n".join(["x: [0.5, -1, 2]", "W_hh: 0.8", "W_xh: 0.3", "b_h: 0.1"])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_truncated_gradients_stop_where_chunks_begin(size):
    use = f"{{cell: rnn, start: 0, truncate: {size}}}"
    exercise = loads(
        written(use, equations='"L = h[3]"', given=WEIGHTS, answers="dL/dW_hh, 'dL/dx[3]'")
    )
    solution = solve(exercise)
    h = [0.0]
    for x in (0.5, -1.0, 2.0):
        h.append(np.tanh(0.8 * h[-1] + 0.3 * x + 0.1))
    expected, slope = 0.0, 1.0
    for t in (3, 2, 1):
        slope *= 1 - h[t] ** 2
        expected += slope * h[t - 1]
        if (t - 1) % size == 0:
            break
        slope *= 0.8
    np.testing.assert_allclose(solution.value("dL/dW_hh"), expected, rtol=1e-12)
    assert verify(exercise).holds


def test_masked_steps_carry_the_state():
    use = "{cell: rnn, start: 0, mask: m}"
    solution = solve(loads(written(use, given=f"{WEIGHTS}\nm: [1, 0, 1]")))
    first = np.tanh(0.3 * 0.5 + 0.1)
    np.testing.assert_allclose(solution.value("h", (2,)), first, rtol=1e-14)
    np.testing.assert_allclose(
        solution.value("h", (3,)), np.tanh(0.8 * first + 0.3 * 2 + 0.1), rtol=1e-14
    )


def test_weights_that_are_not_given_are_drawn():
    use = "{cell: lstm, direction: both, layers: 2, start: 0, units: 3, inputs: 2, seed: 4}"
    given = "x: [[1, 2], [3, 4], [5, 6]]\nb_f_fwd_l1: [1, 1, 1]"
    solution = solve(loads(written(use, given=given, answers="h_l2")))
    assert solution.value("W_f_fwd_l1").shape == (3, 5)
    assert solution.value("W_f_fwd_l2").shape == (3, 9)
    assert list(solution.value("b_f_fwd_l1")) == [1, 1, 1]
    drawn = solution.value("W_f_bwd_l2")
    assert np.abs(drawn).max() <= 0.58
    assert len(np.unique(drawn)) > 10
    again = solve(loads(written(use, given="x: [[1, 2], [3, 4], [5, 6]]", answers="h_l2")))
    assert (again.value("W_f_bwd_l2") == drawn).all(), "what is given changes no other draw"


GRADIENTS = "g_W: [0.5, -1]\neta: 0.1"


def test_an_update_with_an_index_takes_several_steps():
    use = "{update: momentum, of: [W], index: n}"
    solution = solve(loads(written(use, given=f"{GRADIENTS}\nmu: 0.9\nW[0]: 1", answers="W")))
    first = 1 - 0.1 * 0.5
    second = first - 0.1 * (0.9 * 0.5 - 1)
    assert solution.value("W", (1,)) == pytest.approx(first)
    assert solution.value("W", (2,)) == pytest.approx(second)


def test_an_update_without_an_index_takes_one_step():
    use = "{update: adam, of: [w], loss: L}"
    given = "x: 2\nw: 0.5\neta: 0.1\nbeta_1: 0.9\nbeta_2: 0.999\nepsilon: 1e-8"
    equations = '"L = (w * x - 3)^2 / 2"'
    names = "w_new, m_w, v_hat_w, g_w"
    solution = solve(loads(written(use, equations=equations, given=given, answers=names)))
    assert solution.value("g_w") == pytest.approx(-4)
    assert solution.value("m_w") == pytest.approx(-0.4)
    assert solution.value("v_hat_w") == pytest.approx(16)
    assert solution.value("w_new") == pytest.approx(0.6)


@pytest.mark.parametrize(("clip", "expected"), [("clip_norm: 1", 0.6), ("clip_value: 2", 2)])
def test_gradients_are_clipped_together_or_each(clip, expected):
    use = f"{{update: sgd, of: [a, b], loss: L, {clip}}}"
    given = "a: 0\nb: 0\neta: 1"
    solution = solve(
        loads(written(use, equations='"L = 3 * a + 4 * b"', given=given, answers="a_new, b_new"))
    )
    assert solution.value("a_new") == pytest.approx(-expected)
    assert solution.value("b_new") == pytest.approx(-(0.8 if "norm" in clip else 2))


@pytest.mark.parametrize("velocity", ["plain", "scaled"])
def test_a_decay_is_added_to_the_gradient_of_any_update(velocity):
    use = f"{{update: momentum, of: [W], velocity: {velocity}, decay: l2}}"
    given = "W: 1\ng_W: 1\neta: 0.1\nmu: 0.9\nlambda: 0.5"
    solution = solve(loads(written(use, given=given, answers="W_new")))
    assert solution.value("W_new") == pytest.approx(1 - 0.1 * 1.5)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        ("grue", "6:5: there is no cell `grue`: did you mean `gru`?"),
        ("adam", "6:5: there is no cell `adam`: it is an update: "
         "write `{update: adam, of: [W], loss: L}`"),
        ("{cell: gru, layer: 2}", "6:17: the cell `gru` has no option `layer`: "
         "did you mean `layers`?"),
        ("{cell: gru, reset: afte}", "6:24: `reset` can't be `afte`: did you mean `after`?"),
        ("{cell: rnn, rename: {W_x: U}}", "6:26: the cell `rnn` has no `W_x`: "
         "did you mean `W_xh`?"),
        ("{cell: rnn, rename: {tanh: tanx}}", "6:32: there is no function `tanx`: "
         "did you mean `tan`?"),
        ("{cell: rnn, without: [bias]}", "6:27: the cell `rnn` has no `bias`: "
         "it has W_hh, W_hy, W_xh, b_h, b_y, h, x, y, z"),
        ("{cell: rnn, direction: up}", "6:28: `up` does not fit `direction`: "
         "write 'forward', 'backward' or 'both'"),
        ("{cell: rnn, seed: 1}", "6:23: weights can't be drawn without their sizes: "
         "state `units:` and `inputs:`"),
        ("{update: adan, of: [W]}", "6:14: there is no update `adan`: did you mean `adam`?"),
        ("{layers: 2}", "6:5: `cell` is missing: add `cell:`"),
        ("{cell: rnn, rename: {tanh: clip}}", "6:32: `clip` takes 3 arguments, "
         "and `tanh` takes one: choose a function of one argument"),
        ("{cell: rnn, rename: {h: é}}", "6:29: `e\u0301` is not a name: write e.g. `W_f`"),
        ("{cell: rnn, reads: 'x[t-1]'}", "6:24: `x[t-1]` is not a name: write e.g. `W_f`"),
        ("{cell: rnn, suffix: '٣'}", "6:25: names can't end in `_٣`: "
         "write letters, digits and `_`"),
        ("{cell: rnn, batch: t}", "6:24: `t` is the index of something else already: "
         "choose an index of its own"),
        ("{cell: rnn, batch: b, train: b}", "6:34: `b` is the index of something else already: "
         "choose an index of its own"),
        ("{cell: gru, outputs: 2}", "6:17: the cell `gru` has no readout here: remove `outputs`"),
        ("{cell: lstm, projection: 2}", "6:18: the cell `lstm` has no projection here: "
         "remove `projection`"),
        ("{update: sgd, of: [W, W]}", "6:27: `W` is there twice: remove one of the two"),
        ("{update: sgd, of: [W], clip_norm: -1}", "6:39: gradients can't be clipped to -1: "
         "write the size without its sign"),
        ("{cell: lstm, layers: 20, start: 0, units: 1000, inputs: 9, seed: 1}", "6:5: more than "
         "1000000 numbers to draw: use fewer `units:` or `layers:`"),
    ],
)  # fmt: skip
def test_slips_are_told_with_what_to_write(use, message):
    assert complaint(use) == message
