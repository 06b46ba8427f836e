"""What commands share: exit statuses, arguments that several have, loading, saying what is done."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tp_solver.errors import AuthorError, UserError
from tp_solver.places import languages

if TYPE_CHECKING:
    from tp_solver.errors import Issue
    from tp_solver.graph.model import Model

DONE, ATTENTION, FAILED = 0, 1, 2
STDOUT = "-"
SHOWN = 3


def exercises_argument(parser: argparse.ArgumentParser) -> None:
    """Add the exercises that a command is about."""
    parser.add_argument(
        "exercise",
        nargs="+",
        metavar="EXERCISE",
        help="a file, a folder, or a shipped id or folder",
    )


def language_option(parser: argparse.ArgumentParser) -> None:
    """Add the language of the pages."""
    parser.add_argument("--lang", choices=languages(), default="fr", help="language of the pages")


def models(arguments: Sequence[str]) -> tuple[list[Model], int]:
    """Load exercises; say what is wrong with those that are broken, and go on with the others.

    Returns the status to end with besides. Raises AuthorError where none can be used.
    """
    from tp_solver.catalogue import exercise_files
    from tp_solver.solution import load

    found: list[Model] = []
    issues: list[Issue] = []
    for path in exercise_files(arguments):
        try:
            found.append(load(path))
        except AuthorError as error:
            issues += error.issues
    if issues and not found:
        raise AuthorError(issues)
    for issue in sorted(issues):
        print(issue, file=sys.stderr)
    twice = [m.exercise.id for m in found]
    repeated = sorted({name for name in twice if twice.count(name) > 1})
    if repeated:
        raise UserError(f"two exercises are called `{repeated[0]}`: give each an id of its own")
    return found, ATTENTION if issues else DONE


def one_file(argument: str) -> Path:
    """Find the file of one exercise; raises UserError where a folder holds several."""
    from tp_solver.catalogue import exercise_files

    paths = exercise_files([argument])
    if len(paths) > 1:
        raise UserError(f"`{argument}` holds {len(paths)} exercises: name one of them")
    return paths[0]


def one_model(argument: str) -> Model:
    """Load one exercise; raises UserError where a folder holds several."""
    from tp_solver.solution import load

    return load(one_file(argument))


def say_written(paths: Sequence[Path], pages: int = 0) -> None:
    """Say which files were written: the first by name, and the number of feedback pages."""
    if not paths:
        return
    names = [path.name for path in paths[1:]]
    if len(names) > SHOWN:
        names[SHOWN:] = ["…"]
    if pages:
        names.append(f"feedback/ ({pages} pages)")
    print(f"written: {paths[0]}" + (f", with {', '.join(names)}" if names else ""))


def say_unprinted(error: OSError) -> None:
    """Say why there is no PDF, and what there is instead."""
    print(f"{error}. Written as HTML instead: print it from any browser.", file=sys.stderr)
