"""Trying a formula at many places at once: some submissions, each at a position of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.arithmetic import Numbers, Table
from tp_solver.graph.arrays import Array
from tp_solver.graph.compile import Code
from tp_solver.graph.store import Store
from tp_solver.graph.system import System, inline
from tp_solver.language.tree import At, Node, Over, Ref, Span, children, rebuild

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Places:
    """Where a formula is tried: submissions, and for each the position of the equation's indices.

    `tables` has the values to read, with a batch axis; `rows` counts along it.
    """

    tables: Mapping[str, Table[Array]]
    rows: Ints
    at: Mapping[str, Ints]


class Trier:
    """Tries formulas at the same places, working out only once what they have in common."""

    def __init__(self, system: System, places: Places) -> None:
        self.system = system
        self.places = places
        self.gathering = _Gathering(system, places)
        self.code = Code(self.gathering.store)

    def of(self, equation: Equation) -> Array:
        """Return what an equation's right side gives: one value, of its shape, for each place."""
        node = self.gathering.of(inline(equation.right, self.system.functions), {})
        code = self.code
        with np.errstate(all="ignore"):
            register, found = code.value(node, ())
            code.run()
        code.acts.clear()
        value = np.asarray(code.registers[register])
        shape = self.system.shapes[equation.left.key]
        lead = value.shape[: value.ndim - len(found)] or (1,)  # a constant is the same everywhere
        value = value.reshape((*lead, *(shape if found else (1,) * len(shape))))
        return np.broadcast_to(value, (len(self.places.rows), *shape))


class _Gathering:
    """Gives each name of a formula the values that it has at the places, as a table of its own."""

    def __init__(self, system: System, places: Places) -> None:
        self.system = system
        self.places = places
        self.store = Store(Numbers(), batched=True)
        self.names: dict[tuple[Ref, tuple[tuple[str, Span], ...]], Ref] = {}

    def of(self, node: Node, bound: dict[str, Span]) -> Node:
        match node:
            case Ref():
                return self.read(node, bound)
            case Over(op, index, Span() as span, body):
                return Over(op, index, span, self.of(body, {**bound, index: span}))
        below = children(node)
        return rebuild(node, tuple(self.of(child, bound) for child in below)) if below else node

    def read(self, ref: Ref, bound: dict[str, Span]) -> Node:
        """Make the table of a name, index axes only for the indices that the formula binds."""
        if ref.key not in self.places.tables:
            return ref if ref.name in bound else self.number(ref)
        inner = {
            at.name: bound[at.name] for at in ref.axes if isinstance(at, At) and at.name in bound
        }
        place = (ref, tuple(inner.items()))
        if place not in self.names:
            self.names[place] = self.gather(ref, bound)
        return self.names[place]

    def gather(self, ref: Ref, bound: dict[str, Span]) -> Ref:
        table = self.places.tables[ref.key]
        open_axes = [
            at for at in ref.axes if isinstance(at, At) and at.name is not None and at.name in bound
        ]
        rank = len(open_axes) + 1  # and the places
        key: list[Any] = []
        for at, span in zip(ref.axes, table.box, strict=True):
            assert isinstance(at, At)
            if at in open_axes:
                reach = bound[at.name or ""]
                own = np.arange(reach.first, reach.last + 1) + at.offset
                axis = open_axes.index(at)
                numbers = own.reshape((1,) * axis + (-1,) + (1,) * (rank - axis - 1))
            elif at.name is None:
                numbers = np.full((1,) * rank, at.offset)
            else:
                numbers = (self.places.at[at.name] + at.offset).reshape((1,) * (rank - 1) + (-1,))
            key.append(numbers - span.first)
        rows = self.places.rows.reshape((1,) * (rank - 1) + (-1,))
        made = Ref(f"~{len(self.names)}", tuple(open_axes))
        box = tuple(
            Span(bound[at.name or ""].first + at.offset, bound[at.name or ""].last + at.offset)
            for at in open_axes
        )
        self.put(made, box, table.data[(*key, rows)], self.system.shapes[ref.key])
        return made

    def number(self, ref: Ref) -> Ref:
        """Make the number of an index a quantity, as it differs from place to place."""
        place = (ref, ())
        if place not in self.names:
            self.names[place] = Ref(f"~{len(self.names)}")
            self.put(self.names[place], (), self.places.at[ref.name].astype(float), ())
        return self.names[place]

    def put(self, made: Ref, box: tuple[Span, ...], data: Array, shape: tuple[int, ...]) -> None:
        self.store.tables[made.name] = Table(box, data)
        self.store.shapes[made.name] = shape
