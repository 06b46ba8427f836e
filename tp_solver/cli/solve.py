"""`tp-solver solve`: worked solutions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tp_solver.cli.common import STDOUT, exercises_argument, language_option, models, say_written
from tp_solver.cli.progress import progress
from tp_solver.errors import UserError


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    exercises_argument(parser)
    language_option(parser)
    parser.add_argument("-o", "--output", default="solutions", metavar="DIR", help="folder, or -")
    parser.add_argument("--format", choices=["html", "json"], default="html", help="what to write")


def run(options: argparse.Namespace) -> int:
    """Write worked solutions."""
    from tp_solver.sheets.files import SOLUTION_FORMATS, write_solutions
    from tp_solver.solution import solve
    from tp_solver.text import words

    found, status = models(options.exercise)
    language = words(options.lang)
    solutions = [solve(model) for model in progress(found, "solving")]
    if options.output == STDOUT:
        _, make = SOLUTION_FORMATS[options.format]
        if options.format == "html" and len(solutions) > 1:
            raise UserError("several pages don't go to one output: name a folder after -o")
        if len(solutions) > 1:
            from tp_solver.sheets.json_format import dumps, solution_data

            sys.stdout.write(dumps(map(solution_data, solutions)))
        else:
            sys.stdout.writelines(make(solution, language) for solution in solutions)
        return status
    say_written(write_solutions(solutions, Path(options.output), options.format, language))
    return status
