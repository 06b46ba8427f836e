"""`tp-solver sheet`: statements and empty answer files."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

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
from tp_solver.errors import UserError

FORMATS = ("html", "yaml", "xlsx", "csv", "pdf")
USUAL = FORMATS[:-1]


def formats(text: str) -> tuple[str, ...]:
    """Read a list of formats."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    for name in found:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(f"`{name}` is none of {', '.join(FORMATS)}")
    return found


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    exercises_argument(parser)
    language_option(parser)
    parser.add_argument("-o", "--output", default="sheets", metavar="DIR", help="folder")
    names = f"what to write: {', '.join(FORMATS)}, with commas"
    parser.add_argument(
        "--format", type=formats, default=",".join(USUAL), metavar="LIST", help=names
    )


def run(options: argparse.Namespace) -> int:
    """Write statements and empty answer files."""
    from tp_solver.sheets.chromium import BrowserError
    from tp_solver.sheets.files import write_sheets
    from tp_solver.text import words

    found, status = models(options.exercise)
    if options.output == STDOUT:
        raise UserError("a sheet is several files: name a folder after -o")
    folder, language = Path(options.output), words(options.lang)
    watch = partial(progress, doing="printing")
    try:
        written = write_sheets(found, folder, language, options.format, watch)
    except BrowserError as error:
        say_unprinted(error)
        forms = tuple("html" if form == "pdf" else form for form in options.format)
        status, written = ATTENTION, write_sheets(found, folder, language, forms)
    say_written(written)
    return status
