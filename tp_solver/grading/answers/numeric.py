"""What the two kinds of numeric answers share: a column for each number asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tp_solver.graph.shapes import Shape
from tp_solver.language.tree import Span
from tp_solver.solution import Solution


@dataclass(frozen=True)
class Column:
    """One number asked: its quantity and place there, what it is called, the points it is worth."""

    key: str
    number: int  # among all the numbers of its quantity, the last axis running fastest
    position: tuple[int, ...]
    at: tuple[int, ...]  # the component, from 0
    name: str
    points: float
    expected: float

    @property
    def component(self) -> int | list[int] | None:
        """Return the component's number from 1, a list of two for a matrix."""
        if not self.at:
            return None
        return self.at[0] + 1 if len(self.at) == 1 else [i + 1 for i in self.at]


def component_columns(
    solution: Solution,
    key: str,
    position: tuple[int, ...],
    name: str,
    select: tuple[int | Span, ...],
    points: float,
) -> Iterator[Column]:
    """Yield a column for each chosen component of a quantity, the points shared evenly."""
    table = solution.tables[key]
    chosen = chosen_components(solution.model.system.shapes[key], select)
    for at in chosen:
        slot = (*table.slot(position), *at)
        number = 0
        for i, size in zip(slot, table.data.shape, strict=True):
            number = number * size + i
        expected = float(table.data[slot])
        yield Column(key, number, position, at, name, points / len(chosen), expected)


def chosen_components(shape: Shape, select: tuple[int | Span, ...]) -> list[tuple[int, ...]]:
    """List the components (from 0) that a choice of parts leaves."""
    ranges = []
    for axis, size in enumerate(shape):
        item = select[axis] if axis < len(select) else Span(1, size)
        first, last = (item.first, item.last) if isinstance(item, Span) else (item, item)
        ranges.append(range(first - 1, last))
    return list(product(*ranges))
