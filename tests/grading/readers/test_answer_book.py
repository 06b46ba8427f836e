"""The blank spreadsheets that go with a statement: what is asked, read back as it is filled in."""

from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell

from tests.grading.readers.material import parts, read
from tests.written import model as written
from tp_solver.catalogue import exercise_files
from tp_solver.grading.report import Student
from tp_solver.graph.model import Model
from tp_solver.sheets.answer_book import answer_book
from tp_solver.sheets.answer_text import answer_file, answer_table, class_table
from tp_solver.sheets.blocks import blocks, shared_blocks
from tp_solver.sheets.files import blank_files, statement_html, write_sheets
from tp_solver.solution import load, loads
from tp_solver.text import languages, words

TYPED = ("0,5498", "0.500", "-1e-05", "1 2", "=A1", "1_000", "b", "1/2")
SHIPPED = exercise_files(["tp", "masked-loss", "padding-masks-packed", "forget-gate-bias"])


@pytest.fixture(
    scope="module",
    params=[(path, layout) for path in SHIPPED for layout in ("auto", "table", "list")],
    ids=lambda param: f"{param[0].stem}-{param[1]}",
)
def model(request: pytest.FixtureRequest) -> Model:
    path, layout = request.param
    text = path.read_text(encoding="utf-8")
    return load(path) if layout == "auto" else loads(f"{text}\nlayout: {layout}\n")


def answer_at(sheet: Any, cell: Any) -> str:
    """Name the answer that a cell is for, as a person reads the sheet."""
    label = sheet.cell(cell.row, 1).value
    heads = {"réponse", "grandeur", "answer", "quantity"}
    row = next(r for r in range(cell.row, 0, -1) if sheet.cell(r, 1).value in heads)
    place = ", ".join(re.findall(r"= (-?\d+)", sheet.cell(row, cell.column).value))
    name, dot, end = label.partition(".")
    return f"{name}[{place}]{dot}{end}" if place else label


def filled(book: bytes) -> tuple[bytes, dict[str, str]]:
    """Fill an answer sheet in, as a student does in the cells that are not locked."""
    opened = load_workbook(io.BytesIO(book))
    (sheet,) = opened.worksheets
    cells = (c for row in sheet.iter_rows() for c in row if not isinstance(c, MergedCell))
    free = [c for c in cells if not c.protection.locked]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert all(cell.value is None and cell.number_format == "@" for cell in free)
    values: list[Any] = ["e1", "Ada", *(TYPED[n % len(TYPED)] for n in range(len(free) - 2))]
    for cell, value in zip(free, values, strict=True):
        cell.value = value
        cell.data_type = "s"
    out = io.BytesIO()
    opened.save(out)
    names = [answer_at(sheet, cell) for cell in free[2:]]
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
    assert set(book.answers) == set(yaml.answers)
    assert len(set(yaml.answers)) == len(yaml.answers)
    assert set(book.answers.values()) == {None}
    (rows,) = read(tmp_path, "copy.csv", answer_table(model, words(language)).encode("utf-8-sig"))
    assert rows.answers == yaml.answers
    table = class_table(model, words(language))
    mark = ";" if language == "fr" else ","
    (head,) = csv.reader([table], delimiter=mark)
    row = mark.join(["e1", "Ada", *['"0,5"'] * len(yaml.answers)])
    (found,) = read(tmp_path, "class.csv", f"\ufeff{table}{row}\r\n")
    assert head[2:] == list(yaml.answers)
    assert found.answers == dict.fromkeys(yaml.answers, "0,5")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("named", [1, 1000])
def test_a_student_need_not_repeat_whose_the_rows_are(
    model: Model, language: str, named: int, tmp_path: Path
) -> None:
    text = answer_table(model, words(language))
    mark = ";" if language == "fr" else ","
    head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    out = io.StringIO()
    typed = [TYPED[n % len(TYPED)] for n in range(len(rows))]
    lines = [
        ["e7" if n < named else "", name, value]
        for n, ((_, name, _), value) in enumerate(zip(rows, typed, strict=True))
    ]
    csv.writer(out, delimiter=mark).writerows([head, *lines])
    (found,) = read(tmp_path, "copy.csv", out.getvalue())
    assert found.student.id == "e7"
    assert found.remarks == ()
    assert found.answers == {name: value for _, name, value in lines}


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
        f"{name}-reponses.csv",
        f"{name}-classe.csv",
    }
    for path in tmp_path.glob(f"{name}-*"):
        path.write_bytes(b"mine")
    made = write_sheets([model], tmp_path, words("fr"))
    assert [path.name for path in made.written] == [f"{name}.html"]
    assert {path.name for path in made.kept} == written - {f"{name}.html"}
    page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
    assert f"{name}-reponses.yaml, {name}-reponses.xlsx, {name}-reponses.csv" in page


def test_a_quantity_at_several_places_makes_a_table() -> None:
    exercise = written(
        ["h[t] = w * x[t]", "y[t] = 2 * h[t]", "s = y[3]"],
        {"w": [1, 2], "x": [1, 2, 3]},
        ["h", "y[2]", "y[3]", "s"],
        {"t": "1..3"},
    )
    table, alone = blocks(exercise.exercise.questions[0], exercise)
    assert table.columns == ("t = 1", "t = 2", "t = 3")
    assert dict(table.rows) == {
        "h.1": ("h[1].1", "h[2].1", "h[3].1"),
        "h.2": ("h[1].2", "h[2].2", "h[3].2"),
        "y.1": (None, "y[2].1", "y[3].1"),
        "y.2": (None, "y[2].2", "y[3].2"),
    }
    assert alone == type(alone)((), (("s.1", ("s.1",)), ("s.2", ("s.2",))))


@pytest.mark.parametrize(
    ("file", "question", "tables"),
    [("", "", [2, 0]), ("list", "", [0, 0]), ("list", "table", [2, 0]), ("table", "table", [2])],
)
def test_the_author_may_choose_the_layout(file: str, question: str, tables: list[int]) -> None:
    text = """
id: layouts
title: "x"
indices: {t: 1..2}
equations: ["h[t] = 2 * x[t]", "y[t] = 3 * x[t]"]
given: {x: [1, 2]}
questions:
  - {id: a, text: "x", answers: [h]}
  - {id: b, text: "x", answers: ["y[2]"]}
"""
    text += f"layout: {file}\n" if file else ""
    if question:
        text = text.replace("answers: [h]}", f"answers: [h], layout: {question}}}")
    exercise = loads(text)
    found = [list(blocks(asked, exercise)) for asked in exercise.exercise.questions]
    assert [len(block.columns) for own in found for block in own] == tables


@pytest.mark.parametrize("language", languages())
def test_one_table_may_serve_a_whole_exercise(language: str, tmp_path: Path) -> None:
    source = exercise_files(["tp-2.1"])[0].read_text(encoding="utf-8")
    exercise = loads(source + "\nlayout: table\n")
    (table,) = shared_blocks(exercise)
    assert table.columns == ("t = 1", "t = 2", "t = 3")
    assert [label for label, _ in table.rows][:3] == ["z_f", "f", "z_i"]
    assert len(table.rows) == 10
    assert not [b for a in exercise.exercise.questions for b in blocks(a, exercise)]
    book, answers = filled(answer_book(exercise, words(language)))
    (found,) = read(tmp_path, "copy.xlsx", book)
    assert found.answers == answers
    assert len(answers) == 30
    page = statement_html(exercise, words(language))
    assert page.count("<table") == 1
    assert page.count('class="cell"') == 30
    assert page.index('id="question-3"') < page.index('id="table"')


def test_what_an_author_writes_is_never_a_formula_nor_markup(tmp_path: Path) -> None:
    exercise = loads(
        """
id: hostile
title: "=HYPERLINK(\\"http://x\\") & <b>"
equations: [b = 3 * a]
given: {a: 2}
questions:
  - {id: q, text: "+cmd|' /C calc'!A0 <script>", answers: [b], unit: "=1+1"}
"""
    )
    book = answer_book(exercise, words("en"))
    (sheet,) = load_workbook(io.BytesIO(book)).worksheets
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert sheet["A1"].value.startswith("=HYPERLINK")
    (found,) = read(tmp_path, "a.xlsx", book)
    assert found.answers == {"b": None}
    (found,) = read(tmp_path, "a.yaml", answer_file(exercise, words("en")))
    assert found.answers == {"b": None}


def test_cells_say_what_belongs_there_and_refuse_nothing() -> None:
    exercise = load(exercise_files(["tp-1.2"])[0])
    (sheet,) = load_workbook(io.BytesIO(answer_book(exercise, words("en")))).worksheets
    hints = sheet.data_validations.dataValidation
    assert {hint.type for hint in hints} == {None, "list"}
    assert not any(hint.showErrorMessage for hint in hints)
    assert all(hint.showInputMessage and hint.prompt for hint in hints)
    (choice,) = (hint for hint in hints if hint.type == "list")
    assert choice.formula1 == '"a,b,c,d"'
    assert any("4 decimals" in hint.prompt for hint in hints)


def test_it_prints_on_a4_across_one_page(model: Model) -> None:
    (sheet,) = load_workbook(io.BytesIO(answer_book(model, words("en")))).worksheets
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert model.exercise.id in sheet.oddHeader.left.text
    assert "&P / &N" in sheet.oddFooter.right.text
