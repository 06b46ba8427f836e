"""Question banks as Moodle would read them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.sheets.platforms import material
from tests.sheets.platforms.moodle_reader import FIELD, Question, read_bank, read_cloze
from tp_solver.sheets.platforms import moodle
from tp_solver.sheets.platforms.cloze import feedback_text
from tp_solver.solution import Solution, displayed, loads, solve
from tp_solver.text import words


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look through each exercise once for all its banks."""
    monkeypatch.setattr(moodle, "numbers", material.numbers)


def bank(solution: Solution, language: str = "en", single: bool = False) -> list[Question]:
    return read_bank(moodle.moodle_xml(solution, words(language), single))


def expected(solution: Solution) -> list[float]:
    """Return what is asked for, in order, as it is shown."""
    return [
        float(str(displayed(solution.exercise, number.item.expected)))
        for number in material.numbers(solution)
    ]


@pytest.mark.parametrize("name", ["tp-2.1", "padding-masks-packed", "optimisers"])
def test_one_question_a_number_says_the_same(name: str) -> None:
    path = next(path for path in material.SHIPPED if path.stem == name)
    solution = material.shipped(path)
    whole = [f for q in bank(solution) for f in q.fields]
    assert [f.answers[0].value for f in whole] == expected(solution)
    single = [q for q in bank(solution, single=True) if q.kind == "numerical"]
    assert len(single) == len(whole)
    assert len({q.name for q in single}) == len(single)
    for question, field in zip(single, whole, strict=True):
        (alone,) = question.fields
        for mine, other in zip(alone.answers, field.answers, strict=True):
            assert (mine.value, mine.tolerance) == (other.value, other.tolerance)
            assert mine.fraction == pytest.approx(other.fraction, abs=0.05)


def test_a_question_of_every_kind() -> None:
    solution = material.everything()
    _, statement, *questions = bank(solution)
    kinds = ["cloze", "cloze", "numerical", "cloze", "essay", "multichoice", "multichoice", "essay"]
    assert [question.kind for question in questions] == kinds
    assert r"\({h}_{t} = \tanh \left( W \times {h}_{t - 1}" in statement.text
    marks = [question.mark for question in questions]
    assert marks == [6, 8, 1, 2, 1, 1, 1, 3]  # 5 points in four eighths and a half: 8
    several, one = questions[5].element, questions[6].element
    assert [a.get("fraction") for a in several.findall("answer")] == ["50", "-100", "50"]
    assert [a.get("fraction") for a in one.findall("answer")] == ["100", "0"]
    assert "{h}_{2" in (questions[4].element.findtext("graderinfo/text") or "")


@pytest.mark.parametrize("single", [False, True])
def test_an_exercise_with_nothing_to_compute(single: bool) -> None:
    questions = bank(solve(loads(material.WORDS_ONLY)), single=single)[2:]
    assert [question.kind for question in questions] == ["multichoice", "essay"]


@pytest.mark.parametrize("right", range(2, 24))
def test_right_choices_earn_all_the_points_and_no_more(right: int) -> None:
    choices = [f"{{id: c{i}, text: c, right: true}}" for i in range(right)]
    text = material.WORDS_ONLY.split("    choices:")[0]
    text += f"    choices: [{', '.join(choices)}, {{id: w, text: w}}]\n"
    question = bank(solve(loads(text)))[2].element
    *shares, wrong = (float(a.attrib["fraction"]) for a in question.findall("answer"))
    assert sum(shares) == pytest.approx(100, abs=1e-4)
    assert wrong == -100
    assert min(shares) > 0 or right > 20


def test_a_question_without_points_is_worth_none() -> None:
    text = material.EVERYTHING.replace("points: 6", "points: 0")
    questions = bank(solve(loads(text)))[2:7]
    assert [question.kind for question in questions] == ["numerical"] * 5
    assert not any(question.mark for question in questions)


def test_what_looks_like_a_field_in_a_text_is_none() -> None:
    states = bank(material.everything())[2]
    assert len(states.fields) == 5
    assert "<code>&#123;1:SA:=x}</code>, <code>&#123;#1}</code>" in states.text
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in states.text


def test_fields_are_laid_out_as_a_table() -> None:
    states = bank(material.everything())[2].text
    rows = re.findall(r"<tr>(.*?)</tr>", states)
    assert [re.findall(r"\{#\d+\}", row) for row in rows] == [
        [],
        ["{#1}", "{#2}", "{#3}", "{#4}"],
        ["{#5}"],
    ]
    gradient = bank(material.everything())[3].text
    assert "{#1} {#2}<br />{#3} {#4}" in gradient


def test_a_forgotten_bias_is_told_and_earns_its_share() -> None:
    # tanh(0.7) in the place of tanh(0.7 + 0.3), by hand
    states = bank(material.everything())[2]
    share, feedback = states.fields[0].marked(0.604)
    assert share == 0.4
    assert feedback.startswith("Bias forgotten.")
    assert states.fields[0].marked(0.9) == (0.0, "")
    assert states.fields[0].marked(0.762) == (1.0, "")


def test_shares_are_those_that_moodle_has() -> None:
    # Moodle's list has 33.33333 and 40 percent, nothing between.
    text = material.EVERYTHING.replace("misconception: 0.4", "misconception: 0.35")
    solution = solve(loads(text))
    single = bank(solution, single=True)[2].fields[0]
    assert single.marked(0.604)[0] == pytest.approx(1 / 3, abs=1e-6)
    assert bank(solution)[2].fields[0].marked(0.604)[0] == 0.35  # a Cloze takes any whole percent


@given(
    st.text(st.sampled_from("\\{}~#&=%;/\"'<>amp12 "))
    | st.text(st.characters(exclude_categories=["C"]))
)
@example("\\} \\# \\~ &amp; &#126; %50%")
def test_feedback_comes_through_whatever_it_holds(text: str) -> None:
    field = f"{{1:NUMERICAL:=1:0#{feedback_text(text)}~%0%2:0#other}}"
    match = FIELD.fullmatch(field)
    assert match is not None
    left, (read,) = read_cloze(field)
    assert left == "{#1}"
    assert len(read.answers) == 2
    shown = ET.fromstring(f"<p>{read.answers[0].feedback}</p>").text or ""
    assert shown == text
