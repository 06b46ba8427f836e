"""Named quantities of the model: every component is followed through the graph."""

from __future__ import annotations

from collections.abc import Iterator

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.answers import Context
from tp_solver.grading.answers.numeric import Wanted, chosen_components, component_marks
from tp_solver.grading.report import Mark
from tp_solver.language.plain import plain

KIND = "values"


def mark(asked: Asked, context: Context) -> Iterator[Mark]:
    """Yield the marks of every quantity asked for, points shared evenly between quantities."""
    model = context.solution.model
    slots = model.slots[asked.question.id]
    for slot in slots:
        chosen = chosen_components(model.system.shapes[slot.key], slot.select)
        points = asked.question.points / len(slots)
        wanted = Wanted(slot.key, slot.position, plain(slot.ref), chosen, points)
        yield from component_marks(asked, context, wanted)
