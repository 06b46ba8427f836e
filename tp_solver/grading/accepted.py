"""What a marker says of numbers near the right ones, for platforms that know nothing but intervals.

A platform compares a number with stretches of numbers, each worth a share. Which numbers count as
right is worked out as for a copy whose other answers are right; which ones a known mistake
explains is asked of the marker itself, one copy for each number tried. So a stretch never says
more than the marker would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from math import ceil, floor
from operator import itemgetter
from typing import Any

import numpy as np

from tp_solver.grading.ambiguity import Trial, Trials
from tp_solver.grading.credit import finding_share
from tp_solver.grading.explain import MISCONCEPTION
from tp_solver.grading.marking import Marker
from tp_solver.grading.record import Item
from tp_solver.grading.report import Finding, Student
from tp_solver.grading.rounding import OPEN, asks
from tp_solver.grading.submission import Raw, Submission
from tp_solver.graph.arithmetic import Table
from tp_solver.solution import Solution, displayed

MOST_TRIED = 12  # numbers of known mistakes that are tried for one answer
MOST_COPIES = 6000  # that are marked in all
MOST_STRETCHES = 8  # of known mistakes that are kept for one answer
FURTHEST = 1e8  # units: no answer is confused with one so far away
AROUND = (-1, 1)  # units: what a mistake gives may be rounded or cut off


@dataclass(frozen=True)
class Stretch:
    """Numbers that get the same mark, as written with the digits asked: `low` to `high`.

    `share` of the points; a `finding` where a known mistake explains them. `rounding` tells right
    ones that honest rounding reaches.
    """

    low: Decimal
    high: Decimal
    share: float = 1.0
    rounding: bool = False
    finding: Finding | None = None

    @property
    def middle(self) -> Decimal:
        """Return the number in the middle."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Number:
    """One number asked for: as it is shown, the unit of its last digit, the stretches that count.

    The right value itself comes first; a unit of 0 stands for an exact zero.
    """

    item: Item
    right: Decimal
    unit: Decimal
    stretches: tuple[Stretch, ...]

    @property
    def at(self) -> tuple[int, ...]:
        """Return which component it is, from 1; nothing for the only one."""
        return component_of(self.item)

    def reach(self, stretch: Stretch) -> Decimal:
        """Return how far a stretch reaches from its middle: to all that rounds to its numbers."""
        return (stretch.high - stretch.low + self.unit) / 2


def component_of(item: Item) -> tuple[int, ...]:
    """Return which component an item is, from 1; nothing for the only one."""
    at = item.component
    return () if at is None else at if isinstance(at, tuple) else (at,)


def numbers(solution: Solution) -> list[Number]:
    """List every number that an exercise asks for, in the order of its questions.

    Of several ways to answer a question, the first is listed; the values of the others, where they
    differ, count as right too.
    """
    return list(_Numbers(solution).all())


class _Numbers:
    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.precision = solution.exercise.file.precision
        self.marker = Marker(solution)
        shapes = solution.model.system.shapes
        self.items = [
            item
            for item in self.marker.items
            if item.key and (not item.way or shapes[item.key] == shapes[item.question])
        ]
        self.right = [self.shown(item.expected) for item in self.items]
        self.units = [
            self.unit(item.expected, shown)
            for item, shown in zip(self.items, self.right, strict=True)
        ]

    def shown(self, value: float) -> Decimal:
        found = displayed(self.solution.exercise, value)
        assert isinstance(found, Decimal)
        return found

    def unit(self, value: float, shown: Decimal) -> Decimal:
        """Return the unit of the last digit asked, finer where a small number shows more of it."""
        if self.precision.decimals is not None:
            asked = Decimal(1).scaleb(-self.precision.decimals)
            last = shown.as_tuple().exponent
            return min(asked, Decimal(1).scaleb(last)) if isinstance(last, int) else asked
        if not value:
            return Decimal(0)
        return Decimal(1).scaleb(shown.adjusted() - asks(self.precision) + 1)

    def all(self) -> Iterator[Number]:
        """Yield the numbers, with what counts as right, then what known mistakes explain."""
        right = self.rights()
        mistaken = self.mistaken(right)
        ways: dict[tuple[Any, ...], list[int]] = {}
        for i, item in enumerate(self.items):
            ways.setdefault((item.question, item.name, item.component), []).append(i)
        for found in ways.values():
            first, *others = found
            stretches = list(right[first])
            for other in others:
                stretches += (
                    replace(s, rounding=False)
                    for s in right[other]
                    if all(_apart(s, kept, self.units[first]) for kept in stretches)
                )
            wrong = (
                s
                for s in mistaken.get(first, ())
                if all(_apart(s, kept, self.units[first]) for kept in stretches)
            )
            yield Number(
                self.items[first],
                self.right[first],
                self.units[first],
                (*stretches, *islice(wrong, MOST_STRETCHES)),
            )

    def rights(self) -> list[tuple[Stretch, ...]]:
        """Find what counts as right: the value shown, and what rounding on the way makes of it."""
        if not self.items:
            return []
        judge = self.marker.judged([self.copy({})]).judge
        found = []
        for item, shown, unit in zip(self.items, self.right, self.units, strict=True):
            honest = judge.honest.computed[item.key]
            table = self.solution.tables[item.key]
            at = np.unravel_index(item.number, table.data.shape)
            lead = len(table.box)
            place: Any = (*at[:lead], 0, *at[lead:])
            bounds = item.expected, float(honest.lo[place]), float(honest.hi[place])
            finite = [bound for bound in bounds if np.isfinite(bound)]
            found.append(_right(shown, unit, min(finite), max(finite)))
        return found

    def mistaken(self, right: Sequence[tuple[Stretch, ...]]) -> dict[int, list[Stretch]]:
        """Find the numbers that known mistakes explain, those in the step itself first."""
        middles = self.candidates(right)
        every = ((i, n) for i, ns in middles.items() for n in _with_neighbours(ns))
        tried = list(islice(every, MOST_COPIES))
        places = {id(item): at for at, item in enumerate(self.marker.items)}
        named: dict[int, dict[int, Finding]] = {}
        for start in range(0, len(tried), self.marker.chunk):
            part = tried[start : start + self.marker.chunk]
            batch = self.marker.judged([self.copy({i: self.at(i, n)}) for i, n in part])
            for row, (i, n) in enumerate(part):
                at = places[id(self.items[i])]
                finding = batch.findings.get(row, {}).get(at)
                if finding is not None and batch.matrix[0][row, at] == MISCONCEPTION:
                    named.setdefault(i, {})[n] = finding
        return {i: list(self.stretches(i, middles[i], found)) for i, found in named.items()}

    def stretches(
        self, i: int, middles: Sequence[int], found: Mapping[int, Finding]
    ) -> Iterator[Stretch]:
        """Yield what mistakes give, with neighbours that nothing else explains."""
        left = dict(found)
        for n in middles:
            if n not in left:
                continue
            finding = left.pop(n)
            near = [
                n + step
                for step in AROUND
                if n + step in left and {*left[n + step].possible} <= {*finding.possible}
            ]
            for one in near:
                del left[one]
            ends = self.at(i, min(n, *near, n)), self.at(i, max(n, *near, n))
            share = finding_share(finding, self.marker.credit)
            yield Stretch(*ends, share, finding=finding)

    def candidates(self, right: Sequence[tuple[Stretch, ...]]) -> dict[int, list[int]]:
        """List what known mistakes make of each answer, in units away from what is right."""
        places: dict[tuple[str, int], int] = {}
        for i, item in enumerate(self.items):
            places.setdefault((item.key, item.number), i)
        made: dict[int, list[tuple[bool, float, int]]] = {}
        for place, value, trial in self.mistakes():
            if place not in places or not np.isfinite(value):
                continue
            i = places[place]
            if not self.units[i]:
                continue
            away = (value - float(self.right[i])) / float(self.units[i])
            first, last = self.span(i, right[i])
            if abs(away) < FURTHEST and not first <= round(away) <= last:
                further = trial.variant.equation.left.key != place[0]
                weight = trial.variant.weight
                made.setdefault(i, []).append((further, -weight, round(away)))
        return {
            i: list(dict.fromkeys(n for *_, n in sorted(found, key=itemgetter(0, 1))))[:MOST_TRIED]
            for i, found in made.items()
        }

    def span(self, i: int, right: Sequence[Stretch]) -> tuple[int, int]:
        """Return from where to where numbers are right, in units, with a neighbour on each side."""
        low, high = min(s.low for s in right), max(s.high for s in right)
        unit, middle = self.units[i], self.right[i]
        return int((low - middle) / unit) - 1, int((high - middle) / unit) + 1

    def mistakes(self) -> Iterator[tuple[tuple[str, int], float, Trial]]:
        """Yield what each known mistake makes of the numbers asked."""
        tables = {
            key: Table(table.box, np.expand_dims(table.data, len(table.box)))
            for key, table in self.solution.tables.items()
        }
        for trial in Trials(self.solution, tables).all():
            for place, value in zip(trial.places, trial.written[:, 0], strict=True):
                yield place, float(value), trial

    def at(self, i: int, n: int) -> Decimal:
        """Return the number so many units from the right one."""
        return self.right[i] + n * self.units[i]

    def copy(self, changed: Mapping[int, Decimal]) -> Submission:
        """Hand in every right answer with the digits asked, but for some that are changed."""
        answers: dict[str, Raw] = {}
        for i, item in enumerate(self.items):
            if item.way:
                continue
            text = f"{changed.get(i, self.right[i]):f}"
            at = component_of(item)
            if at and item.name == item.question:
                answers[item.name] = _placed(answers.get(item.name), at, text)
            else:
                answers[f"{item.name}{''.join(f'.{c}' for c in at)}"] = text
        return Submission(Student("key"), "key", answers)


def _with_neighbours(middles: Sequence[int]) -> Iterator[int]:
    """Yield numbers and those beside them, each once."""
    return iter(dict.fromkeys(n + step for n in middles for step in (0, *AROUND)))


def _placed(rows: Raw, at: Sequence[int], text: str) -> Raw:
    """Put a text at the end of nested lists, whose places come in order."""
    first, *rest = at
    kept = rows if isinstance(rows, list) else []
    if not rest:
        return [*kept, text]
    if first == len(kept):
        return [*kept[:-1], _placed(kept[-1], rest, text)]
    return [*kept, _placed(None, rest, text)]


def _right(shown: Decimal, unit: Decimal, low: float, high: float) -> tuple[Stretch, ...]:
    """Return the right value, and the stretch of all that counts as right where it is wider."""
    alone = Stretch(shown, shown)
    if not unit:
        return (alone,)
    step, middle = float(unit), float(shown)
    first = min(0, ceil((low - middle) / step - OPEN))
    last = max(0, floor((high - middle) / step + OPEN))
    if first == last == 0:
        return (alone,)
    return alone, Stretch(shown + first * unit, shown + last * unit, rounding=True)


def _apart(one: Stretch, other: Stretch, unit: Decimal) -> bool:
    """Tell whether a number lies between two stretches, so that neither touches the other."""
    return one.low - other.high > unit or other.low - one.high > unit
