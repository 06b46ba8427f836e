"""`tp-solver solve`: worked solutions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tp_solver.cli.common import (
    ATTENTION,
    STDOUT,
    exercises_argument,
    language_option,
    models,
    say_unprinted,
    say_written,
)
from tp_solver.cli.progress import progress
from tp_solver.cli.students import only, students_given, students_options
from tp_solver.errors import UserError
from tp_solver.sheets.formats import FORMATS

if TYPE_CHECKING:
    from tp_solver.grading.report import Student
    from tp_solver.graph.model import Model
    from tp_solver.solution import Solution
    from tp_solver.text import Words


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    exercises_argument(parser)
    language_option(parser)
    students_options(parser)
    parser.add_argument("-o", "--output", default="solutions", metavar="DIR", help="folder, or -")
    parser.add_argument("--format", choices=sorted(FORMATS), default="html", help="what to write")


def run(options: argparse.Namespace) -> int:
    """Write worked solutions."""
    from tp_solver.sheets.chromium import BrowserError
    from tp_solver.sheets.files import write_solutions
    from tp_solver.solution import solve
    from tp_solver.text import words

    found, status = models(options.exercise)
    language = words(options.lang)
    if (students := students_given(options)) is not None:
        return _each(only(found), students, options, status)
    solutions = [solve(model) for model in progress(found, "solving")]
    if options.output == STDOUT:
        _to_stdout(solutions, options.format, language)
        return status
    folder, watch = Path(options.output), partial(progress, doing="writing")
    try:
        written = write_solutions(solutions, folder, options.format, language, watch)
    except BrowserError as error:
        say_unprinted(error)
        status, written = ATTENTION, write_solutions(solutions, folder, "html", language)
    say_written(written)
    return status


def _each(
    model: Model, students: Sequence[Student], options: argparse.Namespace, status: int
) -> int:
    """Write the worked solution of each student, and the key."""
    from tp_solver.batch.handouts import Handouts
    from tp_solver.sheets.chromium import BrowserError
    from tp_solver.text import words

    if options.output == STDOUT:
        raise UserError("the solutions of students are several files: name a folder after -o")
    handouts = Handouts(model, students, Path(options.output), words(options.lang))
    try:
        written = handouts.solutions(options.format, progress)
    except BrowserError as error:
        say_unprinted(error)
        status, written = ATTENTION, handouts.solutions("html", progress)
    say_written(written)
    return status


def _to_stdout(solutions: Sequence[Solution], form: str, words: Words) -> None:
    """Write one solution to standard output, or several as a list of JSON."""
    if len(solutions) > 1:
        if form != "json":
            raise UserError("several files don't go to one output: name a folder after -o")
        from tp_solver.sheets.json_format import dumps, solution_data

        sys.stdout.write(dumps(map(solution_data, solutions)))
        return
    for solution in solutions:
        made = FORMATS[form].make(solution, words)
        sys.stdout.buffer.write(made if isinstance(made, bytes) else made.encode())
