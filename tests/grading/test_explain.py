"""Known mistakes behind wrong numbers: named where they are certain, and only there."""

from __future__ import annotations

import math
import random
from functools import cache

import pytest

from tests.grading.material import graded, mark_of, random_lstm, shipped, solved, submission
from tests.grading.students import MANNERS, Student
from tp_solver.errors import AuthorError
from tp_solver.grading.marking import Marker
from tp_solver.grading.report import Mark, Report, Verdict
from tp_solver.grading.submission import Raw
from tp_solver.solution import Solution

HIDDEN = """
id: hidden
title: Hidden
indices: {t: 1..3}
use: lstm
given:
  x: [1.0, 0.5, -0.3]
  h[0]: 0
  C[0]: 0
  W_f: [0.1, 0.2]
  b_f: 0.3
  W_i: [0.3, -0.1]
  b_i: 0.1
  W_C: [0.2, 0.4]
  b_C: 0.2
  W_o: [0.1, 0.3]
  b_o: -0.4
precision: {decimals: 4}
questions:
- {id: all, text: All., answers: [C, h], points: 6}
"""
VECTOR = """
id: vector
title: Vector
equations: ["z = W @ h + U @ x + b", "a = tanh(z)"]
given:
  W: [[0.31, -0.72], [0.55, 0.13]]
  U: [[0.21, 0.64], [-0.37, 0.48]]
  h: [0.4, -0.9]
  x: [1.2, 0.7]
  b: [0.15, -0.27]
precision: {decimals: 4}
questions:
- {id: all, text: All., answers: [z, a], points: 6}
"""


def answers(solution: Solution, **changes: str) -> dict[str, Raw]:
    """Hand in what an honest student does, but for some changes."""
    sheet = Student(solution.model, 4, manner="answers").submission().answers
    return {**sheet, **{name.replace("_at_", "[") + "]": v for name, v in changes.items()}}


def named(mark: Mark) -> tuple[tuple[str, ...], ...]:
    """Return what a mark says may be the mistake."""
    return mark.finding.possible if mark.finding else ()


def test_a_mistake_is_named_with_what_it_is_about() -> None:
    solution = shipped("tp-2.1")
    mark = mark_of(graded(solution, answers(solution, h_at_1="0.1091")), "h[1]")
    assert mark.verdict is Verdict.MISCONCEPTION
    assert mark.misconception == "lstm-no-tanh-on-C"
    assert mark.points == 0
    assert mark.finding is not None
    assert "C[1]" in dict(mark.finding.names[0]).values()


def test_a_mistake_made_from_the_students_own_values() -> None:
    # After C[2] = 0.31 for 0.2137, which nothing explains: o[2] · 0.31 without tanh.
    solution = shipped("tp-2.1")
    report = graded(solution, answers(solution, C_at_2="0.3100", h_at_2="0.1674"))
    assert mark_of(report, "C[2]").verdict is Verdict.WRONG
    assert named(mark_of(report, "h[2]")) == (("lstm-no-tanh-on-C",),)


def test_a_mistake_made_from_true_values_after_a_slip() -> None:
    # o[2] · C[2] with the true C[2] = 0.213735, though 0.31 was handed in for it.
    solution = shipped("tp-2.1", 6)
    o, c = (float(solution.value(name, (2,))) for name in ("o", "C"))
    given = {"C[2]": "0.310000", "o[2]": f"{o:.6f}", "h[2]": f"{o * c:.6f}"}
    report = graded(solution, given)
    assert named(mark_of(report, "h[2]")) == (("lstm-no-tanh-on-C",),)


def test_a_mistake_in_a_step_that_nobody_wrote_down() -> None:
    given: dict[str, Raw] = {}
    h = c = 0.0

    def sigma(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    for t, x in enumerate((1.0, 0.5, -0.3), 1):
        f, i = sigma(0.1 * h + 0.2 * x + 0.3), sigma(0.3 * h - 0.1 * x + 0.1)
        g, o = sigma(0.2 * h + 0.4 * x + 0.2), sigma(0.1 * h + 0.3 * x - 0.4)
        c = f * c + i * g
        h = o * math.tanh(c)
        given |= {f"C[{t}]": f"{c:.4f}", f"h[{t}]": f"{h:.4f}"}
    report = graded(solved(HIDDEN), given)
    for t in (1, 2, 3):
        assert ("lstm-candidate-sigmoid",) in named(mark_of(report, f"C[{t}]"))
        assert mark_of(report, f"h[{t}]").verdict is Verdict.CARRIED


def test_two_mistakes_at_once() -> None:
    # W used transposed, and the bias forgotten: only both together give these two numbers.
    z = [0.31 * 0.4 + 0.55 * -0.9, -0.72 * 0.4 + 0.13 * -0.9]
    u = [0.21 * 1.2 + 0.64 * 0.7, -0.37 * 1.2 + 0.48 * 0.7]
    typed = [f"{a + b:.4f}" for a, b in zip(z, u, strict=True)]
    report = graded(solved(VECTOR), {"z": list(typed)})
    for i in (1, 2):
        assert {"row-vs-column", "lstm-forgot-bias"} in map(set, named(mark_of(report, "z", i)))


@pytest.mark.parametrize(
    ("answer", "typed", "slip"),
    [
        ("C_at_2", "-0.2137", "slip-sign"),
        ("C_at_2", "21.375", "slip-decimal-point"),
        ("f_at_1", "0.5948", "slip-digits-transposed"),
    ],
)
def test_slips_of_the_pen(answer: str, typed: str, slip: str) -> None:
    solution = shipped("tp-2.1")
    name = answer.replace("_at_", "[") + "]"
    mark = mark_of(graded(solution, answers(solution, **{answer: typed})), name)
    assert (slip,) in named(mark)


def test_swapped_components() -> None:
    solution = solved(VECTOR)
    z = [float(item) for item in solution.value("z")]
    report = graded(solution, {"z": [f"{z[1]:.4f}", f"{z[0]:.4f}"]})
    assert named(mark_of(report, "z", 1)) == (("slip-components-swapped",),)


def test_few_digits_accuse_nobody() -> None:
    # 0.1 for 0.5498 may be anything, whatever mistakes would round to it.
    report = graded(shipped("tp-2.1"), {"f[1]": "0.1", "o[1]": "0.2", "i[1]": "0.7"})
    assert [mark.verdict for mark in report.marks if mark.given] == [Verdict.WRONG] * 3


@cache
def marker(seed: int) -> Marker:
    """Return what marks a random LSTM."""
    return Marker(random_lstm(seed, 4))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("manner", MANNERS)
def test_honest_students_are_never_accused(seed: int, manner: str) -> None:
    solution = marker(seed).solution
    students = [Student(solution.model, 4, manner=manner, seed=n).submission() for n in range(3)]
    for report in marker(seed).reports(students):
        assert not any(mark.finding for mark in report.marks)


def test_random_slips_are_rarely_taken_for_mistakes() -> None:
    solution = shipped("tp-2.1")
    honest = answers(solution)
    draw = random.Random(5)
    handed = []
    for n in range(600):
        name = draw.choice(list(honest))
        text = str(honest[name]).replace(",", ".")
        moved = float(text) * (1 + draw.choice((-1, 1)) * draw.uniform(0.01, 0.5))
        handed.append(submission({**honest, name: f"{moved:.4f}"}, f"s{n}"))
    reports = list(Marker(solution).reports(handed))
    accused = sum(any(mark.finding for mark in report.marks) for report in reports)
    assert accused <= 6


def credit(rules: str) -> Report:
    """Mark the bias forgotten in one component of two, under some rules of credit."""
    text = VECTOR.replace("precision:", f"credit: {rules}\nprecision:")
    solution = solved(text)
    z = [float(item) for item in solution.value("z")]
    return graded(solution, {"z": [f"{z[0] - 0.15:.4f}", f"{z[1]:.4f}"]})


@pytest.mark.parametrize(
    ("rules", "share"),
    [
        ("{carried: 1}", 0.0),
        ("{misconception: 0.25}", 0.25),
        ("{misconception: 0.25, mistakes: {lstm-forgot-bias: 0.5}}", 0.5),
        ("{mistakes: {lstm-forgot-bias: 0.5}}", 0.5),
    ],
)
def test_the_author_sets_the_share_of_a_mistake(rules: str, share: float) -> None:
    report = credit(rules)
    mark = mark_of(report, "z", 1)
    assert named(mark) == (("lstm-forgot-bias",),)
    assert mark.points == pytest.approx(share * mark.out_of)
    right = mark_of(report, "z", 2)
    assert report.score == pytest.approx(mark.points + right.points)


def test_credit_for_a_mistake_that_nobody_knows() -> None:
    with pytest.raises(AuthorError) as caught:
        credit("{mistakes: {lstm-forgot-bais: 0.5}}")
    (issue,) = caught.value.issues
    assert (issue.line, issue.column) == (11, 21)
    assert "`lstm-forgot-bias`" in issue.todo
