"""Gradebooks and the page of a class: the numbers are the records', and nothing in them runs."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from tests.grading.material import shipped, submission
from tests.grading.students import Student
from tp_solver.grading.marking import Marker
from tp_solver.grading.record import Item, Record
from tp_solver.grading.report import Judged, Remark, final_mark
from tp_solver.grading.report import Student as Person
from tp_solver.grading.submission import Raw
from tp_solver.sheets.class_page import class_page
from tp_solver.sheets.gradebook import gradebook_csv, gradebook_xlsx
from tp_solver.text import languages, words

NAMES = ("=cmd()", "+1", "@x", "<script>alert(1)</script>", "\u202egnp", "ada")


@cache
def records() -> list[tuple[Record, str]]:
    """Mark a small class, one of it unreadable."""
    solution = shipped("tp-2.1")
    changes: list[dict[str, Raw]] = [
        {},
        {"h[1]": "0.1091"},
        {"f[1]": "0"},
        {"f[2]": "x"},
        {"C[1]": "0.25"},
        {},
    ]
    handed = []
    for name, change in zip(NAMES, changes, strict=True):
        answers = dict(Student(solution.model, 4, manner="answers").submission().answers)
        handed.append(submission(answers | change, name))
    batch = Marker(solution).judged(handed)
    rows = [(batch.record(row), f"p{row}.html") for row in range(len(handed))]
    return [*rows, (Record(Person("late"), "late.yaml", refused=Remark("empty")), "")]


@cache
def items() -> tuple[Item, ...]:
    return Marker(shipped("tp-2.1"), explain=False).items


def rows() -> list[tuple[Record, str, bool]]:
    """Return the class; every copy counts."""
    return [(record, page, True) for record, page in records()]


@pytest.mark.parametrize("language", languages())
def test_csv_has_the_scores_and_no_formula(language: str) -> None:
    scale = shipped("tp-2.1").exercise.file.scale
    text = "".join(gradebook_csv(items(), records(), words(language), scale))
    assert text.startswith("\ufeff")
    delimiter = {"fr": ";", "en": ","}[language]
    lines = list(csv.reader(io.StringIO(text[1:]), delimiter=delimiter))
    assert len(lines) == 1 + len(records())
    for line, (record, _) in zip(lines[1:], records(), strict=True):
        assert not line[0].startswith(("=", "+", "@"))
        if record.score is not None:
            mark = final_mark(record.score, record.out_of, scale)
            assert float(line[2].replace(",", ".")) == pytest.approx(record.score)
            assert float(line[5].replace(",", ".")) == pytest.approx(mark)
    assert lines[-1][2:6] == [""] * 4


def test_the_workbook_has_numbers_as_numbers_and_texts_as_texts() -> None:
    scale = shipped("tp-2.1").exercise.file.scale
    book = gradebook_xlsx(items(), records(), words("en"), scale)
    assert book == gradebook_xlsx(items(), records(), words("en"), scale)
    read = load_workbook(io.BytesIO(book))
    scores, verdicts = read.worksheets
    rows = list(scores.iter_rows(min_row=2))
    for row, (record, _) in zip(rows, records(), strict=True):
        assert (row[0].value or "").lstrip("'") == record.student.id.replace("\x00", "")
        assert row[0].data_type == "s"
        assert row[2].value == record.score
    assert scores.freeze_panes == "B2"
    assert verdicts.max_column == 1 + len(items())
    assert verdicts.cell(row=3, column=1).value == NAMES[1]


def test_the_workbook_says_what_a_person_marked() -> None:
    solution = shipped("tp-1.1")
    marker = Marker(solution, explain=False)
    record = marker.judged([submission({"evolution": "It rises."})]).record(0)
    people = [{}, {"evolution": Judged(2.0)}]
    rows = [(replace(record, person=person), "") for person in people]
    scale = solution.exercise.file.scale
    book = load_workbook(io.BytesIO(gradebook_xlsx(marker.items, rows, words("en"), scale)))
    at = 2 + [item.question for item in marker.items].index("evolution")
    told = [book.worksheets[1].cell(row=row, column=at).value for row in (2, 3)]
    assert told == [words("en")("verdict.pending"), words("en")("verdict.marked")]


@pytest.mark.parametrize("language", languages())
def test_the_page_tells_the_class(language: str) -> None:
    solution = shipped("tp-2.1")
    text = class_page(solution, items(), rows(), len(rows()), words(language))
    body = text.partition("</style>")[2]
    assert "<script>" not in body
    assert body.count('href="feedback/') == 6
    assert 'class="heat"' in body
    assert re.search(r'<td class="h[1-5]">1</td>', body)
    told = words(language)("class.eye")
    assert body.count(f">{told}</span>") == 3  # a 0, an unreadable number, a refused copy
    for svg in re.findall(r"<svg.*?</svg>", body, re.DOTALL):
        tree = ElementTree.fromstring(svg)
        assert [child.tag for child in tree][:2] == ["title", "desc"]


def class_of(name: str, *copies: Mapping[str, Raw]) -> str:
    """Return the page of a class of so many copies."""
    solution = shipped(name)
    marker = Marker(solution)
    batch = marker.judged([submission(dict(answers)) for answers in copies])
    rows = [(batch.record(row), "", True) for row in range(len(copies))]
    text = class_page(solution, marker.items, rows, len(rows), words("en"))
    return text.partition("</style>")[2]


def test_what_a_person_has_still_to_mark_is_no_failure_and_makes_the_mean_provisional() -> None:
    said = words("en")
    waits = class_of("tp-1.1", {"evolution": "It rises."}, {"h[1]": "1"})  # a text, and a blank
    assert waits.count(f'<td class="earned">{said("class.not_marked")}</td>') == 1
    assert said("class.provisional") in waits
    final = class_of("tp-1.1", {"h[1]": "1"})
    assert said("class.not_marked") not in final
    assert said("class.provisional") not in final


def test_the_gradebook_has_no_points_where_a_person_has_still_to_give_all() -> None:
    solution = shipped("tp-1.1")
    marker = Marker(solution, explain=False)
    batch = marker.judged([submission({"evolution": "It rises."}), submission({"h[1]": "1"})])
    rows = [(batch.record(row), "") for row in (0, 1)]
    scale = solution.exercise.file.scale
    text = "".join(gradebook_csv(marker.items, rows, words("en"), scale))
    waits, blank = csv.DictReader(io.StringIO(text[1:]))
    assert (waits["evolution"], blank["evolution"]) == ("", "0")


def test_the_workbook_has_no_dust_of_sums() -> None:
    solution = shipped("tp-1.1")
    marker = Marker(solution, explain=False)
    record = marker.judged([submission({"h[1]": "1"})]).record(0)
    parts = tuple(replace(score, points=0.1 + 0.2) for score in record.scores)
    rows = [(replace(record, scores=parts), "")]
    scale = solution.exercise.file.scale
    read = load_workbook(io.BytesIO(gradebook_xlsx(marker.items, rows, words("en"), scale)))
    cells = [cell.value for cell in read.worksheets[0][2]]
    assert 0.3 in cells
    assert all(cell == round(cell, 6) for cell in cells if isinstance(cell, float))


def test_a_refused_copy_does_not_count() -> None:
    scale = shipped("tp-2.1").exercise.file.scale
    text = "".join(gradebook_csv(items(), records(), words("en"), scale))
    counted = [row["counted"] for row in csv.DictReader(io.StringIO(text[1:]))]
    assert counted == ["yes"] * (len(NAMES)) + ["no"]


def test_gradients_have_panels_of_their_own_after_the_values() -> None:
    text = class_of("tp-2.3b", {"dL/dC[3]": "7", "h[3]": "0.5"})
    captions = re.findall(r"<caption>(.*?)</caption>", text)
    assert set(captions) <= {"Values", "Gradients"}
    assert captions == sorted(captions, reverse=True)
    assert "Gradients" in captions
    for panel in re.findall(r'<table class="heat">(.*?)</table>', text, re.DOTALL):
        rows = panel.partition("<tbody>")[2]
        assert ("∂" in html.unescape(rows)) == ("<caption>Gradients" in panel)


def test_answers_that_are_one_number_have_a_place_where_reasoning_breaks() -> None:
    solution = shipped("tp-1.2")
    number = next(a for a in solution.exercise.questions if a.question.kind == "number")
    place = 1 + solution.exercise.questions.index(number)
    text = class_of("tp-1.2", {number.question.id: "123"})
    assert re.search(rf'<th scope="row">Question {place}</th><td class="h5">1</td>', text)


def test_a_large_class_lists_only_who_needs_an_eye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tp_solver.sheets.class_page.MOST_STUDENTS", 4)
    text = class_page(shipped("tp-2.1"), items(), rows(), len(rows()), words("en"))
    assert text.count('href="feedback/') == 2
    assert words("en").plural("class.left_out", 4) in text


def test_an_empty_class() -> None:
    assert "<h1>" in class_page(shipped("tp-2.1"), items(), [], 0, words("fr"))


def test_copies_that_do_not_count_are_listed_all_the_same() -> None:
    uncounted = [(record, page, False) for record, page in records()]
    text = class_page(shipped("tp-2.1"), items(), uncounted, len(uncounted), words("en"))
    assert text.count('href="feedback/') == 6
    assert words("en")("class.copies") not in text
