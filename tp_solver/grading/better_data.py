"""Nearby round numbers with which more mistakes show: one given number changed after another.

All changes of one number are tried in one go, on the batch axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from tp_solver.grading.ambiguity import Trials, confused
from tp_solver.graph.arrays import Array
from tp_solver.graph.evaluate import Table, evaluate
from tp_solver.graph.model import Model
from tp_solver.graph.system import Known
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Op, Part, Ref, refs, walk
from tp_solver.solution import Solution

STEPS = tuple(map(Decimal, ("0.1", "-0.1", "0.2", "-0.2", "0.3", "-0.3", "0.05", "-0.05")))
MOST_CHANGES = 4
MOST_NUMBERS = 60  # that are tried; those that are 0, or the same as another, come first
LARGEST = 50.0  # a value beyond this is no number to compute by hand with


@dataclass(frozen=True)
class Place:
    """One given number: its quantity, where it stands there, its value."""

    known: Known
    index: tuple[int, ...]
    value: Decimal

    @property
    def name(self) -> str:
        """Spell the number's name: `b_f`, `h[0].2`."""
        rank = len(self.known.box)
        position = tuple(
            At(None, span.first + i) for span, i in zip(self.known.box, self.index, strict=False)
        )
        ref = Ref(self.known.key, position)
        component = tuple(i + 1 for i in self.index[rank:])
        return plain(Part(ref, component) if component else ref)


@dataclass(frozen=True)
class Change:
    """A given number that would better be another."""

    place: Place
    by: Decimal


@dataclass(frozen=True)
class Suggestion:
    """Changes of given numbers, and how many mistakes don't show before and after."""

    changes: tuple[Change, ...]
    before: int
    after: int


def suggestion(solution: Solution) -> Suggestion:
    """Search for changes of given numbers that let more mistakes show."""
    model = solution.model
    changes: list[Change] = []
    before = best = int(_confused(solution, [[]])[0])
    while best and len(changes) < MOST_CHANGES:
        taken = {change.place.name for change in changes}
        options = [
            [*changes, Change(place, place.value + step)]
            for place in _places(model)
            for step in STEPS
            if place.name not in taken
        ]
        if not options:
            break
        counts = _confused(solution, options)
        least = int(np.argmin(counts))
        if not counts[least] < best:
            break
        changes, best = options[least], int(counts[least])
    return Suggestion(tuple(changes), before, best)


def _confused(solution: Solution, options: list[list[Change]]) -> Array:
    """Count what does not show, for each list of changes; infinitely much where values run away."""
    model = solution.model
    replaced: dict[str, Array] = {}
    for key in {change.place.known.key for changes in options for change in changes}:
        table = solution.tables[key]
        lead = len(table.box)
        values = np.repeat(np.expand_dims(table.data, lead), len(options), axis=lead)
        for i, changes in enumerate(options):
            for change in changes:
                if change.place.known.key == key:
                    position = tuple(
                        s.first + n
                        for s, n in zip(change.place.known.box, change.place.index, strict=False)
                    )
                    at = (*table.slot(position), i, *change.place.index[lead:])
                    values[at] = float(change.by)
        replaced[key] = values
    tables = evaluate(model.system, model.steps, len(options), replaced)
    counts = confused(list(Trials(solution, tables).all()), len(options))
    sizes = (np.abs(np.nan_to_num(table.data)).max(initial=0) for table in solution.tables.values())
    largest = max([LARGEST, *map(float, sizes)])
    return np.where(_reasonable(tables, len(options), largest), counts, np.inf)


def _reasonable(tables: dict[str, Table[Array]], count: int, largest: float) -> Array:
    """Tell which data sets keep every value finite and of a size to compute with."""
    fine = np.ones(count, dtype=bool)
    for table in tables.values():
        lead = len(table.box)
        if table.data.shape[lead : lead + 1] == (count,):
            values = np.moveaxis(table.data, lead, 0).reshape(count, -1)
            fine &= np.abs(np.nan_to_num(values, posinf=np.inf)).max(axis=1, initial=0) <= largest
    return fine


def _places(model: Model) -> list[Place]:
    """List the given numbers that may be changed: no tokens, masks or targets of choices."""
    fixed = _choosing(model)
    found = [
        Place(known, index, value)
        for known in model.system.known
        if known.key not in fixed and "/d" not in known.key and not _marks(known)
        for index, value in np.ndenumerate(known.values)
    ]
    seen: dict[Decimal, int] = {}
    for place in found:
        seen[place.value] = seen.get(place.value, 0) + 1
    return sorted(found, key=lambda p: (p.value != 0, -seen[p.value]))[:MOST_NUMBERS]


def _choosing(model: Model) -> frozenset[str]:
    """Return the names that choose a position, or are compared: changing them changes the model."""
    return frozenset(
        ref.key
        for equation in model.system.equations
        for part in walk(equation.right)
        for inner in _chosen_by(part)
        for ref in refs(inner)
    )


def _chosen_by(part: Node) -> Iterator[Node]:
    match part:
        case Op("row" | "pick", (_, number)):
            yield number
        case Op("one_hot", (number, _)):
            yield number
        case Op("eq" | "ne" | "lt" | "le" | "gt" | "ge", args):
            yield from args


def _marks(known: Known) -> bool:
    """Tell whether a given quantity holds zeros and ones only, as masks and one-hot vectors do."""
    return set(known.values.ravel().tolist()) == {Decimal(0), Decimal(1)}
