"""The order of computing: where loops stand, which way they run, what needs no loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.written import model
from tp_solver.errors import AuthorError
from tp_solver.graph.model import Model
from tp_solver.graph.schedule import Compute, Loop, Single, Step, ordered_positions
from tp_solver.solution import solve

T3 = {"t": "1..3"}
LT = {"l": "1..2", "t": "1..3"}


def shown(steps: tuple[Step, ...]) -> list[Any]:
    """Spell a schedule: names, loops as (index, direction, body), single positions."""
    spelled: list[Any] = []
    for step in steps:
        match step:
            case Compute(equation):
                spelled.append(equation.left.key)
            case Loop(index, _, direction, body):
                spelled.append((index, direction, shown(body)))
            case Single(equation, at):
                spelled.append((equation.left.key, *(i for _, i in at)))
    return spelled


def order(loaded: Model) -> list[Any]:
    """Spell an exercise's schedule."""
    return shown(loaded.steps)


def value(loaded: Model, key: str) -> list[Any]:
    """List the values of a name."""
    found: list[Any] = solve(loaded).tables[key].data.tolist()
    return found


def test_plain_order_needs_no_loop() -> None:
    loaded = model(
        ["c = 2 * b", "y[t] = c * x[t]", "b = a + 1"], {"a": 1, "x": [1, 2, 3]}, ["y"], T3
    )
    assert order(loaded) == ["b", "c", "y"]
    assert value(loaded, "y") == [4, 8, 12]


def test_recurrence_loops_upwards() -> None:
    loaded = model(["h[t] = 2 * h[t-1] + x[t]"], {"h[0]": 1, "x": [1, 0, 1]}, ["h"], T3)
    assert order(loaded) == [("t", 1, ["h"])]
    assert value(loaded, "h") == [1, 3, 6, 13]


def test_recurrence_to_the_future_loops_downwards() -> None:
    loaded = model(["g[t] = 2 * g[t+1] + x[t]"], {"g[4]": 1, "x": [1, 0, 1]}, ["g"], T3)
    assert order(loaded) == [("t", -1, ["g"])]
    assert value(loaded, "g") == [13, 6, 3, 1]


def test_longer_steps_back_loop_as_well() -> None:
    loaded = model(["h[t] = h[t-1] + h[t-2]"], {"h[-1..0]": [0, 1]}, ["h"], {"t": "1..6"})
    assert order(loaded) == [("t", 1, ["h"])]
    assert value(loaded, "h") == [0, 1, 1, 2, 3, 5, 8, 13]


def test_what_only_reads_or_feeds_a_loop_stays_outside() -> None:
    loaded = model(
        ["y[t] = 3 * h[t]", "h[t] = h[t-1] + u[t]", "u[t] = x[t]^2"],
        {"h[0]": 0, "x": [1, 2, 3]},
        ["y"],
        T3,
    )
    assert order(loaded) == ["u", ("t", 1, ["h"]), "y"]


def test_two_nested_indices() -> None:
    loaded = model(
        ["h[l, t] = h[l, t-1] + h[l-1, t]"],
        {"h[0, 1..3]": [1, 1, 1], "h[1..2, 0]": [0, 0]},
        ["h"],
        LT,
    )
    assert order(loaded) == [("l", 1, [("t", 1, ["h"])])]
    assert value(loaded, "h")[2][1:] == [1, 3, 6]


def test_stacked_layers_loop_over_the_layers_only() -> None:
    loaded = model(["h[l, t] = 2 * h[l-1, t]"], {"h[0, 1..3]": [1, 2, 3]}, ["h"], LT)
    assert order(loaded) == [("l", 1, ["h"])]
    assert value(loaded, "h")[2] == [4, 8, 12]


def test_bidirectional_needs_two_loops() -> None:
    loaded = model(
        ["f[t] = f[t-1] + x[t]", "b[t] = b[t+1] + x[t]", "y[t] = f[t] * b[t]"],
        {"f[0]": 0, "b[4]": 0, "x": [1, 2, 3]},
        ["y"],
        T3,
    )
    assert order(loaded) == [("t", 1, ["f"]), ("t", -1, ["b"]), "y"]
    assert value(loaded, "y") == [6, 15, 18]


def test_mutual_recursion_shares_a_loop_in_the_right_order() -> None:
    loaded = model(["p[t] = q[t] + 1", "q[t] = 2 * p[t-1]"], {"p[0]": 1}, ["p"], T3)
    assert order(loaded) == [("t", 1, ["q", "p"])]
    assert value(loaded, "p") == [1, 3, 7, 15]


def test_opposite_directions_nest_where_one_index_allows_it() -> None:
    """Along t the readings go both ways; along l they all go back."""
    loaded = model(
        ["h[l, t] = h[l-1, t-1] + h[l-1, t+1]"],
        {"h[0, 0..4]": [0, 1, 1, 1, 0], "h[1, 0]": 0, "h[1, 4]": 0},
        ["h"],
        LT,
    )
    assert order(loaded) == [("l", 1, ["h"])]
    assert value(loaded, "h")[2][1:4] == [2, 2, 2]


def test_diagonal_readings() -> None:
    loaded = model(
        ["d[t] = h[t, t] + d[t-1]", "h[l, t] = x[l] * x[t]"],
        {"d[0]": 0, "x": [1, 2, 3]},
        ["d"],
        {"l": "1..3", "t": "1..3"},
    )
    assert order(loaded) == ["h", ("t", 1, ["d"])]
    assert value(loaded, "d") == [0, 1, 5, 14]


def test_no_common_direction_falls_back_to_positions() -> None:
    loaded = model(
        ["a[t] = b[t+1] + 1", "b[t] = a[t-2] + 1"], {"a[-1..0]": [1, 2], "b[4]": 9}, ["a"], T3
    )
    assert order(loaded) == [("b", 1), ("b", 2), ("a", 1), ("a", 3), ("b", 3), ("a", 2)]
    assert value(loaded, "a") == [1, 2, 4, 6, 10]
    assert value(loaded, "b") == [2, 3, 5, 9]


def test_a_nest_with_no_inner_direction_falls_back_as_a_whole() -> None:
    """Along t a loop would serve, but what is left inside of it goes both ways along l."""
    loaded = model(
        ["r[l, t] = r[l, t-1] + s[l+1, t]", "s[l, t] = r[l-2, t] + 1"],
        {"r[1..3, 0]": [1, 2, 3], "r[-1..0, 1..2]": [[1, 2], [3, 4]], "s[4, 1..2]": [5, 6]},
        ["r", "s[1, 1]", "s[1, 2]"],
        {"l": "1..3", "t": "1..2"},
    )
    steps = order(loaded)
    assert len(steps) == 12
    assert {step[0] for step in steps} == {"r", "s"}
    r = np.array(value(loaded, "r"))[2:]
    # s[2] = r[0] + 1, s[3] = r[1] + 1, so r[1] adds 4 and 5, r[3] adds 5 and 6.
    assert r.tolist() == [[1, 5, 10], [2, 8, 19], [3, 8, 14]]


def test_a_sum_over_the_index_of_a_loop_hides_it() -> None:
    """Each z[l, t] reads every z[·, t-1]: t must be the outer loop."""
    loaded = model(
        ["z[l, t] = z[l-1, t] + sum(l, z[l, t-1])"],
        {"z[0, 1..3]": [1, 1, 1], "z[1..2, 0]": [1, 1]},
        ["z"],
        LT,
    )
    assert order(loaded) == [("t", 1, [("l", 1, ["z"])])]
    assert value(loaded, "z")[1][1:] == [3, 9, 27]
    assert value(loaded, "z")[2][1:] == [5, 17, 53]


def test_the_schedule_does_not_grow_with_the_steps() -> None:
    equations = ["h[t] = tanh(w * h[t-1])", "L = sum(t, h[t]^2)"]
    lengths = set()
    for steps in (3, 300):
        loaded = model(equations, {"h[0]": 1, "w": 0.5}, ["dL/dw"], {"t": f"1..{steps}"})
        lengths.add(repr(order(loaded)))
    assert len(lengths) == 1


def test_the_backward_pass_runs_down() -> None:
    loaded = model(
        ["h[t] = tanh(w * h[t-1])", "L = sum(t, h[t]^2)"], {"h[0]": 1, "w": 0.5}, ["dL/dw"], T3
    )
    loops = [step[:2] for step in order(loaded) if isinstance(step, tuple)]
    assert loops == [("t", 1), ("t", -1)]


def test_positions_come_in_the_same_order_every_time() -> None:
    equations = ["y[t] = 3 * h[t]", "h[t] = h[t-1] + x[t]", "L = sum(t, y[t])"]
    loaded = model(equations, {"h[0]": 0, "x": [1, 2, 3]}, ["dL/dx"], T3)
    listed = ordered_positions(loaded.system.equations)
    assert listed == ordered_positions(loaded.system.equations)
    places = [(loaded.system.equations[i].left.key, [place for _, place in at]) for i, at in listed]
    forward = [("h", [1]), ("y", [1]), ("h", [2]), ("y", [2]), ("h", [3]), ("y", [3]), ("L", [])]
    assert [place for place in places if "/" not in place[0]] == forward
    back = [place for key, place in places if key == "dL/dh"]
    assert back == sorted(back, reverse=True)


@pytest.mark.parametrize(
    ("equations", "first", "circle"),
    [
        (["a[t] = a[t-1] + b[t]", "b[t] = a[t] + x[t]"], "a[0]", "a[1] needs b[1] needs a[1]"),
        (
            ["a[t] = a[t+1] + x[t]", "a[4] = a[2] + a[5]"],
            "a[5]",
            "a[2] needs a[3] needs a[4] needs a[2]",
        ),
    ],
)
def test_a_position_that_needs_itself_is_named(
    equations: list[str], first: str, circle: str
) -> None:
    with pytest.raises(AuthorError) as caught:
        model(equations, {"x": [1, 2, 3], first: 1}, ["a"], T3)
    assert f"`{circle[:4]}` needs itself: {circle}" in str(caught.value)
