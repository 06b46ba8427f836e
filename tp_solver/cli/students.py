"""Options of the commands that may be about each student of a class."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tp_solver.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tp_solver.grading.report import Student
    from tp_solver.graph.model import Model

MOST = 10_000


def count(text: str) -> int:
    """Read a number of variants."""
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"`{text}` is no whole number between 1 and {MOST}")
    return int(text)


def sampled(text: str) -> int:
    """Read how many variants to prove, 0 for none."""
    return 0 if text == "0" else count(text)


def students_options(parser: argparse.ArgumentParser) -> None:
    """Add whom each a file with numbers of their own is made for."""
    group = parser.add_mutually_exclusive_group()
    listed = "one file for each student of this list (an id a line, perhaps a name after a comma)"
    group.add_argument("--students", type=Path, metavar="FILE", help=listed)
    numbered = "one file for each of N students called 1, 2, …"
    group.add_argument("--variants", type=count, metavar="N", help=numbered)


def students_given(options: argparse.Namespace) -> list[Student] | None:
    """Return the students that the options name; None where they name none."""
    from tp_solver.batch.roster import numbered, read_students

    if options.students is not None:
        return read_students(options.students)
    return None if options.variants is None else numbered(options.variants)


def only(found: Sequence[Model]) -> Model:
    """Return the one exercise that a command is about; raises UserError where there are several."""
    if len(found) > 1:
        raise UserError("name one exercise: the files of all students go to a folder of its own")
    return found[0]
