"""What is kept of a marked submission: enough for gradebooks and statistics, a byte a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tp_solver.grading.report import (
    VERDICTS,
    Finding,
    Judged,
    Remark,
    Score,
    Scored,
    Student,
    Verdict,
)

ABSENT = 255  # in the place of a verdict: a way to answer that the student did not choose


@dataclass(frozen=True)
class Item:
    """One thing that is marked: a number of a quantity, or the answer to another question.

    `key` and `position` say which quantity, `number` which of all its numbers; they say nothing
    where the answer is no number. `way` counts the ways to answer the question.
    """

    question: str
    name: str
    component: int | tuple[int, ...] | None
    points: float
    key: str = ""
    position: tuple[int, ...] = ()
    number: int = 0
    way: int = 0
    expected: float = 0.0


@dataclass(frozen=True)
class Record(Scored):
    """A submission marked: scores, and for each item of the exercise a verdict and a remark's code.

    `verdicts` and `codes` count in VERDICTS and CODES, in the order of the exercise's items;
    `findings` has the known mistakes by the number of the item.
    """

    student: Student
    file: str
    place: str = ""
    scores: tuple[Score, ...] = ()
    verdicts: bytes = b""
    codes: bytes = b""
    findings: Mapping[int, Finding] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    refused: Remark | None = None
    person: Mapping[str, Judged] = field(default_factory=dict)

    def verdict(self, item: int) -> Verdict | None:
        """Return the verdict on an item, None for a way to answer that was not chosen."""
        found = self.verdicts[item]
        return None if found == ABSENT else VERDICTS[found]
