"""The network unrolled in time: states going forward, gradients flowing back, thick where large."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from markupsafe import Markup

from tp_solver.exercise.exercise import Exercise
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import At, Ref, Span, refs
from tp_solver.sheets.pictures.svg import Told, arrowhead, framed, text
from tp_solver.sheets.pictures.values import Sized, Values

MOST_STEPS = 6  # columns; of a longer sequence, the first and the last
BOX, LEFT = 44.0, 4
NARROW, WIDE = 78, 94  # between two boxes, where names are short or not
LANE, GRADIENT_LANE, BETWEEN = 42, 54, 26
THIN, THICK = 1.0, 8.0
ELLIPSIS = "…"


@dataclass(frozen=True)
class Row:
    """One cell over time: what it hands on at each step, what it reads, which way it goes."""

    states: tuple[Ref, ...]
    inputs: tuple[Ref, ...]
    index: str
    backward: bool = False


def rows_of(exercise: Exercise) -> list[Row]:
    """Find the rows of an exercise, the topmost layer first: those of its cells, or equations."""
    if exercise.diagrams:
        found = []
        for diagram in reversed(exercise.diagrams):
            carried = [wire.carries for wire in diagram.wires.values() if wire.carries]
            states = dict.fromkeys(_here(ref) for ref in carried if _offset(ref))
            entry = diagram.wires[diagram.input].carries
            inputs = (entry,) if entry else ()
            found.append(Row(tuple(states), inputs, diagram.index, diagram.backward))
        return found
    return list(_of_equations(exercise))


def _of_equations(exercise: Exercise) -> Iterator[Row]:
    """Yield a row for each index along which quantities of one index feed on themselves."""
    defined = {equation.left.name for equation in exercise.equations}
    given = {each.ref.name for each in exercise.givens} - defined
    read = [
        (name, ref)
        for equation in exercise.equations
        for name in equation.ranges
        for ref in refs(equation.right)
        if len(ref.index) == 1 and ref.over is None and ref.index[0] in (At(name), At(name, -1))
    ]
    for index in exercise.indices:
        own = [ref for name, ref in read if name == index]
        states = dict.fromkeys(_here(r) for r in own if _offset(r) and r.name in defined)
        inputs = dict.fromkeys(ref for ref in own if not _offset(ref) and ref.name in given)
        if states:
            yield Row(tuple(states), tuple(inputs), index)


def _offset(ref: Ref) -> int:
    at = ref.index[-1] if ref.index else None
    return at.offset if isinstance(at, At) and at.name else 0


def _here(ref: Ref) -> Ref:
    at = ref.index[-1]
    assert isinstance(at, At)
    return Ref(ref.name, (*ref.index[:-1], replace(at, offset=0)))


def columns_of(span: Span) -> list[int | None]:
    """Choose the steps that are drawn, in the order of the page; None stands for those left out."""
    every = list(range(span.first, span.last + 1))
    half = MOST_STEPS // 2
    return [*every] if len(every) <= MOST_STEPS else [*every[:half], None, *every[-half:]]


def handed_on(columns: list[int | None], backward: bool) -> list[int]:
    """Return which step's state passes each gap: before the first column, between two, at last."""
    found = []
    for left, right in pairwise((None, *columns, None)):
        one = left if backward else right
        other = right if backward else left
        step = one + (1 if backward else -1) if one is not None else other
        assert step is not None
        found.append(step)
    return found


def unrolled(values: Values, name: str) -> tuple[Markup, Markup] | None:
    """Draw the network; return the picture and its caption, None where nothing feeds on itself."""
    exercise = values.solution.exercise
    rows = [row for row in rows_of(exercise) if row.states]
    if not rows:
        return None
    drawing = _Drawing(values, rows)
    words = values.words
    told = [words("pictures.forward", values="; ".join(drawing.forward))]
    caption = words("pictures.unrolled_forward")
    if drawing.backward:
        told.append(words("pictures.backward", values="; ".join(drawing.backward)))
        caption = words("pictures.unrolled") + ". " + words("pictures.unrolled_legend")
    picture = framed(
        ['<g class="d-net" text-anchor="middle">', *drawing.parts, "</g>"],
        drawing.size,
        Told(words("pictures.unrolled"), " ".join(told), name),
    )
    return picture, Markup("{}").format(caption)


@dataclass(frozen=True)
class _Lane:
    """One state of a row: what it is, its gradient, and the heights of their arrows."""

    state: Ref
    gradient: Ref | None
    forward: float
    back: float


class _Drawing:
    """Draws rows from top to bottom; `forward` and `backward` hold what a description tells."""

    def __init__(self, values: Values, rows: list[Row]) -> None:
        self.values = values
        self.parts: list[str] = []
        self.forward: list[str] = []
        self.backward: list[str] = []
        self.sizes = self.all_sizes(rows)
        short = all(len(state.name) == 1 for row in rows for state in row.states)
        self.gap = NARROW if short else WIDE
        longest = max(len(f"{row.index} = {step}") for row in rows for step in self.ends(row))
        self.box_width = max(BOX, 7.5 * longest)
        top, wide = 6.0, 0
        for row in rows:
            columns = columns_of(values.solution.exercise.indices[row.index])
            top = self.row(row, columns, top) + BETWEEN
            wide = max(wide, len(columns))
        self.size = (2.0 * LEFT + self.gap + wide * (self.box_width + self.gap), top - BETWEEN)

    def ends(self, row: Row) -> tuple[int, int]:
        """Return the first and the last step of a row."""
        span = self.values.solution.exercise.indices[row.index]
        return span.first, span.last

    def gradient_of(self, state: Ref) -> Ref | None:
        """Return the gradient with regard to a state that the solution has."""
        for key, table in self.values.solution.tables.items():
            if key.endswith(f"/d{state.name}") and len(table.box) == len(state.index):
                return parse_name(key)[0].moved(state.index)
        return None

    def all_sizes(self, rows: list[Row]) -> list[float]:
        """Gather the sizes of the gradients that are drawn."""
        indices = self.values.solution.exercise.indices
        found = (
            self.values.sized(gradient, {row.index: step})
            for row in rows
            for gradient in map(self.gradient_of, row.states)
            for step in handed_on(columns_of(indices[row.index]), row.backward)
            if gradient is not None
        )
        return [each.size for each in found if each is not None and each.size]

    def thickness(self, size: float) -> float:
        """Return how thick an arrow is, between bounds by the logarithm of a size."""
        if not size:
            return THIN
        least, greatest = math.log(min(self.sizes)), math.log(max(self.sizes))
        if greatest - least < 1e-9:
            return (THIN + THICK) / 2
        share = (math.log(size) - least) / (greatest - least)
        return THIN + (THICK - THIN) * min(max(share, 0.0), 1.0)

    def lanes(self, row: Row, top: float) -> Iterator[_Lane]:
        """Yield each state of a row with the heights of its arrows."""
        y = top + 22
        for state in row.states:
            gradient = self.gradient_of(state)
            yield _Lane(state, gradient, y + 14, y + LANE + 18)
            y += LANE + (0 if gradient is None else GRADIENT_LANE)

    def row(self, row: Row, columns: list[int | None], top: float) -> float:
        """Draw a row; return where it ends."""
        lanes = list(self.lanes(row, top))
        last = lanes[-1]
        bottom = (last.forward if last.gradient is None else last.back) + 24
        ends = [
            self.box(row, step, LEFT + self.gap + i * (self.box_width + self.gap), (top, bottom))
            for i, step in enumerate(columns)
        ]
        for i, step in enumerate(handed_on(columns, row.backward)):
            for lane in lanes:
                self.between(row, lane, step, LEFT + i * (self.box_width + self.gap))
        return max(ends)

    def box(self, row: Row, step: int | None, x: float, span: tuple[float, float]) -> float:
        """Draw one step with what it reads; return where that ends."""
        (top, bottom), middle = span, x + self.box_width / 2
        if step is None:
            self.parts.append(text(middle, (top + bottom) / 2, ELLIPSIS, ""))
            return bottom
        label = Markup('<tspan class="i">{}</tspan> = {}').format(row.index, step)
        self.parts += [
            f'<rect class="d-cell" x="{x:g}" y="{top:g}" width="{self.box_width:g}" '
            f'height="{bottom - top:g}" rx="6"/>',
            text(middle, top + 18, label, ""),
        ]
        shown = [self.values.shown(ref, {row.index: step}) for ref in row.inputs]
        lines = [line for each in shown if each is not None for line in each.drawn()]
        if not lines:
            return bottom
        self.parts.append(_straight((middle, bottom + 20), (middle, bottom), "d-wire", 1.5))
        for i, line in enumerate(lines):
            self.parts.append(text(middle, bottom + 34 + 15 * i, line, ""))
        return bottom + 26 + 15 * len(lines)

    def between(self, row: Row, lane: _Lane, step: int, x: float) -> None:
        """Draw what a state hands on after a step, and the gradient that comes back."""
        ahead, back = (x + 3, x + self.gap - 3), (x + self.gap - 3, x + 3)
        if row.backward:
            ahead, back = back, ahead
        place = {row.index: step}
        if (value := self.values.sized(lane.state, place)) is not None:
            self.forward.append(value.told)
            self.labelled(ahead, lane.forward, value, "d-wire", 1.5)
        gradient = lane.gradient and self.values.sized(lane.gradient, place)
        if gradient:
            self.backward.append(gradient.told)
            self.labelled(back, lane.back, gradient, "d-back", self.thickness(gradient.size))

    def labelled(
        self, ends: tuple[float, float], y: float, label: Sized, kind: str, wide: float
    ) -> None:
        """Draw an arrow with a name above it and a number below."""
        middle, below = round(sum(ends) / 2, 1), 14 + wide / 2
        self.parts += [
            _straight((ends[0], y), (ends[1], y), kind, wide),
            text(middle, round(y - 8 - wide / 2, 1), label.name, ""),
            text(middle, round(y + below, 1), label.shown, "d-number"),
        ]


def _straight(start: tuple[float, float], end: tuple[float, float], kind: str, wide: float) -> str:
    """Draw a straight arrow of a thickness, its head in proportion."""
    head = 6 + 1.2 * wide
    share = max(0.0, 1 - (head - 1) / math.dist(start, end))
    x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
    line = (
        f'<path class="{kind}" stroke-width="{wide:.1f}" '
        f'd="M{start[0]:g} {start[1]:g}L{x:.1f} {y:.1f}"/>'
    )
    return line + arrowhead(start, end, kind, head)
