"""A report on one line, put together from pieces, is the report written at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.grading.material import submission
from tests.grading.students import Student as Worker
from tests.sheets.test_step_patterns import randomly
from tp_solver.catalogue import exercise_files
from tp_solver.grading.marking import Marker
from tp_solver.grading.person import with_person
from tp_solver.grading.report import Judged, Remark, Report, Student, final_mark
from tp_solver.grading.submission import Raw
from tp_solver.sheets.report_json import ReportLines, encode, head_data, mark_data
from tp_solver.solution import Solution, load, solve
from tp_solver.text import words

ALL = sorted((ROOT / "exercises").rglob("*.yaml"))


def whole(report: Report, solution: Solution) -> str:
    """Write a report at once."""
    scale, score = solution.exercise.file.scale, report.score
    mark = None if score is None else final_mark(score, report.out_of, scale)
    marks = [mark_data(one, words("fr")) for one in report.marks]
    whole = {"marks": marks, "mark": mark, "counts": True}
    return encode(head_data(report, words("fr")) | whole)


def answers(solution: Solution, seed: int) -> dict[str, Raw]:
    """Answer some of an exercise right, some at random, some not at all, some unreadably."""
    right = dict(Worker(solution.model, 4, seed=seed, manner="answers").submission().answers)
    found = {name: raw for i, (name, raw) in enumerate(right.items()) if (i + seed) % 5}
    wild = randomly(solution, seed)
    found |= {name: raw for i, (name, raw) in enumerate(wild.items()) if (i + seed) % 7 == 0}
    odd = ["x", '"', "\u00e9\\", "1e999", "nan"]
    names = [name for i, name in enumerate(found) if (i + seed) % 6 == 3]
    return found | {name: odd[i % len(odd)] for i, name in enumerate(names)}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_lines_are_reports(path: Path) -> None:
    solution = solve(load(path))
    marker, lines = Marker(solution), ReportLines(words("fr"), solution.exercise.file.scale)
    for first in (0, 3):
        handed = [
            submission(answers(solution, seed), str(seed)) for seed in range(first, first + 3)
        ]
        batch = marker.judged([*handed, submission({}, "none")])
        for row in range(len(handed) + 1):
            report = batch.report(row)
            assert lines.line(report) == whole(report, solution)


def test_what_a_person_said_and_what_was_refused() -> None:
    solution = solve(load(exercise_files(["tp-1.1"])[0]))
    marker, lines = Marker(solution), ReportLines(words("fr"), solution.exercise.file.scale)
    report = marker.judged([submission({"evolution": "It rises."})]).report(0)
    person = with_person(report, {"evolution": Judged(1.0, "Yes.")})
    refused = Report(Student("late"), "late.yaml", refused=Remark("empty"))
    for one in (report, person, refused, replace(report, remarks=(Remark("late"),))):
        assert lines.line(one) == whole(one, solution)
