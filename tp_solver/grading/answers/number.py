"""A number (or vector, or matrix) that an expression gives; `accept` lists equally valid ones."""

from __future__ import annotations

from collections.abc import Iterator

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.answers import Context
from tp_solver.grading.answers.numeric import Wanted, chosen_components, component_marks
from tp_solver.grading.report import Mark
from tp_solver.graph.model import accepted_key

KIND = "number"


def mark(asked: Asked, context: Context) -> Iterator[Mark]:
    """Yield the marks against the accepted expression that suits the student best."""
    question = asked.question
    keys = [accepted_key(question.id, i) for i in range(1 + len(asked.accept))]
    given = [key for key in keys if (key, ()) in context.reading.cells] or keys[:1]
    best: list[Mark] = []
    for key in given:
        shape = context.solution.model.system.shapes[key]
        chosen = chosen_components(shape, ())
        wanted = Wanted(key, (), question.id, chosen, question.points)
        marks = list(component_marks(asked, context, wanted))
        if not best or _earned(marks) > _earned(best):
            best = marks
    yield from best


def _earned(marks: list[Mark]) -> float:
    return sum(mark.points for mark in marks)
