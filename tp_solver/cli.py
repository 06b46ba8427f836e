"""The command line: a thin door to solve, sheet, grade, check and verify."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tp_solver.errors import AuthorError, UserError

if TYPE_CHECKING:
    from tp_solver.errors import Issue
    from tp_solver.graph.model import Model

DONE, ATTENTION, FAILED = 0, 1, 2
STDOUT = "-"
MANY = 20
SHOWN = 3
COLLECT_AFTER = 100_000
T = TypeVar("T")


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
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tp-solver", description="Solve, explain and grade neural-network exercises."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, about, options in COMMANDS:
        shown = argparse.ArgumentDefaultsHelpFormatter
        options(commands.add_parser(name, help=about, description=about, formatter_class=shown))
    return parser


def _exercises(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "exercise",
        nargs="+",
        metavar="EXERCISE",
        help="a file, a folder, or a shipped id or folder",
    )


def _language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=["fr", "en"], default="fr", help="language of the pages")


def _solve_options(parser: argparse.ArgumentParser) -> None:
    _exercises(parser)
    _language(parser)
    parser.add_argument(
        "-o",
        "--output",
        default="solutions",
        metavar="DIR",
        help="folder, or -",
    )
    parser.add_argument("--format", choices=["html", "json"], default="html", help="what to write")
    parser.set_defaults(command=solve)


def _sheet_options(parser: argparse.ArgumentParser) -> None:
    _exercises(parser)
    _language(parser)
    parser.add_argument("-o", "--output", default="sheets", metavar="DIR", help="folder")
    parser.set_defaults(command=sheet)


def _grade_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("exercise", metavar="EXERCISE")
    parser.add_argument("submission", nargs="+", metavar="SUBMISSION", help="files or folders")
    _language(parser)
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder, or -")
    parser.add_argument("--format", choices=["html", "json"], default="html", help="what to write")
    parser.set_defaults(command=grade)


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("exercise", metavar="EXERCISE")
    parser.add_argument("submission", nargs="?", metavar="SUBMISSION", help="else typed in")
    _language(parser)
    parser.set_defaults(command=check)


def _verify_options(parser: argparse.ArgumentParser) -> None:
    _exercises(parser)
    parser.set_defaults(command=verify)


def _models(arguments: Sequence[str]) -> tuple[list[Model], int]:
    """Load exercises; say what is wrong with those that are broken, and go on with the others.

    Returns the status to end with besides. Raises AuthorError where none can be used.
    """
    from tp_solver.catalogue import exercise_files
    from tp_solver.solution import load

    models: list[Model] = []
    issues: list[Issue] = []
    for path in exercise_files(arguments):
        try:
            models.append(load(path))
        except AuthorError as error:
            issues += error.issues
    if issues and not models:
        raise AuthorError(issues)
    for issue in sorted(issues):
        print(issue, file=sys.stderr)
    twice = [m.exercise.id for m in models]
    repeated = sorted({name for name in twice if twice.count(name) > 1})
    if repeated:
        raise UserError(f"two exercises are called `{repeated[0]}`: give each an id of its own")
    return models, ATTENTION if issues else DONE


def solve(options: argparse.Namespace) -> int:
    """Write worked solutions."""
    from tp_solver.sheets.files import SOLUTION_FORMATS, write_solutions
    from tp_solver.solution import solve as solved
    from tp_solver.text import words

    models, status = _models(options.exercise)
    language = words(options.lang)
    solutions = [solved(model) for model in _progress(models, "solving")]
    if options.output == STDOUT:
        _, make = SOLUTION_FORMATS[options.format]
        if options.format == "html" and len(solutions) > 1:
            raise UserError("several pages don't go to one output: name a folder after -o")
        if len(solutions) > 1:
            from tp_solver.sheets.json_format import dumps, solution_data

            sys.stdout.write(dumps(map(solution_data, solutions)))
        else:
            sys.stdout.writelines(make(solution, language) for solution in solutions)
        return status
    _say_written(write_solutions(solutions, Path(options.output), options.format, language))
    return status


def sheet(options: argparse.Namespace) -> int:
    """Write statements and empty answer files."""
    from tp_solver.sheets.files import write_sheets
    from tp_solver.text import words

    models, status = _models(options.exercise)
    if options.output == STDOUT:
        raise UserError("a sheet is several files: name a folder after -o")
    _say_written(write_sheets(models, Path(options.output), words(options.lang)))
    return status


def grade(options: argparse.Namespace) -> int:
    """Mark submissions."""
    from tp_solver.grading.marking import grade as graded
    from tp_solver.grading.submission import read_submissions, skipped_files, submission_files
    from tp_solver.sheets.json_format import dumps
    from tp_solver.sheets.remarks import refused as reason
    from tp_solver.sheets.report_json import report_data
    from tp_solver.sheets.reports import write_reports
    from tp_solver.solution import solve as solved
    from tp_solver.text import words

    model = _one(options.exercise)
    language = words(options.lang)
    paths = [Path(name) for name in options.submission]
    for path, why in skipped_files(paths):
        print(f"{path.name}: {reason(why, language)}", file=sys.stderr)
    files = submission_files(paths)
    if not files:
        raise UserError("there is no submission (*.yaml, *.json) there: check the path")
    solution = solved(model)
    submissions = (s for path in _progress(files, "reading") for s in read_submissions(path))
    reports = graded(solution, submissions)
    if options.output == STDOUT:
        sys.stdout.write(dumps(report_data(report, language) for report in reports))
    else:
        folder = Path(options.output)
        _say_written(write_reports(solution, reports, folder, options.format, language))
    refused = [report for report in reports if report.refused is not None]
    for report in refused:
        assert report.refused is not None
        print(f"{report.file}: {reason(report.refused, language)}", file=sys.stderr)
    return ATTENTION if refused else DONE


def check(options: argparse.Namespace) -> int:
    """Tell a student what is right and what not yet, and nothing more."""
    from tp_solver.grading.checking import checked_lines, prompt, summary, typed_answers
    from tp_solver.solution import solve as solved
    from tp_solver.text import words

    solution = solved(_one(options.exercise))
    language = words(options.lang)
    if options.submission is None:
        if sys.stdin.isatty():
            start = prompt(solution)
            print(language(f"check.{start.code}", **dict(start.values)), file=sys.stderr)
        submission = typed_answers(sys.stdin)
    else:
        from tp_solver.grading.submission import read_submissions

        submission, *more = read_submissions(Path(options.submission))
        if more:
            raise UserError(f"{options.submission} holds several submissions: give one of them")
    from tp_solver.sheets.remarks import refused, worded

    lines, report = checked_lines(solution, submission)
    if report.refused is not None:
        print(f"{report.file}: {refused(report.refused, language)}", file=sys.stderr)
        return FAILED
    for line in lines:
        why = worded(line.remark, language) if line.remark else ""
        print(f"{line.name}: {language(f'check.{line.code}', why=why)}")
    for remark in report.remarks:
        print(worded(remark, language), file=sys.stderr)
    end = summary(report)
    print(language(f"check.{end.code}", **dict(end.values)))
    return DONE


def verify(options: argparse.Namespace) -> int:
    """Prove answer keys three ways; print the largest disagreement of each."""
    from tp_solver.verify import verify as proved

    models, status = _models(options.exercise)
    for model in models:
        proof = proved(model)
        status = status if proof.holds else ATTENTION
        print(f"{proof.exercise}: {'proved' if proof.holds else 'NOT PROVED'}")
        for label, gap in (
            ("values, NumPy against SymPy at 50 digits", proof.values),
            ("gradients, NumPy against SymPy's differentiation", proof.gradients),
            ("gradients against finite differences (relative)", proof.differences),
        ):
            if gap is not None:
                print(f"  {label}: {gap.size:.1e} at {gap.where or '-'} ({gap.count} numbers)")
        if proof.skipped:
            print(f"  {proof.skipped}")
    return status


def _one(argument: str) -> Model:
    models, _ = _models([argument])
    if len(models) > 1:
        raise UserError(f"`{argument}` holds {len(models)} exercises: name one of them")
    return models[0]


def _say_written(paths: Sequence[Path]) -> None:
    """Say which files were written: the first by name, folders with a count."""
    if not paths:
        return
    folder = paths[0].parent
    beside = [path.name for path in paths[1:] if path.parent == folder]
    below = [path for path in paths if path.parent != folder]
    names = beside if len(beside) <= SHOWN else [*beside[:SHOWN], "…"]
    if below:
        names.append(f"{below[0].parent.name}/ ({len(below)} pages)")
    print(f"written: {paths[0]}" + (f", with {', '.join(names)}" if names else ""))


def _progress(items: Sequence[T], doing: str) -> Iterator[T]:
    """Yield items, counting them on a terminal where there are many."""
    shown = sys.stderr.isatty() and len(items) > MANY
    for i, item in enumerate(items, 1):
        if shown:
            print(f"\r{doing} {i}/{len(items)}", end="", file=sys.stderr, flush=True)
        yield item
    if shown:
        print(file=sys.stderr)


COMMANDS = (
    ("solve", "write worked solutions", _solve_options),
    ("sheet", "write statements and empty answer files", _sheet_options),
    ("grade", "mark submissions", _grade_options),
    ("check", "check one's own answers; gives nothing away", _check_options),
    ("verify", "prove an answer key three ways", _verify_options),
)

if __name__ == "__main__":
    sys.exit(run())
