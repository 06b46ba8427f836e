"""A case of a framework written as an exercise, and where its numbers stand in the solution."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tp_solver.solution import Solution, loads, solve

Case = Mapping[str, Any]
Path = tuple[str, ...]
Reading = Callable[[Solution], Any]


@dataclass(frozen=True)
class Written:
    """An exercise, and how each expected number, by its path in the case, is read."""

    exercise: Mapping[str, Any]
    readings: Mapping[Path, Reading]

    def solved(self) -> Solution:
        """Solve the exercise, from text as everybody's."""
        return solve(loads(json.dumps(self.exercise)))


def draft(
    indices: Mapping[str, int],
    use: Iterable[Mapping[str, Any]],
    equations: Iterable[str],
    given: Mapping[str, Any],
    asked: Iterable[str],
) -> dict[str, Any]:
    """Return an exercise as its file has it; indices run from 1."""
    return {
        "id": "reference",
        "title": "Reference",
        "indices": {name: f"1..{last}" for name, last in indices.items()},
        "use": list(use),
        "equations": list(equations),
        "given": {name: np.asarray(values).tolist() for name, values in given.items()},
        "questions": [{"id": "all", "text": "Compute.", "answers": list(asked)}],
    }


def leaves(expected: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every expected number or array with its path; steps of a list count from 0."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            yield from leaves(value, (*path, key))
    elif isinstance(expected, list) and expected and isinstance(expected[0], dict):
        for step, value in enumerate(expected):
            yield from leaves(value, (*path, str(step)))
    elif expected is not None:
        yield path, expected


def one(name: str, *position: int) -> Reading:
    """Read a quantity at a position."""
    return lambda solution: solution.value(name, position)


def grid(name: str, *ranges: Iterable[int]) -> Reading:
    """Read a quantity at every position; the first range is the outermost axis."""
    spans = [tuple(span) for span in ranges]

    def read(solution: Solution) -> Any:
        values = np.stack([solution.value(name, position) for position in product(*spans)])
        return values.reshape(*map(len, spans), *values.shape[1:])

    return read


def stacked(readings: Iterable[Reading]) -> Reading:
    """Read several quantities of one shape as one array."""
    listed = list(readings)
    return lambda solution: np.stack([reading(solution) for reading in listed])
