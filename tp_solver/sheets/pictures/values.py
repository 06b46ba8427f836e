"""The numbers that pictures show: a quantity's value at a position, short enough for a drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from tp_solver.graph.arrays import Array
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Op, Ref
from tp_solver.sheets.pictures.svg import equated, number, seen, symbol
from tp_solver.solution import Solution
from tp_solver.text import Words

LONGEST_LINE = 14  # characters of a label; of a longer one, the value stands below the name
MOST_COMPONENTS = 3  # of a vector that is written out; of a larger one, its norm


@dataclass(frozen=True)
class Shown:
    """A quantity at a position: its name, its value in lines, and both in words."""

    ref: Ref
    lines: tuple[str, ...]
    told: str
    norm: bool = False

    def drawn(self) -> tuple[Markup, ...]:
        """Return the lines of a label: `h₁ = 0,1`; the components of a vector below its name."""
        if self.norm:
            return (symbol(Op("norm", (self.ref,))), Markup(self.lines[0]))
        line = equated(self.ref, self.lines[0])
        if len(self.lines) == 1 and seen(line) <= LONGEST_LINE:
            return (line,)
        return (symbol(self.ref), *map(Markup, self.lines))


@dataclass(frozen=True)
class Sized:
    """A quantity at a position as one number: its name, the number, both in words, its size."""

    name: Markup
    shown: str
    told: str
    size: float


class Values:
    """Reads the values of a solution for pictures, in a language."""

    def __init__(self, solution: Solution, words: Words) -> None:
        self.solution, self.words, self.mark = solution, words, words.mark
        precision = solution.exercise.file.precision
        self.decimals = min(precision.decimals if precision.decimals is not None else 3, 4)

    def has(self, key: str) -> bool:
        """Tell whether a quantity has a table of values."""
        return key in self.solution.tables

    def at(self, ref: Ref, place: dict[str, int]) -> tuple[Ref, Array] | None:
        """Return a quantity at fixed indices, and its value; None where there is none."""
        axes = tuple(
            At(None, place[at.name] + at.offset) if isinstance(at, At) and at.name in place else at
            for at in ref.axes
        )
        position = [at.offset for at in axes if isinstance(at, At) and at.name is None]
        table = self.solution.tables.get(ref.key)
        if table is None or len(position) < len(axes):
            return None
        if not all(s.first <= i <= s.last for i, s in zip(position, table.box, strict=True)):
            return None
        return ref.moved(axes), self.solution.value(ref.key, tuple(position))

    def shown(self, ref: Ref, place: dict[str, int]) -> Shown | None:
        """Write a quantity at fixed indices; None where it has no value there."""
        found = self.at(ref, place)
        return None if found is None else self.written(*found)

    def written(self, ref: Ref, value: Array) -> Shown:
        """Write a value: its components where these are few, else its norm."""
        name, floats = plain(ref, unicode=True), np.ravel(value)
        if floats.size > MOST_COMPONENTS:
            size = self.number(float(np.linalg.norm(floats)))
            return Shown(ref, (size,), f"‖{name}‖ = {size}", norm=True)
        lines = tuple(self.number(float(v)) for v in floats)
        told = lines[0] if len(lines) == 1 else f"({'; '.join(lines)})"
        return Shown(ref, lines, f"{name} = {told}")

    def sized(self, ref: Ref, place: dict[str, int]) -> Sized | None:
        """Return how large a quantity is at fixed indices, named by its norm if it is a vector."""
        found = self.at(ref, place)
        if found is None:
            return None
        at, value = found
        size = float(np.linalg.norm(np.ravel(value)))
        if np.size(value) == 1:
            shown = self.number(float(np.ravel(value)[0]))
            return Sized(symbol(at), shown, f"{plain(at, unicode=True)} = {shown}", size)
        shown, named = self.number(size), Op("norm", (at,))
        return Sized(symbol(named), shown, f"‖{plain(at, unicode=True)}‖ = {shown}", size)

    def number(self, value: float) -> str:
        """Write a number with the digits of the exercise, four decimals at most."""
        return number(value, self.mark, self.decimals)
