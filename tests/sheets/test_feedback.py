"""Marked copies: what they tell, that they escape, and that speed changes nothing on them."""

from __future__ import annotations

import html
import re
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.material import SHIPPED, shipped, submission
from tests.grading.students import Student
from tp_solver.grading.marking import Marker
from tp_solver.grading.person import with_person
from tp_solver.grading.report import Judged, Report
from tp_solver.grading.submission import Raw
from tp_solver.sheets.feedback import MOST_REDONE, FeedbackWriter
from tp_solver.text import languages, words


@cache
def marker(name: str) -> Marker:
    """Return what marks an exercise."""
    return Marker(shipped(name))


def copy(name: str, changes: dict[str, Raw], student: str = "ada") -> Report:
    """Mark an honest copy with some changes."""
    solution = shipped(name)
    answers = dict(Student(solution.model, 4, manner="answers").submission().answers)
    (report,) = marker(name).reports([submission(answers | changes, student)])
    return report


def page(name: str, report: Report, language: str = "en") -> str:
    """Return a marked copy, without its style."""
    whole = FeedbackWriter(shipped(name), words(language)).page(report)
    return whole.partition("</style>")[2]


def rows(text: str) -> list[str]:
    """Return the rows of the marks."""
    return re.findall(r"<tr>(?!<th scope=\"col\").*?</tr>", text, re.DOTALL)


class Visible(HTMLParser):
    """Gathers the text of a page, and what is open at its end."""

    void = frozenset({"meta", "br", "wbr", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.typed: list[str] = []
        self.within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.void:
            self.open.append(tag)
        self.within = ("class", "typed") in attrs
        if self.within:
            self.typed.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.within = False

    def handle_data(self, data: str) -> None:
        if self.within:
            self.typed[-1] += data


def seen(name: str, report: Report) -> Visible:
    """Read a marked copy as a browser does."""
    found = Visible()
    found.feed(FeedbackWriter(shipped(name), words("fr")).page(report))
    found.close()
    assert found.open == []
    return found


def wrong(name: str) -> dict[str, Raw]:
    """Answer nothing right."""
    model = shipped(name).model
    slip = Student(model, 4, manner="answers", change=lambda _place, _at, value: value * 3 + 2)
    return dict(slip.submission().answers)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", SHIPPED)
def test_a_copy_with_nothing_right_is_still_light(name: str, language: str) -> None:
    whole = FeedbackWriter(shipped(name), words(language)).page(copy(name, wrong(name)))
    assert whole.isascii()  # a byte a character: written as it is
    assert len(whole) < 150 * 1024


@settings(max_examples=40, deadline=None)
@given(typed=st.text(max_size=40), who=st.text(min_size=1, max_size=20))
def test_no_text_breaks_a_page(typed: str, who: str) -> None:
    answers: dict[str, Raw] = {"f[1]": typed, "C[2]": typed, f"§{typed}": "1"}
    found = seen("tp-2.1", copy("tp-2.1", answers, who))
    assert not found.tags & {
        "script",
        "img",
        "iframe",
        "object",
        "use",
        "foreignobject",
        "form",
        "input",
        "b",
    }
    if typed.isprintable() and typed.strip() and not typed.strip().startswith("["):
        assert found.typed.count(typed) == 2


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
    assert "≈" in html.unescape(text)


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


@pytest.mark.parametrize("language", languages())
def test_the_first_slip_leads_to_its_question(language: str) -> None:
    text = page(
        "tp-2.1", copy("tp-2.1", {"f[1]": "0.5498", "C[2]": "0.9", "h[2]": "0.1"}), language
    )
    (link,) = re.findall(r'<a href="(#question-[0-9]+)">(.*?)</a>', text)
    assert link[0] == "#question-2"
    assert "<math><msub><mi>C</mi><mn>2</mn></msub></math>" in link[1]
    assert 'id="question-2"' in text


@pytest.mark.parametrize("language", languages())
def test_a_mark_is_provisional_while_a_person_has_points_to_give(language: str) -> None:
    report = copy("tp-1.1", {"evolution": "It rises."})
    provisional = words(language)("grade.provisional", score="", total="").partition(":")[0].strip()
    assert provisional in html.unescape(page("tp-1.1", report, language))
    marked = with_person(report, {"evolution": Judged(2)})
    assert provisional not in html.unescape(page("tp-1.1", marked, language))
