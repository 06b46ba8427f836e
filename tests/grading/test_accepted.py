"""Stretches of numbers say of every number what the marker says of it."""

from __future__ import annotations

from decimal import Decimal
from math import tanh

import pytest

from tests.grading.material import solved
from tests.sheets.platforms.material import SHIPPED, numbers, shipped
from tp_solver.grading.accepted import Number, component_of
from tp_solver.grading.marking import Marker
from tp_solver.grading.report import VERDICTS, Student, Verdict
from tp_solver.grading.submission import Submission
from tp_solver.solution import Solution

BIAS = """
id: bias
title: Bias
equations: ["z = w @ v + b", "a = sigmoid(z)"]
given: {w: [0.4, 0.2], v: [1, 0.5], b: 0.3}
precision: {decimals: 4}
credit: {mistakes: {lstm-forgot-bias: 0.5}}
questions: [{id: all, text: All., answers: [a]}]
"""


def right_answers(solution: Solution) -> dict[str, str]:
    """Answer every quantity right; number questions are left out."""
    return {
        name(number): str(number.right)
        for number in numbers(solution)
        if number.item.name != number.item.question
    }


def name(number: Number) -> str:
    return number.item.name + "".join(f".{i}" for i in component_of(number.item))


def tries(number: Number) -> set[Decimal]:
    """Return numbers around what is right and around the ends of its stretches."""
    ends = {s.low for s in number.stretches} | {s.high for s in number.stretches}
    return {end + n * number.unit for end in ends for n in (-2, -1, 0, 1, 2)}


def stretch_of(number: Number, value: Decimal):
    return next((s for s in number.stretches if s.low <= value <= s.high), None)


@pytest.mark.parametrize("stem", ["tp-1.1", "tp-2.1", "rnn-bidirectional", "masked-loss"])
def test_the_marker_agrees_on_every_number_tried(stem: str) -> None:
    solution = shipped(next(path for path in SHIPPED if path.stem == stem))
    right = right_answers(solution)
    tried = [
        (number, value)
        for number in numbers(solution)
        if name(number) in right
        for value in sorted(tries(number))
    ]
    marker = Marker(solution)
    places = {(i.name, i.component): at for at, i in enumerate(marker.items)}
    seen = set()
    for start in range(0, len(tried), 1000):
        part = tried[start : start + 1000]
        batch = marker.judged(
            [Submission(Student("x"), "x", {**right, name(n): str(v)}) for n, v in part]
        )
        for row, (number, value) in enumerate(part):
            at = places[number.item.name, number.item.component]
            verdict = VERDICTS[batch.matrix[0][row, at]]
            stretch = stretch_of(number, value)
            counts = stretch is not None and stretch.finding is None
            assert counts == (verdict is Verdict.CORRECT), (name(number), value, verdict)
            if stretch is not None and stretch.finding is not None:
                assert verdict is Verdict.MISCONCEPTION, (name(number), value)
                found = batch.findings[row][at].possible
                assert set(found) <= set(stretch.finding.possible)
            seen.add(verdict)
    assert {Verdict.CORRECT, Verdict.WRONG, Verdict.MISCONCEPTION} <= seen


def test_a_mistake_in_a_step_that_is_not_asked() -> None:
    (number,) = numbers(solved(BIAS))
    without = Decimal(f"{(1 + tanh(0.5 / 2)) / 2:.4f}")  # sigmoid(0.5), by hand
    stretch = stretch_of(number, without)
    assert stretch is not None
    assert stretch.finding is not None
    assert "lstm-forgot-bias" in str(stretch.finding.ids)
    assert stretch.share == 0.5


def test_an_exact_zero_is_accepted_alone() -> None:
    text = BIAS.replace("b: 0.3", "b: -0.5").replace("answers: [a]", "answers: [z]")
    (number,) = numbers(solved(text))
    assert [s.high for s in number.stretches if s.finding is None] == [Decimal(0)]
    assert stretch_of(number, Decimal("0.0001")) is None


def test_significant_digits_set_the_unit() -> None:
    text = BIAS.replace("decimals: 4", "significant: 3").replace("v: [1, 0.5]", "v: [1000, 0.3]")
    (number,) = numbers(solved(text.replace("answers: [a]", "answers: [z]")))
    assert (number.right, number.unit) == (Decimal(400), Decimal(1))
    assert stretch_of(number, Decimal(401)) is number.stretches[1]
    assert number.reach(number.stretches[0]) == Decimal("0.5")
