"""Whose numbers a copy is held against, and which draws are never handed out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.personal import HARD, RNN, family, honest, own_rnn, slipped, with_answers
from tp_solver.errors import UserError
from tp_solver.exercise.variants import code_of, drawn_numbers
from tp_solver.grading.ambiguity import ambiguities
from tp_solver.grading.checking import checked_lines, own_numbers, typed_answers
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.marking import Marker, grade
from tp_solver.grading.report import Remark, Report, Verdict
from tp_solver.grading.report import Student as Person
from tp_solver.grading.submission import Submission
from tp_solver.solution import loads, solve

IDS = [f"e{i}" for i in range(24)]


def copies() -> list[Submission]:
    """Hand in what students find: honest ones, some with slips, blanks and few digits."""
    drawn = family(IDS)
    made = []
    for row, student in enumerate(IDS):
        copy = honest(drawn, row, student)
        if row % 4 == 1:
            copy = slipped(drawn, row, student)
        if row % 4 == 2:
            copy = with_answers(copy, h_2=None, h_3="1,7", h_1="0,9")
        if row % 4 == 3:
            own = solve(drawn.of(row))
            first, w, u = own.value("h", (1,)), own.value("w"), own.value("u")
            no_tanh = w * first + u * own.value("x", (2,)) + own.value("b")
            copy = with_answers(copy, h_2=f"{no_tanh:.4f}")
        made.append(copy)
    return made


def test_the_same_id_has_the_same_numbers_whoever_else_is_there():
    alone = [family([student]).numbers[0] for student in IDS[:4]]
    assert list(family(IDS).numbers[:4]) == alone
    assert family(["E3 ", "e3"]).numbers == (alone[3], alone[3])
    assert len(set(family(IDS).numbers)) > len(IDS) - 3


def test_no_draw_that_is_handed_out_hides_more_mistakes_than_the_given_numbers():
    drawn = family(IDS)
    given = len(ambiguities(own_rnn()))
    counts = [len(ambiguities(solve(drawn.of(row)))) for row in range(len(IDS))]
    assert max(counts) <= given


def test_the_first_draw_that_may_be_handed_out_is():
    variants = own_rnn().exercise.variants
    assert variants is not None
    drawer = Drawer(own_rnn().model)
    redrawn = 0
    for student, numbers in zip(IDS, family(IDS).numbers, strict=True):
        tries = [drawn_numbers(variants, student, attempt) for attempt in range(12)]
        usable = drawer.usable(tries).tolist()
        assert tries[usable.index(True)] == numbers
        redrawn += not usable[0]
    assert redrawn, "some first draw hides a mistake"


def test_an_author_is_told_where_no_draw_will_do():
    with pytest.raises(UserError, match="none of 200 draws for `e1`"):
        Drawer(loads(HARD)).family([Person("e1")])
    (report,) = grade(solve(loads(HARD)), [honest(family(["e1"]), 0, "e1")])
    assert report.refused == Remark("variants.none", (("name", "e1"),))


def test_a_draw_without_a_value_is_not_handed_out():
    text = RNN.replace("equations:", 'equations:\n  - "r = 1 / (u - 0.5)"')
    text = text.replace("u: 0.5,", "u: 0.7,")
    drawn = Drawer(loads(text)).family(Person(f"e{i}") for i in range(30))
    values = {str(numbers[1]) for numbers in drawn.numbers}
    assert "0.5" not in values
    assert len(values) == 3


def test_honest_students_have_all_their_points():
    drawn = family(IDS)
    handed_in = [honest(drawn, row, student) for row, student in enumerate(IDS)]
    assert {report.score for report in grade(own_rnn(), handed_in)} == {6.0}


def test_the_same_answers_are_wrong_for_another_student():
    drawn = family(IDS)
    handed_in = [
        replace(honest(drawn, row, "x"), student=Person(IDS[row - 1])) for row in range(len(IDS))
    ]
    for row, report in enumerate(grade(own_rnn(), handed_in)):
        assert drawn.numbers[row] != drawn.numbers[row - 1]
        assert report.score is not None
        assert report.score < 6


def test_a_batch_is_marked_as_each_student_alone():
    drawn, handed_in = family(IDS), copies()
    for row, report in enumerate(grade(own_rnn(), handed_in)):
        (alone,) = grade(solve(drawn.of(row)), [handed_in[row]])
        assert report.marks == alone.marks, IDS[row]
        assert report.scores == alone.scores
    verdicts = {mark.verdict for report in grade(own_rnn(), handed_in) for mark in report.marks}
    assert {Verdict.CORRECT, Verdict.CARRIED, Verdict.WRONG, Verdict.MISSING} <= verdicts
    assert any(mark.misconception for r in grade(own_rnn(), handed_in) for mark in r.marks)


def refusal(copy: Submission, students: frozenset[str] | None = None) -> str | None:
    """Mark a copy and return the code of why it was refused."""
    (report,) = Marker(own_rnn(), students=students).reports([copy])
    assert isinstance(report, Report)
    return report.refused.code if report.refused else None


def test_a_copy_that_does_not_say_whose_it_is_is_not_marked():
    copy = honest(family(["e1"]), 0, "e1")
    code = code_of(family(["e1"]).numbers[0])
    other = code_of(family(["e2"]).numbers[0])
    nameless = replace(copy, student=Person("answers"), remarks=(Remark("no-student"),))
    assert refusal(copy) is None
    assert refusal(replace(copy, student=Person(""))) == "variants.no_student"
    assert refusal(nameless) == "variants.no_student"
    assert refusal(replace(copy, student=Person("Ada L.", "Ada L."))) == "variants.no_student"
    assert refusal(replace(copy, exercise=f"own-rnn/{code}")) is None
    assert refusal(replace(copy, exercise=f"own-rnn/{other}")) == "variants.other_numbers"
    assert refusal(copy, frozenset({"e1"})) is None
    assert refusal(copy, frozenset({"e2"})) == "variants.unknown_student"
    broken = replace(copy, student=Person(""), refused=Remark("empty"))
    assert refusal(broken) == "empty"


def test_a_student_checks_their_own_numbers():
    drawn = family(["e1", "e2"])
    value = f"{solve(drawn.of(0)).value('h', (1,)):.4f}"
    typed = typed_answers([f"h[1] = {value}"])
    for student, code in (("e1", "right"), ("E1", "right"), ("e2", "not_yet")):
        solution, copy = own_numbers(own_rnn(), typed, student)
        lines, report = checked_lines(solution, copy)
        assert [line.code for line in lines] == [code]
        assert report.refused is None
    solution, copy = own_numbers(own_rnn(), typed)
    assert copy.refused is not None
