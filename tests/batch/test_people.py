"""A person's marks: a template out, a file in, kept and merged; what is wrong is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.batch.material import copies, exercise, outputs, run
from tp_solver.batch.people import PersonMark, read_marks
from tp_solver.batch.settings import Settings
from tp_solver.errors import UserError

QUESTIONS = {"numbers": 4.0, "words": 2.0}


def scores(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """Return scores and points still to give, by student."""
    found: dict[str, list[tuple[float, float]]] = {}
    for report in json.loads((folder / "report.json").read_text(encoding="utf-8")):
        pair = (report["score"], report["pending"])
        found.setdefault(report["student"]["id"], []).append(pair)
    return found


def filled(folder: Path, points: str = "1,5") -> Path:
    """Fill the template in, as a person would, and save it elsewhere."""
    text = (folder / "to-mark.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter="," if "," in text else ";"))
    at = rows[0].index("points")
    path = folder.parent / "filled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(rows[0])
        for row in rows[1:]:
            writer.writerow([*row[:at], points, *row[at + 1 :]])
    return path


def test_template_out_marks_in_and_kept(tmp_path: Path) -> None:
    path, given, out = exercise(tmp_path), copies(tmp_path, 20), tmp_path / "out"
    run(path, given, out)
    before = scores(out)
    assert all(pending == 2 for found in before.values() for score, pending in found if score)
    outcome = run(path, given, out, marks=filled(out))
    after = scores(out)
    for student, pairs in before.items():
        for (old, _), (new, pending) in zip(pairs, after[student], strict=True):
            if old is not None:
                assert (new, pending) == (old + 1.5, 0)
    assert outcome.pending == 0
    assert not (out / "to-mark.csv").exists()
    kept = outputs(out)
    assert run(path, given, out).recognised == 20  # without --marks they stay
    assert outputs(out) == kept


def test_marks_from_the_start_give_the_same(tmp_path: Path) -> None:
    path, given = exercise(tmp_path), copies(tmp_path, 20)
    run(path, given, tmp_path / "out")
    marks = filled(tmp_path / "out")
    run(path, given, tmp_path / "out", marks=marks)
    run(path, given, tmp_path / "fresh", marks=marks)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "fresh")


def test_a_copy_of_its_own_or_all_of_a_student(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    for name in ("a", "b"):
        text = json.dumps({"student": "e", "answers": {"words": name}})
        (tmp_path / f"{name}.json").write_text(text)
    given = [tmp_path / "a.json", tmp_path / "b.json"]
    marks = tmp_path / "marks.csv"
    marks.write_text("student,question,points,file\ne,words,1,\ne,words,2,b.json\n")
    run(path, given, tmp_path / "out", marks=marks)
    assert scores(tmp_path / "out")["e"] == [(1, 0), (2, 0)]


def test_points_that_wait_in_the_template_are_not_overwritten(tmp_path: Path) -> None:
    path, given, out = exercise(tmp_path), copies(tmp_path, 20), tmp_path / "out"
    run(path, given, out)
    filled(out).replace(out / "to-mark.csv")
    kept = (out / "to-mark.csv").read_bytes()
    outcome = run(path, given, out)
    assert "points that were not read" in outcome.notes[0]
    assert (out / "to-mark.csv").read_bytes() == kept
    run(path, given, out, marks=out / "to-mark.csv")
    assert not (out / "to-mark.csv").exists()


def test_the_template_is_safe_in_a_spreadsheet_and_read_back(tmp_path: Path) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    text = json.dumps({"student": "=cmd()", "answers": {"words": '=1+1\nand, "more"; so'}})
    (tmp_path / "a.json").write_text(text)
    run(path, [tmp_path / "a.json"], out)
    written = (out / "to-mark.csv").read_text(encoding="utf-8-sig")
    row = list(csv.reader(written.splitlines(keepends=True)))[1]
    assert row[0] == "'=cmd()"
    assert row[4] == '\'=1+1\nand, "more"; so'
    path_of_marks = tmp_path / "filled.csv"
    path_of_marks.write_text("student,question,points\n'=cmd(),words,2\n")
    outcome = run(path, [tmp_path / "a.json"], out, marks=path_of_marks)
    assert outcome.pending == 0


def test_nobody_of_that_name_is_told(tmp_path: Path) -> None:
    path, given = exercise(tmp_path), copies(tmp_path, 5)
    marks = tmp_path / "marks.yaml"
    marks.write_text(
        "- {student: e1, question: words, points: 2}\n- {student: x, question: words, points: 2}\n"
    )
    outcome = run(path, given, tmp_path / "out", marks=marks)
    (note,) = outcome.notes
    assert note.startswith(f"{marks}:2: nobody called `x`")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("e,wrods,1", "3: there is no question `wrods`: did you mean `words`?"),
        ("e,words,2.5", "3: 2.5 points are more than the 2 there are"),
        ("e,words,-1", "3: `-1` is no number of points"),
        ("e,words,many", "3: `many` is no number of points"),
        (",words,1", "3: there is no student"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(f"student,question,points\ne0,words,1\n{row}\ne2,none,1\n", encoding="utf-8")
    with pytest.raises(UserError) as told:
        read_marks(path, QUESTIONS)
    first, second = str(told.value).splitlines()
    assert first.startswith(f"{path}:{message}")
    assert second.startswith(f"{path}:4: there is no question `none`")


@pytest.mark.parametrize("form", ["csv", "yaml", "xlsx", "latin", "french"])
def test_forms_of_the_file(tmp_path: Path, form: str) -> None:
    due = [PersonMark("é007", "", "", "words", 1.5, "bien")]
    path = tmp_path / f"marks.{form if form in ('yaml', 'xlsx') else 'csv'}"
    if form == "yaml":
        path.write_text("- student: é007\n  question: words\n  points: 1.5\n  comment: bien\n")
    elif form == "xlsx":
        from openpyxl import Workbook

        book = Workbook()
        book.active.append(["student", "question", "points", "comment"])
        book.active.append(["é007", "words", 1.5, "bien"])
        book.save(path)
    elif form == "latin":
        text = "student;question;points;comment\r\né007;words;1,5;bien\r\n"
        path.write_bytes(text.encode("cp1252"))
    else:
        head = "identifiant,question,points,commentaire" if form == "french" else ""
        head = head or "student,question,points,comment"
        path.write_text(f"{head}\né007,words,1.5,bien\n", encoding="utf-8-sig")
    assert [mark._replace(line=0) for mark in read_marks(path, QUESTIONS)] == due


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("m.csv", b"student,points\ne,1\n", "there is no column `question`"),
        ("m.txt", b"", "marks are read from .csv"),
        ("m.xlsx", b"no workbook", "is no workbook"),
        ("m.yaml", b"- e: [1\n", "m.yaml:"),
        ("m.yaml", b"- 3\n", "m.yaml:1: write a list"),
        ("m.csv", b'student,question,points\n"' + b"x" * 200_000, "not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=message):
        read_marks(tmp_path / name, QUESTIONS)


def test_an_id_that_looks_like_a_number_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "marks.yaml"
    path.write_text("- {student: 007, question: words, points: 1}\n", encoding="utf-8")
    assert read_marks(path, QUESTIONS)[0].student == "007"


def test_scores_alone_take_a_persons_marks_too(tmp_path: Path) -> None:
    path, given, out = exercise(tmp_path), copies(tmp_path, 10), tmp_path / "out"
    settings = Settings(language="en", formats=("scores",))
    run(path, given, out, settings)
    before = (out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()[2].split(",")
    run(path, given, out, settings, marks=filled(out, "2"))
    after = (out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()[2].split(",")
    assert float(after[2]) == float(before[2]) + 2
