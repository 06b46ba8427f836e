"""A student's own check: right or not yet for each value given, never the expected one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tp_solver.grading.admission import admitted
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.marking import grade
from tp_solver.grading.readers.people import cleaned
from tp_solver.grading.report import Mark, Remark, Report, Student, Verdict
from tp_solver.grading.submission import LONGEST_ANSWER, LONGEST_NAME, Raw, Submission
from tp_solver.language.plain import plain
from tp_solver.solution import Solution, solve

MOST_LINES = 5000
_MARK = re.compile("[=:]")
_CODES = {
    Verdict.CORRECT: "right",
    Verdict.CARRIED: "follows",
    Verdict.MISCONCEPTION: "not_yet",
    Verdict.WRONG: "not_yet",
    Verdict.UNREADABLE: "unreadable",
    Verdict.PENDING: "pending",
    Verdict.MARKED: "pending",
    Verdict.MISSING: "missing",
}


@dataclass(frozen=True)
class CheckedLine:
    """What a student is told of one value: a code, and for what is unreadable why."""

    name: str
    code: str
    remark: Remark | None = None


def typed_answers(lines: Iterable[str]) -> Submission:
    """Read answers typed one a line, `f[1] = 0,55` or `f[1]: 0.55`, up to an empty line."""
    answers: dict[str, Raw] = {}
    for line in lines:
        if not line.strip() or len(answers) >= MOST_LINES:
            break
        name, value = (*_MARK.split(line, maxsplit=1), "")[:2]
        answers[name.strip()[:LONGEST_NAME]] = value.strip()[: LONGEST_ANSWER + 1]
    return Submission(Student("-"), "-", answers)


def prompt(solution: Solution) -> Remark:
    """Return the code of what to tell who starts typing, with a name as an example."""
    model = solution.model
    slots = (slot for slots in model.slots.values() for slot in slots)
    first = next(slots, None)
    questions = (asked.question.id for asked in model.exercise.questions)
    return Remark("prompt", (("name", plain(first.ref) if first else next(questions, "")),))


def summary(report: Report) -> Remark:
    """Return the code and the counts of a check's last line; blanks are told apart."""
    right = sum(_code(mark) == "right" for mark in report.marks)
    blank = sum(mark.verdict is Verdict.MISSING for mark in report.marks)
    values = (("right", right), ("total", len(report.marks)))
    return Remark("counts", (*values, ("missing", blank))) if blank else Remark("summary", values)


def own_numbers(
    solution: Solution, submission: Submission, student: str | None = None
) -> tuple[Solution, Submission]:
    """Return the exercise with the numbers of the student who checks, where each has their own.

    A `student` named takes the place of the one that the submission names. The submission comes
    back refused where it is not clear whose numbers it answers.
    """
    if student is not None:
        kept = tuple(remark for remark in submission.remarks if remark.code != "no-student")
        submission = replace(submission, student=Student(cleaned(student)), remarks=kept)
    if solution.exercise.variants is None:
        return solution, submission
    drawer = Drawer(solution.model)
    (submission,) = admitted([submission], drawer)
    if submission.refused is not None:
        return solution, submission
    return solve(drawer.family([submission.student]).of(0)), submission


def checked_lines(solution: Solution, submission: Submission) -> tuple[list[CheckedLine], Report]:
    """Say of each value given whether it is right; values not given are left out."""
    (report,) = grade(solution, [submission])
    marks = [mark for mark in report.marks if mark.verdict is not Verdict.MISSING]
    return [_line(mark) for mark in marks], report


def _line(mark: Mark) -> CheckedLine:
    at = mark.component if isinstance(mark.component, list) else [mark.component]
    name = mark.answer + "".join(f".{i}" for i in at if i is not None)
    shown = mark.verdict is Verdict.UNREADABLE
    return CheckedLine(name, _code(mark), mark.remark if shown else None)


def _code(mark: Mark) -> str:
    few = mark.remark is not None and mark.remark.code == "imprecise"
    return "imprecise" if few and mark.verdict is Verdict.CORRECT else _CODES[mark.verdict]
