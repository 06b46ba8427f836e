"""Steps drawn once with holes for the numbers, and filled in for each student.

A step is drawn with stand-ins for the numbers, all positive and all negative: what differs
between the two around a hole is how a negative number stands there, in brackets or not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from tp_solver.exercise.exercise import Equation, Exercise
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Table
from tp_solver.graph.schedule import ground
from tp_solver.graph.variants import drawn_keys
from tp_solver.language.numerals import localised, quickly
from tp_solver.language.tree import Nested, Node, Num, Ref, Value
from tp_solver.sheets.entities import entities
from tp_solver.sheets.head import Writer
from tp_solver.sheets.lines import related
from tp_solver.sheets.rows import sign_of
from tp_solver.solution import Solution, displayed

FIRST = 739_100_000  # no number of an exercise looks like this
_HOLE = re.compile(r"<mn>7391([0-9]{5})</mn>")
MOST_HOLES = 400
# Which stand-ins are negative: none, all, every other one.
_SIGNS: tuple[Callable[[int], bool], ...] = (
    lambda _: False,
    lambda _: True,
    lambda number: number % 2 == 0,
    lambda number: number % 2 == 1,
)
MOST_SPELLED = 100_000  # numbers whose spelling is remembered

Spot = tuple[str, tuple[int, ...], tuple[int, ...]]  # a quantity, its slot, a component


@dataclass(frozen=True, eq=False)
class _StandIns(Solution):
    """A solution that puts stand-ins in the place of all computed numbers, and notes which."""

    base: Solution = field(kw_only=True)
    negative: Callable[[int], bool] = bool
    spots: dict[Spot, int] = field(default_factory=dict)
    choosing: set[str] = field(default_factory=set)  # quantities that choose what stands there

    def number(self, ref: Ref) -> Nested:
        """Return stand-ins for what differs, the number itself for one given to all."""
        position = ground(ref, {})
        if self.for_all(ref, position):
            return self.base.number(ref)
        table = self.tables[ref.key]
        return self.nested(ref.key, table.slot(position), self.model.system.shapes[ref.key], ())

    def for_all(self, ref: Ref, position: tuple[int, ...]) -> bool:
        """Tell whether a number is given, and the same for all students."""
        return (ref.key, position) in self.base.given and ref.key not in drawn_keys(self.model)

    def nested(
        self, key: str, slot: tuple[int, ...], shape: tuple[int, ...], at: tuple[int, ...]
    ) -> Nested:
        if len(at) < len(shape):
            return tuple(self.nested(key, slot, shape, (*at, i)) for i in range(shape[len(at)]))
        number = self.spots.setdefault((key, slot, at), len(self.spots))
        return Decimal(-FIRST - number if self.negative(number) else FIRST + number)

    def whole(self, number: Ref | Num) -> int | None:
        """Leave open what a computed number chooses; the number itself for a given one."""
        if isinstance(number, Num) or not self.fixed(number):
            return super().whole(number)
        if self.for_all(number, ground(number, {})):
            return super().whole(number)
        self.choosing.add(number.key)
        return None


class Hole(NamedTuple):
    """Where a number goes: which one, what is around a negative one."""

    spot: int
    before: str
    after: str


class Numeral(NamedTuple):
    """A number as pages spell it: its digits drawn, and whether these are all that it has."""

    negative: bool
    drawn: str
    whole: bool


class Numerals:
    """The numerals of an exercise, remembered."""

    def __init__(self, exercise: Exercise, mark: str) -> None:
        self.exercise = exercise
        self.mark = mark
        self.decimals = exercise.file.precision.decimals
        self.known: dict[float, Numeral | None] = {}

    def of(self, number: float) -> Numeral | None:
        """Return how a number is spelled; None for one that is written with a power of ten."""
        try:
            return self.known[number]
        except KeyError:
            if len(self.known) > MOST_SPELLED:
                self.known.clear()
            found = self.known[number] = self.spelled(number)
            return found

    def spelled(self, number: float) -> Numeral | None:
        if self.decimals is not None and not number.is_integer():
            digits = quickly(abs(number), self.decimals)
            if digits is not None:
                return self.numeral(number < 0, digits, number)
        value = displayed(self.exercise, number)
        assert isinstance(value, Decimal)
        return self.written(value, number)

    def written(self, value: Decimal, number: float) -> Numeral | None:
        """Spell a number as what is shown of it."""
        if not value.is_finite() or localised(value, self.mark)[1]:
            return None
        return self.numeral(value < 0, f"{abs(value):f}", number)

    def numeral(self, negative: bool, digits: str, number: float) -> Numeral:
        whole = math.isclose(float(digits), abs(number), rel_tol=1e-12)
        return Numeral(negative, f"<mn>{digits.replace('.', self.mark)}</mn>", whole)


@dataclass(frozen=True)
class Pattern:
    """A drawn line in pieces, with a hole between each two."""

    pieces: tuple[str, ...]
    holes: tuple[Hole, ...]

    def filled(self, numbers: Sequence[Numeral]) -> str:
        """Put numbers in, in the order of their spots."""
        out = self.pieces[0]
        for (spot, before, after), piece in zip(self.holes, self.pieces[1:], strict=True):
            negative, drawn, _ = numbers[spot]
            out += f"{before}{drawn}{after}{piece}" if negative else drawn + piece
        return out


@dataclass(frozen=True, eq=False)
class StepPattern:
    """A step of the computation, ready for any student's numbers.

    `slot` is where its result stands, `start` all that comes before the line with numbers.
    """

    equation: Equation
    at: dict[str, int]
    slot: tuple[int, ...]
    start: str
    line: Pattern | None
    spots: tuple[Spot, ...]

    def slowly(self, own: Solution, mark: str) -> str:
        """Draw the line of one student anew."""
        return _line("=", own.step(self.equation, self.at).substituted, mark)

    def numbers(
        self,
        tables: Mapping[str, Table[Array]],
        row: int,
        numerals: Numerals,
        drawn: Solution | None = None,
    ) -> list[Numeral] | None:
        """Return a student's numbers for the holes; None where one has no plain spelling.

        `drawn` has the numbers given to the student alone, which are shown as they are written.
        """
        found = []
        for key, slot, at in self.spots:
            table = tables[key]
            own = None if drawn is None else _given(drawn, key, slot, table)
            if own is None:
                numeral = numerals.of(table.data.item(*slot, row, *at))
            else:
                numeral = numerals.written(own[at], float(own[at]))
            if numeral is None:
                return None
            found.append(numeral)
        return found


def _given(drawn: Solution, key: str, slot: tuple[int, ...], table: Table[Array]) -> Any:
    """Return what is given for a quantity at a slot of its table; None where nothing is."""
    starts = (span.first for span in table.box)
    found = drawn.given.get((key, tuple(i + start for i, start in zip(slot, starts, strict=True))))
    return None if found is None else np.asarray(found)


def step_pattern(
    solution: Solution, equation: Equation, at: Mapping[str, int], mark: str
) -> StepPattern:
    """Draw a step with holes; its line is None where numbers can't be left open in it."""
    drawn: list[str] = []
    spots: dict[Spot, int] = {}
    choosing: set[str] = set()
    for negative in _SIGNS:
        open_ones = _StandIns(
            solution.model, solution.tables, negative, spots, choosing, base=solution
        )
        step = open_ones.step(equation, dict(at))
        drawn.append(_line("=", step.substituted, mark))
    open_to_all = len(spots) <= MOST_HOLES and not choosing
    pattern = _pattern(*drawn[:2]) if open_to_all else None
    if pattern is not None:
        for negative, text in zip(_SIGNS, drawn, strict=True):
            numbers = [
                Numeral(negative(i), f"<mn>{FIRST + i}</mn>", True) for i in range(len(spots))
            ]
            if pattern.filled(numbers) != text:  # signs work together in this step
                pattern = None
                break
    slot = solution.tables[equation.left.key].slot(ground(equation.left, dict(at)))
    start = (
        f'<div class="step"><div class="name">{_line("", step.ref, mark)}</div><div class="work">'
        f"<div>{_line('=', step.formula, mark)}</div><div>"
    )
    return StepPattern(equation, dict(at), slot, start, pattern, tuple(spots))


def _pattern(positive: str, negative: str) -> Pattern | None:
    """Find what surrounds the holes of a line; None where signs change more than that."""
    plain, signed = (_HOLE.split(text) for text in (positive, negative))
    pieces, others = plain[::2], signed[::2]
    if plain[1::2] != signed[1::2]:
        return None
    before, after = [], []
    for piece, other in zip(pieces, others, strict=True):
        start = other.find(piece)
        if start < 0 or (not piece and other):
            return None
        after.append(other[:start])
        before.append(other[start + len(piece) :])
    if after[0] or before[-1]:
        return None
    holes = tuple(
        Hole(int(number), before[i], after[i + 1]) for i, number in enumerate(plain[1::2])
    )
    return Pattern(tuple(pieces), holes)


def value_pattern(shape: tuple[int, ...], sign: str, mark: str) -> Pattern | None:
    """Draw a value after a sign of equality or of near equality, with holes for its numbers."""

    def nested(factor: int, at: tuple[int, ...]) -> Nested:
        if len(at) < len(shape):
            return tuple(nested(factor, (*at, i)) for i in range(shape[len(at)]))
        number = 0
        for i, size in zip(at, shape, strict=True):
            number = number * size + i
        return Decimal(factor * (FIRST + number))

    count = int(np.prod(shape)) if shape else 1
    if count > MOST_HOLES:
        return None
    return _pattern(*(_line(sign, Value(nested(factor, ())), mark) for factor in (1, -1)))


def number_pattern(mark: str) -> Pattern | None:
    """Draw a number by itself, with a hole in its place."""
    return _pattern(*(_line("", Value(Decimal(factor * FIRST)), mark) for factor in (1, -1)))


def shown_value(writer: Writer, value: Any) -> str:
    """Draw one computed value anew."""
    shown = displayed(writer.exercise, np.asarray(value))
    return _line(sign_of(value, shown), Value(shown), writer.mark)


def _line(sign: str, node: Node, mark: str) -> str:
    return str(entities(related(sign, node, mark)))
