"""A step filled in from its pattern is the step drawn anew, whatever the signs of the numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.grading.material import submission
from tests.written import model
from tp_solver.grading.marking import Marker
from tp_solver.grading.own import own_solution
from tp_solver.language.plain import plain
from tp_solver.sheets.entities import entities
from tp_solver.sheets.lines import related
from tp_solver.sheets.step_patterns import Numerals, step_pattern
from tp_solver.solution import Solution, load, solve

NAMES = ("rnn/rnn-anatomy", "tp/tp-1.1", "tp/tp-2.2", "tp/tp-2.3b", "gru/gru-by-hand")
MORE = ("losses/masked-loss", "training/optimisers", "bugs/bug-6-mean-over-classes")


def randomly(solution: Solution, seed: int) -> dict[str, str]:
    """Answer everything with random numbers of either sign."""
    random = np.random.default_rng(seed)
    answers = {}
    for slots in solution.model.slots.values():
        for slot in slots:
            value = solution.value(slot.key, slot.position)
            drawn = random.uniform(-3, 3, value.shape)
            text = np.array2string(drawn, precision=4, separator="; ").replace("\n", "")
            answers[plain(slot.ref)] = text
    return answers


@pytest.mark.parametrize("mark", [",", "."])
@pytest.mark.parametrize("name", [*NAMES, *MORE])
def test_filled_patterns_are_the_steps_drawn_anew(name: str, mark: str) -> None:
    solution = solve(load(ROOT / "exercises" / f"{name}.yaml"))
    numerals = Numerals(solution.exercise, mark)
    handed = [submission(dict(randomly(solution, seed)), str(seed)) for seed in range(3)]
    batch = Marker(solution, explain=False).judged(handed)
    filled = 0
    for row in range(3):
        own = replace(own_solution(batch.judge, row), left_out=frozenset())
        for equation, at in solution.model.order:
            pattern = step_pattern(solution, equation, dict(at), mark)
            numbers = pattern.numbers(batch.judge.own_tables, row, numerals)
            if pattern.line is None or numbers is None:
                continue
            drawn = own.step(equation, dict(at)).substituted
            assert pattern.line.filled(numbers) == entities(related("=", drawn, mark))
            filled += 1
    assert filled > len(solution.model.order)  # the slow way is the exception


def test_a_number_that_chooses_among_others_is_each_student_s_own() -> None:
    exercise = model(
        ["p = softmax(z)", "k = argmax(p)", "m = 2 * pick(p, k) + 1"],
        {"z": [0.3, 1.2]},
        ["k", "m"],
    )
    solution = solve(exercise)
    handed = [submission({"k": chosen}, chosen) for chosen in ("0", "1")]
    batch = Marker(solution, explain=False).judged(handed)
    (equation, at), *_ = (pair for pair in solution.model.order if pair[0].left.key == "m")
    pattern = step_pattern(solution, equation, dict(at), ".")
    assert pattern.line is None
    for row, chosen in enumerate(("0.289", "0.711")):
        assert f"<mn>{chosen}</mn>" in pattern.slowly(batch.own(row), ".")


@pytest.mark.parametrize(("number", "whole"), [(0.5, True), (-0.25, True), (1 / 3, False)])
def test_digits_that_are_all_there_are_said_to_be_so(number: float, whole: bool) -> None:
    exercise = solve(load(ROOT / "exercises" / "tp" / "tp-2.1.yaml")).exercise
    spelled = Numerals(exercise, ",").of(number)
    assert spelled is not None
    assert spelled.whole is whole


def test_numbers_with_a_power_of_ten_are_left_to_the_slow_way() -> None:
    solution = solve(load(ROOT / "exercises" / "tp" / "tp-2.1.yaml"))
    numerals = Numerals(solution.exercise, ",")
    assert numerals.of(0.5) == (False, "<mn>0,5000</mn>", True)
    assert numerals.of(-0.25) == (True, "<mn>0,2500</mn>", True)
    assert numerals.of(2.0) == (False, "<mn>2</mn>", True)
    assert numerals.of(0.0000012) is None
    assert numerals.of(float("nan")) is None
    assert numerals.of(float("inf")) is None
