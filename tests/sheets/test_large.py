"""What is too large to print is told by its shape and norm, and drawn in a fold."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest

from tests.sheets.test_pages import text_of
from tp_solver.language.tree import Op, Ref, Value
from tp_solver.sheets.large import folded, holds_large, is_large
from tp_solver.sheets.solution_page import solution_html
from tp_solver.sheets.statement_page import statement_view
from tp_solver.solution import loads, solve
from tp_solver.text import words

ONE = Decimal(1)
EXERCISE = """
id: wide
title: "x"
indices: {t: 1..2}
use: {cell: lstm, units: 64, inputs: 8, seed: 1}
given: {x: {draw: uniform, shape: [2, 8], seed: 4}, "h[0]": 0, "C[0]": 0}
questions: [{id: q, text: "x", answers: ["h[2]"]}]
"""


@pytest.mark.parametrize(
    ("items", "large"),
    [
        (ONE, False),
        ((ONE,) * 16, False),
        ((ONE,) * 17, True),
        (((ONE,) * 6,) * 6, False),
        (((ONE,) * 7,) * 6, True),
    ],
)
def test_what_is_large(items, large: bool) -> None:
    assert is_large(items) == large
    assert holds_large(Op("add", (Ref("x"), Value(items)))) == large


def test_a_fold_tells_shape_and_norm() -> None:
    drawn = folded(np.full((6, 50), -0.5), "W", words("fr"), "m")
    summary = text_of(drawn.partition("</summary>")[0])
    assert "6 × 50" in summary
    assert "8,66" in summary  # √300 / 2
    assert "<svg" in drawn


def test_a_page_of_64_units_shows_no_number_of_theirs() -> None:
    solution = solve(loads(EXERCISE))
    page = text_of(solution_html(solution, words("en")))
    some = [f"{float(v):.3f}".lstrip("-") for v in solution.value("h", (2,))[10:20]]
    assert sum(number in page for number in some) < len(some) / 2
    assert "64 × 72" in page
    ids = re.findall(r' id="([^"]*)"', solution_html(solution, words("en")))
    assert sum(name.startswith("large-") for name in ids) > 4
    assert len(set(ids)) == len(ids)
    head = statement_view(solution.model, words("en")).head
    assert any("64 × 72" in line for lines in head.data for line in lines)
