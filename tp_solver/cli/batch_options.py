"""Options and messages that the commands about batches share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tp_solver.cli.common import ATTENTION, DONE, FAILED, say_written

if TYPE_CHECKING:
    from tp_solver.batch.job import Outcome

FORMATS = ("html", "json", "jsonl", "scores", "gradescope")
POLICIES = ("all", "first", "last", "best")
STOPPED = "stopped; run the same command again to go on"


def formats(text: str) -> tuple[str, ...]:
    """Read a list of formats."""
    found = tuple(part.strip() for part in text.split(","))
    for name in found:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(f"`{name}` is none of {', '.join(FORMATS)}")
    return found


def positive(text: str) -> float:
    """Read a number above zero."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"`{text}` is no number between 0 and 1000")
    return value


def whole(text: str) -> int:
    """Read a number of processes."""
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"`{text}` is no whole number between 1 and 1024")
    return int(text)


def output_options(parser: argparse.ArgumentParser, regrading: bool = False) -> None:
    """Add what decides how results are shown; a regrading leaves it as it was."""
    add, unset = parser.add_argument, argparse.SUPPRESS
    usual = "as before" if regrading else "html,json"
    names = f"what to write: {', '.join(FORMATS)}, with commas (default: {usual})"
    add("--format", type=formats, default=unset, metavar="LIST", help=names)
    which = "which copy of a student counts" + (" (default: as before)" if regrading else "")
    policy = unset if regrading else "all"
    add("--duplicates", choices=POLICIES, default=policy, help=which)
    add("--out-of", type=positive, default=unset, metavar="N", help="scale of the final mark")
    add("--round", type=positive, default=unset, metavar="STEP", help="step of the final mark")
    listed = "the only students whose copies are marked, where each has numbers of their own"
    add("--students", type=Path, default=unset, metavar="FILE", help=listed)
    jobs = "processes (default: all cores where there are many copies)"
    add("--jobs", type=whole, default=unset, metavar="N", help=jobs)


def say_outcome(outcome: Outcome, language: str) -> int:
    """Say what was written and what needs a person; return the status to end with."""
    from tp_solver.sheets.remarks import refused
    from tp_solver.text import words

    said = words(language)
    if outcome.recognised:
        print(f"marked already: {outcome.recognised:,} of {outcome.submissions:,} copies")
    if outcome.dropped:
        print(f"no longer handed in, and removed: {outcome.dropped:,} copies", file=sys.stderr)
    say_written(outcome.written, outcome.pages)
    for place, why in outcome.refusals:
        print(f"{place}: {refused(why, said)}", file=sys.stderr)
    if (more := outcome.refused - len(outcome.refusals)) > 0:
        print(f"… and {more:,} more: see the gradebook", file=sys.stderr)
    notes = [*_for_a_person(outcome), *outcome.notes]
    for note in notes:
        print(note, file=sys.stderr)
    return ATTENTION if outcome.refused or notes else DONE


def _for_a_person(outcome: Outcome) -> Iterator[str]:
    """Say which marked copies a person should look at before their marks are final."""
    if outcome.other:
        files = ", ".join(outcome.others)
        more = ", …" if outcome.other > len(outcome.others) else ""
        yield f"another exercise is named by {_copies(outcome.other)}: {files}{more}"
    if outcome.pending:
        yield f"points are left for a person to give: {_copies(outcome.pending)}"
    if outcome.implausible:
        yield f"values that can't be meant: {_copies(outcome.implausible)}, see the gradebook"


def _copies(count: int) -> str:
    return f"{count:,} {'copy' if count == 1 else 'copies'}"


def stopped() -> int:
    """Say that a run was stopped, and return the status to end with."""
    print(STOPPED, file=sys.stderr)
    return FAILED


def one_thread() -> None:
    """Keep arrays to one thread, before they are loaded: batches are shared out by process."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def settings_given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options that decide how results are shown, those that were given."""
    names = {
        "language": "lang",
        "formats": "format",
        "out_of": "out_of",
        "step": "round",
        "duplicates": "duplicates",
    }
    found = {
        name: getattr(options, option) for name, option in names.items() if hasattr(options, option)
    }
    if hasattr(options, "students"):
        from tp_solver.batch.roster import read_students
        from tp_solver.exercise.variants import folded_id

        found["students"] = tuple(sorted(folded_id(s.id) for s in read_students(options.students)))
    return found
