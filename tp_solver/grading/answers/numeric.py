"""What the two kinds of numeric answers share: the mark of each component of a quantity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.answers import Context
from tp_solver.grading.carry import Judgement
from tp_solver.grading.report import Mark, Remark, Verdict
from tp_solver.graph.shapes import Shape
from tp_solver.language.tree import Span


def component_marks(
    asked: Asked,
    context: Context,
    key: str,
    place: tuple[int, ...],
    name: str,
    points: float,
    chosen: list[tuple[int, ...]],
) -> Iterator[Mark]:
    """Yield a mark for each chosen component of a quantity, the points shared evenly."""
    out_of = points / len(chosen)
    cells = context.reading.cells.get((key, place))
    credit = context.solution.exercise.file.credit
    value = context.solution.value(key, place)
    for at in chosen:
        text = cells.texts.get(at) if cells else None
        expected = float(value[at])
        common = {
            "question": asked.question.id,
            "answer": name,
            "component": _component(at),
            "given": text,
            "out_of": out_of,
        }
        refused = (cells.unreadable.get(at) or cells.unreadable.get(())) if cells else None
        if refused is not None:
            yield Mark(
                **common, verdict=Verdict.UNREADABLE, points=0.0, remark=refused, expected=expected
            )
        elif cells is None or at not in cells.numbers:
            yield Mark(**common, verdict=Verdict.MISSING, points=0.0, expected=expected)
        else:
            found = context.judge.of(context.row, key, place, at)
            share = _share(found, credit.carried, credit.imprecise)
            yield Mark(
                **common,
                verdict=found.verdict,
                points=out_of * share,
                remark=Remark(found.remark) if found.remark else None,
                expected=expected,
                from_own_values=found.own,
            )


def _share(found: Judgement, carried: float, imprecise: float) -> float:
    share = {Verdict.CORRECT: 1.0, Verdict.CARRIED: carried}.get(found.verdict, 0.0)
    return share * imprecise if found.imprecise else share


def _component(at: tuple[int, ...]) -> int | list[int] | None:
    if not at:
        return None
    return at[0] + 1 if len(at) == 1 else [i + 1 for i in at]


def chosen_components(shape: Shape, select: tuple[int | Span, ...]) -> list[tuple[int, ...]]:
    """List the components (from 0) that a choice of parts leaves."""
    ranges = []
    for axis, size in enumerate(shape):
        item = select[axis] if axis < len(select) else Span(1, size)
        first, last = (item.first, item.last) if isinstance(item, Span) else (item, item)
        ranges.append(range(first - 1, last))
    return (
        [
            tuple(at)
            for at in np.array(np.meshgrid(*ranges, indexing="ij"))
            .reshape(len(shape), -1)
            .T.tolist()
        ]
        if ranges
        else [()]
    )
