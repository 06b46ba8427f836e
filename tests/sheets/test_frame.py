"""A page in pieces is the page drawn with the same texts."""

from __future__ import annotations

import jinja2
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tp_solver.sheets.frame import Frame

TEMPLATE = jinja2.Environment(autoescape=True).from_string(
    "<h1>{{ a }}</h1>{% if b %}<p>{{ b }}, {{ a }}</p>{% else %}none{% endif %}{{ c }}"
)
TEXTS = st.text("abc<&\0", max_size=4).map(Markup)


@given(st.lists(st.fixed_dictionaries({"a": TEXTS, "b": TEXTS, "c": TEXTS}), max_size=5))
def test_filled_frames_are_the_pages_drawn_anew(copies: list[dict[str, Markup]]) -> None:
    frame = Frame(TEMPLATE.render)
    for holes in copies:
        assert frame.filled(holes) == TEMPLATE.render(**holes)


def test_a_page_is_drawn_once_for_each_set_of_filled_holes() -> None:
    drawn: list[dict[str, Markup]] = []

    def draw(**holes: Markup) -> str:
        drawn.append(holes)
        return TEMPLATE.render(**holes)

    frame = Frame(draw)
    for b in ("x", "y", "", "z", ""):
        frame.filled({"a": "1", "b": b, "c": ""})
    assert len(drawn) == 2
