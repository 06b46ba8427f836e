"""Lines read by the form they share are read as each alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tp_solver.grading.readers import json_lines
from tp_solver.grading.readers.forms import WAIT, Form, Forms, Told
from tp_solver.grading.submission import Submission

TEXTS = st.one_of(
    st.sampled_from(["0.5", "", "h[1]", ": ", '"', "\\", "é", "\u202e", "\x7f", "a:b", "\n"]),
    st.text(max_size=4),
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXTS, TEXTS, TEXTS, st.none(), st.integers(), st.booleans(), st.lists(TEXTS, max_size=2)
)
STUDENTS = st.one_of(TEXTS, st.fixed_dictionaries({"id": TEXTS}, optional={"name": VALUES}))
NAMES = st.sampled_from([("h[1]", "h[2]"), ("h[1]",), ("h[2]", "h[1]"), ()])


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Write a line that is often of the form of another."""
    answers = {name: draw(VALUES) for name in draw(NAMES)}
    data: dict[str, Any] = {"student": draw(STUDENTS), "answers": answers}
    if draw(st.booleans()):
        data["exercise"] = draw(VALUES)
    if draw(st.sampled_from([False, False, False, True])):
        data |= {"student.id": "x", "answers.": "y"}
    text = json.dumps(data, ensure_ascii=draw(st.booleans()))
    if draw(st.sampled_from([False, False, False, True])):
        text = text.replace('"h[2]"', '"h[1]"')  # perhaps the same name twice
    return (text + draw(st.sampled_from(["\n", "\r\n", "", " "]))).encode("utf-8", "replace")


class NoForms(Forms):
    """Forms that are never known."""

    def read(self, line: str) -> Told | None:
        return None


def read(all_lines: list[bytes], forms: Forms) -> list[Submission]:
    """Read lines one after another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines, "_FORMS", forms)
        return [json_lines.json_line(line, "a.jsonl", n) for n, line in enumerate(all_lines, 1)]


@settings(max_examples=400, deadline=None)
@given(lines(), st.lists(lines(), max_size=6))
def test_lines_are_read_as_each_alone(first: bytes, others: list[bytes]) -> None:
    several = [first, first, *others, first]
    assert read(several, Forms()) == read(several, NoForms())


def line(student: str, **answers: str) -> bytes:
    return json.dumps({"student": {"id": student}, "answers": answers}).encode()


def test_the_third_line_is_read_by_the_form_of_two_before() -> None:
    forms = Forms()
    read([line("a", h="1", C="2"), line("b", h="3", C="4")], forms)
    assert forms.read(line("c", h="5", C="6").decode()) == ("c", None, None, {"h": "5", "C": "6"})
    for other in (line("c", h="5"), line("c", C="5", h="6"), line("c", h='5"', C="6")):
        assert forms.read(other.decode()) is None


def test_forms_are_looked_for_only_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(Form, "of", lambda line, data: looked.append(line))
    forms = Forms()
    read([line("a", h=str(n)) for n in range(WAIT + 2)], forms)
    assert len(looked) == 2


def test_a_line_with_numbers_has_no_form() -> None:
    forms = Forms()
    read([b'{"student": "a", "answers": {"h": 0.50, "C": "1"}}'] * 3, forms)
    assert not forms.known
