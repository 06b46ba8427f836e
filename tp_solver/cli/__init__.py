"""The command line: a thin door, one module a command."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from tp_solver.cli.common import DONE, FAILED
from tp_solver.errors import AuthorError, UserError

COLLECT_AFTER = 100_000

# A command is a module of that name with `options(parser)` and `run(options)`, its exit status;
# only the one that is asked for is loaded.
COMMANDS = {
    "solve": "write worked solutions",
    "sheet": "write statements and empty answer files",
    "grade": "mark submissions",
    "regrade": "mark stored answers again after a change; say who moved and why",
    "merge": "put the parts together that `grade --shard` marked",
    "check": "check one's own answers; gives nothing away",
    "verify": "prove an answer key three ways; say which mistakes the data can't show",
}


def run() -> int:
    """Run a command as a process of its own.

    Loading makes many objects and frees none: the collector need not look through them often,
    nor once more when the process ends.
    """
    gc.set_threshold(COLLECT_AFTER)
    status = main()
    gc.freeze()
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status (0 done, 1 needs a person, 2 could not be done)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    # Looking for plugins of pydantic's, of which none is used, would slow every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser(given).parse_args(given)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (AuthorError, UserError) as error:
        print(error, file=sys.stderr)
    except MemoryError:
        print("not enough memory: give smaller ranges or sizes", file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()
    except (FileExistsError, NotADirectoryError) as error:
        print(f"`{error.filename}` is a file, not a folder: name another folder", file=sys.stderr)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"{error.strerror or error}{place}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return FAILED


class _Version(argparse.Action):
    """Prints the version, looked up only when asked for: the look-up is slow."""

    def __call__(self, *_: object) -> None:
        from tp_solver import __version__

        print(f"tp-solver {__version__}")
        sys.exit(DONE)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tp-solver", description="Solve, explain and grade neural-network exercises."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        shown = argparse.ArgumentDefaultsHelpFormatter
        made = commands.add_parser(name, help=about, description=about, formatter_class=shown)
        if name in arguments:
            module = import_module(f"tp_solver.cli.{name}")
            module.options(made)
            made.set_defaults(command=module.run)
    return parser
