"""What share of its points an answer earns, as the author has it."""

from __future__ import annotations

import numpy as np

from tp_solver.errors import AuthorError, suggestion
from tp_solver.exercise.exercise import Exercise
from tp_solver.exercise.model import Credit
from tp_solver.grading.misconceptions import catalogue
from tp_solver.grading.report import CODES, VERDICTS, Finding, Verdict
from tp_solver.graph.arrays import Array


def share_table(credit: Credit) -> Array:
    """Return the share of the points by verdict and by the code of the remark."""
    table = np.zeros((len(VERDICTS), len(CODES)))
    table[VERDICTS.index(Verdict.CORRECT)] = 1.0
    table[VERDICTS.index(Verdict.CARRIED)] = credit.carried
    table[VERDICTS.index(Verdict.MISCONCEPTION)] = credit.misconception
    table[:, CODES.index("imprecise")] *= credit.imprecise
    table[VERDICTS.index(Verdict.CARRIED), CODES.index("hollow")] = credit.implausible
    return table


def finding_share(finding: Finding, credit: Credit) -> float:
    """Return the share that a known mistake earns: of several possible ones, the largest."""
    return max(
        min(credit.mistakes.get(one, credit.misconception) for one in ids)
        for ids in finding.possible
    )


def check_credit(exercise: Exercise) -> None:
    """Refuse credit for mistakes that nobody knows; raises AuthorError with each of them."""
    shares = exercise.file.credit.mistakes
    known = catalogue() if shares else {}  # reading it takes a quarter of a second
    issues = []
    for name in shares:
        if name not in known:
            todo = suggestion(name, known, "see docs/mistakes.md for their ids")
            path = ("credit", "mistakes", name)
            issues.append(exercise.source.key_issue(path, f"unknown mistake `{name}`", todo))
    if issues:
        raise AuthorError(issues)
