"""Every language has the same words, with the same values put in, and every word is used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from tp_solver.grading.report import Verdict
from tp_solver.text import languages, words

PACKAGE = Path(__file__).resolve().parents[2]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_french_and_english() -> None:
    assert {"fr", "en"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_word_with_the_same_values(language: str) -> None:
    reference, own = words("fr").entries, words(language).entries
    assert own.keys() == reference.keys()
    for key, text in own.items():
        assert text
        assert _fields(text) == _fields(reference[key]), key


@pytest.mark.parametrize("language", languages())
def test_every_verdict_has_words(language: str) -> None:
    for verdict in Verdict:
        assert words(language)(f"verdict.{verdict}")


def test_every_word_is_used_somewhere() -> None:
    sources = [*PACKAGE.glob("tp_solver/**/*.py"), *PACKAGE.glob("templates/*.j2")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    # Sections whose keys are codes.
    whole = {
        "verdict",
        "remark",
        "refused",
        "check",
        "gradebook",
        "hint",
        "to_mark",
        "regrade",
        "detail",
        "documents",
    }
    for key in words("fr").entries:
        section, _, name = key.partition(".")
        quoted = re.search(rf"""["']{re.escape(key)}["']""", text)
        coded = section in whole and re.search(rf"""["']{re.escape(name)}["']""", text)
        assert quoted or coded, key


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(0.5, "0,5", "0.5"), (20.0, "20", "20"), (1 / 3, "0,33", "0.33"), (-0.001, "0", "0")],
)
def test_numbers_are_written_without_needless_digits(
    value: float, french: str, english: str
) -> None:
    assert words("fr").number(value) == french
    assert words("en").number(value) == english
