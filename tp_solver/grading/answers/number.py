"""A number (or vector, or matrix) that an expression gives; `accept` lists equally valid ones."""

from __future__ import annotations

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.answers.numeric import Column, component_columns
from tp_solver.graph.model import accepted_key
from tp_solver.solution import Solution

KIND = "number"


def columns(asked: Asked, solution: Solution) -> list[list[Column]]:
    """Return the columns of each accepted expression; the one that suits a student best counts."""
    question = asked.question
    keys = [accepted_key(question.id, i) for i in range(1 + len(asked.accept))]
    return [
        list(component_columns(solution, key, (), question.id, (), question.points)) for key in keys
    ]
