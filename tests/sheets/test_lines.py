"""Formulas cut into pieces: what stands after a sign keeps the brackets it needs."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tp_solver.language.parse import parse
from tp_solver.sheets.lines import UNBROKEN, formula, related


def drawn(markup: str) -> str:
    """Return what a reader sees of some markup."""
    whole = str(markup).replace("<wbr>", "<wbr/>")
    return "".join(ElementTree.fromstring(f"<p>{whole}</p>").itertext()).replace("\u2061", "")


def seen(text: str) -> str:
    """Return what a reader sees of a formula."""
    return drawn(formula(parse(text), "."))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("aaaaaaaa * b + (-c) + d", "aaaaaaaa⊙b+(−c)+d"),
        ("aaaaaaaaaaaaaaaa - (b + c)", "aaaaaaaaaaaaaaaa−(b+c)"),
        ("aaaaaaaaaaaaaaaa - (b - c) - d", "aaaaaaaaaaaaaaaa−(b−c)−d"),
        ("aaaaaaaaaaaaaaaa + b * c", "aaaaaaaaaaaaaaaa+b⊙c"),
        ("aaaaaaaaaaaaaaaa = (b <= c)", "aaaaaaaaaaaaaaaa=(b≤c)"),
        ("a = (b + bbbbbbbbbbbbbbbbb <= c)", "a=(b+bbbbbbbbbbbbbbbbb≤c)"),
        ("aaaaaaaaaaaaaaaa = -b + c", "aaaaaaaaaaaaaaaa=−b+c"),
    ],
)
def test_pieces_keep_their_brackets(typed, shown):
    assert len(typed) > UNBROKEN
    assert seen(typed) == shown


def test_a_comparison_after_a_relation_sign_stands_in_brackets():
    assert drawn(related("=", parse("aaaaaaaaaaaa <= b"), ".")) == "=(aaaaaaaaaaaa≤b)"
    assert drawn(related("=", parse("aaaaaaaaaaaa + b * ccccc"), ".")) == "=aaaaaaaaaaaa+b⊙ccccc"
