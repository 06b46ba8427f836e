"""The pages as HTML: what they say, what they escape, what they keep to themselves."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.written import model
from tp_solver.catalogue import exercise_files
from tp_solver.errors import AuthorError
from tp_solver.sheets import prose
from tp_solver.sheets.files import write_sheets, write_solutions
from tp_solver.sheets.rows import standing
from tp_solver.sheets.solution_page import solution_html
from tp_solver.solution import Solution, load, loads, solve
from tp_solver.text import languages, words

TP = exercise_files(["tp"])


@pytest.fixture(scope="module", params=TP, ids=lambda path: path.stem)
def solution(request: pytest.FixtureRequest) -> Solution:
    return solve(load(request.param))


def text_of(page: str) -> str:
    """Return what a reader sees of a page."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


class _Balance(HTMLParser):
    """Checks that every element that is opened is closed, in order."""

    void = frozenset({"meta", "br", "input", "wbr", "hr", "path", "circle", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            assert self.open.pop() == tag


@pytest.mark.parametrize("language", languages())
def test_solution_page_is_whole_and_self_contained(solution: Solution, language: str) -> None:
    page = solution_html(solution, words(language))
    balance = _Balance()
    balance.feed(page)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids))
    assert f'<html lang="{language}">' in page
    assert not re.search(r"""(?:src|href)=["'](?!#)|@import|url\("(?!data:)""", page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(balance.ids)


@pytest.mark.parametrize("language", languages())
def test_numbers_are_written_as_the_language_does(solution: Solution, language: str) -> None:
    page = solution_html(solution, words(language))
    numbers = re.findall(r"<mn>([^<]*)</mn>", page)
    wrong = "." if language == "fr" else ","
    assert numbers
    assert not [number for number in numbers if wrong in number]
    assert not re.search(r"<mn>-|−0(?:[.,]0+)?<|−</mo><mn>0(?:[.,]0+)?</mn>", page)


def test_page_weighs_less_than_the_limit(solution: Solution) -> None:
    page = solution_html(solution, words("fr"))
    assert len(page.encode()) < 300_000


def test_every_question_is_answered_on_the_page(solution: Solution) -> None:
    page = solution_html(solution, words("en"))
    for asked in solution.exercise.questions:
        section = page.partition(f'id="question-{asked.question.id}"')[2].partition("</section>")[0]
        assert section
        assert {
            "values": 'class="results scroll"',
            "number": 'class="final"',
            "expression": 'class="final"',
            "choice": 'class="right"',
            "text": 'class="explained"',
        }[asked.question.kind] in section


def test_statement_tells_no_right_choice_and_no_solution(tmp_path: Path) -> None:
    model = load(exercise_files(["tp-2.3"])[0])
    write_sheets([model], tmp_path, words("fr"))
    page = (tmp_path / "tp-2.3.html").read_text(encoding="utf-8")
    assert 'class="right"' not in page
    assert "explained" not in page.partition("</style>")[2]
    for question in model.exercise.file.questions:
        if question.solution:
            opening = html.escape(question.solution["fr"].split("$")[0][:25])
            assert len(opening) < 12 or opening not in page


def test_answer_file_asks_for_every_component_and_reads_back_empty(tmp_path: Path) -> None:
    from tp_solver.grading.marking import grade
    from tp_solver.grading.readers import read_submissions
    from tp_solver.grading.report import Verdict

    model = load(exercise_files(["tp-2.2"])[0])
    write_sheets([model], tmp_path, words("en"))
    path = tmp_path / "tp-2.2-answers.yaml"
    assert "h[1].2:" in path.read_text(encoding="utf-8")
    (report,) = grade(solve(model), read_submissions(path))
    assert report.refused is None
    assert {mark.verdict for mark in report.marks} == {Verdict.MISSING}


def test_index_page_leads_to_every_solution(tmp_path: Path) -> None:
    solutions = [solve(load(path)) for path in TP[:2]]
    written = write_solutions(solutions, tmp_path, "html", words("fr"))
    assert written[0].name == "index.html"
    index = written[0].read_text(encoding="utf-8")
    for path in written[1:]:
        assert f'href="{path.name}"' in index


def test_author_text_is_escaped() -> None:
    model = loads(
        """
id: hostile
title: "<script>alert(1)</script> & co"
given: {a: 2}
equations: [b = 3 * a]
questions:
  - id: q
    text: "<img src=x onerror=alert(1)> $b < 7$ [x](javascript:alert(1))"
    answers: [b]
"""
    )
    page = solution_html(solve(model), words("en"))
    assert "<script>" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("-0.00001", "−1,00 × 10"),
        ("0.5", "0,5"),
        ("1e-9", "1,00 × 10"),
    ],
)
def test_small_values_are_not_rounded_away(value: str, shown: str) -> None:
    model = loads(
        f"""
id: small
title: "x"
given: {{a: {value}}}
equations: [b = a * 1]
precision: {{decimals: 4}}
questions: [{{id: q, text: "x", answers: [b]}}]
"""
    )
    page = html.unescape(solution_html(solve(model), words("fr")))
    text = re.sub(r"<mo>×</mo>", " × ", page)
    text = re.sub(r"<[^>]*>", "", text)
    assert shown in text.replace("\u2212", "−")


def test_columns_and_groups_are_named_after_the_indices_of_what_they_hold() -> None:
    model = loads(
        """
id: two
title: "x"
indices: {b: 1..2, t: 1..2, n: 1..2}
given: {x: [[1, 2], [3, 4]], u: [5, 6]}
equations: ["h[b, t] = 2 * x[b, t]", "s[n] = 3 * u[n]"]
questions: [{id: q, text: "x", answers: [h, s]}]
"""
    )
    page = solution_html(solve(model), words("en"))
    text = re.sub(r"<[^>]*>", "", page.partition('id="question-q"')[2])
    for heading in ("b = 1, t = 2", "b = 2, t = 1", "n = 1", "n = 2"):
        assert text.count(heading) >= 2, heading
    assert "t = 1, 2" not in text


def test_punctuation_stays_with_the_formula_before_it() -> None:
    assert re.search(
        r'<span class="glue"><math[^>]*>.*</math>,</span> b', prose.html("$a$, b", ".")
    )
    assert "glue" not in prose.html("$a$ and b", ".")


def test_a_gradient_stands_at_the_training_step_it_is_for() -> None:
    exercise = model(
        ["L[n] = (W[n-1] * x - 1)^2", "W[n] = W[n-1] - 0.1 * dL[n]/dW[n-1]"],
        {"x": 2, "W[0]": 1},
        ["W"],
        {"n": "1..2"},
    )
    found = [standing(exercise, s.key, s.position) for s in solve(exercise).steps]
    assert found == [(("n", 1),)] * 3 + [(("n", 2),)] * 3


def test_hidden_equations_stand_in_the_solution_only(tmp_path: Path) -> None:
    text = """
id: hide
title: "x"
hidden: [secret]
equations: [secret = 2 * x, shown = 3 * secret]
given: {x: 4}
questions: [{id: q, text: "x", answers: [shown]}]
"""
    exercise = loads(text)
    write_sheets([exercise], tmp_path, words("en"))
    statement = text_of((tmp_path / "hide.html").read_text(encoding="utf-8"))
    assert "=3×secret" in statement
    assert "2×x" not in statement
    assert "2×x" in text_of(solution_html(solve(exercise), words("en")))
    with pytest.raises(AuthorError, match="no equation defines `secrt`: did you mean `secret`"):
        loads(text.replace("[secret]", "[secrt]"))
