"""CSV: which character parts the columns, quotes that never close, lines without end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.readers.material import read
from tp_solver.grading.submission import LONGEST_LINE


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("student;h[1, 1];h[1, 2]\ne1;0,5;0,6\n", {"h[1, 1]": "0,5", "h[1, 2]": "0,6"}),
        ('student,"h[1, 1]"\ne1,"0,5"\n', {"h[1, 1]": "0,5"}),
        ('student,"h[1]"\ne1,"[0,1; 0,2]"\n', {"h[1]": "[0,1; 0,2]"}),
        ("student\th[1]\ne1\t[0,1; 0,2]\n", {"h[1]": "[0,1; 0,2]"}),
        ("sep=;\nstudent;h[1]\ne1;0,5\n", {"h[1]": "0,5"}),
        ("sep=,\r\nstudent,h[1]\r\ne1,0.5\r\n", {"h[1]": "0.5"}),
        ("student,q\re1,yes\r", {"q": "yes"}),
        ('student,q\ne1,"two\nlines ""so"""\n', {"q": 'two\nlines "so"'}),
        ("student , h[1] \ne1, 0.5\n", {"h[1]": " 0.5"}),
        ("student;nom;q1\ne1;Ada, comtesse;0,5\n", {"q1": "0,5"}),
        ("student,q\ne1,a\x00b\n", {"q": "a\x00b"}),
    ],
)
def test_files_as_programs_write_them(tmp_path: Path, text: str, answers: dict[str, str]) -> None:
    (found,) = read(tmp_path, "a.csv", text)
    assert found.student.id == "e1"
    assert found.answers == answers


def test_a_quote_that_never_closes_is_told_and_stops_no_other(tmp_path: Path) -> None:
    rows = "".join(f"e{n},0.5\n" for n in range(30_000))
    found = read(tmp_path, "a.csv", f'student,a\nfirst,1\n"{rows}')
    refused = [submission for submission in found if submission.refused]
    assert [submission.place for submission in refused] == ["3"]
    assert "first" in {submission.student.id for submission in found}
    assert found[-1].student.id == "e29999"


def test_a_line_too_long_is_told_and_stops_no_other(tmp_path: Path) -> None:
    long = "e2," + "9" * (3 * LONGEST_LINE)
    found = read(tmp_path, "a.csv", f"student,a\ne1,1\n{long}\ne3,3\n")
    assert sorted((s.student.id, s.refused is None) for s in found) == [
        ("a-3", False),
        ("e1", True),
        ("e3", True),
    ]


def test_a_file_without_headings_is_refused_once(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a.csv", "0.5,0.6\n" * 1000)
    assert found.refused is not None
    assert found.refused.code == "no-header"


def test_the_place_is_the_line_on_which_a_row_begins(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'student,q\ne1,"a\nb"\n\ne2,c\n')
    assert [submission.place for submission in found] == ["2", "5"]
