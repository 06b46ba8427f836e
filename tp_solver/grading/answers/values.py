"""Named quantities of the model: every component is followed through the graph."""

from __future__ import annotations

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.answers.numeric import Column, component_columns
from tp_solver.language.plain import plain
from tp_solver.solution import Solution

KIND = "values"


def columns(asked: Asked, solution: Solution) -> list[list[Column]]:
    """Return a column for every number asked for, points shared evenly between quantities."""
    slots = solution.model.slots[asked.question.id]
    return [
        [
            column
            for slot in slots
            for column in component_columns(
                solution,
                slot.key,
                slot.position,
                plain(slot.ref),
                slot.select,
                asked.question.points / len(slots),
            )
        ]
    ]
