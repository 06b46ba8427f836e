"""The histogram of a class: its bars, what it tells, and the whole of it on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.sheets.pictures.material import SVG, parsed
from tp_solver.places import templates_dir
from tp_solver.sheets.html import stylesheet
from tp_solver.sheets.pictures.histogram import WIDTH, histogram
from tp_solver.text import words

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HIGH = (0, 0, 0, 0, 0, 0, 0, 1, 3, 12)


def test_bars_stand_inside_and_are_told():
    figure = parsed(histogram(HIGH, 20, words("fr")))
    bars = list(figure.iter(f"{SVG}rect"))
    assert [float(bar.attrib["height"]) > 0 for bar in bars] == [True] * 3
    assert all(float(b.attrib["x"]) + float(b.attrib["width"]) <= WIDTH for b in bars)
    (description,) = figure.iter(f"{SVG}desc")
    assert (description.text or "").endswith("18–20\u00a0: 12")
    assert {text.text for text in figure.iter(f"{SVG}text")} >= {"12", "3", "20"}


def test_an_empty_class_has_none():
    assert not histogram([0] * 10, 20, words("en"))


def test_all_of_it_is_seen_on_a_phone(chromium: Browser):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    drawn = histogram(HIGH, 20, words("en"))
    page.set_content(
        f"<!doctype html><style>{stylesheet()}</style>"
        f'<main><figure class="picture fits">{drawn}</figure></main>'
    )
    right = page.evaluate("document.querySelector('svg').getBoundingClientRect().right")
    assert 200 < right <= 390
    size = page.evaluate("document.querySelector('svg').getScreenCTM().a") * 13
    assert size >= 9
    page.close()


def test_the_page_of_a_class_lets_it_fit():
    template = (templates_dir() / "class.html.j2").read_text(encoding="utf-8")
    assert re.search('<figure class="picture fits">{{ histogram }}', template)
