"""No answer is in anything that a student is given, to the bytes: every file, every rounding.

Every value of an exercise, forward and gradient, asked for or on the way, is looked for at every
rounding from three decimals up, with a comma and with a point, whatever stands around it. What the
author gives away in the data or the texts of the statement is no find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.grading.readers.material import as_xlsx, parts
from tp_solver.exercise.questions import ChoiceQuestion
from tp_solver.graph.model import Model
from tp_solver.language.plain import plain
from tp_solver.sheets.files import write_sheets
from tp_solver.sheets.html import stylesheet
from tp_solver.solution import load, solve
from tp_solver.text import languages, words

SHIPPED = sorted((ROOT / "exercises").rglob("*.yaml"))
FEWEST = 3  # decimals: a number with fewer says too little to be an answer
MOST = 17  # significant digits: all that a float64 holds

# The stylesheet, font included, is the same on every page of every exercise, so that it can't hold
# an answer; its sizes (0.875) and the bytes of its font look like some. Nothing else is left out.
_STYLE = str(stylesheet()).encode()
_NUMBER = re.compile(rf"[0-9]*[.,][0-9]{{{FEWEST},}}(?:[eE][-+]?[0-9]+)?")


def spelled(value: float) -> Iterator[str]:
    """Yield a number's size at every rounding, with a point, as a person or a program writes it."""
    exact = Decimal(value).copy_abs()
    if not exact.is_finite() or not exact:
        return
    power = exact.adjusted()
    for digits in range(1, MOST + 1):
        last = Decimal(1).scaleb(power - digits + 1)
        for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN):
            if last > exact:
                continue
            rounded = exact.quantize(last, rounding)
            yield f"{rounded:f}"
            yield f"{rounded:e}"
    for decimals in range(FEWEST, MOST + 1):
        for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN):
            yield f"{exact.quantize(Decimal(1).scaleb(-decimals), rounding):f}"
    yield repr(abs(value))
    yield f"{abs(value):.{MOST}g}"


def normal(text: str) -> str:
    """Return a number with a point, a digit before it, and its power as in `1.5e-7`."""
    text = text.replace(",", ".").lower()
    digits, _, power = text.partition("e")
    digits = digits if digits[0].isdigit() else f"0{digits}"
    return f"{digits.lstrip('0') if not digits.startswith('0.') else digits}" + (
        f"e{int(power)}" if power else ""
    )


def answers(model: Model) -> set[str]:
    """Return every value of an exercise at every rounding, in normal form."""
    solution = solve(model)
    values: set[float] = set()
    for table in solution.tables.values():
        values |= set(np.asarray(table.data, dtype=float).ravel().tolist())
    found = {normal(text) for value in values for text in spelled(value)}
    decimals = {text for text in found if len(text.partition(".")[2].partition("e")[0]) >= FEWEST}
    return {text for text in decimals if text.strip("0.")}


def given_away(model: Model) -> set[str]:
    """Return the numbers in what the author shows students: data, equations, texts."""
    exercise, file = model.exercise, model.exercise.file
    texts = [file.title, file.purpose, file.intro]
    for question in file.questions:
        texts.append(question.text)
        if isinstance(question, ChoiceQuestion):
            texts += [choice.text for choice in question.choices]
    shown = [text[language] for text in texts if text for language in languages()]
    hidden = set(file.hidden)
    shown += [plain(e.right) for e in exercise.equations if e.left.name not in hidden]
    shown += [" ".join(map(str, numbers(given.value))) for given in exercise.givens]
    return {normal(found) for text in shown for found in _NUMBER.findall(text)}


def numbers(nested: Any) -> Iterator[Decimal]:
    """Yield the numbers of a given value."""
    if isinstance(nested, tuple):
        for item in nested:
            yield from numbers(item)
    else:
        yield nested


def leaks(content: bytes, secrets: set[str]) -> set[str]:
    """Return the secrets that stand in some bytes, be it inside a longer number."""
    text = content.replace(_STYLE, b"").decode("latin-1")
    return {part for match in _NUMBER.findall(text) for part in within(match) if part in secrets}


def within(number: str) -> Iterator[str]:
    """Yield what a search for a text would find in a number: 0.549 and 10.549 in 10.5498."""
    whole, mark, end = re.split(r"([.,])", number)
    decimals = end.lower().partition("e")[0]
    for i in range(max(len(whole), 1)):
        yield normal(f"{whole[i:]}{mark}{end}")
        for n in range(FEWEST, len(decimals) + 1):
            yield normal(f"{whole[i:]}{mark}{decimals[:n]}")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of every file in a folder, and of every part of a workbook."""
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes()
        yield path.name, data
        if path.suffix == ".xlsx":
            yield from ((f"{path.name}/{name}", part) for name, part in parts(data).items())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nothing_that_a_student_is_given_holds_an_answer(path: Path, tmp_path: Path) -> None:
    model = load(path)
    secrets = answers(model) - given_away(model)
    suffixes = set()
    for language in languages():
        write_sheets([model], tmp_path / language, words(language))
        for name, data in contents(tmp_path / language):
            suffixes.add(name.rpartition(".")[2])
            assert leaks(data, secrets) == set(), name
    assert suffixes >= {"html", "yaml", "csv", "xlsx", "xml", "rels"}


@pytest.mark.browser
def test_nothing_in_a_printed_statement_is_an_answer(chromium: object, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the Python package pypdf is not installed")
    models = {model.exercise.id: model for model in map(load, SHIPPED[::4])}
    write_sheets(list(models.values()), tmp_path, words("fr"), ("pdf",))
    for name, model in models.items():
        read = pypdf.PdfReader(tmp_path / f"{name}.pdf")
        texts = [page.extract_text() for page in read.pages]
        assert "Question 1" in "".join(texts)
        texts += [str(read.metadata), *(item.title for item in flat(read.outline))]
        secrets = answers(model) - given_away(model)
        for text in texts:
            assert leaks(text.encode("latin-1", "replace"), secrets) == set(), name


def flat(outline: Any) -> Iterator[Any]:
    """Yield the bookmarks of a PDF, whatever their depth."""
    for item in outline:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


# A search that finds nothing shows something only if it would have found something.


@pytest.mark.parametrize(
    "planted",
    [
        *("0,550", "0.550", "0.5498", "0,5498", "-0.5498", "−0,54983", "0.549", ".5498"),
        *("f=0.5498", "x0.5498y", "10.5498", "&#x2212;0,5498", "<mn>0,5498</mn>"),
        *("0.549833997312478", "0.5498339973124778", "5.498e-1", "5,498E-01"),
    ],
)
def test_an_answer_that_is_planted_is_found(planted: str, tmp_path: Path) -> None:
    model = load(next(path for path in SHIPPED if path.stem == "tp-2.1"))  # f[1] is 0.549834
    secrets = answers(model) - given_away(model)
    write_sheets([model], tmp_path, words("fr"))
    for path in tmp_path.iterdir():
        if path.suffix != ".xlsx":
            text = path.read_text(encoding="utf-8")
            half = len(text) // 2
            path.write_text(f"{text[:half]} {planted} {text[half:]}", encoding="utf-8")
    (tmp_path / "other.xlsx").write_bytes(as_xlsx({"A": [["f[1]", f"{planted} "]]}))
    found = {name.partition("/")[0] for name, data in contents(tmp_path) if leaks(data, secrets)}
    assert found >= {
        *("tp-2.1.html", "tp-2.1-reponses.yaml", "tp-2.1-reponses.csv", "tp-2.1-classe.csv"),
        "other.xlsx",
    }


def test_a_number_in_a_workbook_s_cell_is_found(tmp_path: Path) -> None:
    model = load(next(path for path in SHIPPED if path.stem == "tp-2.1"))
    (tmp_path / "a.xlsx").write_bytes(as_xlsx({"A": [[0.549833997312478]]}))
    found = {name for name, data in contents(tmp_path) if leaks(data, answers(model))}
    assert "a.xlsx/xl/worksheets/sheet1.xml" in found


def test_gradients_and_values_on_the_way_are_among_what_is_looked_for() -> None:
    model = load(next(path for path in SHIPPED if path.stem == "tp-2.3b"))
    found = answers(model)
    for value in (0.00423876537578, 0.00150990275435, 0.3799489622552249):
        for decimals in range(4, 13):
            assert f"{value:.{decimals}f}" in found


def test_what_is_given_is_no_find_and_what_looks_like_it_is() -> None:
    model = load(next(path for path in SHIPPED if path.stem == "tp-2.1"))
    shown = given_away(model)
    assert not leaks(b"1.0 0.5 -0.3", answers(model) - shown)
    assert leaks(b"0.500", answers(model) - shown)  # i[1], to three decimals


def test_only_the_stylesheet_is_left_out() -> None:
    secrets = {"0.5498"}
    style = str(stylesheet())
    assert leaks(f"<style>{style}</style>".encode(), {"0.875"}) == set()
    assert leaks(f"<style>{style}</style> 0.5498".encode(), secrets)
    assert leaks(f"<style>{style[1:]} .x{{width:0.5498em}}</style>".encode(), secrets)
