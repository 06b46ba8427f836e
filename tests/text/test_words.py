"""Every language has the same words, with the same values put in, and every word is used."""

from __future__ import annotations

import re

import pytest

from tests.text.catalogues import SOURCES, catalogue, fields, texts
from tp_solver.grading.report import Verdict
from tp_solver.places import LOCALE
from tp_solver.text import languages, words

ENGLISH = {entry.msgid: entry for entry in catalogue("en")}
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
LITERALS = set(re.findall(r"""["']([a-z_]+\.[a-z_-]+)["']""", CODE))
FILES = (".csv", ".html", ".json", ".jsonl", ".pdf", ".xlsx", ".yaml")  # `class.html` is no key
# Sections whose keys are codes, put together where they are said: f"verdict.{code}".
CODED = set(re.findall(r"""["']([a-z_]+)\.(?:\{|["'] ~)""", CODE))
SAME = {
    "solution.points": "the two languages have the word in common",
    "solution.question": "the same word",
    "to_mark.question": "the same word",
    "to_mark.points": "the same word",
    "gradebook.score": "the same word",
    "gradebook.verdicts": "the same word",
    "grade.points": "the same word",
    "grade.verdict": "the same word",
    "class.gradients": "the same word",
    "class.discrimination": "the same word",
    "variants.code": "the same word",
    "documents.backward": "the same word",
    "paper.page": "the same word",
}


def test_there_are_french_and_english() -> None:
    assert {"fr", "en"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = (LOCALE / language / "LC_MESSAGES" / "tp_solver.mo").read_bytes()
    todo = f"tp_solver.mo of `{language}` is not what its .po says: run `python hatch_build.py`"
    assert compiled == catalogue(language).to_binary(), todo


@pytest.mark.parametrize("language", languages())
def test_a_language_says_everything(language: str) -> None:
    own = {entry.msgid: entry for entry in catalogue(language)}
    todo = "run `python hatch_build.py`, then translate what is empty"
    assert list(own) == list(ENGLISH), todo
    for key, entry in own.items():
        assert entry.msgid_plural == ENGLISH[key].msgid_plural, f"{key}: {todo}"
    empty = [key for key, entry in own.items() if not all(texts(entry))]
    assert empty == [], "not translated yet"
    assert [key for key, entry in own.items() if entry.fuzzy] == [], "translated, but unsure"
    assert catalogue(language).obsolete_entries() == []


@pytest.mark.parametrize("language", languages())
def test_a_language_puts_in_the_same_values(language: str) -> None:
    for entry in catalogue(language):
        wanted = fields(texts(ENGLISH[entry.msgid])[-1])
        *special, usual = texts(entry)
        assert fields(usual) == wanted, entry.msgid
        for text in special:  # a form for one alone need not say the number
            assert wanted - {"n"} <= fields(text) <= wanted, entry.msgid


@pytest.mark.parametrize("language", set(languages()) - {"en"})
def test_translators_see_the_english_text(language: str) -> None:
    shown = {entry.msgid: entry.comment for entry in catalogue(language)}
    wanted = {key: "\n".join(map(str.strip, texts(entry))) for key, entry in ENGLISH.items()}
    assert shown == wanted, "run `python hatch_build.py`"


def test_french_is_not_left_in_english() -> None:
    same = {
        entry.msgid
        for entry in catalogue("fr")
        if texts(entry) == texts(ENGLISH[entry.msgid])
        and re.search(r"[^\W\d]{2,}", re.sub(r"\{[^}]*\}", "", "".join(texts(entry))))
    }
    assert same == set(SAME)


@pytest.mark.parametrize("language", languages())
def test_every_verdict_has_words(language: str) -> None:
    for verdict in Verdict:
        assert words(language)(f"verdict.{verdict}")


@pytest.mark.parametrize("key", ENGLISH)
def test_a_word_is_used_somewhere(key: str) -> None:
    section, _, name = key.partition(".")
    coded = section in CODED and re.search(rf"""["']{re.escape(name)}["']""", CODE)
    assert key in LITERALS or coded


def test_every_word_that_is_used_is_there() -> None:
    sections = {key.partition(".")[0] for key in ENGLISH}
    used = {key for key in LITERALS if key.partition(".")[0] in sections}
    assert {key for key in used if not key.endswith(FILES)} <= ENGLISH.keys()
    called = r"""\b(?:words?|said|language)(\.plural)?\(\s*["']([^"']+\w)["']"""
    for plural, key in re.findall(called, CODE):
        assert key in ENGLISH, f"no such word: {key}"
        assert bool(plural) == bool(ENGLISH[key].msgid_plural), key


@pytest.mark.parametrize("language", languages())
def test_a_word_that_is_missing_is_named(language: str) -> None:
    with pytest.raises(KeyError, match=r"no\.word"):
        words(language)("no.word")


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(0.5, "0,5", "0.5"), (20.0, "20", "20"), (1 / 3, "0,33", "0.33"), (-0.001, "0", "0")],
)
def test_numbers_are_written_without_needless_digits(
    value: float, french: str, english: str
) -> None:
    assert words("fr").number(value) == french
    assert words("en").number(value) == english


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0 point", "0 points"),
        (0.25, "0,25 point", "0.25 points"),
        (1, "1 point", "1 point"),
        (1.5, "1,5 point", "1.5 points"),
        (2, "2 points", "2 points"),
        (2.5, "2,5 points", "2.5 points"),
        (-1, "-1 point", "-1 point"),
        (1000, "1000 points", "1000 points"),
    ],
)
def test_a_count_decides_the_form_as_the_language_does(
    count: float, french: str, english: str
) -> None:
    assert words("fr").plural("solution.points", count) == french
    assert words("en").plural("solution.points", count) == english
