"""Who moved when a batch was marked again, from what to what, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tp_solver.exercise.model import Credit
from tp_solver.grading.credit import finding_share, share_table
from tp_solver.grading.record import ABSENT, Item, Record
from tp_solver.grading.report import VERDICTS, Score

NEAR = 1e-9
MOST_REASONS = 200  # of one submission

Named = tuple[str, str]  # a question, and the name of what was answered


@dataclass(frozen=True)
class Change:
    """What changed of one answer: verdicts (None where it was not marked) and points."""

    name: str
    old: str | None
    new: str | None
    old_points: float
    new_points: float


@dataclass(frozen=True)
class Move:
    """A submission whose marks changed."""

    old: Record
    new: Record
    changes: tuple[Change, ...]

    @property
    def moved(self) -> bool:
        """Tell whether the score itself changed."""
        return self.old.score != self.new.score or self.old.out_of != self.new.out_of


class Marks:
    """The marks in the records of one state of an exercise: verdict and points by answer."""

    def __init__(self, items: Sequence[Item], credit: Credit) -> None:
        self.items = items
        self.credit = credit
        self.shares = share_table(credit)
        self.names = [name_of(item) for item in items]

    def of(self, record: Record) -> dict[Named, tuple[str, float]]:
        """Return the verdict on each answer, and its points."""
        scores = {score.question: score for score in record.scores}
        found = {}
        for i, verdict in enumerate(record.verdicts):
            if verdict != ABSENT:
                item = self.items[i]
                points = self.points(record, i, item, scores.get(item.question))
                found[item.question, self.names[i]] = (VERDICTS[verdict].value, points)
        return found

    def points(self, record: Record, i: int, item: Item, score: Score | None) -> float:
        """Return the points of one answer: those of its question where that is the answer."""
        if not item.key:
            return score.points if score else 0.0
        finding = record.findings.get(i)
        if finding is not None:
            return item.points * finding_share(finding, self.credit)
        return item.points * float(self.shares[record.verdicts[i], record.codes[i]])


def name_of(item: Item) -> str:
    """Name an answer with its component: `W_f.1.2`."""
    at = item.component if isinstance(item.component, tuple) else (item.component,)
    return ".".join([item.name, *(str(i) for i in at if i is not None)])


def marks_of(items: Sequence[Sequence[Any]], credit: Mapping[str, Any]) -> Marks:
    """Read what decided the marks of an earlier state back."""
    made = [
        Item(question, name, _component(component), points, key, way=way)
        for question, name, component, points, key, way in items
    ]
    return Marks(made, Credit.model_validate(credit))


def _component(kept: int | list[int] | None) -> int | tuple[int, ...] | None:
    return tuple(kept) if isinstance(kept, list) else kept


def move(old: Record, new: Record, before: Marks, after: Marks) -> Move | None:
    """Compare two records of a submission; None where nothing changed."""
    changes = tuple(_changes(before.of(old), after.of(new)))
    moved = Move(old, new, changes[:MOST_REASONS])
    refusals = old.refused != new.refused
    return moved if changes or moved.moved or refusals else None


def _changes(
    old: Mapping[Named, tuple[str, float]], new: Mapping[Named, tuple[str, float]]
) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        before, old_points = old.get(name, (None, 0.0))
        after, new_points = new.get(name, (None, 0.0))
        if before != after or abs(old_points - new_points) > NEAR:
            yield Change(name[1], before, after, old_points, new_points)
