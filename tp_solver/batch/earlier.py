"""Answer files of an earlier run: of these numbers, of others and still blank, or filled in."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from tp_solver.grading.readers import read_submissions
from tp_solver.grading.submission import Raw, Submission


class Earlier(Enum):
    """What an answer file that is there already holds."""

    CURRENT = "these numbers"
    BLANK = "other numbers, and no answer"
    OTHER = "other numbers, with answers or unreadable"


def earlier(path: Path, code: str) -> Earlier:
    """Tell what an answer file holds; `code` is the exercise and the code of the numbers now."""
    copies = list(read_submissions(path))
    if all(copy.exercise == code and copy.refused is None for copy in copies):
        return Earlier.CURRENT
    return Earlier.OTHER if any(map(_has_answers, copies)) else Earlier.BLANK


def _has_answers(copy: Submission) -> bool:
    """Tell whether somebody wrote into an answer file, as far as can be read."""
    stray = any(remark.code == "nameless-value" for remark in copy.remarks)
    return copy.refused is not None or stray or any(map(_filled, copy.answers.values()))


def _filled(raw: Raw) -> bool:
    return any(map(_filled, raw)) if isinstance(raw, list) else bool(raw and raw.strip())
