"""`tp-solver sheet`: statements and empty answer files."""

from __future__ import annotations

import argparse
from pathlib import Path

from tp_solver.cli.common import STDOUT, exercises_argument, language_option, models, say_written
from tp_solver.errors import UserError


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    exercises_argument(parser)
    language_option(parser)
    parser.add_argument("-o", "--output", default="sheets", metavar="DIR", help="folder")


def run(options: argparse.Namespace) -> int:
    """Write statements and empty answer files."""
    from tp_solver.sheets.files import write_sheets
    from tp_solver.text import words

    found, status = models(options.exercise)
    if options.output == STDOUT:
        raise UserError("a sheet is several files: name a folder after -o")
    say_written(write_sheets(found, Path(options.output), words(options.lang)))
    return status
