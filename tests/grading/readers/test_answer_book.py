"""The blank spreadsheets that go with a statement: what is asked, read back as it is filled in."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.grading.readers.material import parts, read
from tp_solver.catalogue import exercise_files
from tp_solver.grading.report import Student
from tp_solver.graph.model import Model
from tp_solver.sheets.answer_book import answer_book, blank_files, class_table
from tp_solver.sheets.files import write_sheets
from tp_solver.sheets.statement_page import answer_file
from tp_solver.solution import load, solve
from tp_solver.text import languages, words

TYPED = ("0,5498", "0.500", "-1e-05", "1 2", "=A1", "1_000", "b", "1/2")


@pytest.fixture(scope="module", params=exercise_files(["tp"]), ids=lambda path: path.stem)
def model(request: pytest.FixtureRequest) -> Model:
    return load(request.param)


def filled(book: bytes) -> tuple[bytes, dict[str, str]]:
    """Fill an answer sheet in, as a student does in the cells that are not locked."""
    opened = load_workbook(io.BytesIO(book))
    (sheet,) = opened.worksheets
    free = [c for row in sheet.iter_rows() for c in row if not c.protection.locked]
    assert sheet.protection.sheet
    assert all(cell.value is None and cell.number_format == "@" for cell in free)
    values: list[Any] = ["e1", "Ada", *(TYPED[n % len(TYPED)] for n in range(len(free) - 2))]
    for cell, value in zip(free, values, strict=True):
        cell.value = value
        cell.data_type = "s"
    out = io.BytesIO()
    opened.save(out)
    names = [sheet.cell(cell.row, 1).value for cell in free[2:]]
    return out.getvalue(), dict(zip(names, values[2:], strict=True))


@pytest.mark.parametrize("language", languages())
def test_what_is_filled_in_is_read_back(model: Model, language: str, tmp_path: Path) -> None:
    book, answers = filled(answer_book(model, words(language)))
    (found,) = read(tmp_path, "copy.xlsx", book)
    assert found.student == Student("e1", "Ada")
    assert found.answers == answers
    assert found.exercise == model.exercise.id
    assert found.remarks == ()


@pytest.mark.parametrize("language", languages())
def test_the_blanks_ask_for_the_same_in_every_form(
    model: Model, language: str, tmp_path: Path
) -> None:
    (yaml,) = read(tmp_path, "copy.yaml", answer_file(model, words(language)))
    (book,) = read(tmp_path, "copy.xlsx", answer_book(model, words(language)))
    assert book.answers == yaml.answers
    assert set(book.answers.values()) == {None}
    table = class_table(model, words(language))
    mark = ";" if language == "fr" else ","
    (head,) = csv.reader([table], delimiter=mark)
    row = mark.join(["e1", "Ada", *['"0,5"'] * len(yaml.answers)])
    (found,) = read(tmp_path, "class.csv", f"\ufeff{table}{row}\r\n")
    assert head[2:] == list(yaml.answers)
    assert found.answers == dict.fromkeys(yaml.answers, "0,5")


def test_no_number_of_the_solution_is_in_the_blanks(model: Model) -> None:
    solution = solve(model)
    values = {
        f"{abs(float(value)):.4f}"
        for slots in model.slots.values()
        for slot in slots
        for value in solution.value(slot.key, slot.position).ravel()
    }
    for name, content in blank_files(model, words("fr")).items():
        texts = parts(content).values() if name.endswith(".xlsx") else [content]
        for text in texts:
            assert not [v for v in values if v.encode() in text and float(v) > 0.01]


def test_the_same_exercise_gives_the_same_bytes(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = blank_files(model, words("en"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10**7)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(now + 10**7))
    assert blank_files(model, words("en")) == first
    core = parts(first[f"{model.exercise.id}-answers.xlsx"])["docProps/core.xml"]
    assert core.count(b"2000-01-01T00:00:00Z") == 2


def test_files_that_were_filled_in_are_kept(model: Model, tmp_path: Path) -> None:
    write_sheets([model], tmp_path, words("fr"))
    name = model.exercise.id
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {
        f"{name}.html",
        f"{name}-reponses.yaml",
        f"{name}-reponses.xlsx",
        f"{name}-classe.csv",
    }
    for path in tmp_path.glob(f"{name}-*"):
        path.write_bytes(b"mine")
    assert [path.name for path in write_sheets([model], tmp_path, words("fr"))] == [f"{name}.html"]
    page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
    assert f"{name}-reponses.yaml, {name}-reponses.xlsx" in page
