"""Values that can't be meant: told as such, and nothing is earned by what follows from them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.grading.material import graded, mark_of, shipped, solved
from tests.grading.students import Student
from tp_solver.grading.plausible import bounds, implausible
from tp_solver.grading.report import Verdict
from tp_solver.grading.submission import Raw
from tp_solver.solution import Solution

TEXT = """
id: chain
title: Chain
equations: ["z = 0.4 * x + 0.2", "f = sigmoid(z)", "C = f * 0.7", "h = C * 0.9", "k = h + 0.5"]
given: {x: 1.1}
precision: {decimals: 4}
credit: {implausible: 0.25}
questions:
- {id: all, text: All., answers: [z, f, C, h, k], points: 5}
"""


def answers(solution: Solution) -> dict[str, Raw]:
    return dict(Student(solution.model, 4, manner="answers").submission().answers)


@pytest.mark.parametrize("typed", ["0", "0.0000", "1.7", "-0.4"])
def test_what_can_not_be_meant_is_not_carried(typed: str) -> None:
    solution = solved(TEXT)
    value = float(typed)
    chain = {"C": 0.7 * value, "h": 0.63 * value, "k": 0.63 * value + 0.5}
    given = {**answers(solution), "f": typed, **{k: f"{v:.4f}" for k, v in chain.items()}}
    report = graded(solution, given)
    assert mark_of(report, "f").remark is not None
    assert mark_of(report, "f").remark.code == "implausible"  # type: ignore[union-attr]
    for name in ("C", "h", "k"):
        mark = mark_of(report, name)
        assert mark.verdict in (Verdict.CARRIED, Verdict.WRONG)
        assert mark.points <= 0.25 * mark.out_of
    assert mark_of(report, "k").remark.code == "hollow"  # type: ignore[union-attr]
    assert mark_of(report, "k").points == pytest.approx(0.25)


def test_after_it_the_truth_counts_again() -> None:
    solution = solved(TEXT)
    report = graded(solution, {**answers(solution), "f": "0"})
    assert [mark.verdict for mark in report.marks if mark.answer != "f"] == [Verdict.CORRECT] * 4


def test_a_wrong_value_that_can_be_meant_is_carried_beside_one_that_can_not() -> None:
    solution = shipped("tp-2.1")
    sheet = answers(solution)
    sheet |= {"i[1]": "0", "f[2]": "0.6000", "C[2]": "0.2275"}  # 0.6 · 0.19 + i[2] · C̃[2]
    report = graded(solution, sheet)
    assert mark_of(report, "i[1]").remark.code == "implausible"  # type: ignore[union-attr]
    assert mark_of(report, "C[2]").verdict is Verdict.CARRIED
    assert mark_of(report, "C[2]").points == mark_of(report, "C[2]").out_of


def test_a_zero_that_is_due_is_no_loophole() -> None:
    report = graded(shipped("tp-2.1"), {"z_i[1]": "0", "i[1]": "0.5"})
    assert mark_of(report, "z_i[1]").verdict is Verdict.CORRECT


def test_bounds_follow_from_the_outermost_function() -> None:
    system = shipped("tp-2.1").model.system
    assert bounds(system, "f") == (0, 1)
    assert bounds(system, "C_tilde") == (-1, 1)
    assert bounds(system, "h") == (-np.inf, np.inf)


def test_rounding_to_the_bound_is_no_offence() -> None:
    one = np.array([1.0])
    assert not implausible(one, np.array([1e-4]), np.array([0.99997]), (0.0, 1.0)).any()
