"""Sound exercises: what the loader makes of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tp_solver.errors import AuthorError, Issue, nearest, suggestion, visible
from tp_solver.exercise.givens import nested_shape
from tp_solver.exercise.load import load_file, load_text, raise_for
from tp_solver.exercise.prose import formulas
from tp_solver.language.parse import parse
from tp_solver.language.tree import At, Num, Op, Ref, Span

SHIPPED = sorted((ROOT / "exercises").rglob("*.yaml"))

SMALL = """
id: small
title: {fr: "Petit", en: "Small"}
indices: {t: 1..3}
functions: {swish(z): z * sigmoid(z)}
equations:
  - h[t] = swish(x[t]) + h[t-1]
  - y[t] = h[t] for t = 2..3
  - C̃[0] = 1
given:
  x: [1.0, 0.5, -0.3]
  h[0]: 0
  W: [[1e-3, .5], [+2, -0]]
questions:
  - id: q
    text: "Compute $h[3]$; it costs \\\\$5 or \\\\$6."
    answers: [h, "h[2..3]", y]
  - {id: n, kind: number, text: "?", answer: 15, accept: [1.5e1, "h[3] + 1"]}
  - {id: e, kind: expression, text: "?", answer: a * b}
  - {id: c, kind: choice, text: "?", choices: [{id: a, text: A, right: true}, {id: b, text: B}]}
  - {id: t, kind: text, text: "?", rubric: "Says why."}
"""


@pytest.fixture(scope="module")
def small():
    """Return the small exercise, loaded without an issue."""
    exercise, issues = load_text(SMALL)
    assert not issues
    assert exercise is not None
    return exercise


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_exercises_load(path):
    exercise, issues = load_file(path)
    assert not issues
    assert exercise is not None
    assert exercise.id == path.stem
    assert exercise.file.languages == ["fr", "en"]


def test_equations_and_domains(small):
    first, second, third = small.equations
    assert first.left == Ref("h", (At("t"),))
    assert first.ranges == {"t": Span(1, 3)}
    assert second.ranges == {"t": Span(2, 3)}
    assert third.left == Ref("C_tilde", (At(None, 0),))
    assert third.ranges == {}


def test_given_numbers_are_exact(small):
    values = {given.ref.key: given.value for given in small.givens}
    assert values["x"] == (Decimal("1.0"), Decimal("0.5"), Decimal("-0.3"))
    assert values["W"] == ((Decimal("0.001"), Decimal("0.5")), (Decimal(2), Decimal(0)))
    assert nested_shape(values["W"]) == (2, 2)
    assert nested_shape(values["h"]) == ()


def test_questions(small):
    values, number, expression, choice, text = small.questions
    assert [target.ref.name for target in values.targets] == ["h", "h", "y"]
    assert number.answer == Num(Decimal(15))
    assert number.accept[0] == Num(Decimal(15))
    assert expression.answer == Op("mul", (Ref("a"), Ref("b")))
    assert [item.right for item in choice.question.choices] == [True, False]
    assert text.question.rubric["fr"] == text.question.rubric["en"] == "Says why."


def test_defaults(small):
    assert small.file.precision.decimals == 3
    assert (small.file.credit.carried, small.file.credit.imprecise) == (1.0, 0.5)
    assert small.questions[0].question.points == 1.0


def test_author_functions(small):
    function = small.functions["swish"]
    assert (function.argument, function.body) == ("z", parse("z * sigmoid(z)"))


def test_prose(small):
    assert small.prose == (Ref("h", (At(None, 3),)),)
    assert list(formulas(r"\$5 is not $x$, nor \$6; $y + 1$")) == ["x", "y + 1"]


@pytest.mark.parametrize(
    ("within", "line", "column"),
    [("h", 7, 5), ("x", 7, 18), ("swish", 7, 12), ("nowhere", 7, 5), ("[t", 7, 6), ("", 7, 5)],
)
def test_issues_are_placed_in_equations(small, within, line, column):
    issue = small.issue(small.equations[0], "what", "todo", within)
    assert (issue.line, issue.column) == (line, column)


def test_issues_find_names_in_any_spelling():
    exercise, _ = load_text(SMALL.replace("C̃[0] = 1", "w = tanh(1) + C̃[0] + h[0]"))
    assert exercise is not None
    equation = exercise.equations[2]
    line = "  - w = tanh(1) + C̃[0] + h[0]"
    assert exercise.issue(equation, "", "", "C_tilde").column == line.index("C̃") + 1
    assert exercise.issue(equation, "", "", "h").column == line.index("h[0]") + 1


def test_a_cell_and_equations_together():
    text = 'id: a\ntitle: "A"\nindices: {t: 1..2}\nuse: [rnn]\nequations: ["s[t] = 2 * y[t]"]\n'
    exercise, issues = load_text(text + 'questions: [{id: q, text: "?", answers: [s]}]')
    assert exercise is not None
    assert not issues
    assert [equation.left.name for equation in exercise.equations] == ["z", "h", "y", "s"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["", "id: a\n", "given:\n  x: ", "questions:\n  - "]))
def test_any_text_is_loaded_or_refused(text, start):
    exercise, issues = load_text(start + text)
    assert exercise is not None or issues


def test_errors_say_where_what_and_what_to_do():
    first, second = Issue("a.yaml", 2, 3, "what", "todo"), Issue("a.yaml", 1, 1, "x", "y")
    with pytest.raises(AuthorError) as caught:
        raise_for([first, second, first])
    assert str(caught.value) == "a.yaml:1:1: x: y\na.yaml:2:3: what: todo"
    raise_for([])


def test_nearest():
    assert nearest("tahn", ["tanh", "sigmoid"]) == "tanh"
    assert nearest("TANH", ["tanh"]) == "tanh"
    assert nearest("zebra", ["tanh"]) is None
    assert suggestion("tahn", ["tanh"], "otherwise") == "did you mean `tanh`?"
    assert suggestion("zebra", ["tanh"], "otherwise") == "otherwise"
    assert visible("a\u200bb\x00") == "a<ZERO WIDTH SPACE>b<U+0000>"
