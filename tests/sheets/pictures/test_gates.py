"""Gates over time: a row a component, a column a step, the numbers those of the solution."""

from __future__ import annotations

import pytest

from tests.sheets.pictures.material import recurrent, shipped, written
from tp_solver.sheets.pictures.gates import gates
from tp_solver.sheets.pictures.values import Values
from tp_solver.text import words


def test_every_number_of_a_small_network_is_there():
    solution = shipped("tp-2.2")
    ((picture, caption),) = gates(Values(solution, words("fr")), "p")
    for name in ("f", "i", "C_tilde", "o", "C", "h"):
        for t in (1, 2):
            for value in solution.value(name, (t,)):
                number = f"{float(value):.3f}".replace(".", ",").replace("-", "−")
                assert number in written(picture)
    assert "f, i, C̃, o, C, h" in picture
    assert words("fr")("pictures.shades") in caption  # nothing is pierced where numbers are written


@pytest.mark.parametrize(("units", "last"), [(64, 30), (64, 200), (12, 300)])
def test_a_large_network_has_a_light_map_for_each_quantity(units, last):
    found = list(gates(Values(recurrent(last, "lstm", units), words("en")), "p"))
    assert len(found) == 6
    assert all(len(picture) < 11_000 for picture, _ in found)
    assert all(f"{units} components, {last} steps" in picture for picture, _ in found)
    assert all(words("en")("pictures.shades_alone") in caption for _, caption in found)


def test_an_exercise_without_time_has_none():
    assert not list(gates(Values(shipped("tp-1.2"), words("fr")), "p"))
