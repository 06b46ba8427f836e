"""Curves as inline SVG: axes labelled, the page's decimal mark, a title and a description."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, repeat

from markupsafe import Markup, escape

from tp_solver.language.numerals import MINUS
from tp_solver.language.tree import Node
from tp_solver.sheets.pictures.layout import apart
from tp_solver.sheets.pictures.svg import RAISED, Told, framed, listed, symbol, text

WIDTH, HEIGHT = 640, 320
LEFT, TOP, BOTTOM = 64, 32, 44
GAP = 15  # between two labels
STYLES = ("", "7 4", "2 4", "10 3 2 3")
MOST_DOTS = 24  # positions that are marked by a dot
LEAST_POWER, GREATEST_POWER = -323, 308  # of ten that are numbers
LARGEST = sys.float_info.max
MOST_DECADES = 8  # that are all marked on a logarithmic axis


@dataclass(frozen=True)
class Line:
    """One curve: its name as text, what it is the name of, and its values."""

    name: str
    node: Node
    values: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """What a plot shows; `thresholds` are levels that are marked."""

    title: str
    description: str
    index: str
    positions: tuple[int, ...]
    lines: tuple[Line, ...]
    log: bool
    thresholds: tuple[float, ...]
    mark: str
    spoken: str = ""  # the title's language, where it is not the page's


def svg(chart: Chart, name: str) -> Markup:
    """Draw a chart; `name` makes its identifiers unique on the page."""
    scale = _Scale(chart)
    curves = [_points(chart, line, scale) for line in chart.lines]
    parts = [*_grid(chart, scale), *_levels(chart, scale)]
    for i, points in enumerate(curves):
        parts += _curve(points, i)
    parts += _labels(chart, scale, curves)
    told = Told(chart.title, chart.description, name, chart.spoken)
    return framed(parts, (WIDTH, HEIGHT), told)


class _Scale:
    """Places values on the drawing."""

    def __init__(self, chart: Chart) -> None:
        self.log = chart.log
        longest = max((len(line.name) for line in chart.lines), default=0)
        self.right = WIDTH - min(max(64, 24 + 8 * longest), 200)
        finite = [v for line in chart.lines for v in line.values if math.isfinite(v)]
        finite += chart.thresholds
        if self.log:
            finite = [v for v in finite if v > 0] or [1.0]
            low = math.floor(math.log10(min(finite)) + 1e-9)
            high = math.ceil(math.log10(max(finite)) - 1e-9)
            self.low, self.high = float(low), float(max(high, low + 1))
            stride = -(-(int(self.high) - low) // MOST_DECADES)
            marked = range(low, int(self.high) + 1, stride)
            self.ticks = [10.0**k for k in marked if LEAST_POWER <= k <= GREATEST_POWER]
        else:
            least, greatest = min(finite, default=0.0), max(finite, default=1.0)
            self.ticks = _round_ticks(least, greatest)
            self.low, self.high = min(self.ticks[0], least), max(self.ticks[-1], greatest)
        self.first, self.last = chart.positions[0], chart.positions[-1]

    def x(self, position: int) -> float:
        span = max(self.last - self.first, 1)
        return LEFT + (self.right - LEFT) * (position - self.first) / span

    def y(self, value: float) -> float:
        level = math.log10(value) if self.log else value
        # Parts of the span, which may itself be no number.
        share = (level / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def shows(self, value: float) -> bool:
        return math.isfinite(value) and (value > 0 or not self.log)


def _round_ticks(low: float, high: float) -> list[float]:
    """Return round levels from below the least value to above the greatest, if such are numbers."""
    if 0 < low < 0.5 * high:
        low = 0.0
    most = max(abs(low), abs(high), 1.0)
    if high / 2 - low / 2 <= 0.5e-12 * most:  # a constant, to the eye
        low, high = max(low - most / 2, -LARGEST), min(high + most / 2, LARGEST)
    raw = high / 5 - low / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    start = math.floor(low / step + 1e-9)
    stop = math.ceil(high / step - 1e-9)
    levels = (float(f"{k * step:.15g}") for k in range(start, stop + 1))
    return [level for level in levels if math.isfinite(level)]


def label(value: float, mark: str) -> str:
    """Write a level of an axis: no needless zeros, powers of ten in full when short."""
    exact = Decimal(repr(value)).normalize()
    power = exact.adjusted() if value else 0
    if -4 <= power <= 6:
        text = f"{exact:f}"
    else:
        digits = exact.scaleb(-power).normalize()
        raised = str(power).replace("-", MINUS).translate(RAISED)
        text = f"10{raised}" if digits == 1 else f"{digits:f}·10{raised}"
    return text.replace("-", MINUS).replace(".", mark)


def _grid(chart: Chart, scale: _Scale) -> list[str]:
    parts = []
    for tick in scale.ticks:
        y = round(scale.y(tick), 1)
        parts.append(f'<path class="grid" d="M{LEFT} {y:g}H{scale.right}"/>')
        parts.append(text(LEFT - 8, y + 4, label(tick, chart.mark), "tick", "end"))
    bottom = HEIGHT - BOTTOM
    for position in _round_positions(chart.positions):
        x = round(scale.x(position), 1)
        parts.append(f'<path class="axis" d="M{x:g} {bottom}v5"/>')
        parts.append(text(x, bottom + 20, label(position, chart.mark), "tick", "middle"))
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{scale.right}"/>')
    index = Markup('<tspan class="i">{}</tspan>').format(chart.index)
    parts.append(text((LEFT + scale.right) / 2, HEIGHT - 6, index, anchor="middle"))
    parts.append(_level_label(chart))
    return parts


def _round_positions(positions: tuple[int, ...], most: int = 12) -> list[int]:
    """Choose the positions that are written: all, or round ones."""
    strides = (m * 10**k for k in range(6) for m in (1, 2, 5))
    stride = next(s for s in strides if len(positions) <= most * s)
    return [position for position in positions if position % stride == 0]


def _level_label(chart: Chart) -> str:
    """Name the axis of levels after the curves."""
    names = {symbol(line.node, whole=True): line.node for line in chart.lines}
    return text(LEFT - 6, TOP - 14, listed(names.values(), whole=True))


def _levels(chart: Chart, scale: _Scale) -> list[str]:
    shown = filter(scale.shows, chart.thresholds)
    return [
        f'<path class="threshold" d="M{LEFT} {scale.y(level):.1f}H{scale.right}"/>'
        for level in shown
    ]


def _points(chart: Chart, line: Line, scale: _Scale) -> list[list[tuple[float, float]]]:
    """Return the stretches of a curve that can be shown."""
    both = zip(chart.positions, line.values, strict=True)
    runs = groupby(both, key=lambda pair: scale.shows(pair[1]))
    return [[(scale.x(p), scale.y(v)) for p, v in run] for shows, run in runs if shows]


def _curve(runs: list[list[tuple[float, float]]], i: int) -> list[str]:
    dash = STYLES[(i + i // 4) % len(STYLES)]  # a fifth curve has a colour again, another dash
    stroke = f' stroke-dasharray="{dash}"' if dash else ""
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run) for run in runs)
    parts = [f'<path class="curve c{i % 4}"{stroke} d="{path}"/>'] if path else []
    if sum(map(len, runs)) <= MOST_DOTS:
        parts += [
            f'<circle class="dot c{i % 4}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
            for run in runs
            for x, y in run
        ]
    return parts


def _labels(
    chart: Chart, scale: _Scale, curves: list[list[list[tuple[float, float]]]]
) -> list[str]:
    """Name curves and marked levels at the right, apart from each other, led to where they end."""
    wanted: list[tuple[float, float, Markup, str]] = [
        (*runs[-1][-1], symbol(line.node), f"label c{i % 4}")
        for i, (line, runs) in enumerate(zip(chart.lines, curves, strict=True))
        if runs
    ]
    wanted += [
        (scale.right, scale.y(level), escape(label(level, chart.mark)), "label threshold-label")
        for level in chart.thresholds
        if scale.shows(level)
    ]
    wanted.sort(key=lambda item: item[1])
    parts = []
    levels = [y for _, y, _, _ in wanted]
    places = apart(levels, repeat(GAP), TOP, HEIGHT - BOTTOM)
    for (x, y, name, kind), place in zip(wanted, places, strict=True):
        if abs(place - y) > 2 or scale.right - x > 2:
            parts.append(
                f'<path class="grid" d="M{x + 4:.1f} {y:.1f}L{scale.right + 9} {place:.1f}"/>'
            )
        parts.append(text(scale.right + 12, round(place + 4, 1), name, kind))
    return parts
