"""Raw answers to numbers at their places, a batch at a time: what a name means is found once.

Students of one class hand in the same names in the same order, so where the answers of a
submission go is planned once for each list of names, and carried out with arrays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.placing import Cell, Leaf, Placed, Placing, Probe
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import PARTED, Raw, Submission
from tp_solver.grading.tokens import BLANK, LIST, Ids, Tokens
from tp_solver.grading.typed import unpacked
from tp_solver.solution import Solution

MOST_PLANS = 500
MOST_TEXTS = 1_000_000  # after so many different texts, they are read anew

Skeleton = tuple[Any, ...] | None  # the form of a raw answer: None for a text


@dataclass(frozen=True)
class Plan:
    """Where the texts of submissions with the same names go.

    `numbers` has, by key, which texts and at which places of the quantity; `others` which texts
    answer questions that ask for no number.
    """

    numbers: dict[str, tuple[NDArray[np.intp], NDArray[np.intp]]]
    others: tuple[tuple[str, str], ...]
    remarks: tuple[Remark, ...]


@dataclass
class Readings:
    """A batch of submissions with their numbers placed; other answers wait under their question.

    `ids` has, by key, the ids of what was typed: submissions, then the places of the quantity
    (all its positions and components, the last running fastest). `submissions` are emptied.
    """

    submissions: list[Submission]
    tokens: Tokens
    ids: dict[str, Ids]
    others: list[dict[str, Raw]]
    remarks: list[tuple[Remark, ...]]

    def part(self, rows: list[int]) -> Readings:
        """Return some of the submissions."""
        return Readings(
            [self.submissions[row] for row in rows],
            self.tokens,
            {key: ids[rows] for key, ids in self.ids.items()},
            [self.others[row] for row in rows],
            [self.remarks[row] for row in rows],
        )


class Reader:
    """Reads the submissions for one exercise, batch after batch."""

    def __init__(self, solution: Solution) -> None:
        self.model = solution.model
        self.sizes = {key: table.data.size for key, table in solution.tables.items()}
        self.placing = Placing(solution)
        self.tokens = Tokens(self.model.exercise.file.precision)
        self.plans: dict[tuple[tuple[str, ...], tuple[Skeleton, ...] | None], Plan | None] = {}

    def gathering(self) -> Gathering:
        """Begin a batch."""
        if len(self.tokens) > MOST_TEXTS:
            self.tokens = Tokens(self.model.exercise.file.precision)
        return Gathering(self)

    def read(self, submissions: Iterable[Submission]) -> Readings:
        """Place the answers of submissions; what can't be placed is remarked on."""
        gathering = self.gathering()
        for submission in submissions:
            gathering.add(submission)
        return gathering.readings()

    def planned(self, submission: Submission) -> tuple[Plan | None, list[int]]:
        """Return the plan for a submission, if there is one, and the ids of its texts."""
        if submission.ambiguous:
            return None, []
        names = tuple(submission.answers)
        ids, skeletons = self.leaves(submission.answers.values())
        place = (names, skeletons)
        try:
            return self.plans[place], ids
        except KeyError:
            if len(self.plans) >= MOST_PLANS:
                self.plans.clear()
            plan = self.plans[place] = self.plan(names, skeletons)
            return plan, ids

    def leaves(self, raws: Collection[Raw]) -> tuple[list[int], tuple[Skeleton, ...] | None]:
        """Return the ids of all texts in raw answers, and the form of each where some are lists."""
        known = self.tokens.ids
        try:
            ids = list(map(known.__getitem__, raws))  # type: ignore[arg-type]
            if LIST not in ids:
                return ids, None
        except TypeError:  # a list is no key
            pass
        split = [unpacked(raw) for raw in raws]
        texts: list[str | None] = []
        skeletons = tuple(_skeleton(raw, texts) for raw in split)
        return [self.id(text) for text in texts], skeletons

    def id(self, text: str | None) -> int:
        """Return the id of a text that stands in no list, or in the innermost one."""
        found = self.tokens.ids[text]
        if found == LIST:
            assert text is not None
            found = self.tokens.ids[text] = self.tokens.number(text)
        return found

    def plan(self, names: tuple[str, ...], skeletons: tuple[Skeleton, ...] | None) -> Plan | None:
        """Find where texts go; None where that depends on what they are."""
        placed = self.placing.new()
        count = 0
        for i, name in enumerate(names):
            raw, count = _probes(skeletons[i] if skeletons else None, count)
            placed.answer(name, raw)
        if placed.doubtful:
            return None
        keys: dict[str, tuple[list[int], list[int]]] = {}
        for (key, at), leaf in placed.cells.items():
            assert isinstance(leaf, Probe)
            texts, places = keys.setdefault(key, ([], []))
            texts.append(leaf.number)
            places.append(at)
        return Plan(
            {key: (np.array(texts), np.array(places)) for key, (texts, places) in keys.items()},
            tuple((question, name) for question, name in placed.names.items()),
            tuple(placed.remarks),
        )

    def alone(self, submission: Submission) -> tuple[dict[Cell, int], Placed]:
        """Return the ids of the texts of one submission by where they go, and how it was placed."""
        placed = self.placing.new(submission.ambiguous)
        for name, raw in submission.answers.items():
            placed.answer(name, raw)
        found = {}
        for cell, leaf in placed.cells.items():
            refused = placed.refused.get(cell)
            text = leaf if isinstance(leaf, str) else None
            found[cell] = self.tokens.refused(text or "", refused) if refused else self.id(text)
        return found, placed

    def other_exercise(self, submission: Submission) -> list[Remark]:
        exercise = self.model.exercise.file.id
        if submission.exercise.partition(PARTED)[0] in ("", exercise):
            return []
        return [Remark("other-exercise", (("name", submission.exercise), ("near", exercise)))]


class Gathering:
    """A batch that is read one by one, to be judged at once.

    What was typed is let go as soon as it is read: the texts of a whole batch would fill far more
    than a processor keeps at hand.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.submissions: list[Submission] = []
        self.others: list[dict[str, Raw]] = []
        self.remarks: list[tuple[Remark, ...]] = []
        self.planned: dict[int, tuple[Plan, list[int], list[list[int]]]] = {}
        self.alone: dict[int, dict[Cell, int]] = {}

    def __len__(self) -> int:
        return len(self.submissions)

    def add(self, submission: Submission) -> Submission:
        """Read one more and return it emptied; where that fails, the batch is as it was."""
        row, answers = len(self), submission.answers
        other = self.reader.other_exercise(submission)
        plan, ids = self.reader.planned(submission)
        if plan is None:
            self.alone[row], placed = self.reader.alone(submission)
            names: Iterable[tuple[str, str]] = placed.names.items()
            remarks = tuple(placed.remarks)
        else:
            _, rows, lists = self.planned.setdefault(id(plan), (plan, [], []))
            rows.append(row)
            lists.append(ids)
            names, remarks = plan.others, plan.remarks
        self.others.append({question: answers[name] for question, name in names})
        self.remarks.append((*submission.remarks, *other, *remarks))
        emptied = submission.emptied()
        self.submissions.append(emptied)
        return emptied

    def readings(self) -> Readings:
        """Return what was read."""
        tables = _Tables(len(self), self.reader.sizes)
        for plan, rows, lists in self.planned.values():
            ids = np.array(lists, dtype=np.int32)
            for key, (texts, places) in plan.numbers.items():
                tables[key][np.array(rows)[:, None], places] = ids[:, texts]
        for row, cells in self.alone.items():
            for (key, at), number in cells.items():
                tables[key][row, at] = number
        return Readings(
            self.submissions, self.reader.tokens, dict(tables), self.others, self.remarks
        )


class _Tables(dict[str, Ids]):
    """Ids by key, blank where nothing was typed: submissions, then the places of the quantity."""

    def __init__(self, count: int, sizes: dict[str, int]) -> None:
        super().__init__()
        self.count = count
        self.sizes = sizes

    def __missing__(self, key: str) -> Ids:
        self[key] = np.full((self.count, self.sizes[key]), BLANK, dtype=np.int32)
        return self[key]


def _skeleton(raw: Raw, texts: list[str | None]) -> Skeleton:
    if isinstance(raw, list):
        return tuple(_skeleton(item, texts) for item in raw)
    texts.append(raw)
    return None


def _probes(skeleton: Skeleton, count: int) -> tuple[Leaf | list[Any], int]:
    """Make a raw answer of a form, its texts numbered on from a count."""
    if skeleton is None:
        return Probe(count), count + 1
    items: list[Any] = []
    for inner in skeleton:
        item, count = _probes(inner, count)
        items.append(item)
    return items, count


def read(submission: Submission, solution: Solution) -> Readings:
    """Place the answers of one submission."""
    return Reader(solution).read([submission])
