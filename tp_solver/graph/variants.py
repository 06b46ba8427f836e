"""The numbers of many students in one system: a batch axis on what is given, a model of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.exercise.exercise import Given, Own
from tp_solver.exercise.givens import nested_shape
from tp_solver.exercise.variants import Numbers, code_of
from tp_solver.graph.adjoint import DIRECT
from tp_solver.graph.arrays import Array
from tp_solver.graph.boxes import Box, hull
from tp_solver.graph.evaluate import Table, evaluate
from tp_solver.graph.model import Model
from tp_solver.graph.system import Known, as_array
from tp_solver.language.tree import At, Nested, Span

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Family:
    """One exercise with numbers of its own for each of several rows.

    `numbers` has, for each row, the values of the givens that are drawn, in the order of
    `exercise.variants`, as exact decimals; `students` the id and the name of whose they are.
    """

    model: Model
    numbers: tuple[Numbers, ...]
    students: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def givens(self) -> tuple[Given, ...]:
        """Return the givens that are drawn."""
        variants = self.model.exercise.variants
        return tuple(choices.given for choices in variants.choices) if variants else ()

    @cached_property
    def placed(self) -> tuple[tuple[Known, NDArray[Any]], ...]:
        """Return the known numbers that are drawn, with those of all rows: rows come first."""
        found = []
        for i, given in enumerate(self.givens):
            known = next((k for k in self.model.system.known if _holds(k, given)), None)
            if known is not None:  # a gradient from above that no question follows has none
                found.append((known, _placed(known, given, [row[i] for row in self.numbers])))
        return tuple(found)

    @cached_property
    def replaced(self) -> dict[str, Array]:
        """Return the tables of given names as an evaluator takes them: positions, rows, shape."""
        drawn = dict(self.placed)
        found: dict[str, Array] = {}
        for key in {known.key for known in drawn}:
            items = [known for known in self.model.system.known if known.key == key]
            box = hull(self.model.system.filled(key))
            shape = self.model.system.shapes[key]
            sizes = tuple(span.last - span.first + 1 for span in box)
            table = Table(box, np.full((*sizes, len(self), *shape), np.nan))
            for known in items:
                lead = len(known.box)
                own = drawn.get(known)
                values = (
                    np.expand_dims(known.values.astype(float), lead)
                    if own is None
                    else np.moveaxis(own.astype(float), 0, lead)
                )
                table.data[table.slots(known.box)] = values
            found[key] = table.data
        return found

    @cached_property
    def tables(self) -> dict[str, Table[Array]]:
        """Return every value of every row: positions, rows, shape."""
        return evaluate(self.model.system, self.model.steps, len(self), self.replaced)

    def of(self, row: int) -> Model:
        """Return the exercise of one row, its numbers in the place of those given."""
        model, exercise = self.model, self.model.exercise
        known = {item: values[row, ...] for item, values in self.placed}
        drawn = dict(zip(map(id, self.givens), self.numbers[row], strict=True))
        places = dict(exercise.places)
        givens = []
        for given in exercise.givens:
            drawn_one = replace(given, value=drawn[id(given)]) if id(given) in drawn else given
            places[id(drawn_one)] = exercise.written(given)
            givens.append(drawn_one)
        system = replace(
            model.system,
            known=tuple(
                replace(item, values=known[item]) if item in known else item
                for item in model.system.known
            ),
        )
        student, name = self.students[row] if self.students else ("", "")
        own = Own(student, name, code_of(self.numbers[row]))
        mine = replace(exercise, givens=tuple(givens), places=places, variants=None, own=own)
        return replace(model, exercise=mine, system=system)


def drawn_keys(model: Model) -> frozenset[str]:
    """Return the names whose numbers differ from student to student."""
    variants = model.exercise.variants
    if variants is None:
        return NONE
    return frozenset(key for choices in variants.choices for key in _keys(choices.given))


def _placed(known: Known, given: Given, values: Sequence[Nested]) -> NDArray[Any]:
    """Lay the values of a given out as the system holds them, whose number of components it knows.

    One number stands for all components, a list without those of each position for all of them.
    """
    whole, shape = known.values.shape, nested_shape(given.value)
    numbers = as_array(values).reshape(len(values), *shape)
    sizes = whole[: len(known.box)]
    if math.prod(shape) == math.prod(whole):
        return numbers.reshape(len(values), *whole)
    if math.prod(shape) == math.prod(sizes):
        shape = (*sizes, *(1,) * (len(whole) - len(sizes)))
    laid = numbers.reshape(len(values), *(1,) * (len(whole) - len(shape)), *shape)
    return np.broadcast_to(laid, (len(values), *whole))


def _holds(known: Known, given: Given) -> bool:
    """Tell whether known numbers are those of a given."""
    index = given.ref.axes
    return known.key in _keys(given) and (not index or known.box == _box(index))


def _keys(given: Given) -> tuple[str, ...]:
    """Return what the numbers of a given may be called in a system.

    A gradient handed down where others arrive too is a quantity of its own.
    """
    ref = given.ref
    if ref.over is None:
        return (ref.key,)
    return ref.key, replace(ref, name=ref.name + DIRECT).key


def _box(index: Sequence[At | Span]) -> Box:
    return tuple(at if isinstance(at, Span) else Span(at.offset, at.offset) for at in index)
