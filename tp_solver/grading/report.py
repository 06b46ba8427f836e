"""What marking gives: verdicts as codes, nothing worded."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a mark says of an answer."""

    CORRECT = "correct"
    CARRIED = "carried"
    WRONG = "wrong"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    PENDING = "pending"  # left to a person


@dataclass(frozen=True)
class Remark:
    """A code with the values its wording needs."""

    code: str
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Mark:
    """The mark of one component of one answer.

    `answer` is a name with its index (or the question's id), `component` its number, a list of
    two for a matrix, or None. `given` is kept exactly as typed.
    """

    question: str
    answer: str
    component: int | list[int] | None
    given: str | None
    verdict: Verdict
    points: float
    out_of: float
    remark: Remark | None = None
    misconception: str | list[str] | None = None
    expected: Any = None
    from_own_values: float | None = None


@dataclass(frozen=True)
class Student:
    """Who wrote a submission."""

    id: str
    name: str = ""


@dataclass(frozen=True)
class Report:
    """One submission marked, or the reason why it was not."""

    student: Student
    file: str
    marks: tuple[Mark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refused: Remark | None = None
    own: Any = field(default=None, compare=False, repr=False)

    @property
    def score(self) -> float | None:
        """Return the points earned so far; None where nothing could be marked."""
        if self.refused is not None:
            return None
        return round(sum(mark.points for mark in self.marks), 9)

    @property
    def out_of(self) -> float:
        """Return the points there are."""
        return round(sum(mark.out_of for mark in self.marks), 9)

    @property
    def pending(self) -> float:
        """Return the points that a person has still to give."""
        return sum(m.out_of for m in self.marks if m.verdict is Verdict.PENDING)
