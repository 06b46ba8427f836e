"""Exercises to be worked through: the shipped ones to any number of digits, and random LSTMs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from functools import cache

from tests.conftest import ROOT
from tp_solver.grading.marking import grade
from tp_solver.grading.report import Mark, Report, Student
from tp_solver.grading.submission import Raw, Submission
from tp_solver.solution import Solution, loads, solve

SHIPPED = sorted(path.stem for path in (ROOT / "exercises" / "tp").glob("*.yaml"))
_ASKED = """z_f, f, z_i, i, z_C, C_tilde, z_o, o, C, h, L, dL/dC, dL/dh, dL/dz_f, dL/dz_i,
  dL/dz_C, dL/dz_o, dL/dW_f, dL/dW_i, dL/dW_C, dL/dW_o, dL/db_f"""


@cache
def shipped(name: str, decimals: int | None = None) -> Solution:
    """Solve a shipped exercise, asking for so many decimals."""
    text = (ROOT / "exercises" / "tp" / f"{name}.yaml").read_text(encoding="utf-8")
    return solved(text, decimals)


def solved(text: str, decimals: int | None = None) -> Solution:
    """Solve an exercise given as text, asking for so many decimals."""
    if decimals is not None:
        text = re.sub(r"(?m)^precision:.*\n", "", text)
        text = text.replace("\nquestions:", f"\nprecision: {{decimals: {decimals}}}\nquestions:")
    return solve(loads(text))


@cache
def random_lstm(seed: int, decimals: int) -> Solution:
    """Solve a scalar LSTM over three steps with a loss, its numbers drawn at random."""
    draw = random.Random(seed)

    def some(count: int) -> str:
        return ", ".join(
            str(round(draw.uniform(-1.5, 1.5), draw.choice((1, 2, 3)))) for _ in range(count)
        )

    lines = [f"x: [{some(3)}]", f"h[0]: {some(1)}", f"C[0]: {some(1)}"]
    for gate in "fiCo":
        lines += [f"W_{gate}: [{some(2)}]", f"b_{gate}: {some(1)}"]
    given = "".join(f"\n  {line}" for line in lines)
    return solved(
        f"id: lstm\ntitle: LSTM\nindices: {{t: 1..3}}\nuse: lstm\nequations:\n- L = h[3]^2 / 2"
        f"\ngiven:{given}\nquestions:\n"
        f"- {{id: all, text: All., answers: [{_ASKED}], points: 10}}\n",
        decimals,
    )


def submission(answers: Mapping[str, Raw], name: str = "ada") -> Submission:
    """Hand in answers, as they come out of a file."""
    return Submission(Student(name), f"{name}.yaml", dict(answers))


def graded(solution: Solution, answers: Mapping[str, Raw]) -> Report:
    """Mark one submission."""
    (report,) = grade(solution, [submission(answers)])
    return report


def given_marks(report: Report) -> Iterator[Mark]:
    """Yield the marks of what was given."""
    return (mark for mark in report.marks if mark.given is not None)


def mark_of(report: Report, answer: str, component: int | list[int] | None = None) -> Mark:
    """Return the mark of one answer."""
    return next(m for m in report.marks if (m.answer, m.component) == (answer, component))
