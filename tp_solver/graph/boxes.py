"""Boxes of index positions: where an equation holds, where a name is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from tp_solver.language.tree import At, Span

Box = tuple[Span, ...]


def box_of(axes: Iterable[At | Span], ranges: Mapping[str, Span]) -> Box:
    """Return the positions that an index covers while its names run over their ranges."""
    return tuple(_span(at, ranges) for at in axes)


def _span(at: At | Span, ranges: Mapping[str, Span]) -> Span:
    if isinstance(at, Span):
        return at
    if at.name is None:
        return Span(at.offset, at.offset)
    span = ranges[at.name]
    return Span(span.first + at.offset, span.last + at.offset)


def overlap(a: Box, b: Box) -> Box | None:
    """Return the positions in both boxes, None where there are none."""
    both = tuple(
        Span(max(s.first, o.first), min(s.last, o.last)) for s, o in zip(a, b, strict=True)
    )
    return None if any(span.last < span.first for span in both) else both


def hull(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all those given."""
    columns = zip(*boxes, strict=True)
    return tuple(Span(min(s.first for s in spans), max(s.last for s in spans)) for spans in columns)


def missing(box: Box, covers: Iterable[Box]) -> Box | None:
    """Return a part of a box that no cover reaches, None where all is covered."""
    rest = [box]
    for cover in covers:
        rest = [piece for part in rest for piece in _subtract(part, cover)]
    return rest[0] if rest else None


def _subtract(box: Box, cover: Box) -> list[Box]:
    both = overlap(box, cover)
    if both is None:
        return [box]
    pieces: list[Box] = []
    core = list(box)
    for i, (whole, inner) in enumerate(zip(box, both, strict=True)):
        if whole.first < inner.first:
            pieces.append((*core[:i], Span(whole.first, inner.first - 1), *core[i + 1 :]))
        if inner.last < whole.last:
            pieces.append((*core[:i], Span(inner.last + 1, whole.last), *core[i + 1 :]))
        core[i] = inner
    return pieces


def cells(whole: Box, boxes: Iterable[Box]) -> list[Box]:
    """Cut a box along the edges of others, so that each cell is all inside or all outside."""
    grid: list[Box] = [()]
    for axis, span in enumerate(whole):
        cuts = {span.first, span.last + 1}
        for box in boxes:
            cuts |= {
                c for c in (box[axis].first, box[axis].last + 1) if span.first < c <= span.last
            }
        edges = sorted(cuts)
        pieces = [Span(a, b - 1) for a, b in pairwise(edges)]
        grid = [(*cell, piece) for cell in grid for piece in pieces]
    return grid


def positions(box: Box) -> list[tuple[int, ...]]:
    """List every position of a box, the last index running fastest."""
    found: list[tuple[int, ...]] = [()]
    for span in box:
        found = [(*p, i) for p in found for i in range(span.first, span.last + 1)]
    return found


def slot(position: tuple[int, ...], box: Box) -> tuple[int, ...]:
    """Return where a position stands in an array whose axes run over a box."""
    return tuple(i - span.first for i, span in zip(position, box, strict=True))


def slots(inner: Box, box: Box) -> tuple[slice, ...]:
    """Return where a box of positions stands in an array whose axes run over another."""
    return tuple(
        slice(b.first - s.first, b.last - s.first + 1) for b, s in zip(inner, box, strict=True)
    )
