"""The marked copy of a student with numbers of their own is the one they would have alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.personal import RNN, family, honest, own_rnn, slipped, with_answers
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.marking import grade
from tp_solver.grading.report import Student as Person
from tp_solver.grading.submission import Raw, Submission
from tp_solver.graph.variants import Family
from tp_solver.sheets.answer_text import answer_file
from tp_solver.sheets.feedback import FeedbackWriter
from tp_solver.sheets.remarks import refused
from tp_solver.sheets.solution_page import solution_html
from tp_solver.sheets.statement_page import statement_view
from tp_solver.solution import Solution, loads, solve
from tp_solver.text import words

IDS = [f"e{i}" for i in range(8)]
OWN = re.compile(r'<h2>(?:Your data|Vos donn[^<]*)</h2><ul class="data">.*?</ul>')
# The row of a table is chosen by a number that is drawn.
TABLE = """
id: table
title: "A table"
indices: {t: 1..2}
equations: ["v[t] = row(E, k[t])", "s = sum(v[1]) * a + sum(v[2])"]
given: {E: [[1, 2.5], [3, -4], [5.25, 6]], k: [0, 2], a: -1.5}
variants:
  seed: 3
  draw:
    k: {choose: [0, 1, 2]}
    a: {choose: [-1.5, -0.25, 0.5]}
    E: {between: [-9, 9], decimals: 2}
questions: [{id: q, text: "?", answers: [v, s]}]
"""


def table() -> tuple[Solution, Family, list[Submission]]:
    """Return an exercise that looks rows up, its students, and what they hand in."""
    solution = solve(loads(TABLE))
    drawn = Drawer(solution.model).family(Person(one) for one in IDS)
    answers: dict[str, Raw] = {"v[1]": ["1", "-2"], "v[2].1": "3", "s": "0.5"}
    return solution, drawn, [Submission(Person(one), "x", dict(answers)) for one in IDS]


def rnn() -> tuple[Solution, Family, list[Submission]]:
    """Return the same of the small network."""
    drawn = family(IDS)
    handed_in = [
        with_answers((slipped if row % 2 else honest)(drawn, row, one), h_2="0.77", h_3=None)
        for row, one in enumerate(IDS)
    ]
    return own_rnn(), drawn, handed_in


@pytest.mark.parametrize("make", [rnn, table])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_of_a_class_is_the_page_of_each_alone(make, language):
    solution, drawn, handed_in = make()
    writer = FeedbackWriter(solution, words(language))
    for row, report in enumerate(grade(solution, handed_in)):
        own = solve(drawn.of(row))
        (alone,) = grade(own, [handed_in[row]])
        page = writer.page(report)
        assert len(OWN.findall(page)) == 1
        assert OWN.sub("", page) == FeedbackWriter(own, words(language)).page(alone)


def test_steps_show_the_students_numbers_as_written():
    solution, drawn, handed_in = rnn()
    report = grade(solution, handed_in)[1]
    page = FeedbackWriter(solution, words("en")).page(report)
    redone = page.partition('<div class="step">')[2]
    for number in (drawn.numbers[1][1], drawn.numbers[1][2]):
        assert f"<mn>{str(number).lstrip('-')}</mn>" in redone


def test_a_statement_and_a_solution_name_their_student():
    drawn = Drawer(own_rnn().model).family([Person("e1", "Ada <b>")])
    model = drawn.of(0)
    assert statement_view(model, words("en")).head.student == "Ada <b> (e1)"
    page = solution_html(solve(model), words("en"))
    assert "Worked solution for Ada &lt;b&gt; (e1)" in page
    assert statement_view(own_rnn().model, words("en")).head.student == ""


def test_an_answer_file_for_all_names_nobody_and_is_nobodys():
    text = answer_file(own_rnn().model, words("en"))
    assert 'id: ""' in text
    code = re.findall("exercise: own-rnn/(\\w+)\n", text)
    assert code
    copy = honest(family(["e1"]), 0, "e1")
    (report,) = grade(own_rnn(), [replace(copy, exercise=f"own-rnn/{code[0]}")])
    assert report.refused is not None
    assert report.refused.code == "variants.other_numbers"
    assert refused(report.refused, words("en")).endswith("or one made for everybody")
    same = RNN[: RNN.index("variants:")] + RNN[RNN.index("precision:") :]
    assert "exercise: own-rnn\n" in answer_file(loads(same), words("en"))


def test_a_student_without_a_name_is_called_by_the_id():
    model = Drawer(own_rnn().model).family([Person("e1")]).of(0)
    assert statement_view(model, words("en")).head.student == "e1"
    assert model.exercise.own is not None
    same = replace(model.exercise.own, name="e1")
    both = replace(model, exercise=replace(model.exercise, own=same))
    assert statement_view(both, words("en")).head.student == "e1"
