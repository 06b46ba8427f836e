"""Pieces of pages in ASCII say what the same pieces say in Unicode."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tp_solver.sheets.entities import entities, escaped, escaped_words
from tp_solver.text import languages, words


@given(st.text())
def test_escaped_text_reads_as_it_was_typed(text: str) -> None:
    piece = escaped(text)
    assert piece.isascii()
    assert not set("<>\"'") & set(piece)
    if text.isprintable():
        assert html.unescape(piece) == text
    assert len(html.unescape(piece)) == len(text)


@pytest.mark.parametrize("refused", ["\x00", "\x1b", "\x7f", "\x91", "\ud800"])
def test_what_no_page_may_hold_is_replaced(refused: str) -> None:
    assert html.unescape(escaped(f"a{refused}b")) == "a\ufffdb"


def test_markup_stays_markup() -> None:
    assert entities("<em>é</em>") == "<em>&#233;</em>"
    assert entities("<em>e</em>") == "<em>e</em>"


@pytest.mark.parametrize("language", languages())
def test_words_are_escaped_and_so_is_what_is_put_into_them(language: str) -> None:
    plain, drawn = words(language), escaped_words(words(language))
    assert html.unescape(drawn("grade.all_right")) == plain("grade.all_right")
    assert drawn("grade.all_right").isascii()
    assert "<" not in drawn("remark.unknown-answer", name="<b>")
    assert drawn.number(0.5) == plain.number(0.5)
