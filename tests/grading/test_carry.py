"""Carrying: one slip costs one mark, wherever it is and whatever is left out after it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.conftest import ROOT
from tests.grading.material import given_marks, graded, mark_of, shipped, solved, submission
from tests.grading.students import MANNERS, ROUNDINGS, Change, Student, round_at
from tp_solver.grading.marking import grade
from tp_solver.grading.report import Mark, Report, Verdict
from tp_solver.grading.submission import Raw, Submission
from tp_solver.graph.components import every
from tp_solver.graph.schedule import ground
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import At
from tp_solver.solution import Solution

FOLLOWED = ["tp-1.1", "tp-2.1", "tp-2.2", "tp-2.3", "tp-2.3b"]
FINE = {Verdict.CORRECT, Verdict.CARRIED}
WRONG = {Verdict.WRONG, Verdict.MISCONCEPTION}  # a slip may happen to look like a known mistake
Spot = tuple[str, tuple[int, ...], tuple[int, ...]]


def spots(solution: Solution) -> list[Spot]:
    """List every component that named answers ask for."""
    model = solution.model
    return [
        (slot.key, slot.position, tuple(i - 1 for i in component))
        for asked in model.exercise.questions
        if asked.question.kind == "values"
        for slot in model.slots[asked.question.id]
        for component in every(model.system.shapes[slot.key])
    ]


def spot_of(mark: Mark) -> Spot:
    """Return what a mark is of."""
    ref, _ = parse_name(mark.answer)
    at = mark.component if isinstance(mark.component, list) else [mark.component]
    return ref.key, ground(ref, {}), tuple(i - 1 for i in at if i is not None)


def name_of(spot: Spot) -> str:
    """Spell the name of a quantity as answer sheets do."""
    key, position, _ = spot
    ref, _ = parse_name(key)
    return plain(ref.moved(tuple(At(None, i) for i in position)))


def slip(spot: Spot, factor: Decimal, digits: int) -> Change:
    """Return what writes one value down wrong by a factor, and by six units at least."""

    def change(place: tuple[str, tuple[int, ...]], at: tuple[int, ...], value: Decimal) -> Decimal:
        if (*place, at) != spot:
            return value
        least = Decimal(6).scaleb(-digits)
        moved = value * factor if abs(value * (factor - 1)) > least else value + factor
        return round_at(moved, -digits, ROUND_HALF_UP)

    return change


def slipped(solution: Solution, drop: float = 0.0) -> Iterator[tuple[Spot, Submission, Student]]:
    """Yield a student for every place where a slip may happen."""
    digits = solution.exercise.file.precision.decimals or 4
    draw = random.Random(4)
    for n, spot in enumerate(spots(solution)):
        factor = 1 + draw.choice((1, -1)) * Decimal(draw.randint(10, 500)) / 1000
        student = Student(
            solution.model,
            digits,
            draw.choice(ROUNDINGS),
            draw.choice(MANNERS[:2]),
            seed=n,
            change=slip(spot, factor, digits),
        )
        yield spot, student.submission(drop), student


def order(solution: Solution) -> dict[tuple[str, tuple[int, ...]], int]:
    """Number every place in the order of the computation."""
    places = ((e.left.key, ground(e.left, dict(at))) for e, at in solution.model.order)
    return {place: n for n, place in enumerate(places)}


def check(solution: Solution, spot: Spot, report: Report) -> None:
    """Hold a report against what a fair person would say of one slip."""
    when = order(solution)
    for mark in given_marks(report):
        if mark.answer == mark.question:
            continue
        here = spot_of(mark)
        if here == spot:
            assert mark.verdict in WRONG, mark
        elif when[here[:2]] < when[spot[:2]]:
            assert mark.verdict is Verdict.CORRECT, mark
        else:
            assert mark.verdict in FINE, (spot, mark)
            assert mark.points == mark.out_of


@pytest.mark.parametrize("name", FOLLOWED)
def test_one_slip_costs_one_mark(name: str) -> None:
    solution = shipped(name)
    cases = list(slipped(solution, 0.2))
    for (spot, _, _), report in zip(cases, grade(solution, [c[1] for c in cases]), strict=True):
        check(solution, spot, report)


@pytest.mark.parametrize("name", FOLLOWED)
def test_answers_left_out_are_worked_out_from_those_given(name: str) -> None:
    solution = shipped(name)
    draw = random.Random(5)
    for spot, handed, _ in slipped(solution):
        kept = {
            answer: typed
            for answer, typed in handed.answers.items()
            if draw.random() < 0.6 or answer == name_of(spot)
        }
        check(solution, spot, graded(solution, kept))


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_slip_of_the_pen_that_nothing_follows(name: str) -> None:
    """The true value was used, though another one was written: all the rest is correct."""
    solution = shipped(name)
    digits = solution.exercise.file.precision.decimals or 4
    honest = Student(solution.model, digits, manner="full").submission().answers
    for spot, handed, _ in slipped(solution):
        wrong = name_of(spot)
        report = graded(solution, honest | {wrong: handed.answers[wrong]})
        for mark in given_marks(report):
            if mark.answer == mark.question:
                continue
            due = WRONG if spot_of(mark) == spot else {Verdict.CORRECT}
            assert mark.verdict in due, mark


def test_the_right_end_after_a_wrong_step_was_found_another_way() -> None:
    report = graded(shipped("tp-2.1"), {"C[1]": "0.2500", "h[1]": "0.1078"})
    mark = mark_of(report, "h[1]")
    assert (mark.verdict, mark.remark and mark.remark.code) == (Verdict.CORRECT, "another-way")
    assert mark.points == mark.out_of
    assert mark_of(report, "C[1]").verdict is Verdict.WRONG


def test_blanks_and_scrawls_poison_nothing() -> None:
    solution = shipped("tp-2.1")
    honest = Student(solution.model, 4).submission().answers
    draw = random.Random(6)
    for _ in range(40):
        bad: dict[str, Raw] = {
            a: draw.choice((None, "", "?", "nan", "inf")) for a in honest if draw.random() < 0.5
        }
        report = graded(solution, honest | bad)
        for mark in report.marks:
            due = {Verdict.MISSING, Verdict.UNREADABLE} if mark.answer in bad else {Verdict.CORRECT}
            assert mark.verdict in due, mark


def test_vectors_are_followed_component_by_component() -> None:
    report = graded(
        shipped("tp-2.2"),
        {"f[1]": ["0.5818", "0.5576"], "C[1]": ["0.1106", "0.1117"], "h[1].2": "0.0628"},
    )
    assert [m.verdict.value for m in given_marks(report)][:2] == ["correct", "wrong"]
    assert mark_of(report, "h[1]", 1).verdict is Verdict.MISSING


def test_the_author_sets_the_share_of_what_is_carried() -> None:
    text = (ROOT / "exercises/tp/tp-2.1.yaml").read_text(encoding="utf-8")
    solution = solved(text + "credit: {carried: 0.25}\n")
    report = graded(solution, {"C[1]": "0.2500", "h[1]": "0.1407"})
    mark = mark_of(report, "h[1]")
    assert mark.verdict is Verdict.CARRIED
    assert mark.points == pytest.approx(mark.out_of / 4)


def test_a_batch_is_marked_as_each_alone() -> None:
    solution = shipped("tp-2.2")
    base = [handed for _, handed, _ in slipped(solution)]
    draw = random.Random(7)
    many = []
    for n in range(300):
        answers = draw.choice(base).answers
        kept = {a: typed for a, typed in answers.items() if draw.random() < 0.8}
        many.append(submission(kept, f"s{n}"))
    together = grade(solution, many)
    for n in range(0, 300, 7):
        assert grade(solution, [many[n]])[0].marks == together[n].marks


def test_an_imprecise_answer_may_be_used_as_written_or_as_it_was_before() -> None:
    wrong: dict[str, Raw] = {"o[1]": "0.57", "C[1]": "0.2500"}
    for h in ("0.1396", "0.1407"):  # 0.57 tanh(0.25), 0.5744 tanh(0.25)
        mark = mark_of(graded(shipped("tp-2.1"), wrong | {"h[1]": h}), "h[1]")
        assert mark.verdict is Verdict.CARRIED, h
    mark = mark_of(graded(shipped("tp-2.1"), wrong | {"h[1]": "0.1450"}), "h[1]")
    assert mark.verdict is Verdict.WRONG


def test_nothing_is_carried_where_no_earlier_value_is_wrong() -> None:
    """Two decimals where four are asked: everything short is imprecise, whatever its path."""
    solution = shipped("tp-2.1", 4)
    for rounding in ROUNDINGS:
        for manner in MANNERS:
            report = graded(
                solution, Student(solution.model, 2, rounding, manner).submission().answers
            )
            for mark in given_marks(report):
                near = abs(float((mark.given or "").replace(",", ".")) - mark.expected) < 1e-4
                if mark.verdict is Verdict.CORRECT and not near:
                    assert mark.remark is not None, mark
                    assert mark.remark.code == "imprecise", mark


def test_an_honest_student_with_two_decimals() -> None:
    answers: dict[str, Raw] = {"z_i[2]": "0.08", "i[2]": "0.52", "z_o[2]": "0.16", "o[2]": "0.54"}
    answers |= {"f[2]": "0.53", "C[2]": "0.21", "h[2]": "0.11"}
    for mark in given_marks(graded(shipped("tp-2.1", 4), answers)):
        found = (mark.verdict, mark.remark and mark.remark.code)
        assert found == (Verdict.CORRECT, "imprecise"), mark


@pytest.mark.parametrize("name", FOLLOWED)
def test_carried_always_has_an_earlier_answer_that_is_not_right(name: str) -> None:
    solution = shipped(name)
    when = order(solution)
    for _, handed, _ in slipped(solution, 0.3):
        doubtful = len(when)
        for mark in given_marks(graded(solution, handed.answers)):
            if mark.answer == mark.question:
                continue
            place = when[spot_of(mark)[:2]]
            code = mark.remark and mark.remark.code
            if mark.verdict in WRONG or code == "imprecise":
                doubtful = min(doubtful, place)
        for mark in given_marks(graded(solution, handed.answers)):
            if mark.verdict is Verdict.CARRIED and mark.answer != mark.question:
                assert when[spot_of(mark)[:2]] > doubtful, mark
