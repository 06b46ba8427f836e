"""What the two kinds of numeric answers share: the mark of each component of a quantity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.model import Credit
from tp_solver.grading.answers import Context
from tp_solver.grading.carry import Judgement
from tp_solver.grading.report import Mark, Remark, Verdict
from tp_solver.graph.shapes import Shape
from tp_solver.language.tree import Span


@dataclass(frozen=True)
class Wanted:
    """A quantity to mark: where it stands, what it is called, which components, its points."""

    key: str
    place: tuple[int, ...]
    name: str
    chosen: list[tuple[int, ...]]
    points: float


def component_marks(asked: Asked, context: Context, wanted: Wanted) -> Iterator[Mark]:
    """Yield a mark for each chosen component of a quantity, the points shared evenly."""
    cells = context.reading.cells.get((wanted.key, wanted.place))
    value = context.solution.value(wanted.key, wanted.place)
    for at in wanted.chosen:
        blank = Mark(
            question=asked.question.id,
            answer=wanted.name,
            component=_component(at),
            given=cells.texts.get(at) if cells else None,
            verdict=Verdict.MISSING,
            points=0.0,
            out_of=wanted.points / len(wanted.chosen),
            expected=float(value[at]),
        )
        refused = (cells.unreadable.get(at) or cells.unreadable.get(())) if cells else None
        if refused is not None:
            yield replace(blank, verdict=Verdict.UNREADABLE, remark=refused)
        elif cells is None or at not in cells.numbers:
            yield blank
        else:
            found = context.judge.of(context.row, wanted.key, wanted.place, at)
            yield _judged(blank, found, context.solution.exercise.file.credit)


def _judged(blank: Mark, found: Judgement, credit: Credit) -> Mark:
    return replace(
        blank,
        verdict=found.verdict,
        points=blank.out_of * _share(found, credit.carried, credit.imprecise),
        remark=Remark(found.remark) if found.remark else None,
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
    return list(product(*ranges))
