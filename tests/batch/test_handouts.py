"""Sheets, worked solutions and keys of a class: named safely, filled in, read back, marked."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.personal import HARD, RNN, family, own_rnn
from tp_solver.batch.handouts import Handouts
from tp_solver.batch.names import stems
from tp_solver.batch.roster import numbered, read_students
from tp_solver.cli import main
from tp_solver.errors import UserError
from tp_solver.exercise.variants import code_of
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.readers import read_submissions
from tp_solver.grading.readers.people import cleaned
from tp_solver.grading.report import Student
from tp_solver.sheets.answer_book import answer_book
from tp_solver.sheets.answer_text import answer_file, answer_table
from tp_solver.sheets.chromium import VARIABLE
from tp_solver.solution import load, solve
from tp_solver.text import words

CLASS = 'id;name\ne1;Ada L.\n=cmd|x;"Eve; <b>"\nindex;Zoé\ne 2;\nE 3;Bob\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Write the exercise and a list of students."""
    (tmp_path / "rnn.yaml").write_text(RNN, encoding="utf-8")
    (tmp_path / "class.csv").write_text(CLASS, encoding="utf-8")
    return tmp_path


def command(place: Path, *arguments: str) -> int:
    """Run a command of the exercise in a folder."""
    name, *rest = arguments
    return main([name, str(place / "rnn.yaml"), *rest])


def test_every_student_has_a_sheet_that_names_them(place: Path) -> None:
    assert command(place, "sheet", "--students", str(place / "class.csv"), "-o", str(place)) == 0
    folder = place / "own-rnn"
    pages = sorted(path.name for path in folder.glob("*.html"))
    assert len(pages) == 6
    assert {"e1.html", "index.html"} <= set(pages)
    assert "Ada L. (e1)" in (folder / "e1.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+\.html)"', (folder / "index.html").read_text("utf-8"))
    assert {*links, "index.html"} == set(pages)
    eve = next(path for path in folder.glob("cmd*.html")).read_text("utf-8")
    assert "<b>" not in eve
    assert "Eve; &lt;b&gt; (=cmd|x)" in eve


def test_a_sheet_has_its_students_numbers_and_no_answer(place: Path) -> None:
    command(place, "sheet", "--students", str(place / "class.csv"), "-o", str(place))
    text = (place / "own-rnn" / "e1.html").read_text(encoding="utf-8")
    (numbers,) = family(["e1"]).numbers
    for number in (numbers[1], numbers[2]):
        assert f"<mn>{str(abs(number)).replace('.', ',')}</mn>" in text  # type: ignore[arg-type]
    value = float(solve(family(["e1"]).of(0)).value("h", (1,)))
    assert f"{abs(value):.4f}".replace(".", ",") not in text


def test_answers_copied_from_the_key_are_all_right(place: Path) -> None:
    everyone = ("--students", str(place / "class.csv"))
    assert command(place, "solve", *everyone, "-o", str(place / "keys")) == 0
    assert command(place, "sheet", *everyone, "-o", str(place / "td"), "--lang", "en") == 0
    copies = place / "copies"
    copies.mkdir()
    keys = json.loads((place / "keys" / "own-rnn" / "key.json").read_text("utf-8"))
    assert [key["student"]["id"] for key in keys] == ["e1", "=cmd|x", "index", "e 2", "E 3"]
    for key in keys:
        (path,) = (
            path
            for path in (place / "td" / "own-rnn").glob("*-answers.yaml")
            if f"own-rnn/{key['code']}\n" in path.read_text("utf-8")
        )
        text = path.read_text("utf-8")
        for name, value in key["expected"].items():
            text = text.replace(f"  {name}:\n", f"  {name}: {value:.4f}\n")
        (copies / path.name).write_text(text, encoding="utf-8")
    marks = place / "marks"
    assert command(place, "grade", str(copies), "-o", str(marks), *everyone, "--jobs", "1") == 0
    reports = json.loads((marks / "report.json").read_text("utf-8"))
    assert {report["score"] for report in reports} == {6.0}
    assert {r["student"]["id"] for r in reports} == {key["student"]["id"] for key in keys}


def test_the_key_as_a_table_says_the_same(place: Path) -> None:
    command(place, "solve", "--students", str(place / "class.csv"), "-o", str(place))
    folder = place / "own-rnn"
    keys = json.loads((folder / "key.json").read_text("utf-8"))
    table = (folder / "key.csv").read_text("utf-8-sig")
    (head, *rows) = csv.reader(io.StringIO(table), delimiter=";")
    assert rows[1][0] == "'=cmd|x"  # no formula for a spreadsheet
    for key, row in zip(keys, rows, strict=True):
        found = {
            name: float(v.replace(",", ".")) for name, v in zip(head[3:], row[3:], strict=True)
        }
        assert found == key["expected"]
        assert row[2] == key["code"]


def test_other_formats_are_written_for_each_student(place: Path) -> None:
    assert command(place, "solve", "--variants", "2", "--format", "json", "-o", str(place)) == 0
    data = json.loads((place / "own-rnn" / "2.json").read_text("utf-8"))
    w = family(["2"]).numbers[0][2]
    assert data["values"]["w"] == float(w)  # type: ignore[arg-type]
    assert data["student"] == {"id": "2", "name": ""}


def test_without_a_browser_students_solutions_are_pages(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(place / "nothing"))
    assert command(place, "solve", "--variants", "2", "--format", "pdf", "-o", str(place)) == 1
    assert "Written as HTML instead" in capsys.readouterr().err
    folder = place / "own-rnn"
    names = {path.name for path in folder.iterdir()}
    assert names == {"1.html", "2.html", "index.html", "key.csv", "key.json"}
    assert 'href="1.html"' in (folder / "index.html").read_text("utf-8")


def test_students_solutions_are_printed_with_one_start_of_the_browser(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[list[str]] = []

    def printed(pages: Iterable[str]) -> Iterator[bytes]:
        starts.append([])
        for made in pages:
            starts[-1].append(made)
            yield b"%PDF-"

    monkeypatch.setattr("tp_solver.sheets.pdf.printed", printed)
    assert command(place, "solve", "--variants", "3", "--format", "pdf", "-o", str(place)) == 0
    assert [len(pages) for pages in starts] == [3]
    folder = place / "own-rnn"
    assert (folder / "3.pdf").exists()
    assert 'href="3.pdf"' in (folder / "index.html").read_text("utf-8")


def test_files_that_somebody_may_have_filled_in_are_kept(place: Path) -> None:
    command(place, "sheet", "--variants", "1", "-o", str(place))
    answers = place / "own-rnn" / "1-reponses.yaml"
    answers.write_text("mine", encoding="utf-8")
    assert command(place, "sheet", "--variants", "1", "-o", str(place)) == 1
    assert answers.read_text("utf-8") == "mine"


def test_answer_files_of_an_earlier_draw_are_replaced_or_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everyone = ("sheet", "--variants", "2", "-o", str(place))
    assert command(place, *everyone) == 0
    folder = place / "own-rnn"
    filled_in = folder / "1-reponses.yaml"
    text = filled_in.read_text("utf-8").replace("h[1]:", "h[1]: 0,5")
    filled_in.write_text(text, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.glob("*-reponses.*")}
    assert len(before) == 6
    capsys.readouterr()
    assert command(place, *everyone) == 0
    assert "kept: 1-reponses.yaml" in capsys.readouterr().err
    (place / "rnn.yaml").write_text(RNN.replace("seed: 7", "seed: 8"), encoding="utf-8")
    assert command(place, *everyone) == 1
    said = capsys.readouterr().err
    assert "kept, of other numbers: 1-reponses.yaml (move" in said
    assert "kept: " not in said
    after = {path.name: path.read_bytes() for path in folder.glob("*-reponses.*")}
    assert {name for name in before if before[name] == after[name]} == {"1-reponses.yaml"}


def test_a_sheet_says_which_answer_files_it_kept(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ("sheet", "--format", "html,yaml,xlsx", "-o", str(place / "td"))
    assert command(place, *made) == 0
    assert "kept" not in capsys.readouterr().err
    assert command(place, *made) == 0
    kept = "kept: own-rnn-reponses.yaml, own-rnn-reponses.xlsx (delete them to have them made anew)"
    assert kept in capsys.readouterr().err


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
IDS = (TEXTS | st.from_regex("'*[=+@-]x", fullmatch=True)).map(cleaned)  # and formulas


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(student=IDS.filter(bool), name=IDS)
def test_answer_files_bring_back_whose_they_are(student: str, name: str, tmp_path: Path) -> None:
    model = Drawer(own_rnn().model).family([Student(student, name)]).of(0)
    for suffix, content in (
        ("yaml", answer_file(model, words("en")).replace("h[1]:", "h[1]: 1").encode()),
        ("xlsx", filled(answer_book(model, words("en")))),
        ("csv", answer_table(model, words("en")).replace("h[1],", "h[1],1").encode("utf-8-sig")),
    ):
        path = tmp_path / f"copy.{suffix}"
        path.write_bytes(content)
        (found,) = read_submissions(path)
        assert found.student == Student(student, name)
        assert found.exercise == f"own-rnn/{code_of(family([student]).numbers[0])}"
        assert not found.remarks


def filled(book: bytes) -> bytes:
    """Fill an answer into a workbook."""
    found = openpyxl.load_workbook(io.BytesIO(book))
    sheet = found.active
    for row in sheet.iter_rows():
        if row[0].value == "h[1]":
            row[1].value = "1"
    out = io.BytesIO()
    found.save(out)
    return out.getvalue()


@given(st.lists(IDS, max_size=20, unique=True))
def test_no_two_students_share_a_file(students: list[str]) -> None:
    found = stems(students)
    assert len({stem.lower() for stem in found} | {"index", "key"}) == len(students) + 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", stem) for stem in found)


def test_a_list_of_students_is_read_in_any_usual_form(tmp_path: Path) -> None:
    path = tmp_path / "class.txt"
    for text in (
        "e1\ne2\n",
        "e1,Ada L.\n\ne2\n",
        "Identifiant\te1x\ne1\tAda L.\ne2\t\n",
        "\ufeffstudent;name;group\ne1;Ada L.;A\ne2;;B\n",
        "Nom;Identifiant\nAda L.;e1\n;e2\n",
        "Prénom;Nom;Identifiant\nAda;L.;e1\n;;e2\n",
        "First name,Surname,ID number,Email address\nAda,L.,e1,a@x.org\n,,e2,\n",
        "sep=;\ne1;Ada L.\ne2;B; C\n",
        "id,name\ne1,Ada L.\ne2,Zo; é\n",
        "email;nom\ne1;Ada L.\ne2;\n",
        "id\ne1;Ada L.\ne2;Zoé, B.\n",
    ):
        path.write_bytes(text.encode())
        found = read_students(path)
        assert [student.id for student in found] == ["e1", "e2"], text
        known = "Ada" in text and "e1x" not in text
        assert found[0].name == ("Ada L." if known else ""), text
    assert [student.id for student in numbered(3)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lists nobody"),
        ("id,name\n", "lists nobody"),
        ("e1\ne2\nE1\n", ":3: `E1` is listed twice: line 1 has `e1`, and capitals don't count"),
        ("Nom;Prénom\nL.;Ada\n", ":1: none of the headings `Nom`, `Prénom` is for ids: call"),
        ("\nname\nAda\n", ":2: none of the headings `name` is for ids"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "class.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(told)):
        read_students(path)


def test_an_exercise_that_draws_nothing_has_no_sheets_for_each(tmp_path: Path) -> None:
    model = load(ROOT / "exercises" / "tp" / "tp-2.1.yaml")
    handouts = Handouts(model, numbered(2), tmp_path, words("en"))
    with pytest.raises(UserError, match=r"tp-2\.1 gives everybody the same numbers"):
        handouts.sheets(lambda items, _: items)
    assert not (tmp_path / "tp-2.1").exists()


def test_a_check_tells_nothing_of_anybody_elses_numbers(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = float(solve(family(["e1"]).of(0)).value("h", (1,)))
    for student, told in (("E1", "h[1]: right"), ("e2", "h[1]: not yet")):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"h[1] = {value:.4f}\n"))
        assert command(place, "check", "--student", student, "--lang", "en") == 0
        assert told in capsys.readouterr().out
    assert command(place, "check", "--lang", "en") == 2
    assert "--student ID" in capsys.readouterr().err


def test_a_sheet_for_all_says_that_there_is_one_for_each(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(place, "sheet", "-o", str(place / "td")) == 0
    assert "--students makes one for each" in capsys.readouterr().err
    assert (place / "td" / "own-rnn.html").exists()
    assert command(place, "sheet", "--students", str(place / "none.csv"), "-o", str(place)) == 2
    assert "none.csv" in capsys.readouterr().err


def test_verify_says_where_no_draw_will_do(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "rnn.yaml").write_text(HARD, encoding="utf-8")
    assert command(place, "verify") == 1
    assert "variants NOT PROVED: own-rnn: none of 200 draws" in capsys.readouterr().out


def test_verify_proves_some_students_numbers(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(place, "verify", "--variants", "2") == 0
    said = capsys.readouterr().out
    assert re.search(r"variants: \d+% of draws show enough mistakes", said)
    assert "variants proved: those of the students 1 to 2" in said
