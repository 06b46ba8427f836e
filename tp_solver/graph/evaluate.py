"""Running a schedule: numbers, or intervals, for every position of every name.

Values stand in one table a name: index axes first, then a batch axis (where there is a batch),
then the shape. An equation that no loop runs is computed for all its positions at once; so is
any part of an equation inside a loop that reads nothing the loop computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.arithmetic import Arithmetic, Intervals, Numbers, Table
from tp_solver.graph.arrays import Array
from tp_solver.graph.boxes import Box, hull
from tp_solver.graph.compile import After, Code
from tp_solver.graph.schedule import Compute, Loop, Single, Step, grounded
from tp_solver.graph.store import Axes, Store, length
from tp_solver.graph.system import Known, System, inline, left_box
from tp_solver.language.tree import At, Node, Op, Over, Ref, Span, free_indices, refs, transform

__all__ = ["Evaluator", "Intervals", "Numbers", "Table", "evaluate"]

V = TypeVar("V")
_FLOATS: WeakKeyDictionary[Known, Array] = WeakKeyDictionary()


class Evaluator(Generic[V]):
    """Values of a system in some arithmetic; `batch` is the length of the batch axis, if any.

    `replaced` gives other numbers for known names: index axes, batch axis, shape. After an
    equation is computed, `after(equation, table, key)` may look at what was written and change it.
    """

    def __init__(
        self,
        system: System,
        arithmetic: Arithmetic[V],
        batch: int | None = None,
        replaced: Mapping[str, Array] | None = None,
        after: Callable[[Equation, Table[V], tuple[object, ...]], None] | None = None,
    ) -> None:
        self.system = system
        self.arithmetic = arithmetic
        self.after = after
        self.batch = () if batch is None else (batch,)
        self.store = Store(arithmetic, batch is not None)
        self.tables: dict[str, Table[V]] = self.store.tables
        boxes: dict[str, list[Box]] = {}
        for known in system.known:
            boxes.setdefault(known.key, []).append(known.box)
        made = {equation.left.key for equation in system.equations}
        for equation in system.equations:
            boxes.setdefault(equation.left.key, []).append(left_box(equation))
        for key, filled in boxes.items():
            box, shape = hull(filled), system.shapes[key]
            blank = arithmetic.empty if key in made else arithmetic.exact
            self.store.shapes[key] = shape
            self.tables[key] = Table(box, blank((*_sizes(box), *self.batch, *shape)))
        for known in system.known:
            table, values = self.tables[known.key], _floats(known)
            if batch is not None:
                values = np.expand_dims(values, len(known.box))
            self.put(table, (*table.slots(known.box), ...), values)
        for key, values in (replaced or {}).items():
            self.put(self.tables[key], (...,), values)

    def put(self, table: Table[V], key: tuple[object, ...], values: Array) -> None:
        place = table.data[key]  # type: ignore[index]
        self.arithmetic.put(place, self.arithmetic.constant(values))

    def run(self, steps: tuple[Step, ...]) -> dict[str, Table[V]]:
        """Compute every step; return the tables."""
        with np.errstate(all="ignore"):
            for step in steps:
                self.step(step)
        return self.tables

    def step(self, step: Step) -> None:
        """Compute a step that no loop surrounds."""
        code = Code(self.store)
        match step:
            case Compute(equation):
                self.assign(code, equation, self.right(equation))
            case Single(equation, at):
                left, right = (grounded(side, dict(at)) for side in (equation.left, equation.right))
                assert isinstance(left, Ref)
                here = Equation(left, right)
                code.assign(left, self.right(here), (), self.watcher(equation))
            case Loop():
                rights = {id(e): self.right(e) for e in _equations(step.body)}
                early = self.hoist(step, rights) if self.arithmetic.bare else []
                self.loop(step, (), rights)()
                for key in early:
                    del self.tables[key]
                self.store.views.clear()
        code.run()

    def assign(self, code: Code, equation: Equation, right: Node) -> None:
        code.assign(equation.left, right, equation.domain, self.watcher(equation))

    def watcher(self, equation: Equation) -> After | None:
        return None if self.after is None else partial(self.after, equation)

    def right(self, equation: Equation) -> Node:
        """Return an equation's right side without an author's functions."""
        return inline(equation.right, self.system.functions)

    def loop(
        self, loop: Loop, around: tuple[str, ...], rights: dict[int, Node]
    ) -> Callable[[], None]:
        """Prepare a loop, a code for each stretch over which the same equations hold."""
        loops = (*around, loop.index)
        runs: list[Callable[[], None]] = []
        for span in _stretches(loop):
            code = Code(self.store, loops)
            for step in _restricted(loop.body, loop.index, span):
                if isinstance(step, Loop):
                    code.acts.append(self.loop(step, loops, rights))
                elif isinstance(step, Compute):
                    self.assign(code, step.equation, rights[id(step.equation)])
            ends = (span.first, span.last + 1) if loop.step > 0 else (span.last, span.first - 1)
            runs.append(partial(code.loop, range(*ends, loop.step)))

        def run() -> None:
            for part in runs:
                part()

        return run

    def hoist(self, loop: Loop, rights: dict[int, Node]) -> list[str]:
        """Compute beforehand what a loop's equations hold that the loop doesn't compute.

        Such parts become tables of their own, listed; `rights` then reads these.
        """
        early = _Early({equation.left.key for equation in _equations(loop.body)})
        for equation in _equations(loop.body):
            rights[id(equation)] = early.without(rights[id(equation)], equation.domain)
        for (node, axes), key in early.names.items():
            code = Code(self.store)
            register, shape = code.value(node, axes)
            code.run()
            box = tuple(span for _, span in axes)
            spread = partial(np.broadcast_to, shape=(*_sizes(box), *self.batch, *shape))
            value = self.arithmetic.map(spread, code.registers[register])
            self.tables[key], self.store.shapes[key] = Table(box, value), shape
        return list(early.names.values())


class _Early:
    """The parts of formulas that read nothing a loop writes, each given a name of its own."""

    def __init__(self, written: set[str]) -> None:
        self.written = written
        self.names: dict[tuple[Node, Axes], str] = {}

    def without(self, right: Node, domain: Axes) -> Node:
        """Read those parts of a formula by their names."""

        def change(node: Node) -> Node | None:
            if not isinstance(node, Op | Over):
                return None
            if any(ref.key in self.written for ref in refs(node)):
                return None if isinstance(node, Op) else node
            used = free_indices(node)
            axes = tuple(item for item in domain if item[0] in used)
            key = self.names.setdefault((node, axes), f"~{len(self.names)}")
            return Ref(key, tuple(At(name) for name, _ in axes))

        return transform(right, change)


def _sizes(box: tuple[Span, ...]) -> tuple[int, ...]:
    return tuple(map(length, box))


def _floats(known: Known) -> Array:
    """Return given numbers in float64, converted once."""
    if known not in _FLOATS:
        _FLOATS[known] = known.values.astype(float)
    return _FLOATS[known]


def _equations(steps: tuple[Step, ...]) -> Iterator[Equation]:
    for step in steps:
        if isinstance(step, Loop):
            yield from _equations(step.body)
        else:
            yield step.equation


def _stretches(loop: Loop) -> list[Span]:
    """Cut a loop where one of its equations begins or ends; list the pieces in their order."""
    spans = [equation.ranges[loop.index] for equation in _equations(loop.body)]
    cuts = sorted({s.first for s in spans} | {s.last + 1 for s in spans})
    pieces = [Span(a, b - 1) for a, b in pairwise(cuts)]
    return pieces if loop.step > 0 else pieces[::-1]


def _restricted(steps: tuple[Step, ...], index: str, span: Span) -> tuple[Step, ...]:
    """Keep the equations that hold over a stretch of a loop."""
    kept: list[Step] = []
    for step in steps:
        if isinstance(step, Loop):
            body = _restricted(step.body, index, span)
            kept += [replace(step, body=body)] if body else []
        else:
            reach = step.equation.ranges[index]
            kept += [step] if reach.first <= span.first <= reach.last else []
    return tuple(kept)


def evaluate(
    system: System,
    steps: tuple[Step, ...],
    batch: int | None = None,
    replaced: Mapping[str, Array] | None = None,
) -> dict[str, Table[Array]]:
    """Compute a system in float64."""
    return Evaluator(system, Numbers(), batch, replaced).run(steps)
