"""`tp-solver check`: a student's own check."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tp_solver.cli.common import DONE, FAILED, language_option, one_model
from tp_solver.errors import UserError

if TYPE_CHECKING:
    from tp_solver.grading.report import Report
    from tp_solver.grading.submission import Submission
    from tp_solver.solution import Solution
    from tp_solver.text import Words


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("exercise", metavar="EXERCISE")
    parser.add_argument("submission", nargs="?", metavar="SUBMISSION", help="else typed in")
    language_option(parser)
    who = "whose numbers, where each student has their own (default: what SUBMISSION says)"
    parser.add_argument("--student", metavar="ID", help=who)
    parser.add_argument(
        "--hint",
        type=int,
        choices=range(6),
        default=0,
        metavar="N",
        help="1: the first step to look at, 2: what kind of mistake, 3: the formula, "
        "4: the numbers put in, 5: the value, if the author allows",
    )


def run(options: argparse.Namespace) -> int:
    """Tell a student what is right and what not yet, and nothing more."""
    from tp_solver.grading.checking import checked_lines, own_numbers, summary
    from tp_solver.sheets.remarks import refused, worded
    from tp_solver.solution import solve
    from tp_solver.text import words

    solution = solve(one_model(options.exercise))
    language = words(options.lang)
    submission = _handed_in(options, solution, language)
    solution, submission = own_numbers(solution, submission, options.student)
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
    _give_hints(solution, report, options.hint, language)
    return DONE


def _handed_in(options: argparse.Namespace, solution: Solution, words: Words) -> Submission:
    """Read the one submission of a file, or what is typed in."""
    from tp_solver.grading.checking import prompt, typed_answers
    from tp_solver.grading.readers import read_submissions

    if options.submission is not None:
        submission, *more = read_submissions(Path(options.submission))
        if more:
            raise UserError(f"{options.submission} holds several submissions: give one of them")
        return submission
    if options.student is None and solution.exercise.variants:
        raise UserError("each student has their own numbers: say whose with --student ID")
    if sys.stdin.isatty():
        start = prompt(solution)
        print(words(f"check.{start.code}", **dict(start.values)), file=sys.stderr)
    return typed_answers(sys.stdin)


def _give_hints(solution: Solution, report: Report, level: int, words: Words) -> None:
    """Print the hints asked for; on a terminal, offer one after another."""
    from tp_solver.grading.hints import first_wrong, highest, hints
    from tp_solver.sheets.hints import worded_hint

    if first_wrong(solution, report) is None:
        return
    most = highest(solution)
    given = list(hints(solution, report, level))
    for hint in given:
        print(worded_hint(hint, words))
    if level > most:
        print(words("hint.no_further" if most else "hint.none"), file=sys.stderr)
        return
    asked = sys.stdin.isatty() and sys.stdout.isatty()
    while asked and level < most and _wanted(words):
        level += 1
        now = list(hints(solution, report, level))
        for hint in now[len(given) :]:
            print(worded_hint(hint, words))
        given = now
    if not asked and level < most:
        print(words("hint.more", n=level + 1), file=sys.stderr)


def _wanted(words: Words) -> bool:
    """Ask whether one more hint is wanted."""
    try:
        return input(words("hint.ask")).strip().lower() in words("hint.yes").split()
    except EOFError:
        return False
