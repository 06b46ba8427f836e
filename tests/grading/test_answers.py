"""The kinds of answers besides named values: numbers, choices, formulas, words."""

from __future__ import annotations

import pytest

from tests.grading.material import graded, mark_of, shipped, solved, submission
from tp_solver.grading.answers import expression
from tp_solver.grading.formulas import decision
from tp_solver.grading.formulas.decision import Decision
from tp_solver.grading.marking import grade
from tp_solver.grading.report import Verdict
from tp_solver.grading.submission import Raw
from tp_solver.graph.system import System
from tp_solver.language.tree import Node
from tp_solver.sheets.remarks import worded
from tp_solver.text import languages, words

FORMULAS = """id: formulas
title: Formulas
indices: {t: 1..3}
equations: ["s[t] = a * s[t-1] + x[t]", "y = sigmoid(s[3])"]
given: {a: 0.5, b: 2, "s[0]": 0, x: [1, 2, 3], W: [[1, 2], [3, 4]], v: [1, 2]}
questions:
- {id: product, kind: expression, text: P., answer: "s[3] * s[2] * s[1]"}
- {id: square, kind: expression, text: S., answer: "(a + b)^2"}
- {id: condition, kind: expression, text: C., answer: "a * b < 1"}
- {id: slope, kind: expression, text: D., answer: "y * (1 - y)", accept: [exp(-b) / b^2]}
- {id: total, kind: expression, text: T., answer: "sum(t, x[t])"}
- {id: vector, kind: expression, text: V., answer: "W @ v"}
- {id: kink, kind: expression, text: K., answer: "max(a, 0)", accept: [a^3 / b]}
- {id: far, kind: expression, text: F., answer: "log(a - 9)"}
"""


@pytest.mark.parametrize(
    ("question", "typed", "verdict"),
    [
        ("product", "s[1]*s[2]*s[3]", "correct"),
        ("product", "s[3]·s[1]·s[2]", "correct"),
        ("product", "s[3] * (s[2] * s[1]) + 0", "correct"),
        ("product", "s[3] * s[2]", "wrong"),
        ("product", "s[3] + s[2] + s[1]", "wrong"),
        ("product", "s[3] * s[2] * s[0]", "wrong"),
        ("square", "a^2 + 2*a*b + b²", "correct"),
        ("square", "(b+a)*(a+b)", "correct"),
        ("square", "a^2 + b^2", "wrong"),
        ("square", "(a - b)^2", "wrong"),
        ("condition", "1 > b*a", "correct"),
        ("condition", "2*a*b < 2", "correct"),
        ("condition", "a*b - 1 < 0", "correct"),
        ("condition", "a*b > 1", "wrong"),
        ("condition", "-a*b < -1", "wrong"),
        ("condition", "a*b <= 1", "wrong"),
        ("condition", "a*b", "wrong"),
        ("slope", "y - y^2", "correct"),
        ("slope", "b^-2 / exp(b)", "correct"),
        ("slope", "1 - y^2", "wrong"),
        ("slope", "y * 1 - y", "wrong"),
        ("total", "x[1] + x[2] + x[3]", "correct"),
        ("total", "sum(t, x[t])", "correct"),
        ("total", "x[1] + x[2]", "wrong"),
        ("slope", "dy/ds[3] = y - y^2", "correct"),
        ("slope", "q = y - y^2", "correct"),
        ("slope", "y - y^2 = b", "wrong"),
        ("slope", "q = y", "wrong"),
        ("condition", "q = a * b < 1", "unreadable"),
        ("vector", "W × v", "correct"),
        ("vector", "v @ W", "wrong"),
        ("vector", "W * v", "wrong"),
        ("square", "(a+c)^2", "unreadable"),
        ("square", "(a+b", "unreadable"),
        ("square", "__import__('os').system('true')", "unreadable"),
        ("square", "a.__class__", "unreadable"),
        ("square", "9**9**9**9", "wrong"),
        ("square", "9" * 500, "unreadable"),
        ("square", "(" * 10_000, "unreadable"),
        ("square", "-" * 10_000 + "a", "unreadable"),
        ("square", "a + " * 5_000 + "a", "unreadable"),
        ("square", "ones(100000, 100000)", "unreadable"),
        ("square", "one_hot(1, 100000) @ one_hot(1, 100000).T", "wrong"),
        ("square", "spectral_norm(W / (a - a))", "wrong"),
        ("square", "1..3", "wrong"),
        ("square", "W.7.7", "wrong"),
        ("square", "first(n, a < b)", "wrong"),
        ("square", "a\u200b+b", "unreadable"),
        ("square", "a\u202e+b", "unreadable"),
        ("square", "", "missing"),
        ("square", "   ", "missing"),
    ],
)
def test_formulas(question: str, typed: str, verdict: str) -> None:
    mark = mark_of(graded(solved(FORMULAS), {question: typed}), question)
    assert mark.verdict.value == verdict
    assert mark.points == (1.0 if verdict == "correct" else 0.0)
    assert mark.given == typed or verdict == "missing"


@pytest.mark.parametrize(
    ("question", "typed", "verdict", "code"),
    [
        ("product", "s[1]*s[2]*s[3]", "correct", None),
        ("square", "a^2 + 2*a*b + b²", "correct", "equivalent"),
        ("kink", "relu(a)", "correct", "equivalent-values"),
        ("kink", "a * a^2 / b", "correct", "equivalent"),
        ("kink", "a", "wrong", None),
        ("far", "log(2*a - 18) - log(2)", "correct", "equivalent"),
        ("far", "log(a - 8)", "pending", "undecided"),
        ("square", "sum(n=1..64, sum(m=1..64, a))", "unreadable", "formula-too-large"),
    ],
)
def test_a_formula_says_how_it_was_decided(
    question: str, typed: str, verdict: str, code: str | None
) -> None:
    report = graded(solved(FORMULAS), {question: typed})
    mark = mark_of(report, question)
    assert mark.verdict.value == verdict
    assert (mark.remark.code if mark.remark else None) == code
    assert report.pending == (mark.out_of if verdict == "pending" else 0)
    for language in languages():
        worded(mark.remark, words(language))


def test_the_probability_of_an_error_is_stated() -> None:
    mark = mark_of(graded(solved(FORMULAS), {"kink": "relu(a)"}), "kink")
    assert mark.remark is not None
    values = dict(mark.remark.values)
    assert values["points"] >= 64
    assert values["digits"] in (15, 50)
    assert 0 < values["error"] <= 1e-6
    assert "1e-" in worded(mark.remark, words("en"))


def test_a_formula_that_many_type_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[Node] = []

    def decide(typed: Node, accepted: list[Node], system: System) -> Decision:
        decided.append(typed)
        return decision.decide(typed, accepted, system)

    monkeypatch.setattr(expression, "decide", decide)
    typed = ["2*a*b + a^2 + b^2", "(a+b)*(a+b)", "a + b"]
    reports = grade(
        solved(FORMULAS), [submission({"square": typed[i % 3]}, f"s{i}") for i in range(60)]
    )
    right = [mark_of(report, "square").verdict is Verdict.CORRECT for report in reports]
    assert right == [i % 3 < 2 for i in range(60)]
    assert len(decided) == 3


@pytest.mark.parametrize(
    ("typed", "near"), [("s_2 + a", "s[2]"), ("S[2] + a", "s"), ("A + b", "a"), ("qqq", None)]
)
def test_an_unknown_name_in_a_formula_names_the_nearest(typed: str, near: str | None) -> None:
    mark = mark_of(graded(solved(FORMULAS), {"square": typed}), "square")
    assert mark.verdict is Verdict.UNREADABLE
    assert mark.remark is not None
    assert mark.remark.code == ("unknown-name-near" if near else "unknown-name")
    assert dict(mark.remark.values).get("near") == near


def test_a_formula_given_as_a_list_is_not_lost() -> None:
    mark = mark_of(graded(solved(FORMULAS), {"square": ["a", "b"]}), "square")
    assert mark.verdict is Verdict.WRONG
    assert mark.given == "[a, b]"


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("0.3820", 4),
        ("0,382", 4),  # the zero at the end dropped
        (["0.3820"], 4),
        ([["0.3651", "0.1392"], ["-0.1392", "0.3651"]], None),
        ("0.3900", 0),
        ("r^3", 0),
    ],
)
def test_a_number_and_what_is_accepted_besides(typed: Raw, points: float | None) -> None:
    solution = shipped("tp-1.2")
    if points is None:  # the matrix itself
        matrix = solution.value("P", (3,))
        typed = [[f"{item:.4f}" for item in row] for row in matrix.tolist()]
        points = 4
    marks = [m for m in graded(solution, {"factor-3": typed}).marks if m.question == "factor-3"]
    assert sum(mark.points for mark in marks) == pytest.approx(points)


def test_a_matrix_is_marked_component_by_component() -> None:
    solution = shipped("tp-1.2")
    matrix = solution.value("P", (5,)).tolist()
    rows: list[Raw] = [[f"{item:.4f}" for item in row] for row in matrix]
    rows[1] = ["0.5", f"{matrix[1][1]:.4f}"]
    report = graded(solution, {"factor-5": rows})
    marks = [mark for mark in report.marks if mark.question == "factor-5"]
    assert [mark.component for mark in marks] == [[1, 1], [1, 2], [2, 1], [2, 2]]
    assert [mark.verdict.value for mark in marks] == ["correct", "correct", "wrong", "correct"]
    assert sum(mark.points for mark in marks) == pytest.approx(3)


def test_the_threshold_is_a_whole_number() -> None:
    for typed, verdict in (
        ("15", "correct"),
        ("15,0", "correct"),
        ("14", "wrong"),
        ("16", "wrong"),
    ):
        mark = mark_of(graded(shipped("tp-1.2"), {"threshold": typed}), "threshold")
        assert mark.verdict.value == verdict, typed


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("a", "correct"),
        (" A ", "correct"),
        (["a"], "correct"),
        ("b", "wrong"),
        ("a, b", "wrong"),
        ("a b c d", "wrong"),
        ("z", "unreadable"),
        ("réponse a", "unreadable"),
        ("", "missing"),
        (None, "missing"),
        ([], "missing"),
    ],
)
def test_choices(typed: Raw, verdict: str) -> None:
    mark = mark_of(graded(shipped("tp-1.2"), {"explode": typed}), "explode")
    assert mark.verdict.value == verdict
    assert mark.points == (mark.out_of if verdict == "correct" else 0)


def test_several_right_choices_are_all_due() -> None:
    offered = "{id: a, text: A, right: true}, {id: b, text: B}, {id: c, text: C, right: true}"
    question = f"{{id: q, kind: choice, text: Q., choices: [{offered}]}}"
    solution = solved(f"id: c\ntitle: C\nequations: [a = 1]\nquestions:\n- {question}\n")
    both: Raw = ["a", "c"]
    for typed in ("a, c", "c a", "a;c", "C+A", both):
        assert mark_of(graded(solution, {"q": typed}), "q").verdict is Verdict.CORRECT
    for typed in ("a", "a, b, c", "b"):
        assert mark_of(graded(solution, {"q": typed}), "q").verdict is Verdict.WRONG


@pytest.mark.parametrize(
    "words",
    [
        "Parce que f reste près de 1.",
        "  two\n\nparagraphs  ",
        "<script>alert(1)</script> =cmd() \u202e ../../x",
        "é" * 50_000,
        "0.5",
    ],
)
def test_words_wait_for_a_person_and_are_kept_as_they_are(words: str) -> None:
    mark = mark_of(graded(shipped("tp-1.1"), {"evolution": words}), "evolution")
    assert (mark.verdict, mark.given, mark.points) == (Verdict.PENDING, words, 0)


def test_pending_points_are_counted_apart() -> None:
    report = graded(shipped("tp-1.1"), {"evolution": "It rises, then falls."})
    assert report.pending == mark_of(report, "evolution").out_of
    assert report.score == 0
