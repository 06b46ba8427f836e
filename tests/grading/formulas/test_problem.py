"""Problems are bounded, written as a line and read back."""

from __future__ import annotations

import pytest

from tests.grading.formulas.material import SYSTEM, put
from tp_solver.errors import ModelError
from tp_solver.grading.formulas.problem import (
    MOST_WORK,
    TooLarge,
    Unusable,
    posed,
    read_problem,
    spelled,
)
from tp_solver.language.parse import parse


@pytest.mark.parametrize(
    "formula",
    [
        "x + dL/df[2] * f[3]",
        "W @ v + place(v, 2, 1) - 1e-30 * v",
        "pick(v, n) < first(t, f[t] > 0) + sum(t=1..100, f[1])",
        "sum(t, twice(f[t]))^0.5",
        "-(-x - -y)^-2",
    ],
)
def test_what_is_written_is_read_back(formula: str) -> None:
    problem = put(formula, formula)
    assert "\n" not in problem.line
    assert read_problem(problem.line) == problem


def test_quantities_become_names_of_their_own() -> None:
    problem = put("f[1] * f[2] + f[1]", "dL/df[1] * W.1.2")
    assert sorted(problem.shapes.values()) == [(), (), (), (2, 2)]
    assert "dL" not in problem.line


def test_positions_are_counted() -> None:
    problem = put("pick(v, n) + x", "pick([v, v], n) + x")
    (count,) = problem.counts.values()
    assert count == 2


@pytest.mark.parametrize(
    "typed", ["sum(ones(99999) * x)", "sum(eye(101))", "norm(eye(100) @ eye(100))"]
)
def test_large_formulas_are_refused(typed: str) -> None:
    with pytest.raises(TooLarge):
        posed(parse(typed), parse("x"), SYSTEM)
    with pytest.raises(Unusable):
        posed(parse("x"), parse(typed), SYSTEM)


def test_what_would_fill_pages_is_refused() -> None:
    with pytest.raises(TooLarge):
        spelled(parse("sum(a=1..64, sum(b=1..64, f[1]))"), SYSTEM)


def test_shapes_that_do_not_fit_are_told_apart_from_a_wrong_key() -> None:
    with pytest.raises(ModelError):
        posed(parse("W + v"), parse("x"), SYSTEM)
    with pytest.raises(Unusable):
        posed(parse("x"), parse("W + v"), SYSTEM)


def test_work_is_bounded() -> None:
    assert put("sum(W @ W)", "sum(W @ W)").work < MOST_WORK
