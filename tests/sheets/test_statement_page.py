"""The statement: room to write for everything asked, on paper, whatever its author writes."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.sheets.test_pages import _Balance
from tp_solver.sheets.files import statement_html
from tp_solver.sheets.html import css_string
from tp_solver.solution import load, loads
from tp_solver.text import languages, words

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHIPPED = sorted((ROOT / "exercises").rglob("*.yaml"))
LONG = """
id: long
title: "Long"
indices: {t: 1..11}
equations: ["h[t] = 2 * x[t]", "y[t] = 3 * x[t]"]
given: {x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}
questions:
  - {id: q, text: "x", answers: [h, "y[3..11]"], unit: {fr: "mètres", en: "metres"}}
  - {id: n, kind: number, text: "x", answer: "1", unit: "<b>"}
"""


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_there_is_room_for_every_quantity_and_no_other(path, language) -> None:
    model = load(path)
    page = statement_html(model, words(language))
    balance = _Balance()
    balance.feed(page)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids))
    asked = {
        (question, slot.key, slot.position)
        for question, slots in model.slots.items()
        for slot in slots
        if slot.key != question
    }
    assert page.count('class="cell"') == len(asked)
    kinds = [question.kind for question in model.exercise.file.questions]
    rooms = sum(kind in ("text", "number", "expression") for kind in kinds)
    assert page.count('class="room') == rooms
    assert page.count('<ul class="choices">') == kinds.count("choice")


def test_a_wide_table_is_parted_so_that_it_fits_on_paper() -> None:
    page = statement_html(loads(LONG), words("en"))
    heads = re.findall(r"<thead>(.*?)</thead>", page)
    assert [head.count('scope="col"') - 1 for head in heads] == [5, 6]
    assert page.count('class="cell"') == 11 + 9
    assert page.count('class="closed"') == 2


def test_units_stand_beside_the_blanks() -> None:
    french, english = (statement_html(loads(LONG), words(language)) for language in ("fr", "en"))
    assert "mètres" in french
    assert "metres" in english
    assert "&lt;b&gt;" in english
    assert "<b>" not in english


def test_it_says_which_files_there_are_to_fill_in() -> None:
    model = loads(LONG)
    assert "long-answers.csv" not in statement_html(model, words("en"), ("pdf", "xlsx"))
    assert "long-answers.xlsx" in statement_html(model, words("en"), ("pdf", "xlsx"))
    assert "long-answers" not in statement_html(model, words("en"), ("pdf",))


@pytest.mark.parametrize(
    "title",
    ['"; } </style><script>alert(1)</script>', "a\\", "\\61", "é « h » ⊙ 0", "{}*/", "a\nb"],
)
def test_nothing_gets_out_of_the_running_head(title) -> None:
    content = str(css_string(html.escape(title)))
    assert re.fullmatch(r"(?:[A-Za-z0-9 ]|\\[0-9a-f]+ )*", content)
    shown = re.sub(r"\\([0-9a-f]+) ", lambda match: chr(int(match[1], 16)), content)
    assert shown == title.replace("\n", " ")


def test_tables_stay_whole_on_paper_and_pages_are_numbered(chromium: Browser) -> None:
    page = statement_html(load(next(p for p in SHIPPED if p.stem == "optimisers")), words("fr"))
    opened = chromium.new_page()
    opened.emulate_media(media="print")
    opened.set_content(page)
    broken = opened.evaluate(
        "[...document.querySelectorAll('table, .pairs, .room, tr, .asked')].filter("
        "e => getComputedStyle(e).breakInside !== 'avoid' && !e.matches('.asked')).length"
    )
    after = opened.evaluate(
        "[...document.querySelectorAll('.asked')].map(e => getComputedStyle(e).breakAfter)"
    )
    wide = opened.evaluate("document.documentElement.scrollWidth > innerWidth")
    opened.close()
    assert broken == 0
    assert set(after) == {"avoid"}
    assert not wide
