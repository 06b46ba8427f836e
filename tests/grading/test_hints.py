"""Hints: one rung after another, and never a value that the author does not give."""

from __future__ import annotations

import re

import pytest

from tests.grading.material import graded, shipped, solved
from tp_solver.cli import main
from tp_solver.grading.hints import RUNGS, first_wrong, highest, hints
from tp_solver.language.plain import plain
from tp_solver.sheets.hints import worded_hint
from tp_solver.solution import Solution
from tp_solver.text import languages, words

GIVEN = {
    "z_f[1]": "0.2",
    "f[1]": "0.5498",
    "z_i[1]": "0",
    "i[1]": "0.5",
    "z_C[1]": "0.4",
    "C_tilde[1]": "0.3799",
    "C[1]": "0.1900",
    "o[1]": "0.5744",
    "h[1]": "0.1091",
}
TEXT = """
id: two
title: Two
equations: ["a = 0.3 * x + 0.2", "b = tanh(a) * x", "c = b + a"]
given: {{x: 1.7}}
precision: {{decimals: 4}}
hints: {hints}
questions:
- {{id: all, text: All., answers: [a, c], points: 2}}
- {{id: more, kind: number, text: More., answer: a * c}}
"""


def told(solution: Solution, answers: dict[str, str], level: int) -> list[str]:
    """Return the codes of the hints up to a level, with their formulas."""
    report = graded(solution, dict(answers))
    return [
        f"{hint.code} {plain(hint.formula) if hint.formula else ''}".strip()
        for hint in hints(solution, report, level)
    ]


def test_the_ladder() -> None:
    solution = shipped("tp-2.1")
    rungs = ["step h[1]", "known", "formula h[1] = o[1] * tanh(C[1])"]
    rungs.append("substitution h[1] = 0.5744 * tanh(0.1900)")
    for level in range(6):
        assert told(solution, GIVEN, level) == rungs[:level]


def test_what_was_not_written_down_keeps_its_name() -> None:
    solution = solved(TEXT.format(hints="true"))
    assert told(solution, {"a": "0.71", "c": "9"}, 4)[-1] == "substitution c = b + 0.7100"


@pytest.mark.parametrize(("allowed", "most"), [("true", 4), ("false", 0), ("values", 5)])
def test_the_author_says_how_far_hints_go(allowed: str, most: int) -> None:
    solution = solved(TEXT.format(hints=allowed))
    assert highest(solution) == most
    found = told(solution, {"a": "0.5"}, 9)
    assert len(found) == most
    assert any(line.startswith("value") for line in found) == (allowed == "values")


def test_a_wrong_answer_to_a_question_for_a_number() -> None:
    solution = solved(TEXT.format(hints="true"))
    report = graded(solution, {"a": "0.71", "more": "7"})
    assert first_wrong(solution, report) is not None
    assert told(solution, {"a": "0.71", "more": "7"}, 4)[0] == "question"


def test_no_hint_where_nothing_is_wrong() -> None:
    assert not told(shipped("tp-2.1"), {"f[1]": "0.5498"}, 4)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("level", range(1, len(RUNGS) + 1))
def test_hints_have_words_and_no_value(language: str, level: int) -> None:
    solution = shipped("tp-2.1")
    report = graded(solution, dict(GIVEN))
    for hint in hints(solution, report, level):
        text = worded_hint(hint, words(language))
        assert text
        assert "$" not in text
        assert "0.1078" not in text
        assert "0,1078" not in text


def test_the_command_gives_the_hints_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    typed = "\n".join(f"{name} = {value}" for name, value in GIVEN.items())
    for level in (0, 1, 4, 5):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert main(["check", "tp-2.1", "--hint", str(level), "--lang", "en"]) == 0
        out, err = capsys.readouterr()
        assert ("Start with h[1]" in out) == (level > 0)
        assert ("0.5744" in out) == (level > 3)
        assert "0.1078" not in out
        assert ("--hint 1" in err) == (level == 0)
        assert bool(re.search("nothing further", err)) == (level == 5)
