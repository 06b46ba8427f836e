"""Tables as people make them: headings in two languages, slips in them, rows that don't fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.readers.material import as_csv, as_xlsx, read
from tp_solver.grading.readers.headers import SPELLINGS, Layout, layout
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import MOST_ANSWERS, Submission


def codes(submission: Submission) -> list[str]:
    """List what is said of a submission."""
    return [remark.code for remark in submission.remarks]


@pytest.mark.parametrize("head", ["student,name", "Étudiant·e;Nom complet", "ID number\tFull name"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_headings_in_any_case_language_and_encoding(
    tmp_path: Path, head: str, encoding: str
) -> None:
    mark = next(mark for mark in ",;\t" if mark in head)
    text = f"{head}{mark}f[1]\r\ne1{mark}Zoé{mark}0.5\r\n"
    (found,) = read(tmp_path, "a.csv", text.encode(encoding))
    assert (found.student.id, found.student.name) == ("e1", "Zoé")
    assert found.answers == {"f[1]": "0.5"}


@pytest.mark.parametrize(
    "head",
    [
        "student,answer,value",
        "identifiant,réponse,valeur",
        "Student ID,question,answer",
        "numéro d'étudiant,question,réponse",
        "username,quantity,response",
        "email,variable,valeur",
        "étudiant,question,réponse,valeur",
    ],
)
def test_one_answer_a_row(tmp_path: Path, head: str) -> None:
    middle = ",-" if head.count(",") == 3 else ""
    rows = "".join(f"{s}{middle},{a},{v}\n" for a, v in (("a", 1), ("b", 2)) for s in ("x", "y"))
    found = read(tmp_path, "a.csv", f"{head}\n{rows}")
    assert [submission.student.id for submission in found] == ["x", "y"]
    assert [submission.answers for submission in found] == [{"a": "1", "b": "2"}] * 2
    assert [submission.place for submission in found] == ["2", "3"]


def test_no_word_has_two_meanings() -> None:
    words = [word.strip() for words in SPELLINGS.values() for word in words.split(",")]
    assert len(words) == len(set(words))
    for role, listed in SPELLINGS.items():
        for word in listed.split(","):
            found = layout([["student", "name", word], []])
            assert role == "" or isinstance(found, tuple | Remark)


@pytest.mark.parametrize(
    ("head", "name", "near"),
    [
        (["studnt", "f[1]"], "studnt", "student"),
        (["Etudiantt", "nom", "f[1]"], None, None),  # the name will do
        (["indentifiant", "f[1]"], "indentifiant", "identifiant"),
        (["student", "anwser", "valeu"], "valeu", "valeur"),
        (["student", "answer", "vallue"], "vallue", "value"),
        (["student", "reponce", "valeur"], "reponce", "réponse"),
    ],
)
def test_a_nearly_right_heading_gets_a_suggestion(
    head: list[str], name: str | None, near: str | None
) -> None:
    found = layout([head])
    if name is None:
        assert isinstance(found, tuple)
    else:
        assert found == Remark("header-near", (("name", name), ("near", near)))


@pytest.mark.parametrize("head", [["x", "y"], ["grade", "comment"], ["score"]])
def test_a_table_of_something_else_is_refused(tmp_path: Path, head: list[str]) -> None:
    (found,) = read(tmp_path, "a.csv", as_csv([head, ["1", "2"], ["3", "4"]]))
    assert found.refused == Remark("no-header", (("known", "student"),))


def test_a_table_of_one_student_needs_no_column_for_it(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "ada.csv", "f[1],h[1].2\n0.5,0.6\n")
    assert found.student.id == "ada"
    assert found.answers == {"f[1]": "0.5", "h[1].2": "0.6"}
    assert codes(found) == ["no-student"]
    several = read(tmp_path, "ada.csv", "f[1],h[1].2\n0.5,0.6\n0.7,0.8\n")
    assert [submission.student.id for submission in several] == ["ada-2", "ada-3"]


def test_first_and_last_names(tmp_path: Path) -> None:
    for head in ("Surname,First name,Email address", "nom,prénom,courriel"):
        (found,) = read(tmp_path, "a.csv", f"{head},f[1]\nLovelace,Ada,ada@x.fr,0.5\n")
        assert (found.student.id, found.student.name) == ("ada@x.fr", "Ada Lovelace")
        assert found.answers == {"f[1]": "0.5"}


def test_an_answer_sheet_without_a_student_is_named_after_its_file(tmp_path: Path) -> None:
    rows: list[list[object]] = [["exercise", "tp-1"], ["student", ""], ["answer", "value"]]
    for name, content in (
        ("ada.csv", as_csv([*rows, ["f[1]", "0.5"]])),
        ("ada.xlsx", as_xlsx({"A": [*rows, ["f[1]", "0.5"]]})),
    ):
        (found,) = read(tmp_path, name, content)
        assert (found.student.id, found.exercise) == ("ada", "tp-1")
        assert found.answers == {"f[1]": "0.5"}
        assert codes(found) == ["no-student"]
    (empty,) = read(tmp_path, "ada.csv", as_csv(rows))
    assert empty.answers == {}
    assert empty.refused is None


@pytest.mark.parametrize(
    ("row", "answers", "ambiguous"),
    [
        ("e1,0.5,0.6,0.7", {"a": "0.5", "b": "0.6", "c": "0.7"}, set()),
        ("e1,0.5", {"a": "0.5", "b": None, "c": None}, set()),
        ("e1,0.5,0.6,0.7,,", {"a": "0.5", "b": "0.6", "c": "0.7"}, set()),
        ("e1,0,5", {"a": "0", "b": "5", "c": None}, {"a", "b"}),
        ("e1,0,5,1,", {"a": "0", "b": "5", "c": "1"}, {"a", "b", "c"}),
        ("e1,1,0,1", {"a": "1", "b": "0", "c": "1"}, set()),
        ('e1,"0,5","0,6",7', {"a": "0,5", "b": "0,6", "c": "7"}, set()),
    ],
)
def test_rows_that_fit_and_rows_that_may_not(
    tmp_path: Path, row: str, answers: dict[str, str | None], ambiguous: set[str]
) -> None:
    (found,) = read(tmp_path, "a.csv", f"student,a,b,c\n{row}\n")
    assert found.answers == answers
    assert found.ambiguous == ambiguous


def test_a_row_with_too_many_cells_is_refused_alone(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "student,a,b\ne1,0,5,0,6\ne2,1,2\n")
    assert found[0].refused == Remark("row-length", (("found", 5), ("expected", 3)))
    assert (found[0].place, found[1].answers) == ("2", {"a": "1", "b": "2"})


@pytest.mark.parametrize("head", ["student,answer,value", "student,answer,value,comment"])
def test_a_decimal_comma_without_quotes_one_answer_a_row(tmp_path: Path, head: str) -> None:
    (found,) = read(tmp_path, "a.csv", f"{head}\ne1,f[1],0,5\ne1,f[2],0.5\n")
    assert found.answers["f[1]"] in ("0,5", "0")
    assert found.ambiguous == {"f[1]"}


def test_repeated_answers_are_remarked_and_the_first_counts(tmp_path: Path) -> None:
    (first,) = read(tmp_path, "a.csv", "student,a,a\ne1,1,2\n")
    (second,) = read(tmp_path, "a.csv", "student,answer,value\ne1,a,1\ne1,a,2\n")
    assert [first.answers, second.answers] == [{"a": "1"}] * 2
    assert [codes(first), codes(second)] == [["twice"]] * 2


def test_a_value_without_a_name_is_remarked(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a.csv", "student,answer,value\ne1,a,1\ne1,,2\n")
    assert found.remarks == (Remark("nameless-value", (("name", "2"),)),)


def test_blank_lines_and_rows_of_the_form_are_no_submissions(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "\n,,\nstudent,name,a\n,,\n\ne1,,1\n,,\n , ,2\n")
    assert [submission.student.id for submission in found] == ["e1", "a-8"]
    (empty,) = read(tmp_path, "a.csv", "student,name,a\n,,\n\n")
    assert empty.refused == Remark("empty")


def test_too_many_answers(tmp_path: Path) -> None:
    names = [f"a{n}" for n in range(MOST_ANSWERS + 1)]
    (wide,) = read(tmp_path, "a.csv", as_csv([["student", *names], ["e1"]]))
    rows: list[list[object]] = [["e1", name, 1] for name in names]
    (long,) = read(tmp_path, "a.csv", as_csv([["student", "answer", "value"], *rows]))
    assert wide.refused == long.refused == Remark("too-many", (("most", MOST_ANSWERS),))


def test_the_layout_of_columns() -> None:
    found = layout([["Horodateur", "name", "f[1]", "student", "f[2]"]])
    assert found == (0, Layout({"name": 1, "student": 3}, {"f[1]": 2, "f[2]": 4}, 5))
