"""A small exercise with numbers of each student's own, and students who work theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from tests.grading.students import Place, Student
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.report import Student as Person
from tp_solver.grading.submission import Raw, Submission
from tp_solver.graph.variants import Family
from tp_solver.solution import Solution, loads, solve

RNN = """
id: own-rnn
title: "RNN"
indices: {t: 1..3}
equations:
  - h[t] = tanh(w * h[t-1] + u * x[t] + b)
  - L = (h[3] - y)^2 / 2
given: {w: 0.8, u: 0.5, b: 0.2, "h[0]": 0.4, x: [1.5, -2, 1.2], y: 1}
variants:
  seed: 7
  draw:
    x: {from: [[1.5, -2, 1.2], [2, -1.1, 1.4], [-1.5, 2, 0.9]]}
    u: {choose: [-0.7, -0.5, 0.5, 0.7]}
    w: {between: [0.6, 1.2], decimals: 2}
    h[0]: {choose: [0.3, 0.4, -0.4]}
precision: {decimals: 4}
questions:
  - {id: states, text: "Compute $h[t]$.", answers: [h], points: 3}
  - {id: slope, text: "Compute $dL/dw$.", answers: [dL/dw], points: 2}
  - {id: twice, kind: number, text: "Twice $h[3]$?", answer: "2 * h[3]", points: 1}
"""

# With x = 0 nobody can see which step an input was taken from.
HARD = RNN.replace("seed: 7", "seed: 7\n  ambiguous: 0").replace(
    "{from: [[1.5, -2, 1.2], [2, -1.1, 1.4], [-1.5, 2, 0.9]]}", "{choose: [0]}"
)


@cache
def own_rnn() -> Solution:
    """Solve the exercise with the numbers it gives."""
    return solve(loads(RNN))


def family(ids: Sequence[str]) -> Family:
    """Draw the numbers of some students."""
    return Drawer(own_rnn().model).family(Person(one) for one in ids)


def honest(drawn: Family, row: int, student: str) -> Submission:
    """Hand in what a student finds with their own numbers, rounded once."""
    return Student(drawn.of(row), 4, manner="answers", seed=row).submission(name=student)


def slipped(drawn: Family, row: int, student: str) -> Submission:
    """Hand in what a student finds who takes h[1] a little too large, and goes on from there."""

    def change(place: Place, _at: tuple[int, ...], value: Decimal) -> Decimal:
        return value + Decimal("0.05") if place == ("h", (1,)) else value

    return Student(drawn.of(row), 4, manner="answers", change=change).submission(name=student)


def with_answers(copy: Submission, **answers: Raw) -> Submission:
    """Change some answers; the names' brackets are written as underscores: `h_2` for h[2]."""
    named = {f"{name[:-2]}[{name[-1]}]": raw for name, raw in answers.items()}
    return replace(copy, answers={**copy.answers, **named})
