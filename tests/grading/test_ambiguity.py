"""Data that can't show a mistake: told to the author, and better data found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.material import graded, mark_of, solved
from tp_solver.cli import main
from tp_solver.grading.ambiguity import Ambiguity, ambiguities
from tp_solver.grading.better_data import suggestion
from tp_solver.grading.report import Verdict
from tp_solver.solution import Solution

TEXT = """
id: cell
title: Cell
equations: ["z = W @ h + b", "a = tanh(z)"]
given:
  W: [[0.31, -0.72], [0.55, 0.13]]
  h: [0.4, -0.9]
  b: {b}
precision: {{decimals: 4}}
questions:
- {{id: all, text: All., answers: {asked}, points: 4}}
"""


def cell(b: str, asked: str = "[z, a]") -> Solution:
    """Return a small exercise."""
    return solved(TEXT.format(b=b, asked=asked))


def right(found: list[Ambiguity]) -> set[tuple[str, str]]:
    """Return the mistakes that give the right answer, with where."""
    return {(item.mistake.id, item.left) for item in found if item.other is None}


def test_a_bias_of_zero_does_not_show_that_it_was_forgotten() -> None:
    assert ("lstm-forgot-bias", "z") in right(ambiguities(cell("[0, 0]")))
    assert ("lstm-forgot-bias", "z") not in right(ambiguities(cell("[0, 0.2]")))


def test_what_is_not_asked_shows_in_what_follows() -> None:
    assert ("lstm-forgot-bias", "z") in right(ambiguities(cell("[0, 0]", "[a]")))
    assert ("lstm-forgot-bias", "z") not in right(ambiguities(cell("[0.3, 0.2]", "[a]")))


def test_what_the_author_is_told_is_what_marking_can_not_see() -> None:
    solution = cell("[0, 0]")
    z = [0.31 * 0.4 + 0.72 * 0.9, 0.55 * 0.4 - 0.13 * 0.9]  # the bias forgotten
    report = graded(solution, {"z": [f"{item:.4f}" for item in z]})
    assert mark_of(report, "z", 1).verdict is Verdict.CORRECT


def test_two_mistakes_with_the_same_numbers() -> None:
    solution = solved(
        "id: gates\ntitle: G\nindices: {t: 1..2}\nuse: lstm\ngiven:\n  x: [1.0, 0.5]\n  h[0]: 0\n"
        "  C[0]: 0\n"
        + "".join(
            f"  W_{g}: [{w}]\n  b_{g}: {b}\n"
            for g, w, b in (
                ("f", "0.1, 0.2", 0),
                ("i", "0.3, -0.1", 0.1),
                ("C", "0.2, 0.4", 0),
                ("o", "0.1, 0.3", 0),
            )
        )
        + "precision: {decimals: 4}\nquestions:\n"
        + "- {id: all, text: A., answers: [z_i, i], points: 2}\n"
    )
    pairs = {
        frozenset((item.mistake.id, item.other.id))
        for item in ambiguities(solution)
        if item.other is not None
    }
    # The biases of the other gates are 0: taking one of them is forgetting one's own.
    assert frozenset(("lstm-forgot-bias", "lstm-wrong-gate-bias")) in pairs


def test_better_data_lets_the_mistake_show() -> None:
    solution = cell("[0, 0]")
    found = suggestion(solution)
    assert found.after < found.before
    changed = {change.place.name: change.by for change in found.changes}
    assert any(name.startswith("b") for name in changed)
    values = ", ".join(str(changed.get(f"b.{i}", 0)) for i in (1, 2))
    assert len(ambiguities(cell(f"[{values}]"))) < len(ambiguities(solution))


def test_nothing_is_suggested_where_all_shows() -> None:
    solution = cell("[0.15, -0.27]")
    if not ambiguities(solution):
        assert not suggestion(solution).changes


def test_tokens_and_masks_are_left_alone() -> None:
    text = """
id: tokens
title: T
equations: ["e = row(E, k)", "y = m * (w @ e)"]
given: {E: [[0.1, 0.2], [0.3, 0]], k: 1, m: [1, 0], w: [[0, 0.5], [0.4, 0]]}
precision: {decimals: 4}
questions:
- {id: all, text: All., answers: [y], points: 1}
"""
    names = {change.place.name for change in suggestion(solved(text)).changes}
    assert not any(name == "k" or name.startswith("m") for name in names)


def test_nothing_to_compute_hides_no_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(
        "id: w\ntitle: W\nquestions:\n- {id: why, kind: text, text: Why?}\n", encoding="utf-8"
    )
    assert not ambiguities(solved(path.read_text(encoding="utf-8")))
    assert main(["verify", str(path), "--suggest"]) == 0
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_warns_and_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tp-2.1", "--suggest"]) == 0
    out = capsys.readouterr().out
    assert "lstm-forgot-bias (bias forgotten): in z_f[t], z_C[t], z_o[t]" in out
    assert "warnings are left" in out
    assert "(now 0)" in out
