"""The numbers drawn for each student: those with which some mistake can't show are drawn anew.

A draw is refused where a value is not finite, or where more mistakes can't be told from the right
answer or from another one than with the numbers that the exercise itself gives, as `verify` counts
them. Whether it is depends on no other draw; many are looked at in one go, on the batch axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tp_solver.errors import UserError
from tp_solver.exercise.variants import Numbers, drawn_numbers, folded_id
from tp_solver.grading.ambiguity import Trials, confused
from tp_solver.grading.report import Student
from tp_solver.grading.rounding import Truths
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Table
from tp_solver.graph.model import Model
from tp_solver.graph.variants import Family
from tp_solver.solution import Solution, solve

MOST_ATTEMPTS = 200
MOST_NUMBERS = 400_000  # looked at in one go: places of all quantities, times draws
MOST_DRAWS = 1024  # in one go
MOST_KEPT = 200_000  # students whose numbers are remembered


class Drawer:
    """Draws the numbers of students for one exercise; what was drawn is kept."""

    def __init__(self, model: Model) -> None:
        variants = model.exercise.variants
        assert variants is not None
        self.model = model
        self.variants = variants
        self.solution = solve(model)
        self.given: Numbers = tuple(choices.given.value for choices in variants.choices)
        self.kept: dict[str, Numbers | None] = {}
        size = sum(table.data.size for table in self.solution.tables.values())
        self.chunk = max(1, min(MOST_DRAWS, MOST_NUMBERS // max(size, 1)))

    def family(self, students: Iterable[Student]) -> Family:
        """Return the exercise with the numbers of each of some students.

        Raises UserError where none that can be used are found for one of them.
        """
        people = tuple((student.id, student.name) for student in students)
        found: list[Numbers] = []
        for student, numbers in self.numbers(student for student, _ in people):
            if numbers is None:
                raise UserError(
                    f"{self.model.exercise.id}: none of {MOST_ATTEMPTS} draws for `{student}` shows"
                    " as many mistakes as asked: give `variants:` more numbers to draw from,"
                    " without 0 and 1, or let more go with `ambiguous:`"
                )
            found.append(numbers)
        return Family(self.model, tuple(found), people)

    def numbers(self, students: Iterable[str]) -> Iterator[tuple[str, Numbers | None]]:
        """Yield the numbers of each student; None where none that can be used are found."""
        ids = [(student, folded_id(student)) for student in students]
        if len(self.kept) > MOST_KEPT:
            self.kept.clear()
        waiting = [one for one in dict.fromkeys(one for _, one in ids) if one not in self.kept]
        for start in range(0, len(waiting), self.chunk):
            self.draw(waiting[start : start + self.chunk])
        for student, one in ids:
            yield student, self.kept[one]

    def draw(self, students: list[str]) -> None:
        """Draw the numbers of some students; of few, several attempts in one go."""
        attempt = 0
        while students and attempt < MOST_ATTEMPTS:
            ahead = max(1, min(self.chunk // len(students), MOST_ATTEMPTS - attempt))
            tried = [(one, k) for k in range(attempt, attempt + ahead) for one in students]
            drawn = [drawn_numbers(self.variants, *one) for one in tried]
            for (one, _), numbers, usable in zip(tried, drawn, self.usable(drawn), strict=True):
                if usable:
                    self.kept.setdefault(one, numbers)
            students = [one for one in students if one not in self.kept]
            attempt += ahead
        self.kept |= dict.fromkeys(students)

    def share(self, count: int) -> float:
        """Return the share of some first draws that may be handed out."""
        drawn = [drawn_numbers(self.variants, str(i)) for i in range(1, count + 1)]
        parts = [drawn[i : i + self.chunk] for i in range(0, count, self.chunk)]
        return float(np.concatenate([self.usable(part) for part in parts]).mean())

    def usable(self, drawn: Sequence[Numbers]) -> Truths:
        """Tell which draws may be handed out."""
        family = Family(self.model, (self.given, *drawn))
        counts = confused(list(Trials(self.solution, family.tables).all()), len(family))
        most = counts[0] if self.variants.ambiguous is None else self.variants.ambiguous
        return (finite(self.solution, family.tables) & (counts <= most))[1:]


def finite(solution: Solution, tables: dict[str, Table[Array]]) -> Truths:
    """Tell which rows of a batch have a finite value wherever the exercise itself has one."""
    fine = np.ones(1, dtype=bool)
    for key, table in tables.items():
        lead = len(table.box)
        own = np.isfinite(solution.tables[key].data).ravel()
        values = np.moveaxis(table.data, lead, 0).reshape(table.data.shape[lead], -1)
        fine = fine & np.isfinite(values[:, own]).all(axis=1)
    return fine
