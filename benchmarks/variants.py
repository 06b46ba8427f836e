"""Time a class in which everybody has numbers of their own: drawing, values, marks, pages."""

from __future__ import annotations

import random
from time import perf_counter

import numpy as np
from lstm import GATES, SEED, make_data, make_exercise
from timing import typical

from tp_solver.grading.drawing import Drawer
from tp_solver.grading.marking import Marker
from tp_solver.grading.report import Student
from tp_solver.grading.submission import Raw, Submission
from tp_solver.graph.model import Model
from tp_solver.graph.variants import Family
from tp_solver.language.plain import plain
from tp_solver.sheets.feedback import FeedbackWriter
from tp_solver.solution import loads, solve
from tp_solver.text import words

STUDENTS = 1000
WRONG = 0.1  # of the numbers, one in ten
VARIANTS = """
variants:
  seed: 1
  draw:
    x: {choose: [-2, -1.5, -1, 1, 1.5, 2]}
"""
ASKED = "f, i, C_tilde, o, C, h"


def exercise() -> Model:
    """Write an LSTM over three steps that asks for its states and its gradients."""
    text = make_exercise(make_data(hidden=2, inputs=1, steps=3)) + VARIANTS
    text += "".join(f"    W_{gate}: {{between: [-1.5, 1.5], decimals: 1}}\n" for gate in GATES)
    return loads(text.replace("answers: [", f"answers: [{ASKED}, "))


def handed_in(family: Family, students: list[Student]) -> list[Submission]:
    """Hand in true values with three decimals, some of them changed."""
    draw = random.Random(SEED)
    made = []
    slots = [slot for slots in family.model.slots.values() for slot in slots]
    for row, student in enumerate(students):
        answers: dict[str, Raw] = {}
        for slot in slots:
            table = family.tables[slot.key]
            values = table.data[(*table.slot(slot.position), row)]
            typed = [f"{v + (draw.random() < WRONG) * 0.07:.3f}" for v in np.ravel(values)]
            shape = np.shape(values)
            size = shape[-1] if len(shape) > 1 else len(typed)
            rows: list[Raw] = [list(typed[i : i + size]) for i in range(0, len(typed), size)]
            answers[plain(slot.ref)] = rows if len(shape) > 1 else rows[0]
        made.append(Submission(student, "copy", answers))
    return made


def main() -> None:
    """Time each part of a class."""
    model = exercise()
    students = [Student(f"e{i}") for i in range(STUDENTS)]
    start = perf_counter()
    family = Drawer(model).family(students)
    said("drawn, those redrawn that hide mistakes", perf_counter() - start)
    said("values and gradients", typical(lambda: Family(model, family.numbers).tables))
    copies = handed_in(family, students)
    solution = solve(model)
    plain_marks, marks = Marker(solution, explain=False), Marker(solution)
    said("scores", typical(lambda: scores(plain_marks, copies), 3))
    said("marks, mistakes looked for", typical(lambda: scores(marks, copies), 3))
    reports = list(marks.reports(copies))
    writer = FeedbackWriter(solution, words("en"))
    said("pages", typical(lambda: [writer.page(report) for report in reports], 3))


def scores(marker: Marker, copies: list[Submission]) -> list[float | None]:
    """Mark copies; what is drawn is kept from the first time on."""
    return [report.score for report in marker.reports(copies)]


def said(name: str, seconds: float) -> None:
    """Print a time, and how many students a second that is."""
    print(f"{STUDENTS} students, {name}: {seconds:.2f} s, {STUDENTS / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
