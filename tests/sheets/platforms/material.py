"""Exercises to be exported: the shipped ones, each looked through once, and one of every kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tp_solver.catalogue import exercise_files
from tp_solver.grading import accepted
from tp_solver.grading.accepted import Number
from tp_solver.solution import Solution, load, loads, solve

SHIPPED = exercise_files(["exercises"]) if Path("exercises").is_dir() else exercise_files(["tp"])

EVERYTHING = """
id: every-kind
title: "Every kind / of question"
indices: {t: 1..2}
equations: ["h[t] = tanh(W @ h[t-1] + u * x[t] + b)", "L = h[2].1 * h[2].2"]
given:
  W: [[0.5, -0.2], [0.1, 0.3]]
  u: [1, 0.4]
  b: [0.3, -0.1]
  h[0]: [0, 0]
  x: [0.7, -1.2]
precision: {decimals: 3}
credit: {misconception: 0.4}
questions:
  - id: states
    text: "Compute $h[t]$. Not fields: `{1:SA:=x}`, `{#1}`, <b>&amp;</b>."
    answers: [h, L]
    points: 6
  - {id: gradient, text: "And $dL/dW$?", answers: [dL/dW, dL/db.1], points: 5}
  - {id: one, kind: number, text: "What is $2 * L$?", answer: 2 * L, accept: ["L + L"]}
  - {id: many, kind: number, text: "What is $2 * h[1]$?", answer: "2 * h[1]", points: 2}
  - {id: formula, kind: expression, text: "Write $dL/dh[2].1$.", answer: "h[2].2"}
  - id: range
    kind: choice
    text: "What is true?"
    choices:
      - {id: a, text: "$h[t] < 1$", right: true}
      - {id: b, text: "$h[t] > 1$"}
      - {id: c, text: "$h[t] > -1$", right: true}
  - id: single
    kind: choice
    text: "And here?"
    choices: [{id: a, text: "yes", right: true}, {id: b, text: "no"}]
  - {id: why, kind: text, text: "Why?", rubric: "Names $tanh(u)$.", points: 3}
"""


@cache
def shipped(path: Path) -> Solution:
    """Solve a shipped exercise, once."""
    return solve(load(path))


@cache
def everything() -> Solution:
    """Solve an exercise with a question of every kind."""
    return solve(loads(EVERYTHING))


_numbers = accepted.numbers


@cache
def numbers(solution: Solution) -> list[Number]:
    """List what an exercise asks for, once: several exports ask the same."""
    return _numbers(solution)


WORDS_ONLY = """
id: words-only
title: "Nothing to compute"
questions:
  - id: single
    kind: choice
    text: "What is true?"
    choices: [{id: a, text: "yes", right: true}, {id: b, text: "no"}]
  - {id: why, kind: text, text: "Why?", rubric: "Says why."}
"""
