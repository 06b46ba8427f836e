"""Putting what metavariables stand for into a replacement."""

from __future__ import annotations

from collections.abc import Iterator

from tp_solver.grading.misconceptions.patterns import (
    META,
    Found,
    Place,
    formula_of,
    named,
    range_of,
)
from tp_solver.grading.misconceptions.sums import gathered
from tp_solver.language.tree import At, Node, Over, Ref, Span, index_text, transform, walk


def filled(pattern: Node, found: Found) -> Node:
    """Put what its metavariables stand for into a replacement, gathered again."""

    def change(part: Node) -> Node | None:
        if name := named(part):
            return formula_of(found[name])
        if isinstance(part, Ref):
            return _placed(part, found)
        if isinstance(part, Over):
            at, span = found.get(part.index), found.get(range_of(part.index))
            assert isinstance(span, Span | None)
            index = at.name if isinstance(at, At) and at.name else part.index
            return Over(part.op, index, span, filled(part.body, found))
        return None

    return gathered(transform(pattern, change))


def places_of(pattern: Node, found: Found) -> Iterator[tuple[str, Ref]]:
    """Yield each quantity that a pattern places, as it is written there, `h[t-1]`, and itself."""
    for part in walk(pattern):
        for ref in (part, part.over) if isinstance(part, Ref) else ():
            if ref is not None and ref.name.startswith(META) and ref.index:
                name = ref.name.removeprefix(META)
                placed = _placed(Ref(ref.name, ref.index), found) if name in found else None
                if isinstance(placed, Ref):
                    yield f"{name}[{', '.join(map(index_text, ref.index))}]", placed


def _placed(part: Ref, found: Found) -> Node | None:
    """Put a quantity at its place; the gradient of something by something."""
    if part.over is not None:
        top, below = (filled(r, found) for r in (Ref(part.name, part.index), part.over))
        assert isinstance(top, Ref)
        assert isinstance(below, Ref)
        return Ref(top.name, top.index, below)
    if not part.name.startswith(META):
        return None
    bound = found[part.name.removeprefix(META)]
    (wanted,) = part.index
    assert isinstance(wanted, At)
    base = found.get(wanted.name or "", At(None, 0))
    assert isinstance(base, At)
    position = wanted if wanted.name is None else At(base.name, base.offset + wanted.offset)
    if isinstance(bound, Place):
        return bound.at(position)
    assert isinstance(bound, Ref)
    return bound.moved((position,))
