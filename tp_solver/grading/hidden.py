"""Mistakes in steps that students did not write down, for the answers that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.asked import asked_places
from tp_solver.grading.carry import WRONG, Judge, by_submission
from tp_solver.grading.misconceptions.through import downstream, rerun
from tp_solver.grading.misconceptions.variants import Variant
from tp_solver.grading.passage import Rows
from tp_solver.graph.arrays import Array
from tp_solver.graph.boxes import slots
from tp_solver.graph.system import left_box
from tp_solver.solution import Solution

MOST_TRIALS = 600  # mistakes in hidden steps


@dataclass(frozen=True, eq=False)
class Hidden:
    """What a mistake in a hidden step makes of the answers of some submissions.

    `given` has, by quantity, numbers laid out like its table, `rows` along the batch axis.
    """

    variant: Variant
    rows: Rows
    given: dict[str, Array]
    steps: int


def blanks(judge: Judge, rows: Rows) -> dict[str, NDArray[np.bool_]]:
    """Tell for each computed quantity which submissions leave some of it out."""
    found: dict[str, NDArray[np.bool_]] = {}
    system = judge.solution.model.system
    for equation in system.equations:
        key = equation.left.key
        if " " in key:  # a curve
            continue
        left_out: NDArray[np.bool_] = np.ones(len(rows), dtype=bool)
        if key in judge.typed:
            typed, table = judge.typed[key], judge.solution.tables[key]
            place: Any = (*slots(left_box(equation), table.box), rows)
            left_out = np.asarray(~by_submission(typed.given[place], typed.lead).all(axis=1))
        found[key] = found.get(key, np.zeros(len(rows), dtype=bool)) | left_out
    return found


def groups(judge: Judge, unasked: frozenset[str]) -> Iterator[tuple[Rows, frozenset[str]]]:
    """Yield submissions with something wrong: those that give all that is asked, and the others.

    With each group comes what some of it leave out. What is true of a submission does not depend
    on the others: where an answer is given, it takes the place of what would be worked out.
    """
    rows = judge.rows
    left_out = blanks(judge, rows)
    more = np.zeros(len(rows), dtype=bool)
    for key, mask in left_out.items():
        if key not in unasked:
            more |= mask
    if not more.all():
        yield rows[~more], unasked
    if more.any():
        gaps = (key for key, mask in left_out.items() if mask[more].any())
        yield rows[more], unasked | frozenset(gaps)


class HiddenSteps:
    """The steps of an exercise that may be left out, with what mistakes make of them."""

    def __init__(self, solution: Solution, variants_of: Callable[[int], list[Variant]]) -> None:
        self.system = solution.model.system
        self.variants_of = variants_of
        asked = asked_places(solution)
        self.unasked = frozenset(
            e.left.key
            for e in self.system.equations
            if " " not in e.left.key
            and not (
                e.left.key in asked
                and asked[e.left.key][slots(left_box(e), solution.tables[e.left.key].box)].all()
            )
        )

    @cached_property
    def tried(self) -> frozenset[int]:
        """Return the equations whose mistakes are tried: of a large exercise, the last ones."""
        found, count = [], 0
        for number in reversed(range(len(self.system.equations))):
            if " " in self.system.equations[number].left.key:
                continue
            count += len(self.variants_of(number))
            if count > MOST_TRIALS:
                break
            found.append(number)
        return frozenset(found)

    def of(self, judge: Judge) -> Iterator[Hidden]:
        """Yield what mistakes in hidden steps make of the wrong answers of a batch."""
        for rows, left_open in groups(judge, self.unasked):
            for number, steps, targets in self.trials(left_open, judge):
                here = rows[_wrong_in(judge, rows, targets)]
                for variant in self.variants_of(number) if len(here) else ():
                    changed = {number: variant.equation}
                    seen = rerun(self.system, steps, changed, judge.own_tables, judge.typed, here)
                    if seen is not None:
                        given = {key: seen[key] for key in targets if key in seen}
                        yield Hidden(variant, here, given, len(steps))

    def trials(
        self, left_open: frozenset[str], judge: Judge
    ) -> Iterator[tuple[int, list[int], list[str]]]:
        """Yield the equations of hidden steps, what is worked out again after them, for which."""
        for number in sorted(self.tried):
            if self.system.equations[number].left.key in left_open:
                steps = downstream(self.system, number, left_open)
                keys = {self.system.equations[i].left.key for i in steps if i != number}
                targets = sorted(keys & judge.verdicts.keys())
                if targets:
                    yield number, steps, targets


def _wrong_in(judge: Judge, rows: Rows, targets: list[str]) -> NDArray[np.bool_]:
    wrong = np.zeros(len(rows), dtype=bool)
    for key in targets:
        wrong |= (judge.verdicts[key].verdict[rows] == WRONG).any(axis=1)
    return wrong
