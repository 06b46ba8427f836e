"""`tp-solver sheet`: statements and empty answer files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tp_solver.cli.common import STDOUT, exercises_argument, language_option, models, say_written
from tp_solver.cli.progress import progress
from tp_solver.cli.students import only, students_given, students_options
from tp_solver.errors import UserError


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    exercises_argument(parser)
    language_option(parser)
    students_options(parser)
    parser.add_argument("-o", "--output", default="sheets", metavar="DIR", help="folder")


def run(options: argparse.Namespace) -> int:
    """Write statements and empty answer files."""
    from tp_solver.sheets.files import write_sheets
    from tp_solver.text import words

    found, status = models(options.exercise)
    if options.output == STDOUT:
        raise UserError("a sheet is several files: name a folder after -o")
    folder, language = Path(options.output), words(options.lang)
    if (students := students_given(options)) is not None:
        from tp_solver.batch.handouts import Handouts

        say_written(Handouts(only(found), students, folder, language).sheets(progress))
        return status
    for model in found:
        if model.exercise.variants is not None:
            name = model.exercise.id
            print(f"{name}: one sheet for all; --students makes one for each", file=sys.stderr)
    say_written(write_sheets(found, folder, language))
    return status
