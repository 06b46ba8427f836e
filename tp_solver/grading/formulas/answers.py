"""What the worker finds out about a problem, what comes fast first.

SymPy is imported when this module is, so import it late: the worker does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy  # noqa: TID253 (this module is itself imported late)

from tp_solver.grading.formulas.exact import proved
from tp_solver.grading.formulas.precise import Compared, compared
from tp_solver.grading.formulas.problem import Problem, read_problem
from tp_solver.grading.formulas.residues import identical
from tp_solver.grading.formulas.screen import seed_of

# What SymPy and mpmath raise where a formula is beyond them.
_BEYOND = (
    ArithmeticError,
    AttributeError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    sympy.PolynomialError,
)


def answers(line: str, points: int) -> Iterator[dict[str, Any]]:
    """Yield what is found of a problem written as a line, "last" in the last part.

    "values" says how values at so many points compare, at "points" of which both formulas have
    one; "error" bounds the probability of an accident where both are rational; "exact" is true for
    a proof that they are equal, false for one that they are not, null for neither.
    """
    problem = read_problem(line)
    seed = seed_of(problem) + 1
    values = _compared(problem, points, seed)
    told = {"values": values.verdict, "points": values.points}
    if values.verdict == "apart":
        yield told | {"last": True}
        return
    yield told
    rational = identical(problem, seed)
    if rational == (False, 0.0):
        yield {"exact": False, "last": True}
        return
    if rational is not None:
        yield {"error": rational[1]}
    yield {"exact": _proved(problem, values.ratio), "last": True}


def _compared(problem: Problem, points: int, seed: int) -> Compared:
    try:
        return compared(problem, points, seed)
    except _BEYOND:
        return Compared("none", 0)


def _proved(problem: Problem, ratio: str) -> bool | None:
    try:
        return proved(problem, ratio)
    except _BEYOND:
        return None
