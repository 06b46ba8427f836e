"""Marked copies: what they tell, that they escape, and that speed changes nothing on them."""

from __future__ import annotations

import re

import pytest

from tests.grading.material import shipped, submission
from tests.grading.students import Student
from tp_solver.grading.marking import Marker
from tp_solver.grading.person import with_person
from tp_solver.grading.report import Judged, Report
from tp_solver.grading.submission import Raw
from tp_solver.sheets.feedback import MOST_REDONE, FeedbackWriter
from tp_solver.text import languages, words


def copy(name: str, changes: dict[str, Raw], student: str = "ada") -> Report:
    """Mark an honest copy with some changes."""
    solution = shipped(name)
    answers = dict(Student(solution.model, 4, manner="answers").submission().answers)
    (report,) = Marker(solution).reports([submission(answers | changes, student)])
    return report


def page(name: str, report: Report, language: str = "en") -> str:
    """Return a marked copy, without its style."""
    whole = FeedbackWriter(shipped(name), words(language)).page(report)
    return whole.partition("</style>")[2]


def rows(text: str) -> list[str]:
    """Return the rows of the marks."""
    return re.findall(r"<tr>(?!<th scope=\"col\").*?</tr>", text, re.DOTALL)


@pytest.mark.parametrize("language", languages())
def test_a_known_mistake_is_told_with_its_remedy(language: str) -> None:
    text = page("tp-2.1", copy("tp-2.1", {"h[1]": "0.1091"}), language)
    told = {"fr": "Tanh de la mémoire oubliée", "en": "Tanh of the memory forgotten"}
    found = re.search(r'<tr class="found">.*?</tr>', text)
    assert found is not None
    assert told[language].lower()[:8] in found[0].lower() or "<strong>" in found[0]
    assert "<math" in found[0]  # the student's own C[1] stands in it as a formula
    assert 'class="badge misconception"' in text


def test_every_number_asked_has_a_row_and_the_points_add_up() -> None:
    report = copy("tp-2.1", {"C[1]": "0.25"})
    text = page("tp-2.1", report)
    assert len(rows(text)) == len(report.marks)
    for mark, row in zip(report.marks, rows(text), strict=True):
        assert f'badge {mark.verdict.value}"' in row
    assert "17.9 / 20" in text or str(report.score) in text


def test_own_numbers_are_worked_through() -> None:
    text = page("tp-2.1", copy("tp-2.1", {"C[1]": "0.3100", "h[1]": "0.1726"}))
    assert "<mn>0.3100</mn>" in text  # tanh of the student's own value
    assert "≈" in text or "&#x2248;" in text


def test_only_so_many_steps_are_worked_again() -> None:
    solution = shipped("tp-2.3b")
    names = Student(solution.model, 4).submission().answers
    answers: dict[str, Raw] = {
        name: ["7", "8"] if isinstance(value, list) else "7" for name, value in names.items()
    }
    report = copy("tp-2.3b", answers)
    assert page("tp-2.3b", report).count('class="step"') <= MOST_REDONE


def test_everything_right_is_said() -> None:
    text = page("tp-2.1", copy("tp-2.1", {}))
    assert words("en")("grade.all_right") in text
    assert 'class="step"' not in text


HOSTILE = "<script>alert(1)</script>"


def test_what_a_student_types_is_escaped() -> None:
    report = copy("tp-2.1", {"f[1]": HOSTILE, HOSTILE: "1"}, HOSTILE)
    text = page("tp-2.1", report)
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text


def test_the_words_of_a_person_stand_on_the_page() -> None:
    report = copy("tp-1.1", {"evolution": "It rises."})
    marked = with_person(report, {"evolution": Judged(2, "Good <b>eye</b>")})
    text = page("tp-1.1", marked)
    assert "Good &lt;b&gt;eye&lt;/b&gt;" in text
    assert "badge marked" in text
    assert "badge pending" not in text


def test_a_writer_serves_one_copy_after_another() -> None:
    solution = shipped("tp-2.1")
    writer = FeedbackWriter(solution, words("fr"))
    copies = [copy("tp-2.1", {"C[1]": value}) for value in ("0.25", "0.19", "0.31")]
    together = [writer.page(report) for report in copies]
    alone = [FeedbackWriter(solution, words("fr")).page(report) for report in copies]
    assert together == alone
