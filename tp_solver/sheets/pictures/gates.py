"""Gates and states over time, as heat maps: a row a quantity or component, a column a step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from markupsafe import Markup

from tp_solver.graph.arrays import Array
from tp_solver.language.plain import name_text
from tp_solver.language.tree import At, Op, Part, Ref, Span
from tp_solver.sheets.pictures.heat import Labels, column_labels, has_numbers, heat
from tp_solver.sheets.pictures.svg import Told, symbol
from tp_solver.sheets.pictures.unrolled import rows_of
from tp_solver.sheets.pictures.values import Values
from tp_solver.text import Words

MOST_COMPONENTS = 6  # of a vector whose components stand in the rows of one map with all others
MOST_MAPS = 8  # of larger vectors, a map each
GATES = {"sigmoid", "tanh", "relu", "softmax"}


def gates(values: Values, name: str) -> Iterator[tuple[Markup, Markup]]:
    """Yield the heat maps of what a network computes at each step, with their captions."""
    for index in values.solution.exercise.indices:
        found = list(_over(values, index))
        small = [(ref, array) for ref, array in found if array.shape[1] <= MOST_COMPONENTS]
        large = [(ref, array) for ref, array in found if array.shape[1] > MOST_COMPONENTS]
        if small:
            yield _together(values, index, small, f"{name}-{index}")
        for i, (ref, array) in enumerate(large[:MOST_MAPS]):
            yield _alone(values, index, ref, array, f"{name}-{index}-{i + 1}")


def _over(values: Values, index: str) -> Iterator[tuple[Ref, Array]]:
    """Yield the activations along an index, then the states: a row a step, a column a component."""
    exercise, tables = values.solution.exercise, values.solution.tables
    activations = (
        equation.left
        for equation in exercise.equations
        if isinstance(equation.right, Op) and equation.right.op in {*GATES, *exercise.functions}
    )
    states = (state for row in rows_of(exercise) for state in row.states)
    span = exercise.indices[index]
    for ref in dict.fromkeys((*activations, *states)):
        if ref.index != (At(index),) or not values.solution.model.system.filled(ref.name):
            continue
        table = tables[ref.name]
        start = table.slot((span.first,))[0]
        rows = np.asarray(table.data)[start : start + span.last - span.first + 1]
        if rows.ndim <= 2 and np.isfinite(rows).all():
            yield ref, rows.reshape(len(rows), -1)


def _together(
    values: Values, index: str, found: list[tuple[Ref, Array]], name: str
) -> tuple[Markup, Markup]:
    """Draw quantities of few components in one map."""
    words = values.words
    labels: list[Markup] = []
    for ref, array in found:
        if array.shape[1] == 1:
            labels.append(symbol(ref))
        else:
            labels += [symbol(Part(ref, (i + 1,))) for i in range(array.shape[1])]
    whole = np.concatenate([array.T for _, array in found])
    title = words("pictures.gates", index=index)
    told = Told(title, words("pictures.rows", names=_names(found)), name)
    columns = _columns(values.solution.exercise.indices[index], index)
    return _drawn(whole, told, words, Labels(tuple(labels), columns))


def _names(found: list[tuple[Ref, Array]]) -> str:
    return ", ".join(name_text(ref.name, unicode=True) for ref, _ in found)


def _alone(values: Values, index: str, ref: Ref, array: Array, name: str) -> tuple[Markup, Markup]:
    """Draw one quantity of many components."""
    words = values.words
    title = words("pictures.components", name=name_text(ref.name, unicode=True), index=index)
    told = Told(title, words("pictures.size", rows=array.shape[1], columns=array.shape[0]), name)
    columns = _columns(values.solution.exercise.indices[index], index)
    return _drawn(array.T, told, words, Labels((), columns))


def _drawn(array: Array, told: Told, words: Words, labels: Labels) -> tuple[Markup, Markup]:
    """Draw a map with its caption, which says what marks a negative number."""
    shades = "pictures.shades" if has_numbers(array, labels) else "pictures.shades_alone"
    drawn = heat(array, told, words, labels, _most(array))
    return drawn, Markup("{}. {}").format(told.title, words(shades))


def _columns(span: Span, index: str) -> tuple[Markup, ...]:
    return column_labels(index, range(span.first, span.last + 1))


def _most(array: Array) -> float:
    """Return what the darkest shade stands for: 1 for what lies between −1 and 1."""
    return max(1.0, float(np.max(np.abs(array))))
