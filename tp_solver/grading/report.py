"""What marking gives: verdicts as codes, nothing worded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from tp_solver.exercise.model import Scale


class Verdict(StrEnum):
    """What a mark says of an answer."""

    CORRECT = "correct"
    CARRIED = "carried"
    MISCONCEPTION = "misconception"
    WRONG = "wrong"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    PENDING = "pending"  # left to a person
    MARKED = "marked"  # by a person


VERDICTS = tuple(Verdict)
DECIMALS = 6  # of points that are written for others to read
# The remarks on numbers, which arrays hold by their place in this list.
CODES = ("", "rounding", "another-way", "imprecise", "own-values", "implausible", "hollow")


@dataclass(frozen=True)
class Remark:
    """A code with the values its wording needs."""

    code: str
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Finding:
    """The known mistakes that explain a number: each possibility is one mistake, or two at once.

    `names` says, for each possibility, what its metavariables stand for, spelled as formulas.
    """

    possible: tuple[tuple[str, ...], ...]
    names: tuple[tuple[tuple[str, str], ...], ...] = ()

    @property
    def ids(self) -> str | list[str]:
        """Return the id of the mistake, or a list where there are several."""
        found = list(dict.fromkeys(one for ids in self.possible for one in ids))
        return found[0] if len(found) == 1 else found


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
    finding: Finding | None = None
    expected: Any = None
    from_own_values: float | None = None

    @property
    def misconception(self) -> str | list[str] | None:
        """Return the id of the mistake named, a list where several are possible, or None."""
        return self.finding.ids if self.finding else None


@dataclass(frozen=True)
class Student:
    """Who wrote a submission."""

    id: str
    name: str = ""


@dataclass(frozen=True)
class Score:
    """The points of one question: earned, to be had, and left to a person."""

    question: str
    points: float
    out_of: float
    pending: float = 0.0


@dataclass(frozen=True)
class Judged:
    """Points a person gave to a question, and what they said."""

    points: float
    comment: str = ""


class Scored:
    """What has scores: their sums."""

    scores: tuple[Score, ...]
    refused: Remark | None

    @cached_property
    def score(self) -> float | None:
        """Return the points earned so far; None where nothing could be marked."""
        if self.refused is not None:
            return None
        return round(sum(score.points for score in self.scores), 9)

    @cached_property
    def out_of(self) -> float:
        """Return the points there are."""
        return round(sum(score.out_of for score in self.scores), 9)

    @cached_property
    def pending(self) -> float:
        """Return the points that a person has still to give."""
        return sum(score.pending for score in self.scores)


@dataclass(frozen=True)
class Report(Scored):
    """One submission marked, or the reason why it was not.

    `make` makes the marks when they are asked for; `person` has what a person decided, by question.
    """

    student: Student
    file: str
    place: str = ""
    scores: tuple[Score, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refused: Remark | None = None
    person: Mapping[str, Judged] = field(default_factory=dict)
    make: Callable[[], tuple[Mark, ...]] = field(default=tuple, compare=False, repr=False)
    own: Any = field(default=None, compare=False, repr=False)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """Return the mark of every component of every answer."""
        return self.make()


def rounded(points: float) -> float:
    """Round points for output: sums of floats come out as 5.999999999999999."""
    return round(points, DECIMALS)


@lru_cache(maxsize=4096)
def final_mark(score: float, out_of: float, scale: Scale) -> float:
    """Return a mark on a scale, `15.5` of 20, halves of the step rounded up."""
    if not out_of:
        return 0.0
    whole = Decimal(repr(score)) / Decimal(repr(out_of)) * Decimal(repr(scale.out_of))
    step = Decimal(repr(scale.step))
    # What sums of floats leave below a half must not cost a step.
    steps = round(whole / step, 9).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return float(steps * step)
