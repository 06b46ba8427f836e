"""`tp-solver merge`: the parts of a batch that was spread, put together."""

from __future__ import annotations

import argparse
from pathlib import Path

from tp_solver.cli.batch_options import say_outcome, stopped
from tp_solver.cli.progress import Progress


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("part", nargs="+", type=Path, metavar="DIR", help="folder of a part")
    parser.add_argument(
        "-o", "--output", required=True, type=Path, metavar="DIR", help="folder for the whole"
    )


def run(options: argparse.Namespace) -> int:
    """Put the parts of a batch together."""
    from tp_solver.batch.merge import merge

    try:
        with Progress("merging", 1.0) as bar:
            outcome = merge(options.part, options.output, bar)
    except KeyboardInterrupt:
        return stopped()
    return say_outcome(outcome, outcome.language)
