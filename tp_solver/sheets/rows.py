"""Small pieces of pages that hold formulas: lines, names, values, tables of results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from markupsafe import Markup

from tp_solver.exercise.exercise import Asked, Equation, Exercise, Given
from tp_solver.graph.boxes import positions
from tp_solver.graph.model import Model, Slot
from tp_solver.language.numerals import MINUS
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import At, Nested, Node, Num, Op, Ref, Span, Value, walk
from tp_solver.sheets.large import drawn_value, holds_large
from tp_solver.sheets.lines import formula
from tp_solver.solution import Solution
from tp_solver.text import Words

ELLIPSIS = "…"
Standing = tuple[tuple[str, int], ...]
Domain = tuple[tuple[str, Span], ...]


@dataclass(frozen=True)
class Grid:
    """Results in no format: positions in columns, and rows of a name and its values there."""

    columns: tuple[Standing, ...]
    rows: tuple[tuple[Node, tuple[Value | None, ...]], ...]


@dataclass(frozen=True)
class Table:
    """Results: a heading per column, and rows of a name and its values."""

    columns: tuple[Markup, ...]
    rows: tuple[tuple[Markup, tuple[Markup, ...]], ...]


def sign_of(value: Any, shown: Nested) -> str:
    """Choose between = and ≈ by whether what is shown is all of the value."""
    floats = np.array(shown, dtype=float)
    return "=" if np.allclose(floats, value, rtol=1e-12, atol=0) else "≈"


def equations_by_domain(
    equations: Iterable[Equation], hidden: Collection[str] = ()
) -> dict[Domain, list[Equation]]:
    """Gather equations by where they hold, without those of names that are hidden."""
    groups: dict[Domain, list[Equation]] = {}
    for equation in equations:
        if equation.left.name not in hidden:
            groups.setdefault(equation.domain, []).append(equation)
    return groups


def domain_text(
    domain: Domain, words: Words, draw: Callable[[Node], str], plain: Callable[[str], str]
) -> str:
    """Say for which positions of its indices an equation holds; nothing where it has none.

    `draw` draws the names of indices, `plain` escapes what stands around them.
    """
    sentences = []
    for name, span in domain:
        ends = dict.fromkeys((span.first, span.last))
        between = f", {ELLIPSIS}, " if span.last - span.first > 1 else ", "
        text = words("solution.for", index="§", range=between.join(map(str, ends)))
        before, after = text.split("§")
        sentences.append(f"{plain(before)}{draw(Ref(name))}{plain(after)}")
    return ", ".join(sentences)


def asked_slots(asked: Asked, model: Model) -> list[Slot]:
    """Return the quantities that a question asks for; none where it asks for something else."""
    return [s for s in model.slots[asked.question.id] if s.key != asked.question.id]


def given_lines(model: Model, given: Given, words: Words, names: Iterator[str]) -> list[Markup]:
    """Draw given numbers, one line a position where these are few."""
    return [_given_line(node, words, names) for node in given_nodes(model, given)]


def _given_line(node: Op, words: Words, names: Iterator[str]) -> Markup:
    name, value = node.args
    if holds_large(value):
        return formula(name, words.mark) + drawn_value("", value, name, words, names)
    return formula(node, words.mark)


def given_nodes(model: Model, given: Given, most: int = 6) -> list[Op]:
    """Say given numbers as equations, one a position where these are few."""
    ref = given.ref
    axes = ref.axes
    if not axes:
        symbols = model.system.axes[ref.over.name if ref.over else ref.name]
        ref = ref.moved(tuple(model.exercise.indices[symbol] for symbol in symbols))
    if not axes and _is_row(model.exercise, given):
        return [_assigned(given.ref, (given.value,))]
    spans = [at for at in ref.axes if isinstance(at, Span)]
    count = 1
    for span in spans:
        count *= span.last - span.first + 1
    if not spans or count > most:
        return [_assigned(given.ref, given.value)]
    box = tuple(at if isinstance(at, Span) else Span(at.offset, at.offset) for at in ref.axes)
    lines: list[Op] = []
    for place in positions(box):
        value: Nested = given.value
        for i, at in zip(place, ref.axes, strict=True):
            if isinstance(at, Span) and isinstance(value, tuple):
                value = value[i - at.first]
        lines.append(_assigned(ref.moved(tuple(At(None, i) for i in place)), value))
    return lines


def _is_row(exercise: Exercise, given: Given) -> bool:
    """Tell whether a given vector stands on the left of products, where a row is meant."""
    vector = isinstance(given.value, tuple) and not isinstance(given.value[0], tuple)
    return vector and any(
        isinstance(part, Op) and part.op == "matmul" and part.args[0] == given.ref
        for equation in exercise.equations
        for part in walk(equation.right)
    )


def _assigned(ref: Ref, value: Nested) -> Op:
    return Op("eq", (ref, Value(value)))


def results(found: Iterable[Grid], words: Words, names: Iterator[str]) -> tuple[Table, ...]:
    """Draw results."""
    return tuple(
        Table(
            tuple(map(heading, grid.columns)),
            tuple(
                (
                    formula(name, words.mark),
                    tuple(
                        drawn_value("", v, name, words, names) if v else Markup("") for v in values
                    ),
                )
                for name, values in grid.rows
            ),
        )
        for grid in found
    )


def grids(slots: Iterable[Slot], solution: Solution) -> tuple[Grid, ...]:
    """Lay results out as the course does: a row a quantity, a column a position."""
    return tuple(_grid(own, solution) for own in by_indices(slots, solution.model))


def _grid(slots: list[Slot], solution: Solution) -> Grid:
    places = sorted({slot.position for slot in slots})
    rows = []
    for name, own in by_name(slots):
        cells = tuple(
            Value(solution.shown(solution.value(own[place].key, place))) if place in own else None
            for place in places
        )
        rows.append((name, cells))
    columns = tuple(standing(solution.model, slots[0].key, place) for place in places)
    return Grid(columns if len(places) > 1 else (), tuple(rows))


def by_indices(slots: Iterable[Slot], model: Model) -> list[list[Slot]]:
    """Part what is asked by its indices, in the order asked: a table has one kind of column."""
    groups: dict[tuple[str, ...], list[Slot]] = {}
    for slot in slots:
        groups.setdefault(model.system.axes[slot.key], []).append(slot)
    return list(groups.values())


def by_name(slots: list[Slot]) -> list[tuple[Ref, dict[tuple[int, ...], Slot]]]:
    """Gather what is asked by quantity: its name, without index where it is asked at several."""
    found = []
    for key in dict.fromkeys(slot.key for slot in slots):
        own = {slot.position: slot for slot in slots if slot.key == key}
        first = next(iter(own.values()))
        found.append((first.ref.moved(()) if len(own) > 1 else first.ref, own))
    return found


def heading(at: Standing) -> Markup:
    """Write a position of a quantity's indices: `t = 2`; nothing where it has none.

    As text, since it names headings and links, for which not every tool reads MathML.
    """
    return Markup(", ").join(
        Markup('<span class="glue"><var>{}</var> = {}</span>').format(
            symbol, str(i).replace("-", MINUS)
        )
        for symbol, i in at
    )


def position_nodes(at: Standing) -> list[Node]:
    """Say a position of indices as equations: `t = 2`."""
    return [Op("eq", (Ref(symbol), Num(Decimal(i)))) for symbol, i in at]


def standing(model: Model, key: str, place: tuple[int, ...]) -> Standing:
    """Return where a quantity stands; the gradient dL[2]/dW[1] at the training step 2."""
    found = dict(zip(model.system.axes[key], place, strict=True))
    if model.training and "/d" in key:
        top, _ = parse_name(key)
        symbols = zip(model.system.axes.get(top.name, ()), top.index, strict=False)
        steps = ((symbol, at) for symbol, at in symbols if symbol in model.training)
        found |= {symbol: at.offset for symbol, at in steps if isinstance(at, At)}
    return tuple(found.items())
