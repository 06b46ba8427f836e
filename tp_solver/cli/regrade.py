"""`tp-solver regrade`: stored answers marked again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tp_solver.cli.batch_options import (
    one_thread,
    output_options,
    say_outcome,
    settings_given,
    stopped,
)
from tp_solver.cli.common import one_file
from tp_solver.cli.progress import Progress
from tp_solver.places import languages

if TYPE_CHECKING:
    from tp_solver.batch.regrade import Moved

SHOWN = 20  # moves that are printed
REASONS = 3  # of each


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    unset = argparse.SUPPRESS
    parser.add_argument("exercise", metavar="EXERCISE")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder of results")
    parser.add_argument("--dry-run", action="store_true", help="only say who would move")
    language = "language of the pages (default: as before)"
    parser.add_argument("--lang", choices=languages(), default=unset, help=language)
    output_options(parser, regrading=True)


def run(options: argparse.Namespace) -> int:
    """Mark stored answers again."""
    one_thread()
    from tp_solver.batch.regrade import Again, regrade
    from tp_solver.batch.settings import source_of

    again = Again(
        source_of(one_file(options.exercise)),
        Path(options.output),
        settings_given(options),
        getattr(options, "jobs", None),
        options.dry_run,
    )
    try:
        with Progress("marking again", 1.0, " copies") as bar:
            outcome, moved = regrade(again, bar)
    except KeyboardInterrupt:
        return stopped()
    _say_moved(moved, options.dry_run)
    return say_outcome(outcome, moved.language)


def _say_moved(moved: Moved, dry: bool) -> None:
    """Print who moved, from what to what, and why."""
    from tp_solver.batch.moves_sheet import reasons, score
    from tp_solver.text import words

    said = words(moved.language)
    would = "would move" if dry else "moved"
    print(f"{would}: {moved.count:,} of {moved.total:,} copies")
    for one in moved.first[:SHOWN]:
        student = one.new.student
        why = list(reasons(one, said))
        more = [f"… {len(why) - REASONS} more"] if len(why) > REASONS else []
        shown = f"{said('solution.semicolon')} ".join(why[:REASONS] + more)
        old, new = (score(record, said, moved.scale) for record in (one.old, one.new))
        print(f"  {student.id}: {old} → {new}: {shown}")
    if moved.count > SHOWN:
        where = "without --dry-run, regrade.csv lists them" if dry else "see regrade.csv"
        print(f"  … and {moved.count - SHOWN:,} more: {where}")
    sys.stdout.flush()
