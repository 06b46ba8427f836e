"""Small pieces of pages that hold formulas: lines, names, values, tables of results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from tp_solver.exercise.exercise import Exercise, Given
from tp_solver.graph.boxes import positions
from tp_solver.graph.model import Slot
from tp_solver.language.mathml import mathml_row
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Nested, Op, Ref, Span, Value, refs, walk
from tp_solver.sheets.lines import formula
from tp_solver.solution import displayed
from tp_solver.text import Words

ELLIPSIS = "…"


@dataclass(frozen=True)
class Table:
    """Results: a heading per column, and rows of a name and its values."""

    columns: tuple[Markup, ...]
    rows: tuple[tuple[Markup, tuple[Markup, ...]], ...]


def sign_of(value: Any, shown: Nested) -> str:
    """Choose between = and ≈ by whether what is shown is all of the value."""
    return "=" if np.allclose(as_floats(shown), value, rtol=1e-12, atol=0) else "≈"


def as_floats(nested: Nested) -> Any:
    """Turn nested decimals into an array."""
    if isinstance(nested, Decimal):
        return float(nested)
    return np.array([as_floats(item) for item in nested])


def domain_text(domain: Iterable[tuple[str, Span]], words: Words) -> Markup:
    """Say for which positions of its indices an equation holds; nothing where it has none."""
    sentences = []
    for name, span in domain:
        count = span.last - span.first + 1
        shown = [span.first, span.last] if count > 1 else [span.first]
        between = f", {ELLIPSIS}, " if count > 2 else ", "
        text = words("solution.for", index="§", range=between.join(map(str, shown)))
        before, after = text.split("§")
        sentences.append(escape(before) + formula(Ref(name), words.mark) + escape(after))
    return Markup(", ").join(sentences)


def given_lines(exercise: Exercise, given: Given, mark: str, most: int = 6) -> list[Markup]:
    """Draw given numbers, one line a position where these are few."""
    ref = given.ref
    axes = ref.axes
    if not axes:
        name = ref.over.name if ref.over else ref.name
        symbols = _symbols(exercise, name)
        if symbols:
            ref = ref.moved(tuple(exercise.indices[s] for s in symbols))
    if not axes and _is_row(exercise, given):
        return [_assigned(given.ref, (given.value,), mark)]
    spans = [at for at in ref.axes if isinstance(at, Span)]
    count = 1
    for span in spans:
        count *= span.last - span.first + 1
    if not spans or count > most:
        return [_assigned(given.ref, given.value, mark)]
    box = tuple(at if isinstance(at, Span) else Span(at.offset, at.offset) for at in ref.axes)
    lines = []
    for place in positions(box):
        value: Nested = given.value
        for i, at in zip(place, ref.axes, strict=True):
            if isinstance(at, Span) and isinstance(value, tuple):
                value = value[i - at.first]
        lines.append(_assigned(ref.moved(tuple(At(None, i) for i in place)), value, mark))
    return lines


def _is_row(exercise: Exercise, given: Given) -> bool:
    """Tell whether a given vector stands on the left of products, where a row is meant."""
    vector = isinstance(given.value, tuple) and not isinstance(given.value[0], tuple)
    return vector and any(
        isinstance(part, Op) and part.op == "matmul" and part.args[0] == given.ref
        for equation in exercise.equations
        for part in walk(equation.right)
    )


def _symbols(exercise: Exercise, name: str) -> tuple[str, ...]:
    """Return the indices that a given name runs over, as equations read it."""
    for equation in exercise.equations:
        for ref in refs(equation.right):
            if ref.name == name and ref.index:
                return tuple(
                    at.name
                    for at in ref.index
                    if isinstance(at, At) and at.name in exercise.indices
                )
    return ()


def _assigned(ref: Ref, value: Nested, mark: str) -> Markup:
    both = f"{mathml_row(ref, mark)}<mo>=</mo>{mathml_row(Value(value), mark)}"
    alt = escape(f"{plain(ref, unicode=True)} = {plain(Value(value))}")
    return Markup(f'<math alttext="{alt}"><mrow>{both}</mrow></math>')


def results(
    slots: tuple[Slot, ...], value_of: Any, exercise: Exercise, mark: str
) -> tuple[Table, ...]:
    """Lay results out as the course does: a row a quantity, a column a position.

    What has no index stands apart from what has one.
    """
    ranks = sorted({len(slot.position) for slot in slots}, reverse=True)
    return tuple(
        _table([s for s in slots if len(s.position) == rank], value_of, exercise, mark)
        for rank in ranks
    )


def _table(slots: list[Slot], value_of: Any, exercise: Exercise, mark: str) -> Table:
    places = sorted({slot.position for slot in slots})
    symbol = Ref(_axis_name(exercise, slots[0]))
    rows = []
    for name, own in by_name(slots):
        cells = tuple(
            formula(Value(displayed(exercise, value_of(own[place].key, place))), mark)
            if place in own
            else Markup("")
            for place in places
        )
        rows.append((formula(name, mark), cells))
    columns = tuple(_heading(symbol, place, mark) for place in places)
    return Table(columns if len(places) > 1 else (), tuple(rows))


def by_name(slots: list[Slot]) -> list[tuple[Ref, dict[tuple[int, ...], Slot]]]:
    """Gather what is asked by quantity: its name, without index where it is asked at several."""
    found = []
    for key in dict.fromkeys(slot.key for slot in slots):
        own = {slot.position: slot for slot in slots if slot.key == key}
        first = next(iter(own.values()))
        found.append((first.ref.moved(()) if len(own) > 1 else first.ref, own))
    return found


def _axis_name(exercise: Exercise, slot: Slot) -> str:
    name = slot.ref.over.name if slot.ref.over else slot.ref.name
    for equation in exercise.equations:
        if equation.left.name == name and equation.domain:
            return equation.domain[0][0]
    return next(iter(exercise.indices), "t")


def _heading(symbol: Ref, place: tuple[int, ...], mark: str) -> Markup:
    if not place:
        return Markup("")
    inner = mathml_row(symbol, mark)
    numbers = ", ".join(map(str, place))
    return Markup(f"<math><mrow>{inner}<mo>=</mo><mn>{numbers}</mn></mrow></math>")
