"""Honest rounding is never punished, and lazy or wrong answers never become right."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.material import (
    SHIPPED,
    given_marks,
    graded,
    mark_of,
    random_lstm,
    shipped,
    solved,
)
from tests.grading.students import MANNERS, ROUNDINGS, Student
from tp_solver.grading.marking import grade
from tp_solver.grading.report import Report, Verdict
from tp_solver.grading.submission import Raw
from tp_solver.solution import Solution

DECIMALS = range(2, 7)
WRONG = {Verdict.WRONG, Verdict.MISCONCEPTION}


def crowd(solution: Solution, digits: int) -> list[Student]:
    """Gather a student for every way of rounding and of multiplying."""
    return [
        Student(solution.model, digits, rounding, manner, shuffled, seed=digits)
        for rounding in ROUNDINGS
        for manner in MANNERS
        for shuffled in ((False,) if manner == "full" else (False, True))
    ]


def unfair(reports: list[Report]) -> list[object]:
    """List the marks that are not plainly correct."""
    fine = (None, "rounding")
    return [
        (mark.answer, mark.component, mark.given, mark.expected, mark.verdict.value, mark.remark)
        for report in reports
        for mark in given_marks(report)
        if mark.verdict is not Verdict.CORRECT or (mark.remark and mark.remark.code) not in fine
    ]


@pytest.mark.parametrize("digits", DECIMALS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_way_of_rounding_is_right(name: str, digits: int) -> None:
    solution = shipped(name, digits)
    students = crowd(solution, digits)
    handed = [s.submission(drop) for s in students for drop in (0.0, 0.4)]
    assert not unfair(grade(solution, handed))


@pytest.mark.parametrize("name", SHIPPED)
def test_more_digits_than_asked(name: str) -> None:
    solution = shipped(name)
    asked = solution.exercise.file.precision.decimals or 3
    for digits in range(asked + 1, 7):
        assert not unfair(grade(solution, [s.submission() for s in crowd(solution, digits)]))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    digits=st.sampled_from(DECIMALS),
    rounding=st.sampled_from(ROUNDINGS),
    manner=st.sampled_from(MANNERS),
    shuffled=st.booleans(),
    drop=st.sampled_from((0.0, 0.3)),
)
def test_random_lstms_and_their_gradients(
    seed: int, digits: int, rounding: str, manner: str, shuffled: bool, drop: float
) -> None:
    solution = random_lstm(seed, digits)
    student = Student(solution.model, digits, rounding, manner, shuffled, seed=seed)
    assert not unfair(grade(solution, [student.submission(drop)]))


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_rounded_chains_of_another_program(reference: Path, digits: int) -> None:
    chains = json.loads((reference / "tp_goldens.json").read_text())["rounded_chains"]
    chain = chains[f"{digits}_decimals"]
    for name, answers in (
        ("tp-1.1", _rnn(chain["ex1_1"], digits)),
        ("tp-2.1", _lstm(chain["ex2_1"], digits)),
        ("tp-2.2", _lstm(chain["ex2_2"][:1], digits)),
    ):
        report = graded(shipped(name, digits), answers)
        assert not unfair([report])
        assert sum(1 for _ in given_marks(report)) >= 9


def _rnn(steps: list[dict[str, Any]], digits: int) -> dict[str, Any]:
    return {
        f"{name}[{t}]": _written(step[name], digits)
        for t, step in enumerate(steps, 1)
        for name in ("h", "y")
    }


def _lstm(steps: list[dict[str, Any]], digits: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for t, step in enumerate(steps, 1):
        named = {f"z_{gate}": value for gate, value in step["z"].items()}
        named |= {"C_tilde": step["Ctilde"]} | {name: step[name] for name in "fioCh"}
        found |= {f"{name}[{t}]": _written(value, digits) for name, value in named.items()}
    return found


def _written(value: Any, digits: int) -> Any:
    if isinstance(value, list):
        texts = [_written(item, digits) for item in value]
        return texts if len(texts) > 1 else texts[0]
    return f"{Decimal(repr(value)):.{digits}f}"


@pytest.mark.parametrize(
    ("answer", "typed", "decimals", "verdict", "remark"),
    [
        ("f[1]", "0.5498", 4, "correct", None),
        ("f[1]", "0,5498", 4, "correct", None),
        ("f[1]", "0.5499", 4, "correct", None),  # less than a unit away
        ("f[1]", "0.54983", 4, "correct", None),
        ("f[1]", "0.5498339973", 4, "correct", None),
        ("f[1]", "0.54984", 4, "correct", None),
        ("f[1]", "0.54986", 4, "wrong", None),  # more digits are held to what they say
        ("f[1]", "0.5500", 4, "wrong", None),
        ("f[1]", "0.5512", 4, "wrong", None),
        ("f[1]", "0.55", 4, "correct", "imprecise"),
        ("f[1]", "0.5", 4, "correct", "imprecise"),
        ("f[1]", "0.54", 4, "correct", "imprecise"),  # cut off
        ("f[1]", "0.56", 4, "wrong", None),
        ("f[1]", "0.6", 4, "wrong", None),
        ("f[1]", "0.4", 4, "wrong", None),
        ("f[1]", "0", 4, "wrong", "implausible"),
        ("f[1]", "0.0", 4, "wrong", "implausible"),
        ("f[1]", "1", 4, "wrong", None),
        ("f[1]", "-0.5498", 4, "misconception", "implausible"),
        ("f[1]", "54.98", 4, "misconception", "implausible"),
        ("f[1]", "5498e-4", 4, "correct", None),
        ("z_f[1]", "0.2", 3, "correct", None),
        ("z_f[1]", "0.200", 3, "correct", None),
        ("z_f[1]", "0.201", 3, "wrong", None),
        ("z_f[1]", "0.199", 3, "wrong", None),
        ("z_f[1]", "0.2004", 3, "wrong", None),
        ("z_f[1]", "0", 3, "wrong", "implausible"),
        ("z_i[1]", "0", 4, "correct", None),
        ("z_i[1]", "-0.0000", 4, "correct", None),
        ("z_i[1]", "0.0001", 4, "wrong", None),
        ("C_tilde[3]", "-0.0970", 4, "correct", None),
        ("C_tilde[3]", "0.0970", 4, "misconception", None),
        ("C_tilde[3]", "-0.1", 4, "correct", "imprecise"),
        ("C_tilde[3]", "0", 4, "wrong", "implausible"),
    ],
)
def test_one_answer_alone(
    answer: str, typed: str, decimals: int, verdict: str, remark: str | None
) -> None:
    mark = mark_of(graded(shipped("tp-2.1", decimals), {answer: typed}), answer)
    assert (mark.verdict.value, mark.remark and mark.remark.code) == (verdict, remark)
    share = 0.0 if verdict != "correct" else 0.5 if remark == "imprecise" else 1.0
    assert mark.points == pytest.approx(share * mark.out_of)


@pytest.mark.parametrize("name", ["tp-2.1", "tp-2.2"])
def test_slips_sign_flips_and_values_of_other_steps_are_wrong(name: str) -> None:
    solution = shipped(name)
    honest = Student(solution.model, 4).submission()
    for answer, typed in honest.answers.items():
        for wrong in _wrong(honest.answers, answer):
            found = given_marks(graded(solution, honest.answers | {answer: wrong}))
            marks = [m for m in found if m.answer == answer and abs(m.expected) > 0.02]
            assert {m.verdict for m in marks} <= WRONG, (answer, typed, wrong)


def _wrong(answers: dict[str, Any], answer: str) -> list[Any]:
    """List wrong values of an answer: off by 1 % and more (gates), flipped, of another step."""
    typed = answers[answer]
    values = [Decimal(t.replace(",", ".")) for t in (typed if isinstance(typed, list) else [typed])]
    name = answer.partition("[")[0]
    changed = [[-v for v in values]]
    if name in ("f", "i", "o", "C_tilde"):
        factors = ("0.5", "0.9", "0.99", "1.01", "1.1", "1.5")
        changed += [[v * Decimal(factor) for v in values] for factor in factors]
    others = [answers[k] for k in answers if k.partition("[")[0] == name and k != answer]
    found = [[f"{v:.4f}" for v in item] for item in changed]
    return [item if isinstance(typed, list) else item[0] for item in found] + others


def test_lazy_answers_are_imprecise_and_what_follows_is_taken_from_them() -> None:
    lazy = graded(shipped("tp-2.1"), {"f[2]": "0.5", "C[1]": "0.1900", "C[2]": "0.2085"})
    assert mark_of(lazy, "f[2]").remark.code == "imprecise"  # type: ignore[union-attr]
    assert mark_of(lazy, "C[2]").verdict is Verdict.CARRIED


@pytest.mark.parametrize("digits", [2, 3])
@pytest.mark.parametrize("name", ["tp-1.1", "tp-2.1", "tp-2.2"])
def test_working_with_fewer_digits_than_asked_is_imprecise_never_wrong(
    name: str, digits: int
) -> None:
    solution = shipped(name, 4)
    for report in grade(solution, [student.submission() for student in crowd(solution, digits)]):
        for mark in given_marks(report):
            telling = abs(mark.expected) >= 10**-digits and float(
                (mark.given or "").replace(",", ".")
            )
            assert mark.verdict not in WRONG or not telling, mark
            if mark.verdict is Verdict.CORRECT and mark.points == mark.out_of:
                assert abs(float((mark.given or "").replace(",", ".")) - mark.expected) < 6e-4, mark


def test_zero_early_does_not_make_the_rest_right() -> None:
    answers: dict[str, Raw] = {f"{name}[1]": "0" for name in ("f", "i", "C_tilde", "o", "C", "h")}
    report = graded(shipped("tp-2.1"), answers)
    assert all(mark_of(report, name).verdict is not Verdict.CORRECT for name in answers)


def test_significant_digits() -> None:
    text = (Path(__file__).parents[2] / "exercises/tp/tp-2.3b.yaml").read_text(encoding="utf-8")
    solution = solved(text.replace("precision: {decimals: 5}", "precision: {significant: 4}"))
    students = [
        Student(solution.model, 4, rounding, manner, significant=True)
        for rounding in ROUNDINGS
        for manner in MANNERS
    ]
    assert not unfair(grade(solution, [s.submission() for s in students]))


LARGE = """id: large
title: Large
precision: {significant: 3}
equations: ["b = 1.2346 * a", "c = b * 10.007", "d = c - 2 * b", "e = sqrt(d) * c"]
given: {a: 999.92}
questions:
- {id: all, text: All., answers: [b, c, d, e]}
"""


@pytest.mark.parametrize("digits", [3, 4, 5])
def test_significant_digits_of_large_values(digits: int) -> None:
    solution = solved(LARGE)
    students = [
        Student(solution.model, digits, rounding, manner, shuffled, True, seed=digits)
        for rounding in ROUNDINGS
        for manner in MANNERS
        for shuffled in (False, True)
    ]
    assert not unfair(grade(solution, [s.submission() for s in students]))


@pytest.mark.parametrize(
    ("typed", "verdict", "remark"),
    [  # of 1234.5
        ("1230", "correct", None),
        ("1,23e3", "correct", None),
        ("1234", "correct", None),
        ("1234.5", "correct", None),
        ("1230.0", "wrong", None),
        ("1250", "wrong", None),
        ("1240", "correct", None),
        ("1232", "wrong", None),
        ("1200", "correct", "imprecise"),
        ("1300", "wrong", None),
        ("12300", "wrong", None),
    ],
)
def test_a_whole_number_may_have_been_rounded(typed: str, verdict: str, remark: str | None) -> None:
    mark = mark_of(graded(solved(LARGE), {"b": typed}), "b")
    assert (mark.verdict.value, mark.remark and mark.remark.code) == (verdict, remark)


def test_a_result_without_bounds_decides_nothing() -> None:
    text = "id: d\ntitle: D\nprecision: {decimals: 3}\nequations: [a = x^2, b = 1/a, c = b/2]\n"
    text += "given: {x: 0.02}\nquestions:\n- {id: all, text: A., answers: [a, b, c]}\n"
    for a in ("0.000", "0.0"):
        for typed, verdict in (("17", "wrong"), ("2500", "correct"), ("2500.000", "correct")):
            report = graded(solved(text), {"a": a, "b": typed})
            assert mark_of(report, "b").verdict.value == verdict, (a, typed)
            report = graded(solved(text), {"a": a, "c": "17"})
            assert mark_of(report, "c").verdict is Verdict.WRONG
    report = graded(solved(text), {"a": "0.001", "b": "1000"})
    assert mark_of(report, "b").verdict.value in ("correct", "carried")
