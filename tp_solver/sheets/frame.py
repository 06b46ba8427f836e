"""A page in pieces: what surrounds the texts of a copy is drawn once, then joined with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

_EDGE = "\0"  # around the name of a hole; no page holds it
Holes = Mapping[str, str]


class Frame:
    """A page with holes, drawn once for each set of holes that are filled.

    `draw` makes the page; what it is given by name are marks in the place of pieces of a page,
    empty where a copy has nothing to put there.
    """

    def __init__(self, draw: Callable[..., str]) -> None:
        self.draw = draw
        self.known: dict[tuple[str, ...], list[str]] = {}

    def filled(self, holes: Holes) -> str:
        """Return the page of one copy; the texts are pieces of a page, escaped already."""
        there = tuple(name for name, text in holes.items() if text)
        if there not in self.known:
            marks = dict.fromkeys(holes, Markup())
            marks |= {name: Markup(f"{_EDGE}{name}{_EDGE}") for name in there}
            self.known[there] = self.draw(**marks).split(_EDGE)
        pieces = self.known[there].copy()
        pieces[1::2] = [holes[name] for name in pieces[1::2]]
        return "".join(pieces)
