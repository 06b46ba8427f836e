"""Curves as inline SVG: axes labelled, the page's decimal mark, a title and a description."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from tp_solver.language.notation import LETTERS, MARKS, split_copy, split_name
from tp_solver.language.numerals import MINUS
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Part, Ref, index_text

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 120, 32, 44
STYLES = ("", "7 4", "2 4", "10 3 2 3")
_ARROWS = {"fwd": "\u20d7", "bwd": "\u20d6"}  # combining arrows, over the letter before them


@dataclass(frozen=True)
class Line:
    """One curve: its name as text and as SVG, that of its axis, and its values."""

    name: str
    label: Markup
    stem: Markup
    values: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """What a plot shows; `threshold` draws a level line."""

    title: str
    description: str
    index: str
    positions: tuple[int, ...]
    lines: tuple[Line, ...]
    log: bool
    threshold: float | None
    mark: str


def svg(chart: Chart, name: str) -> Markup:
    """Draw a chart; `name` makes its identifiers unique on the page."""
    scale = _Scale(chart)
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{escape(chart.title)}</title>',
        f'<desc id="{name}-desc">{escape(chart.description)}</desc>',
        *_grid(chart, scale),
        *_threshold(chart, scale),
        *_curves(chart, scale),
        "</svg>",
    ]
    return Markup("".join(parts))


def curve_label(node: Node, whole: bool = False) -> Markup:
    """Draw the name of a curve with its index as a subscript, `whole` without its component."""
    ref, chosen = (node.of, node.select) if isinstance(node, Part) else (node, ())
    chosen = () if whole else chosen
    if not isinstance(ref, Ref) or ref.over is not None:
        return escape(plain(node, unicode=True))
    letter, accent, rest = split_name(ref.name)
    below, direction, layer = split_copy(rest)
    base = LETTERS.get(letter, letter) + MARKS.get(accent, "") + _ARROWS.get(direction, "")
    places = [f"({layer})" if layer else "", below, *map(index_text, ref.index), *map(str, chosen)]
    subscript = ",".join(filter(None, places))
    lowered = f'<tspan dy="5" font-size="11">{escape(subscript)}</tspan>' if subscript else ""
    return Markup(f'<tspan font-style="italic">{escape(base)}</tspan>{lowered}')


class _Scale:
    """Places values on the drawing."""

    def __init__(self, chart: Chart) -> None:
        self.log = chart.log
        finite = [v for line in chart.lines for v in line.values if math.isfinite(v)]
        finite += [chart.threshold] if chart.threshold is not None else []
        if self.log:
            finite = [v for v in finite if v > 0] or [1.0]
            low = math.floor(math.log10(min(finite)) + 1e-9)
            high = math.ceil(math.log10(max(finite)) - 1e-9)
            self.low, self.high = float(low), float(max(high, low + 1))
            self.ticks = [10.0**k for k in range(low, int(self.high) + 1)]
        else:
            self.ticks = _round_ticks(min(finite, default=0.0), max(finite, default=1.0))
            self.low, self.high = self.ticks[0], self.ticks[-1]
        self.first, self.last = chart.positions[0], chart.positions[-1]

    def x(self, position: int) -> float:
        span = max(self.last - self.first, 1)
        return LEFT + (WIDTH - LEFT - RIGHT) * (position - self.first) / span

    def y(self, value: float) -> float:
        level = math.log10(value) if self.log else value
        share = (level - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def shows(self, value: float) -> bool:
        return math.isfinite(value) and (value > 0 or not self.log)


def _round_ticks(low: float, high: float) -> list[float]:
    """Return round levels from below the least value to above the greatest."""
    if 0 < low < 0.5 * high:
        low = 0.0
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    start = math.floor(low / step + 1e-9)
    stop = math.ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(start, stop + 1)]


def label(value: float, mark: str) -> str:
    """Write a level of an axis: no needless zeros, powers of ten in full when short."""
    text = (
        f"{Decimal(repr(value)).normalize():f}" if abs(value) >= 1e-6 or value == 0 else repr(value)
    )
    return text.replace("-", MINUS).replace(".", mark)


def _grid(chart: Chart, scale: _Scale) -> list[str]:
    parts = []
    for tick in scale.ticks:
        y = scale.y(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        text = label(tick, chart.mark)
        parts.append(
            f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    stride = max(1, math.ceil(len(chart.positions) / 12))
    for position in chart.positions[::stride]:
        x, y = scale.x(position), HEIGHT - BOTTOM
        parts.append(f'<path class="axis" d="M{x:.1f} {y}v5"/>')
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{y + 20}" text-anchor="middle">{position}</text>'
        )
    bottom = HEIGHT - BOTTOM
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    name = escape(chart.index)
    parts.append(
        f'<text class="label" x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{name}</text>'
    )
    parts.append(_level_label(chart))
    return parts


def _level_label(chart: Chart) -> str:
    """Name the axis of levels after the curves, where one name serves them all."""
    names = dict.fromkeys(line.stem for line in chart.lines)
    text = Markup(", ").join(names)
    return f'<text class="label" x="{LEFT - 6}" y="{TOP - 14}">{text}</text>'


def _threshold(chart: Chart, scale: _Scale) -> list[str]:
    if chart.threshold is None:
        return []
    y = scale.y(chart.threshold)
    text, right = label(chart.threshold, chart.mark), WIDTH - RIGHT
    return [
        f'<path class="threshold" d="M{LEFT} {y:.1f}H{right}"/>',
        f'<text class="label threshold-label" x="{right + 8}" y="{y + 4:.1f}">{text}</text>',
    ]


def _curves(chart: Chart, scale: _Scale) -> list[str]:
    parts = []
    ends: list[float] = []
    for i, line in enumerate(chart.lines):
        points = [
            (scale.x(p), scale.y(v))
            for p, v in zip(chart.positions, line.values, strict=True)
            if scale.shows(v)
        ]
        if not points:
            continue
        dash = STYLES[i % len(STYLES)]
        stroke = f' stroke-dasharray="{dash}"' if dash else ""
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path class="curve c{i % 4}"{stroke} d="{path}"/>')
        parts += [
            f'<circle class="dot c{i % 4}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points
        ]
        ends.append(points[-1][1])
        y = _apart(ends) + 4
        x = points[-1][0] + 10
        parts.append(f'<text class="label c{i % 4}" x="{x:.1f}" y="{y:.1f}">{line.label}</text>')
    return parts


def _apart(ends: list[float]) -> float:
    """Move the last label away from those already placed."""
    y = ends[-1]
    while any(abs(y - other) < 15 for other in ends[:-1]):
        y += 15
    ends[-1] = y
    return y
