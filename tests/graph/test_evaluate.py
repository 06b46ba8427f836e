"""Values: the same whatever the layout (looped, all positions at once, batched), and bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from tests.graph.systems import Written, losses, recurrences
from tests.written import model
from tp_solver.errors import AuthorError
from tp_solver.exercise.exercise import Equation
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Evaluator, Intervals, Numbers, Table, evaluate
from tp_solver.graph.intervals import Interval
from tp_solver.graph.model import Model
from tp_solver.graph.schedule import Single, ordered_positions
from tp_solver.solution import solve

T3 = {"t": "1..3"}
EXAMPLES = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SYSTEMS = st.one_of(losses(), recurrences())
TINY_LSTM = {
    "x": [1.0, 0.5, -0.3],
    "h[0]": 0.1,
    "C[0]": 0.2,
    **{f"W_{gate}": [0.1 + k / 5, 0.4 - k / 7] for k, gate in enumerate("fiCo")},
    **{f"b_{gate}": k / 10 for k, gate in enumerate("fiCo")},
}


def loaded(written: Written) -> Model:
    """Load a random system, one whose gradients can be derived."""
    assume(written.asked)
    try:
        return model(
            written.equations, written.given, written.asked, written.indices, written.extra
        )
    except AuthorError:
        reject()


def lstm() -> Model:
    """Load an LSTM of one unit with its gradients."""
    asked = ["dL/dW_f", "dL/dW_o", "dL/db_C"]
    return model(["L = sum(t, h[t]^2)"], TINY_LSTM, asked, T3, "use: lstm")


def values(equations: list[str], numbers: dict[str, Any], name: str, **indices: str) -> Array:
    """Return the values of a name in an exercise."""
    return solve(model(equations, numbers, [name], indices or T3)).tables[name].data


def close(ours: Array, theirs: Array) -> bool:
    """Tell whether values differ by rounding only (NaN equals NaN)."""
    return np.allclose(ours, theirs, rtol=1e-10, atol=1e-13, equal_nan=True)


@EXAMPLES
@given(SYSTEMS)
def test_one_position_after_the_other_gives_the_same(written: Written) -> None:
    exercise = loaded(written)
    equations = exercise.system.equations
    singles = tuple(Single(equations[i], at) for i, at in ordered_positions(equations))
    whole = evaluate(exercise.system, exercise.steps)
    for key, table in evaluate(exercise.system, singles).items():
        assert close(whole[key].data, table.data), key


@EXAMPLES
@given(SYSTEMS, st.integers(0, 10**6))
def test_a_batch_gives_the_same_as_one_by_one(written: Written, pick: int) -> None:
    """Only one of the givens differs along the batch: the others are shared."""
    exercise = loaded(written)
    known = exercise.system.known[pick % len(exercise.system.known)]
    box = exercise.system.extent(known.key)
    lead = len(box)
    assume(box == known.box)  # not a name that equations define elsewhere
    numbers = known.values.astype(float)
    varied = [numbers, numbers * 0.9 + 0.1, -numbers]
    replaced = {known.key: np.stack(varied, axis=lead)}
    batched = evaluate(exercise.system, exercise.steps, 3, replaced)
    for n, value in enumerate(varied):
        alone = evaluate(exercise.system, exercise.steps, replaced={known.key: value})
        for key, table in batched.items():
            one = np.take(table.data, n, axis=len(table.box))
            assert close(one, alone[key].data), key


@EXAMPLES
@given(SYSTEMS)
def test_intervals_hold_the_numbers(written: Written) -> None:
    exercise = loaded(written)
    numbers = evaluate(exercise.system, exercise.steps)
    bounds = Evaluator(exercise.system, Intervals()).run(exercise.steps)
    for key, table in bounds.items():
        value = numbers[key].data
        slack = 1e-12 * (1 + np.abs(value))
        # A bound that is NaN (an infinite one times zero) says nothing.
        assert not np.any(table.data.lo > value + slack), key
        assert not np.any(table.data.hi < value - slack), key


def test_wider_intervals_hold_what_any_of_their_numbers_gives() -> None:
    exercise = lstm()
    evaluator = Evaluator(exercise.system, Intervals(lambda _op, _shapes, i: i.widened(1e-4)))
    bounds = evaluator.run(exercise.steps)
    evaluator_with_noise = Evaluator(exercise.system, Numbers(), after=nudged(1e-4))
    for key, table in evaluator_with_noise.run(exercise.steps).items():
        value = table.data
        known = ~np.isnan(value)
        assert np.all(bounds[key].data.lo[known] <= value[known]), key
        assert np.all(bounds[key].data.hi[known] >= value[known]), key


def nudged(by: float) -> Any:
    """Return what adds something to each value right after it is computed."""

    def after(_equation: Equation, table: Table[Array], place: Any) -> None:
        table.data[place] += by

    return after


def test_after_sees_each_equation_once_per_position_and_its_changes_are_read() -> None:
    exercise = model(
        ["h[t] = h[t-1] + 1", "y[t] = 2 * h[t]", "s = sum(t, y[t])"],
        {"h[0]": 0},
        ["s"],
        T3,
    )
    seen: list[tuple[str, Any]] = []

    def after(equation: Equation, table: Table[Array], place: Any) -> None:
        assert equation in exercise.system.equations
        seen.append((equation.left.key, np.shape(table.data[place])))
        table.data[place] *= 10

    tables = Evaluator(exercise.system, Numbers(), after=after).run(exercise.steps)
    assert seen == [("h", ()), ("h", ()), ("h", ()), ("y", (3,)), ("s", ())]
    assert tables["h"].data.tolist() == [0, 10, 110, 1110]
    assert tables["s"].data == 10 * 20 * (10 + 110 + 1110)


def test_after_does_not_reach_an_equal_formula_elsewhere() -> None:
    """`h[t-1] + 1` is a value of its own in y, not the h that was changed."""
    exercise = model(
        ["h[t] = h[t-1] + 1", "y[t] = (h[t-1] + 1) * y[t-1] + 0 * h[t]"],
        {"h[0]": 0, "y[0]": 1},
        ["y"],
        T3,
    )
    tables = Evaluator(exercise.system, Numbers(), after=nudged(100)).run(exercise.steps)
    assert tables["h"].data.tolist() == [0, 101, 202, 303]
    assert tables["y"].data[1] == 1 + 100


def test_replaced_numbers_of_a_batch_leave_the_exercise_alone() -> None:
    exercise = lstm()
    before = solve(exercise).tables["h"].data
    evaluate(exercise.system, exercise.steps, 2, {"W_f": np.zeros((2, 2))})
    assert np.array_equal(solve(exercise).tables["h"].data, before)


def test_a_sum_inside_a_loop() -> None:
    """Attention in small: each step adds up all inputs, weighted by the state before."""
    found = values(
        ["h[t] = sum(k, x[k] * h[t-1]) + t"], {"h[0]": 1, "x": [1, 2]}, "h", t="1..3", k="1..2"
    )
    assert found.tolist() == [1, 4, 14, 45]


def test_a_sum_inside_a_loop_over_what_the_loop_made() -> None:
    found = values(
        ["h[t] = h[t-1] + sum(k, w[k] * h[t-1])", "u[t] = sum(s=0..2, h[s]) + t"],
        {"h[0]": 1, "w": [1, 2]},
        "u",
        t="1..3",
        k="1..2",
    )
    assert found.tolist() == [22, 23, 24]


def test_a_mean_of_what_does_not_vary() -> None:
    assert values(["m = mean(t, c)"], {"c": 2.5}, "m").tolist() == 2.5
    assert values(["m = sum(t, c)"], {"c": [2, 3]}, "m").tolist() == [6, 9]


def test_an_outer_product_summed_over_an_index_it_does_not_read() -> None:
    found = values(["m = sum(t, u @ v.T)"], {"u": [1, 2], "v": [3, 4]}, "m")
    assert found.tolist() == [[9, 12], [18, 24]]


def test_the_number_of_an_index() -> None:
    assert values(["d[t] = 2^t"], {}, "d").tolist() == [2, 4, 8]
    assert values(["h[t] = h[t-1] * t"], {"h[0]": 1}, "h").tolist() == [1, 1, 2, 6]
    assert values(["s = sum(t, t^2)"], {}, "s").tolist() == 14


def test_first_gives_a_position_or_nothing() -> None:
    equations = ["n = first(t, 0.5^t < limit)"]
    assert values(equations, {"limit": 0.2}, "n").tolist() == 3
    with pytest.raises(AuthorError, match="no position of `t` fulfils the condition"):
        values(equations, {"limit": 0.01}, "n")


def test_first_of_an_interval_names_every_position_possible() -> None:
    exercise = model(["n = first(t, 0.5^t < limit)"], {"limit": 0.2}, ["n"], {"t": "1..9"})
    evaluator = Evaluator(exercise.system, Intervals())
    evaluator.tables["limit"].data = Interval(np.array(0.01), np.array(0.2))
    n = evaluator.run(exercise.steps)["n"].data
    assert (float(n.lo), float(n.hi)) == (3, 7)
    evaluator = Evaluator(exercise.system, Intervals())
    evaluator.tables["limit"].data = Interval(np.array(0.0), np.array(0.2))
    n = evaluator.run(exercise.steps)["n"].data
    assert (float(n.lo), float(n.hi)) == (3, 9)  # it may never be sure


def test_diagonals() -> None:
    equations = ["s = sum(t, m[t, t])", "m[l, t] = x[l] * 10 + x[t]"]
    assert values(equations, {"x": [1, 2, 3]}, "s", l="1..3", t="1..3").tolist() == 66


def test_indices_in_another_order() -> None:
    equations = ["m[l, t] = 10 * l + t", "n[t, l] = m[l, t]", "p[t, l] = p[t-1, l] + m[l, t]"]
    found = values(equations, {"p[0, 1..2]": [0, 0]}, "p", l="1..2", t="1..3")
    assert found.tolist() == [[0, 0], [11, 21], [23, 43], [36, 66]]


def test_equations_that_hold_along_a_part_of_a_loop() -> None:
    found = values(
        ["h[t] = h[t-1] + g[t]", "g[t] = h[t-1] for t=1..2", "g[t] = 100 * h[t-1] for t=3..3"],
        {"h[0]": 1},
        "h",
    )
    assert found.tolist() == [1, 2, 4, 404]


def test_equations_that_hold_along_a_part_of_an_outer_loop() -> None:
    found = values(
        [
            "h[l, t] = h[l, t-1] + g[l, t]",
            "g[l, t] = h[l-1, t] for l=1..1",
            "g[l, t] = 10 * h[l-1, t] for l=2..2",
        ],
        {"h[0, 1..3]": [1, 1, 1], "h[1..2, 0]": [0, 0]},
        "h",
        l="1..2",
        t="1..3",
    )
    assert found[1:, 1:].tolist() == [[1, 2, 3], [10, 30, 60]]


def test_an_overflow_passes_in_silence() -> None:
    with np.errstate(all="raise"):
        assert values(["y[t] = sigmoid(x[t])"], {"x": [-1e4, 0, 1e4]}, "y").tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("batch", [None, 2])
def test_what_is_computed_ahead_of_a_loop_leaves_no_trace(batch: int | None) -> None:
    exercise = lstm()
    tables = evaluate(exercise.system, exercise.steps, batch)
    assert set(tables) == set(exercise.system.keys())
