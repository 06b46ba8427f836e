"""Numbers as shades: a large matrix, gates over time. Negative ones are marked, not only coloured.

Up to some hundred cells are drawn one by one, with their numbers where these fit; of more, a
small picture of one pixel pattern a cell is made, since so many elements would weigh too much.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup, escape

from tp_solver.graph.arrays import Array
from tp_solver.sheets.pictures.svg import Told, framed, number, seen, text, width_of
from tp_solver.text import Words

LEVELS = 8
MOST_NUMBERED = 120
MOST_CELLS = 160
MOST_PIXELS = 64  # rows or columns of a picture; of more, blocks are drawn by their largest number
WIDTH, TOP = 640, 30
TALLEST, LABELLED = 520.0, 26.0  # a whole map in small cells; a row with a name
CHARACTER = 7.5  # how wide one is at most, on average
TOLD = 24  # numbers that a description lists
_POSITIVE, _NEGATIVE = (62, 98, 185), (196, 100, 30)  # that can be seen on white and on black


@dataclass(frozen=True)
class Labels:
    """What stands beside the rows and above the columns of a heat map; empty for none."""

    rows: tuple[Markup, ...] = ()
    columns: tuple[Markup, ...] = ()


PLAIN = Labels()


def matrix(array: Array, title: str, words: Words, name: str) -> Markup:
    """Draw a vector or matrix of any size as a figure, with its shape and norm as its caption.

    A vector is drawn as one row. `name` makes identifiers unique on the page.
    """
    values = np.atleast_2d(np.asarray(array, dtype=float))
    values = values.reshape(-1, values.shape[-1])
    drawn = heat(values, Told(title, summary(array, words), name), words)
    told = f"<figcaption>{escape(title)} · {summary(array, words)}</figcaption>"
    return Markup(f'<figure class="picture"><div class="scroll">{drawn}</div>{told}</figure>')


def summary(array: Array, words: Words) -> str:
    """Say how large an array is: its shape, its norm, its least and greatest number."""
    values = np.asarray(array, dtype=float)
    shape = " × ".join(map(str, values.shape)) or "1"
    size = number(float(np.sqrt(np.sum(values**2))), words.mark)
    ends = [number(float(end), words.mark) for end in (values.min(), values.max())]
    return words("pictures.summary", shape=shape, norm=size, least=ends[0], greatest=ends[1])


def heat(
    values: Array, told: Told, words: Words, labels: Labels = PLAIN, most: float | None = None
) -> Markup:
    """Draw a matrix as shades, each a share of `most` (the largest in size where left out)."""
    rows, columns = values.shape
    most = most or float(np.max(np.abs(values))) or 1.0
    left, side = _room(columns, labels)
    top = TOP if labels.columns else 8
    numbered = has_numbers(values, labels)
    tall = 30.0 if numbered or labels.rows else max(side, 8.0) if rows > 1 else 24.0
    if rows * columns > MOST_CELLS:
        values = _pooled(values)
        side = min(12.0, (WIDTH - left - 8) / values.shape[1], TALLEST / values.shape[0])
        tall = LABELLED if labels.rows else side
        parts = [_pixels(values / most, (left, top), (side, tall))]
    else:
        parts = _cells(values / most, (left, top), (side, tall), pierced=not numbered)
        if numbered:
            parts += _numbers(values, (left, top), (side, tall), words.mark)
    parts += _named(labels, (left, top), (side, tall), columns)
    bottom = top + values.shape[0] * tall
    if not numbered:
        parts += _legend(most, bool((values < 0).any()), (left, bottom + 14), words.mark)
        bottom += 34
    listed = _listed(values, words) if values.size <= TOLD else ""
    width = max(left + values.shape[1] * side + 8, 260)
    described = replace(told, description=f"{told.description} {listed}".strip())
    return framed(parts, (width, bottom + 8), described)


def has_numbers(values: Array, labels: Labels = PLAIN) -> bool:
    """Tell whether the cells of a matrix are drawn with their numbers."""
    return values.size <= MOST_NUMBERED and _room(values.shape[1], labels)[1] >= 40


def _room(columns: int, labels: Labels) -> tuple[float, float]:
    """Return where the cells begin, right of the names of the rows, and how wide each may be."""
    named = [CHARACTER * seen(label) for label in labels.rows]
    left = 16 + max(named, default=4.0 if labels.columns else -8.0)
    return left, min(56.0, (WIDTH - left - 8) / columns)


def _listed(values: Array, words: Words) -> str:
    rows = (", ".join(number(float(v), words.mark) for v in row) for row in values)
    return "; ".join(rows)


def _cells(
    shares: Array, start: tuple[float, float], cell: tuple[float, float], pierced: bool
) -> list[str]:
    """Draw cells, all of one shade as one path; a negative one is pierced if no number tells."""
    found: dict[str, list[str]] = {}
    wide, tall = cell
    hole = min(wide, tall) / 3
    for (i, j), share in np.ndenumerate(shares):
        level = min(LEVELS, round(abs(float(share)) * LEVELS))
        sign = "neg" if share < 0 else "pos"
        x, y = start[0] + j * wide, start[1] + i * tall
        d = f"M{x:.1f} {y:.1f}h{wide:.1f}v{tall:.1f}h-{wide:.1f}z"
        if pierced and share < 0 and level:
            d += (
                f"M{x + (wide - hole) / 2:.1f} {y + (tall - hole) / 2:.1f}"
                f"v{hole:.1f}h{hole:.1f}v-{hole:.1f}z"
            )
        found.setdefault(f"{sign} v{level}", []).append(d)
    return [
        f'<path class="shade {kind}" d="{"".join(drawn)}"/>'
        for kind, drawn in sorted(found.items())
    ]


def _numbers(
    values: Array, start: tuple[float, float], cell: tuple[float, float], mark: str
) -> list[str]:
    wide, tall = cell
    parts = []
    for (i, j), value in np.ndenumerate(values):
        written = number(float(value), mark, 2 if wide < 50 else 3)
        small = ' font-size="11"' if width_of(written) > wide - 4 else ""
        x, y = start[0] + (j + 0.5) * wide, start[1] + (i + 0.5) * tall + 4.5
        parts.append(f'<tspan{small} x="{x:.1f}" y="{y:.1f}">{written}</tspan>')
    return [f'<text class="number" text-anchor="middle">{"".join(parts)}</text>']


def _named(
    labels: Labels, start: tuple[float, float], cell: tuple[float, float], columns: int
) -> list[str]:
    wide, tall = cell
    parts = [
        text(start[0] - 8, round(start[1] + (i + 0.5) * tall + 5, 1), label, anchor="end")
        for i, label in enumerate(labels.rows)
    ]
    stride = -(-34 // int(max(wide, 1)))  # so that headings stay apart
    for j in range(0, len(labels.columns) if columns <= MOST_PIXELS else 0, stride):
        x = round(start[0] + (j + 0.5) * wide, 1)
        parts.append(text(x, start[1] - 8, labels.columns[j], "tick", "middle"))
    return parts


def _legend(most: float, signed: bool, start: tuple[float, float], mark: str) -> list[str]:
    """Draw the scale of shades with the numbers at its ends."""
    shares = np.linspace(-1 if signed else 0, 1, 2 * LEVELS + 1 if signed else LEVELS + 1)
    parts = _cells(shares[None, :], (start[0] + 64, start[1]), (14, 14), pierced=True)
    ends = (-most, most) if signed else (0.0, most)
    end = start[0] + 64 + 14 * len(shares)
    least, greatest = (number(float(f"{v:.3g}"), mark) for v in ends)
    return [
        *parts,
        text(start[0] + 58, start[1] + 12, least, "tick", "end"),
        text(end + 6, start[1] + 12, greatest, "tick"),
    ]


def _pooled(values: Array) -> Array:
    """Make at most so many rows and columns of blocks, each its number largest in size."""
    for axis in (0, 1):
        many = values.shape[axis]
        if many > MOST_PIXELS:
            starts = np.unique(np.linspace(0, many, MOST_PIXELS, endpoint=False, dtype=int))
            high = np.maximum.reduceat(values, starts, axis=axis)
            low = np.minimum.reduceat(values, starts, axis=axis)
            values = np.where(high >= -low, high, low)
    return values


def _pixels(shares: Array, start: tuple[float, float], cell: tuple[float, float]) -> str:
    """Draw a large matrix as a PNG of 3 × 3 pixels a cell, a negative one with an open centre."""
    rows, columns = shares.shape
    level = np.clip(np.rint(shares * 7), -7, 7).astype(np.uint8) & 0x0F
    grid = np.repeat(np.repeat(level, 3, axis=0), 3, axis=1)
    grid[1::3, 1::3][shares < 0] = 0
    if grid.shape[1] % 2:
        grid = np.pad(grid, ((0, 0), (0, 1)))
    packed = (grid[:, ::2] << 4) | grid[:, 1::2]
    lines = np.pad(packed, ((0, 0), (1, 0))).tobytes()  # each line begins with its filter, none
    palette = [(0, 0, 0), *[_POSITIVE] * 7, (0, 0, 0), *[_NEGATIVE] * 7]
    opaque = [0, *(32 * k for k in range(1, 8)), 0, *(32 * k for k in range(7, 0, -1))]
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 3 * columns, 3 * rows, 4, 3, 0, 0, 0)),
        (b"PLTE", bytes(part for colour in palette for part in colour)),
        (b"tRNS", bytes(opaque)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)
    wide, tall = columns * cell[0], rows * cell[1]
    return (
        f'<rect class="edge" x="{start[0]}" y="{start[1]}" width="{wide:.1f}" '
        f'height="{tall:.1f}"/><image class="pixels" x="{start[0]}" y="{start[1]}" '
        f'width="{wide:.1f}" height="{tall:.1f}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{base64.b64encode(data).decode()}"/>'
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def column_labels(index: str, positions: Sequence[int]) -> tuple[Markup, ...]:
    """Name columns by the positions of an index."""
    first = Markup('<tspan class="i">{}</tspan> = {}').format(index, positions[0])
    return (first, *(Markup(str(p)) for p in positions[1:]))
