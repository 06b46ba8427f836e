"""`tp-solver grade`: submissions marked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tp_solver.cli.batch_options import (
    one_thread,
    output_options,
    say_outcome,
    settings_given,
    stopped,
)
from tp_solver.cli.common import SHOWN, STDOUT, language_option, one_file
from tp_solver.cli.progress import Progress
from tp_solver.errors import UserError

if TYPE_CHECKING:
    from tp_solver.batch.job import Request
    from tp_solver.grading.readers import Input


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("exercise", metavar="EXERCISE")
    parser.add_argument("submission", nargs="+", metavar="SUBMISSION", help="files or folders")
    language_option(parser)
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder, or -")
    output_options(parser)
    unset = argparse.SUPPRESS
    people = "a person's points (CSV, YAML or XLSX), kept with the results"
    parser.add_argument("--marks", type=Path, default=unset, metavar="FILE", help=people)
    parts = "mark the i-th of n parts only, for `merge`"
    parser.add_argument("--shard", type=shard, default=unset, metavar="I/N", help=parts)


def shard(text: str) -> tuple[int, int]:
    """Read which part of how many."""
    part, _, parts = text.partition("/")
    numbers = all(number.isascii() and number.isdecimal() for number in (part, parts))
    if not numbers or not 1 <= int(part) <= int(parts) <= 100_000:
        raise argparse.ArgumentTypeError(f"`{text}` is no part such as 2/8")
    return int(part), int(parts)


def run(options: argparse.Namespace) -> int:
    """Mark submissions."""
    if options.output != STDOUT:
        return _graded(options, Path(options.output))
    wanted = getattr(options, "format", ("json",))
    if wanted not in (("json",), ("jsonl",)):
        raise UserError("only json or jsonl goes to standard output: name a folder after -o")
    if hasattr(options, "shard"):
        raise UserError("a part of a batch needs a folder after -o")
    options.format = wanted
    with TemporaryDirectory(prefix="tp-solver-") as folder:
        return _graded(options, Path(folder))


def _graded(options: argparse.Namespace, folder: Path) -> int:
    """Mark submissions into a folder."""
    one_thread()
    from tp_solver.batch.job import grade

    request = _request(options, folder)
    stream = sys.stdout if options.output == STDOUT else None
    total = 0
    for source in request.inputs:
        with suppress(OSError):
            total += source.size()
    try:
        with Progress("marking", total, " copies") as bar:
            outcome = grade(request, bar, stream)
    except KeyboardInterrupt:
        return stopped()
    return say_outcome(outcome, options.lang)


def _request(options: argparse.Namespace, folder: Path) -> Request:
    from tp_solver.batch.job import Request
    from tp_solver.batch.settings import Settings, Shard, source_of

    part = getattr(options, "shard", None)
    return Request(
        source_of(one_file(options.exercise)),
        _inputs(options.submission, options.lang),
        folder,
        Settings(**settings_given(options)),
        Shard(*part) if part else None,
        getattr(options, "jobs", None),
        getattr(options, "marks", None),
    )


def _inputs(names: Sequence[str], language: str) -> list[Input]:
    """List the submissions; say what is passed over. Raises UserError where there is none."""
    from tp_solver.grading.readers import Input, inputs, suffixes
    from tp_solver.sheets.remarks import refused
    from tp_solver.text import words

    paths = [Path(name) for name in names]
    absent = [f"`{path}`" for path in paths if _absent(path)]
    if absent:
        named = ", ".join(absent[:SHOWN]) + (", …" if len(absent) > SHOWN else "")
        raise UserError(f"there is no {named}: check the path")
    found = []
    for one in inputs(paths):
        if isinstance(one, Input):
            found.append(one)
        else:
            print(f"{one.file}: {refused(one.why, words(language))}", file=sys.stderr)
    if not found:
        known = ", ".join(f"*{suffix}" for suffix in suffixes())
        raise UserError(f"there is no submission ({known}) there: check the path")
    return found


def _absent(path: Path) -> bool:
    """Tell whether there is nothing of that name; what can't be looked at is read, and refused."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        pass
    return False
