"""Solve, explain and grade neural-network calculation exercises, from their equations.

>>> model = load("exercises/tp/tp-2.1.yaml")
>>> page = render(solve(model), "html", "fr")
>>> reports = grade(model, ["submissions/"])
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tp_solver.grading.report import Report
    from tp_solver.graph.model import Model
    from tp_solver.solution import Solution

__all__ = ["__version__", "grade", "load", "render", "solve"]


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tp-solver")
    except PackageNotFoundError:  # a source tree that is not installed
        return "0"


def load(path: Path | str) -> Model:
    """Read and check an exercise file; raises errors.AuthorError with every issue in it."""
    from tp_solver import solution

    return solution.load(path)


def solve(model: Model) -> Solution:
    """Compute every value and every gradient asked for."""
    from tp_solver import solution

    return solution.solve(model)


def render(solution: Solution, form: str = "html", language: str = "fr") -> str | bytes:
    """Return a worked solution in a format, `html` or any other of `solve --format`."""
    from tp_solver.sheets.formats import FORMATS
    from tp_solver.text import words

    return FORMATS[form].make(solution, words(language))


def grade(model: Model, submissions: Iterable[Path | str]) -> list[Report]:
    """Mark submission files (or folders of them); every one ends in a report."""
    from tp_solver.grading import marking
    from tp_solver.grading.readers import read_submissions, submission_files

    files = submission_files(Path(path) for path in submissions)
    return marking.grade(solve(model), (s for file in files for s in read_submissions(file)))
