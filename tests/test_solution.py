"""The spine: steps in the order a person works, numbers put in, values rounded to show."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.written import model
from tp_solver.errors import AuthorError
from tp_solver.language.plain import plain
from tp_solver.language.tree import Value
from tp_solver.solution import Solution, SolvedStep, displayed, load, loads, solve

TP = ROOT / "exercises" / "tp"


@pytest.fixture(scope="module")
def lstm() -> Solution:
    return solve(load(TP / "tp-2.2.yaml"))


def step(solution: Solution, name: str) -> SolvedStep:
    """Return a step by the name it computes."""
    return next(s for s in solution.steps if plain(s.ref) == name)


def test_steps_come_in_the_order_of_work(lstm: Solution) -> None:
    names = [plain(step.ref) for step in lstm.steps]
    assert names[:4] == ["z_f[1]", "f[1]", "z_i[1]", "i[1]"]
    assert names.index("h[1]") < names.index("z_f[2]")
    assert len(names) == len(set(names)) == 20


def test_gradients_come_after_values_from_the_last_step_back() -> None:
    names = [plain(step.ref) for step in solve(load(TP / "tp-2.3b.yaml")).steps]
    values = [name for name in names if not name.startswith("dL/")]
    assert names[: len(values)] == values
    assert names.index("dL/dC[3]") < names.index("dL/dC[2]") < names.index("dL/dC[1]")
    assert names.index("dL/dz_f[1]") < names.index("dL/dW_f")


def test_only_gradients_that_lead_to_what_is_asked_are_steps() -> None:
    names = [plain(step.ref) for step in solve(load(TP / "tp-2.3.yaml")).steps]
    assert "dL/dC[1]" in names
    assert "dL/dC[2]" not in names
    assert "dL/dh[0]" not in names


def test_products_are_spelled_out_component_by_component(lstm: Solution) -> None:
    found = step(lstm, "z_f[1]")
    assert plain(found.formula) == "W_f @ [h[0], x[1]] + b_f"
    assert [plain(c.name) for c in found.components] == ["z_f[1].1", "z_f[1].2"]
    first = found.components[0]
    assert plain(first.substituted) == "0.1 @ 0.1 + 0.2 @ (-0.1) + 0.3 @ 0.8 + 0.1"
    assert plain(first.value) == "0.3300"


def test_given_numbers_stand_as_written_and_computed_ones_rounded(lstm: Solution) -> None:
    first = step(lstm, "C[1]").components[0]
    assert plain(first.substituted) == "0.5818 * 0.2 + 0.5866 * (-0.0100)"
    assert first.value.items == Decimal("0.1105")


def test_numbers_of_a_single_unit_are_put_in_as_a_whole() -> None:
    found = step(solve(load(TP / "tp-2.1.yaml")), "z_f[2]")
    assert plain(found.substituted) == "0.1 @ 0.1078 + 0.2 @ 0.5 + 0"
    assert not found.components


def test_large_vectors_are_not_spelled_out() -> None:
    solution = solve(model(["y = W @ x"], {"W": np.eye(9), "x": np.arange(9)}, ["y"]))
    (found,) = solution.steps
    assert not found.components
    assert len(found.value) == 9


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.12345, "0.1235"),  # half up
        (-0.00004, "-0.0000400"),  # never a zero that is none
        (3.0, "3"),
        (1e-17, "0"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_values_are_rounded_as_people_round(lstm: Solution, number: float, shown: str) -> None:
    assert str(displayed(lstm.exercise, number)) == shown


def test_vectors_are_shown_number_by_number(lstm: Solution) -> None:
    assert displayed(lstm.exercise, np.array([0.5, 1])) == (Decimal("0.5000"), Decimal(1))


def test_significant_digits() -> None:
    text = (TP / "tp-2.2.yaml").read_text().replace("{decimals: 4}", "{significant: 2}")
    exercise = loads(text).exercise
    assert [plain(Value(displayed(exercise, x))) for x in (0.012345, 123.45)] == ["0.012", "120"]


def test_a_value_is_found_by_name_and_place(lstm: Solution) -> None:
    assert lstm.value("C", (0,)).tolist() == [0.2, 0]
    assert lstm.value("W_f").shape == (2, 3)
    with pytest.raises(KeyError):
        lstm.value("nothing")


def test_a_broken_exercise_raises_with_every_issue() -> None:
    with pytest.raises(AuthorError) as caught:
        loads("id: x\ntitle: {en: X}\nequations: [a = b]\nquestion: []\n")
    assert len(caught.value.issues) >= 2


def test_a_component_in_a_long_sum_keeps_its_name():
    exercise = model(
        ["h[t] = W @ h[t-1]", "L = sum(t, h[t].1^2)"],
        {"W": [[0.5, 1], [0, 0.5]], "h[0]": [1, 2]},
        ["L"],
        {"t": "1..40"},
    )
    step = solve(exercise).steps[-1]
    assert plain(step.substituted) == "sum(t=1..40, h[t].1^2)"


def test_a_table_is_named_and_its_chosen_numbers_put_in() -> None:
    exercise = model(
        ["e[t] = row(E, k[t])", "u[t] = one_hot(k[t], 3) @ E", "a = W @ e[2]"],
        {"E": [[1, 2], [3, 4], [5, 6]], "k": [2, 0], "W": [[1, 1], [2, 3]]},
        ["e", "u", "a"],
        {"t": "1..2"},
    )
    solution = solve(exercise)
    row = step(solution, "e[1]")
    assert plain(row.substituted) == "row(E, 2.0)"
    assert row.components == ()
    (first, _) = step(solution, "u[1]").components
    assert plain(first.substituted) == "0 @ 1.0 + 0 @ 3.0 + 1 @ 5.0"


def test_a_number_that_a_matrix_of_one_gives_is_spelled_out() -> None:
    exercise = model(["y = diag(a)", "L = sum(c * y)"], {"a": 2, "c": [[3]]}, ["dL/da"])
    gradient = step(solve(exercise), "dL/da")
    assert plain(gradient.formula) == "diag(dL/dy)"
    assert plain(gradient.substituted) == "3"
