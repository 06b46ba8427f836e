"""The spine: an exercise solved, every step as a formula, with numbers put in, as a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tp_solver.errors import AuthorError, Issue
from tp_solver.exercise.exercise import Equation, Exercise, Target
from tp_solver.exercise.load import load_file, load_text, raise_for
from tp_solver.graph.arrays import Array
from tp_solver.graph.components import Components, every, unrolled
from tp_solver.graph.evaluate import Table
from tp_solver.graph.model import Model, build_model
from tp_solver.graph.schedule import ground, grounded, places_read
from tp_solver.graph.shapes import Shape
from tp_solver.language.numerals import shown, significant
from tp_solver.language.plain import plain
from tp_solver.language.tree import (
    At,
    Nested,
    Node,
    Num,
    Op,
    Over,
    Part,
    Ref,
    Span,
    Value,
    refs,
    transform,
    walk,
)

SPELLED_COMPONENTS = 8
SPELLED_NUMBERS = 24
LONGEST_SHOWN = 60  # characters of a formula in an issue
NOTHING = 1e-15  # below this, what float64 leaves of a zero


@dataclass(frozen=True)
class Component:
    """One component of a step: its name, its formula with numbers put in, its value."""

    name: Node
    substituted: Node
    value: Value


@dataclass(frozen=True, eq=False)
class SolvedStep:
    """One quantity at one position: equation, substitution, value."""

    ref: Ref
    key: str
    position: tuple[int, ...]
    equation: Equation
    at: tuple[tuple[str, int], ...]
    formula: Node
    substituted: Node
    components: tuple[Component, ...]
    value: Array
    shown: Value


@dataclass(frozen=True, eq=False)
class Solution:
    """An exercise with the values of all its quantities."""

    model: Model
    tables: dict[str, Table[Array]]

    @property
    def exercise(self) -> Exercise:
        """Return the exercise that was solved."""
        return self.model.exercise

    def value(self, key: str, position: tuple[int, ...] = ()) -> Array:
        """Return the value of a quantity at a position of its indices."""
        table = self.tables[key]
        return np.asarray(table.data[table.slot(position)])

    @cached_property
    def steps(self) -> tuple[SolvedStep, ...]:
        """List every step in the order a person works through them; gradients where needed."""
        return tuple(
            self.step(equation, dict(at))
            for equation, at in self.model.order
            if (equation.left.key, ground(equation.left, dict(at))) in self.needed
        )

    @cached_property
    def needed(self) -> set[tuple[str, tuple[int, ...]]]:
        """Return forward quantities, and the gradients that lead to what is asked."""
        return needed_places(self.model)

    def step(self, equation: Equation, at: dict[str, int]) -> SolvedStep:
        """Work out one position of an equation."""
        left, formula = grounded(equation.left, at), grounded(equation.right, at)
        assert isinstance(left, Ref)
        position = ground(equation.left, at)
        value = self.value(left.key, position)
        spelled = unrolled(formula)
        components = tuple(self.components(left, spelled, value))
        if all(isinstance(component.substituted, Value) for component in components):
            components = ()  # each is its own number: there is nothing to spell out
        whole = spelled
        if not value.shape:
            only = (1,) * len(self.model.system.shape(spelled))  # of a vector of one, or a matrix
            whole = Components(self.model.system).of(spelled, only)
        if not self.few(whole):
            whole = spelled
        return SolvedStep(
            ref=left,
            key=left.key,
            position=position,
            equation=equation,
            at=tuple(at.items()),
            formula=formula,
            substituted=self.substituted(whole),
            components=components,
            value=value,
            shown=Value(self.shown(value)),
        )

    def components(self, left: Ref, formula: Node, value: Array) -> Iterator[Component]:
        """Spell out a small vector or matrix component by component."""
        if not value.shape or value.size > SPELLED_COMPONENTS:
            return
        shape: Shape = self.model.system.shape(formula)
        if shape != value.shape:
            return
        taker = Components(self.model.system)
        for place in every(value.shape):
            node = taker.of(formula, place)
            if not self.few(node):
                return
            number = value[tuple(i - 1 for i in place)]
            yield Component(Part(left, place), self.substituted(node), Value(self.shown(number)))

    def few(self, node: Node) -> bool:
        """Tell whether a formula has few enough numbers to be spelled out."""
        return sum(1 for _ in refs(node)) <= SPELLED_NUMBERS

    def substituted(self, node: Node) -> Node:
        """Put numbers in the place of names: given ones as written, others rounded for display."""

        def change(part: Node) -> Node | None:
            match part:
                case Part(Ref() as whole, select) if self.fixed(whole) and not _ranging(select):
                    return Value(_pick(self.number(whole), select))
                case Part(Op("row" | "one_hot") as op, (int(),)):
                    return self.chosen(op, part.select)
                case Ref() if self.fixed(part):
                    return Value(self.number(part))
                case Op("pick", (Ref() as vector, Ref() | Num() as number)) if self.fixed(vector):
                    k = self.whole(number)
                    return None if k is None else Value(_pick(self.number(vector), (k + 1,)))
                case Op("row", (table, number)):  # the table is long, and stands in the data
                    return Op("row", (table, transform(number, change)))
                case Op("ones" | "one_hot" | "place" | "zeros" as op, (first, *sizes)):
                    return Op(op, (transform(first, change), *sizes))
            return None

        return transform(node, change)

    def chosen(self, op: Op, select: tuple[int | Span, ...]) -> Node | None:
        """Put in one component of a table's row, or of a one-hot vector, of a known number."""
        match op:
            case Op("row", (Ref() as table, Ref() | Num() as number)) if self.fixed(table):
                k = self.whole(number)
                return None if k is None else Value(_pick(self.number(table), (k + 1, *select)))
            case Op("one_hot", (Ref() | Num() as number, _)):
                k = self.whole(number)
                return None if k is None else Value(Decimal(int(select == (k + 1,))))
        return None

    def whole(self, number: Ref | Num) -> int | None:
        """Return the whole number that a name or a literal stands for."""
        if isinstance(number, Num):
            return int(number.value)
        found = self.number(number) if self.fixed(number) else None
        return int(found) if isinstance(found, Decimal) and found == int(found) else None

    def fixed(self, ref: Ref) -> bool:
        """Tell whether a name has a value here: a table, and numbers for its indices."""
        free = any(not isinstance(at, At) or at.name is not None for at in ref.axes)
        return ref.key in self.tables and not free

    def number(self, ref: Ref) -> Nested:
        """Return the display of a quantity at a fixed position."""
        position = ground(ref, {})
        if (ref.key, position) in self.given:
            return _nested(self.given[ref.key, position])
        return self.shown(self.value(ref.key, position))

    @cached_property
    def given(self) -> dict[tuple[str, tuple[int, ...]], Any]:
        """Return the given numbers, exactly as written, by name and position."""
        found = {}
        for known in self.model.system.known:
            for place, numbers in known.places():
                found[known.key, place] = numbers
        return found

    def shown(self, value: Any) -> Nested:
        """Round a value for display, to the digits the exercise asks for."""
        return displayed(self.exercise, value)


def _ranging(select: tuple[int | Span, ...]) -> bool:
    """Tell whether several components are chosen, which keep their name."""
    return any(isinstance(item, Span) for item in select)


def displayed(exercise: Exercise, value: Any) -> Nested:
    """Round numbers for display, to the digits an exercise asks for."""
    array = np.asarray(value)
    if array.ndim:
        return tuple(displayed(exercise, item) for item in array)
    number = float(array)
    if not np.isfinite(number):
        return (
            Decimal("NaN") if np.isnan(number) else Decimal("Infinity").copy_sign(Decimal(number))
        )
    precision = exercise.file.precision
    if number == round(number) and abs(number) < 1e6:
        return Decimal(round(number))
    if precision.decimals is not None:
        if abs(number) < NOTHING:
            return Decimal(0)
        return shown(number, precision.decimals)
    return significant(number, precision.significant or 3)


def needed_places(model: Model) -> set[tuple[str, tuple[int, ...]]]:
    """Return every forward place, and those of gradients that something asked for depends on."""
    makers: dict[tuple[str, tuple[int, ...]], tuple[Equation, dict[str, int]]] = {}
    needed: set[tuple[str, tuple[int, ...]]] = set()
    waiting: list[tuple[str, tuple[int, ...]]] = []
    for equation, at in model.order:
        place = (equation.left.key, ground(equation.left, dict(at)))
        makers[place] = (equation, dict(at))
        if equation.left.over is None:
            waiting.append(place)
    for slots in model.slots.values():
        waiting += [(slot.key, slot.position) for slot in slots]
    while waiting:
        place = waiting.pop()
        if place in needed or place not in makers:
            continue
        needed.add(place)
        waiting += [read for read in places_read(*makers[place]) if "/d" in read[0]]
    return needed


def load(path: Path | str) -> Model:
    """Read and check an exercise file; raises AuthorError with every issue in it."""
    return checked(*load_file(Path(path)))


def loads(text: str, name: str = "exercise.yaml") -> Model:
    """Read and check an exercise from text; raises AuthorError with every issue in it."""
    return checked(*load_text(text, name))


def checked(exercise: Exercise | None, issues: list[Issue]) -> Model:
    """Check a parsed exercise as a whole; raises AuthorError with every issue in it."""
    model = None
    if exercise is not None:
        model, more = build_model(exercise)
        issues = issues + more
    if issues or model is None:
        raise AuthorError(issues)
    raise_for(without_value(solve(model)))
    return model


def solve(model: Model) -> Solution:
    """Compute every quantity of an exercise."""
    return Solution(model, model.tables)


def without_value(solution: Solution) -> list[Issue]:
    """Return an issue for the first quantity, in the order of work, that has no finite value."""
    if all(np.isfinite(table.data).all() for table in solution.tables.values()):
        return []
    model = solution.model
    for equation, at in model.order:
        place = (equation.left.key, ground(equation.left, dict(at)))
        if place in solution.needed and not np.isfinite(solution.value(*place)).all():
            return [_no_value(solution, equation, dict(at))]
    return []


def _no_value(solution: Solution, equation: Equation, at: dict[str, int]) -> Issue:
    exercise, key = solution.exercise, equation.left.key
    name = f"`{plain(grounded(equation.left, at))}`"
    part: object = equation
    if key.partition("~")[0] in {a.question.id for a in exercise.questions if a.answer}:
        name = "the answer"
    elif key in {curve for curves in solution.model.curves for curve in curves}:
        name = "the curve"
    elif equation.left.over is not None:  # derived, so that it is told where it leads
        part = _asker(exercise, equation.left)
    for over in (node for node in walk(equation.right) if isinstance(node, Over)):
        if over.op == "first":
            what = f"no position of `{over.index}` fulfils the condition"
            return exercise.issue(part, what, "check the numbers, or the range")
    if beyond := _beyond(solution, grounded(equation.right, at)):
        return exercise.issue(part, *beyond)
    worked = plain(solution.step(equation, at).substituted)
    shown_as = f" (`{worked}`)" if len(worked) <= LONGEST_SHOWN else ""
    return exercise.issue(part, f"{name} has no finite value{shown_as}", "check the numbers")


def _beyond(solution: Solution, formula: Node) -> tuple[str, str] | None:
    """Say which number of a formula chooses a row or component that is not there."""
    for node in walk(formula):
        match node:
            case Op("orthogonal" | "triangular", (Ref() as matrix,)):
                return f"the columns of `{plain(matrix)}` are not independent", "change one of them"
            case Op("row" | "pick" as op, (Ref() as whole, Ref() | Num() as number)):
                if not solution.fixed(whole):
                    continue
                value = solution.substituted(number)
                count = solution.value(whole.key, ground(whole, {})).shape[0]
                kind = "rows" if op == "row" else "components"
                has = f"`{plain(whole)}` has {kind} 0 to {count - 1}"
                chosen = value.value if isinstance(value, Num) else getattr(value, "items", None)
                if isinstance(chosen, Decimal) and chosen not in range(count):
                    said = plain(value)
                    named = (
                        f"`{plain(number)}` is {said}" if value != number else f"{said} is asked"
                    )
                    return f"{named}, but {has}", "correct the number"
    return None


def _asker(exercise: Exercise, gradient: Ref) -> Target | Equation | None:
    """Find the answer that names a gradient, or one of the same top, or what defines the top."""
    targets = [t for asked in exercise.questions for t in asked.targets if t.ref.over]
    exact = [t for t in targets if t.ref.key == gradient.key]
    near = [t for t in targets if t.ref.name == gradient.name]
    makers = [e for e in exercise.equations if e.left.name == gradient.name]
    found: list[Target | Equation] = [*exact, *near, *makers]
    return found[0] if found else None


def _nested(values: Any) -> Nested:
    return tuple(_nested(v) for v in values) if isinstance(values, np.ndarray) else values


def _pick(nested: Nested, select: tuple[int | Span, ...]) -> Nested:
    for item in select:
        if isinstance(item, int) and isinstance(nested, tuple):
            nested = nested[item - 1] if 1 <= item <= len(nested) else Decimal("NaN")
    return nested
