"""A formula tried at single places gives what the evaluator gives for all of them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import ROOT
from tp_solver.grading.misconceptions.trial import Places, Trier
from tp_solver.graph.arithmetic import Table
from tp_solver.graph.boxes import positions
from tp_solver.graph.system import left_box
from tp_solver.language.tree import At
from tp_solver.solution import load, solve

EXERCISES = sorted((ROOT / "exercises").rglob("*.yaml"))


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_every_equation_of_every_exercise(path) -> None:
    solution = solve(load(path))
    tables = {
        key: Table(table.box, np.expand_dims(table.data, len(table.box)))
        for key, table in solution.tables.items()
    }
    for equation in solution.model.system.equations:
        places = positions(left_box(equation))
        offsets = {
            at.name: (i, at.offset)
            for i, at in enumerate(equation.left.axes)
            if isinstance(at, At) and at.name
        }
        at = {
            name: np.array([place[i] - offset for place in places])
            for name, (i, offset) in offsets.items()
        }
        rows = np.zeros(len(places), dtype=int)
        found = Trier(solution.model.system, Places(tables, rows, at)).of(equation)
        for place, value in zip(places, found, strict=True):
            due = solution.value(equation.left.key, place)
            np.testing.assert_allclose(value, due, rtol=1e-12, atol=1e-14)
