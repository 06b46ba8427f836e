"""`tp-solver sheet`: statements and empty answer files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
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

if TYPE_CHECKING:
    from tp_solver.graph.model import Model
    from tp_solver.sheets.files import Sheets
    from tp_solver.text import Words

FORMATS = ("html", "yaml", "xlsx", "csv", "pdf")
USUAL = FORMATS[:-1]
MOST_NAMED = 10  # files that are told by name


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
    students_options(parser)
    parser.add_argument("-o", "--output", default="sheets", metavar="DIR", help="folder")
    names = f"what to write: {', '.join(FORMATS)}, with commas"
    parser.add_argument(
        "--format", type=formats, default=",".join(USUAL), metavar="LIST", help=names
    )


def run(options: argparse.Namespace) -> int:
    """Write statements and empty answer files."""
    from tp_solver.sheets.chromium import BrowserError
    from tp_solver.text import words

    found, status = models(options.exercise)
    if options.output == STDOUT:
        raise UserError("a sheet is several files: name a folder after -o")
    write = _writer(options, found, Path(options.output), words(options.lang))
    try:
        made = write(options.format)
    except BrowserError as error:
        say_unprinted(error)
        forms = tuple("html" if form == "pdf" else form for form in options.format)
        status, made = ATTENTION, write(forms)
    say_written(made.written)
    _say("kept", made.kept, "delete them to have them made anew")
    _say("kept, of other numbers", made.others, "move them away to have new ones made")
    return ATTENTION if made.others else status


def _say(what: str, paths: Sequence[Path], then: str) -> None:
    """Say which answer files were left as they are, and what may be done."""
    names = [path.name for path in paths]
    if len(names) > MOST_NAMED:
        names[MOST_NAMED:] = [f"… {len(names) - MOST_NAMED} more"]
    if names:
        print(f"{what}: {', '.join(names)} ({then})", file=sys.stderr)


def _writer(
    options: argparse.Namespace, found: list[Model], folder: Path, words: Words
) -> Callable[[Sequence[str]], Sheets]:
    """Return what writes some forms: a sheet for each student, or one for all."""
    if (students := students_given(options)) is not None:
        from tp_solver.batch.handouts import Handouts

        return partial(Handouts(only(found), students, folder, words).sheets, progress)
    from tp_solver.sheets.files import write_sheets

    for model in found:
        if model.exercise.variants is not None:
            name = model.exercise.id
            print(f"{name}: one sheet for all; --students makes one for each", file=sys.stderr)
    watch = partial(progress, doing="printing")
    return lambda forms: write_sheets(found, folder, words, forms, watch)
