"""A language is one folder: made up here, offered by every command, English where it is silent."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import hatch_build
from tests.conftest import ROOT
from tp_solver import places
from tp_solver.cli import main
from tp_solver.errors import AuthorError, UserError
from tp_solver.grading.misconceptions import catalogue
from tp_solver.sheets.formats import FORMATS
from tp_solver.sheets.solution_page import solution_html
from tp_solver.solution import load, loads, solve
from tp_solver.text import languages, words

EXERCISE = str(ROOT / "exercises" / "tp" / "tp-1.1.yaml")
TITLE = "title: {fr: Essai, en: Trial%s}\n"
BODY = """id: a
equations: [y = 2 * x]
given: {x: 0.5}
questions: [{id: q, text: "$y$?", answers: [y]}]
"""


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Begin a language `xx` with a few words of its own, beside copies of the shipped ones."""
    folder = tmp_path / "locale"
    shutil.copytree(places.LOCALE, folder)
    path = hatch_build.begin(folder, "xx")
    hatch_build.follow(path, hatch_build.read(folder / "en" / hatch_build.CATALOGUE))
    said = hatch_build.read(path)
    said.metadata |= {"Plural-Forms": "nplurals=1; plural=0;", "X-Decimal-Mark": "٫"}
    translate(said, "solution.question", "Qapla’ {n}")
    translate(said, "page.solution", "jang <b>")
    translate(said, "verdict.missing", "pagh")
    said.find("solution.points").msgstr_plural = {0: "{n} mIvwa’"}
    said.save(str(path))
    hatch_build.compile_all(folder)
    monkeypatch.setattr(places, "LOCALE", folder)
    forget()
    yield folder
    forget()


def forget() -> None:
    """Look the languages up again."""
    languages.cache_clear()
    words.cache_clear()


def translate(said: polib.POFile, key: str, text: str) -> None:
    entry = said.find(key)
    assert entry is not None
    entry.msgstr = text


def test_a_folder_is_a_language(locale: Path) -> None:
    assert languages() == ("en", "fr", "xx")
    own = words("xx")
    assert own("solution.question", n=3) == "Qapla’ 3"
    assert [own.plural("solution.points", n) for n in (1, 2.5)] == ["1 mIvwa’", "2٫5 mIvwa’"]
    assert own("solution.model") == words("en")("solution.model")
    assert own.plural("solution.decimals", 1) == "1 decimal", "English has its own plural"


def test_every_command_speaks_it(locale: Path, tmp_path: Path) -> None:
    lang = ["--lang", "xx"]
    assert main(["solve", EXERCISE, "-o", str(tmp_path / "solved"), *lang]) == 0
    page = (tmp_path / "solved" / "tp-1.1.html").read_text(encoding="utf-8")
    assert '<html lang="xx">' in page
    assert "Qapla’ 1" in page
    assert "jang &lt;b&gt;" in page, "the words of a language are text, not markup"
    assert re.search(r"<mn>\d+٫\d+</mn>", html.unescape(page))
    assert main(["sheet", EXERCISE, "-o", str(tmp_path / "sheet"), *lang]) == 0
    blank = next((tmp_path / "sheet").glob("*.yaml"))
    assert main(["grade", EXERCISE, str(blank), "-o", str(tmp_path / "graded"), *lang]) == 0
    copy = next((tmp_path / "graded" / "feedback").glob("*.html")).read_text(encoding="utf-8")
    assert "pagh" in copy
    assert main(["check", EXERCISE, str(blank), *lang]) in (0, 1)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_speaks_it(locale: Path, form: str) -> None:
    assert FORMATS[form].make(solve(load(EXERCISE)), words("xx"))


def test_what_an_exercise_does_not_say_in_it_is_told_in_english_and_marked(locale: Path) -> None:
    page = solution_html(solve(loads(TITLE % "" + BODY)), words("xx"))
    assert '<h1><span lang="en">Trial</span></h1>' in page
    assert page.count('lang="en"') == 1, "a text for every language is not marked"
    own = solution_html(solve(loads(TITLE % ", xx: Qap" + BODY)), words("xx"))
    assert "<h1>Qap</h1>" in own
    assert 'lang="en"' not in own


def test_its_texts_are_checked_as_others_are(locale: Path) -> None:
    with pytest.raises(AuthorError, match=r"`xx`.*languages"):
        loads("languages: [en, xx]\n" + TITLE % "" + BODY)
    with pytest.raises(AuthorError, match="`z`"):
        loads(TITLE % ', xx: "$z$"' + BODY)
    with pytest.raises(AuthorError, match=r"unknown key `yy`: .*en, fr, xx"):
        loads(TITLE % ", yy: Qap" + BODY)


def test_known_mistakes_are_told_in_english(locale: Path) -> None:
    assert {mistake.spoken("xx") for mistake in catalogue().values()} == {"en"}
    assert {mistake.spoken("fr") for mistake in catalogue().values()} == {"fr"}


def test_an_exercise_in_one_language_says_which_it_is() -> None:
    text = 'languages: [fr]\ntitle: {fr: "Essai"}\nintro: {fr: "Un essai."}\n' + BODY
    page = solution_html(solve(loads(text)), words("en"))
    assert '<h1><span lang="fr">Essai</span></h1>' in page
    assert re.search(r'<div lang="fr"><p>Un essai.</p>\s*</div>', page)


@pytest.mark.parametrize("command", ["solve", "sheet", "grade", "regrade", "check"])
def test_an_unknown_language_is_refused(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, EXERCISE, "--lang", "yy"])
    assert end.value.code == 2
    assert "'en', 'fr'" in capsys.readouterr().err
    with pytest.raises(UserError, match="`yy`: choose one of en, fr"):
        words("yy")


def test_words_that_are_not_compiled_say_what_to_run(
    locale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (locale / "xx" / "LC_MESSAGES" / "tp_solver.mo").unlink()
    assert main(["solve", EXERCISE, "-o", str(tmp_path / "out"), "--lang", "xx"]) == 2
    assert capsys.readouterr().err == (
        "the words of the language `xx` are not compiled: "
        "run `pip install -e .` or `python hatch_build.py` in the checkout\n"
    )


def test_a_catalogue_follows_the_english_one(locale: Path) -> None:
    path = locale / "xx" / hatch_build.CATALOGUE
    english = hatch_build.read(locale / "en" / hatch_build.CATALOGUE)
    english.remove(english.find("page.skip"))
    english.insert(0, polib.POEntry(msgid="page.new", msgstr="News "))
    english.find("solution.question").msgid_plural = "solution.question"
    english.find("solution.question").msgstr_plural = {0: "one", 1: "more"}
    hatch_build.follow(path, english)
    own = hatch_build.read(path)
    assert [entry.msgid for entry in own] == [entry.msgid for entry in english]
    assert (own[0].msgid, own[0].msgstr, own[0].comment) == ("page.new", "", "News")
    assert own.find("verdict.missing").msgstr == "pagh"
    assert own.find("solution.question").msgstr_plural == {0: ""}, "to be said anew"
    assert own.find("solution.question").comment == "one\nmore"
    own.metadata["Plural-Forms"] = "nplurals=3; plural=(n > 2 ? 2 : n > 1);"
    own.save(str(path))
    hatch_build.follow(path, english)
    own = hatch_build.read(path)
    assert own.find("solution.points").msgstr_plural == {0: "{n} mIvwa’", 1: "", 2: ""}
    once = path.read_bytes()
    hatch_build.follow(path, english)
    assert path.read_bytes() == once
