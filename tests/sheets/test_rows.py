"""Tables of what is asked: one kind of column in each, in the order of the question."""

from __future__ import annotations

import pytest

from tp_solver.sheets.rows import asked_slots, by_indices, grids
from tp_solver.solution import loads, solve

ASKING = """
id: asking
title: x
given: {y: 1, "h[0]": 0}
indices: {t: 1..2}
equations: ["h[t] = h[t-1] + 1", "L = (h[2] - y)^2"]
questions: [{id: q, text: x, answers: [ANSWERS]}]
"""


@pytest.mark.parametrize(
    ("answers", "due"),
    [
        ('L, "h[1..2]"', [["L"], ["h[1]", "h[2]"]]),
        ('"h[1..2]", L', [["h[1]", "h[2]"], ["L"]]),
        ('L, "dL/dh[2]"', [["L"], ["dL/dh[2]"]]),
    ],
)
def test_groups_stand_in_the_order_in_which_they_are_first_asked(
    answers: str, due: list[list[str]]
) -> None:
    solution = solve(loads(ASKING.replace("ANSWERS", answers)))
    (asked,) = solution.exercise.questions
    slots = asked_slots(asked, solution.model)
    found = by_indices(slots, solution.model)
    names = [[slot.key + "".join(f"[{i}]" for i in slot.position) for slot in own] for own in found]
    assert names == due
    assert [len(grid.rows) for grid in grids(slots, solution)] == [1] * len(due)
