"""The catalogues as translators see them."""

from __future__ import annotations

import string

import polib

from tests.conftest import ROOT
from tp_solver.places import LOCALE

SOURCES = [*ROOT.glob("tp_solver/**/*.py"), *ROOT.glob("templates/*.j2")]


def catalogue(language: str) -> polib.POFile:
    """Read the catalogue of a language."""
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "tp_solver.po"))


def texts(entry: polib.POEntry) -> list[str]:
    """Return what an entry says: one text, or one a plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def fields(text: str) -> set[str]:
    """Return the names of the values that are put into a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
