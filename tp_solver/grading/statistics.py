"""What a class did, counted as its records go by: memory does not grow with their number."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.record import ABSENT, Item, Record
from tp_solver.grading.report import CODES, VERDICTS, Verdict
from tp_solver.graph.schedule import ground
from tp_solver.solution import Solution

MANY = 3  # possible mistakes behind one number, which a person may tell apart
TOGETHER = 1024  # copies whose verdicts are counted at once
FINEST = 1000  # parts of the scale in which marks are counted
RIGHT = [VERDICTS.index(verdict) for verdict in (Verdict.CORRECT, Verdict.CARRIED)]
BROKEN = [VERDICTS.index(verdict) for verdict in (Verdict.WRONG, Verdict.MISCONCEPTION)]
UNGIVEN = [VERDICTS.index(verdict) for verdict in (Verdict.MISSING,)]
LEFT = [VERDICTS.index(verdict) for verdict in (Verdict.PENDING, Verdict.MARKED)]
RIGHT_ONES = np.isin(np.arange(256), RIGHT).astype(float)
BROKEN_ONES = np.isin(np.arange(256), BROKEN)
ODD = CODES.index("implausible")
UNREADABLE = VERDICTS.index(Verdict.UNREADABLE)

Counts = NDArray[np.int64]
Sums = NDArray[np.float64]


@dataclass(frozen=True)
class ItemStatistics:
    """How a class did on one item: shares of those who were asked for it, None where nobody was.

    `difficulty` is the share that found it (or what follows from their own values);
    `discrimination` its correlation with the points of all other items.
    """

    item: Item
    count: int
    right: int
    broken: int
    missing: int
    first: int
    difficulty: float | None
    discrimination: float | None


@dataclass(frozen=True)
class MistakeStatistics:
    """A known mistake in a class: how many copies and answers it is named in."""

    id: str
    copies: int
    answers: int
    example: int  # the number of an item


def places_in_order(solution: Solution, items: Sequence[Item]) -> list[int]:
    """Number items by the place of their quantity in the order of the computation."""
    order = {
        (e.left.key, ground(e.left, dict(at))): i for i, (e, at) in enumerate(solution.model.order)
    }
    return [order.get((item.key, item.position), len(order)) for item in items]


def first_of(chosen: NDArray[np.bool_], order: Sums) -> NDArray[np.intp]:
    """Return, for each copy, which of its chosen items is worked out first; -1 where none is.

    `chosen` has a row for each copy, `order` a number for each item.
    """
    beyond = np.full((len(chosen), 1), np.inf)  # so that there is something to choose from
    ordered = np.hstack([np.where(chosen, order, np.inf), beyond])
    return np.where(chosen.any(axis=1), ordered.argmin(axis=1), -1)


class Statistics:
    """Counts the records of a class; `order` numbers the items by when they are worked out.

    What arrays count waits for more of its kind: `settle` counts it before it is looked at.
    """

    def __init__(self, items: Sequence[Item], order: Sequence[int]) -> None:
        size = len(items)
        self.items = items
        self.order = np.array(order, dtype=float)
        self.worth: Sums = np.array([item.points for item in items])
        self.refused = 0
        self.copies = 0
        self.marks: Counter[int] = Counter()
        self.out_of = 0.0
        self.sum = self.square = 0.0
        self.questions: dict[str, list[float]] = {}
        self.verdicts: Counts = np.zeros((size, len(VERDICTS)), dtype=np.int64)
        self.first: Counts = np.zeros(size, dtype=np.int64)
        self.asked: Counts = np.zeros(size, dtype=np.int64)
        self.right: Sums = np.zeros(size)
        self.totals: Sums = np.zeros((3, size))  # of those asked: all points, squared, with this
        self.answers: Counter[str] = Counter()
        self.named: Counter[str] = Counter()
        self.examples: dict[str, int] = {}
        self.waiting: list[bytes] = []

    def add(self, record: Record) -> None:
        """Count one record."""
        if record.score is None:
            self.refused += 1
            return
        self.copies += 1
        self.score(record)
        self.waiting.append(record.verdicts)
        if len(self.waiting) == TOGETHER:
            self.settle()
        seen = set()
        for item, finding in record.findings.items():
            for one in {one for ids in finding.possible for one in ids}:
                self.answers[one] += 1
                self.examples.setdefault(one, item)
                seen.add(one)
        self.named.update(seen)

    def settle(self) -> None:
        """Count the verdicts that wait."""
        if not self.waiting:
            return
        found = np.frombuffer(b"".join(self.waiting), dtype=np.uint8)
        found = found.reshape(len(self.waiting), len(self.items))
        self.waiting.clear()
        for number in range(len(VERDICTS)):
            self.verdicts[:, number] += (found == number).sum(axis=0)
        self.discriminate(found)
        first = first_of(BROKEN_ONES[found], self.order)
        self.first += np.bincount(first[first >= 0], minlength=len(self.items))

    def score(self, record: Record) -> None:
        """Count the points of a record."""
        score, out_of = record.score or 0.0, record.out_of
        self.out_of = max(self.out_of, out_of)
        self.sum += score
        self.square += score * score
        self.marks[round(FINEST * score / out_of) if out_of else 0] += 1
        for each in record.scores:
            sums = self.questions.setdefault(each.question, [0.0, 0.0, 0.0])
            sums[0] += each.points
            sums[1] += each.out_of
            sums[2] += each.pending

    def discriminate(self, found: NDArray[np.uint8]) -> None:
        """Add what correlations between items and totals are made of."""
        asked, right = (found != ABSENT).astype(float), RIGHT_ONES[found]
        total = right @ self.worth
        self.asked += asked.sum(axis=0).astype(np.int64)
        self.right += right.sum(axis=0)
        self.totals += total @ asked, total**2 @ asked, total @ right

    @property
    def provisional(self) -> bool:
        """Tell whether a person has still points to give, so that all sums may rise."""
        return any(pending for _, _, pending in self.questions.values())

    @property
    def mean(self) -> float:
        """Return the mean of the points."""
        return self.sum / self.copies if self.copies else 0.0

    @property
    def deviation(self) -> float:
        """Return the standard deviation of the points, that of a sample."""
        if self.copies < 2:
            return 0.0
        return math.sqrt(max(0.0, (self.square - self.sum**2 / self.copies) / (self.copies - 1)))

    @property
    def median(self) -> float:
        """Return the median of the points, to a thousandth of all there are."""
        ordered = sorted(self.marks.items())
        middle = []
        for rank in ((self.copies - 1) // 2, self.copies // 2):
            seen = 0
            for mark, count in ordered:
                seen += count
                if seen > rank:
                    middle.append(mark)
                    break
        return sum(middle) / 2 / FINEST * self.out_of if len(middle) == 2 else 0.0

    def distribution(self, bins: int) -> list[int]:
        """Count the copies in equal parts of the scale, full marks in the last."""
        found = [0] * bins
        for mark, count in self.marks.items():
            found[min(bins - 1, mark * bins // FINEST)] += count
        return found

    def item(self, number: int) -> ItemStatistics:
        """Return how the class did on an item."""
        self.settle()
        counts = self.verdicts[number]
        count = int(counts.sum())
        judged = count - int(counts[LEFT].sum())
        right = int(counts[RIGHT].sum())
        return ItemStatistics(
            self.items[number],
            count,
            right,
            int(counts[BROKEN].sum()),
            int(counts[UNGIVEN].sum()),
            int(self.first[number]),
            right / judged if judged else None,
            self.discrimination(number),
        )

    def discrimination(self, number: int) -> float | None:
        """Return the correlation of an item with the rest of the points; None where it has none."""
        n = int(self.asked[number])
        if n < 2:
            return None
        x, worth = float(self.right[number]) / n, float(self.worth[number])
        total, squares, both = (float(sums[number]) / n for sums in self.totals)
        spread = x - x * x
        together = both - x * total - worth * spread
        rest = squares - total**2 + worth**2 * spread - 2 * worth * (both - x * total)
        if spread < 1e-12 or rest < 1e-12:
            return None
        return together / math.sqrt(spread * rest)

    def mistakes(self) -> Iterator[MistakeStatistics]:
        """Yield the known mistakes, those in most copies first."""
        for one, copies in sorted(self.named.items(), key=lambda pair: (-pair[1], pair[0])):
            yield MistakeStatistics(one, copies, self.answers[one], self.examples[one])

    @property
    def wrong_answers(self) -> int:
        """Return how many answers are wrong, explained or not."""
        self.settle()
        return int(self.verdicts[:, BROKEN].sum())


def needs_person(record: Record) -> list[str]:
    """Return codes of why a person should look at a record; none where nobody need."""
    if record.refused is not None:
        return ["refused"]
    found = []
    if record.pending:
        found.append("pending")
    if UNREADABLE in record.verdicts:
        found.append("unreadable")
    if ODD in record.codes:
        found.append("implausible")
    if any(len(finding.possible) >= MANY for finding in record.findings.values()):
        found.append("possible")
    if record.remarks:
        found.append("remarks")
    return found
