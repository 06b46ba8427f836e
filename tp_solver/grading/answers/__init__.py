"""The kinds of answers: one module each, found by being there.

A module has `KIND`, the name a question's `kind:` has, and `mark(asked, context)`, which yields
the marks of one question in one submission.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.carry import Judge
from tp_solver.grading.reading import Reading
from tp_solver.grading.report import Mark
from tp_solver.solution import Solution


@dataclass(frozen=True)
class Context:
    """What marking one submission may look at; `row` is its place in the judged batch."""

    solution: Solution
    judge: Judge
    row: int
    reading: Reading


Marker = Callable[[Asked, Context], Iterator[Mark]]


@cache
def kinds() -> dict[str, Marker]:
    """Return the marker of each kind of question."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return {module.KIND: module.mark for module in modules if hasattr(module, "KIND")}
