"""The quick way to read an answer file says what the YAML library says, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tp_solver.catalogue import exercise_files
from tp_solver.exercise.source import parse_yaml
from tp_solver.grading.readers import read_submissions, yaml
from tp_solver.grading.readers.inputs import Input
from tp_solver.grading.readers.items import submissions
from tp_solver.grading.readers.people import Owner
from tp_solver.grading.readers.plain_yaml import quickly
from tp_solver.grading.report import Student
from tp_solver.sheets.answer_text import answer_file
from tp_solver.solution import load
from tp_solver.text import words

SOURCE = Input(Path("ada.yaml"), "ada.yaml", ".yaml", Owner(Student("ada")))
TYPED = ["0,5498", "0.380", "-1e-5", "−0,5", "007", "1_0", "'[0,1; 0,2]'", '"0.5"', "b", "1 2", ""]


def agree(text: str, read: bool | None = None) -> None:
    """Hold the quick way against the library's."""
    plain = quickly(text, SOURCE)
    assert read is None or (plain is not None) is read
    if plain is not None:
        assert [plain] == list(submissions([parse_yaml(text, "ada.yaml")], SOURCE))


@pytest.mark.parametrize("path", exercise_files(["tp", "models"]), ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_blank_files_filled_in_are_read_quickly(path: Path, language: str) -> None:
    text = answer_file(load(path), words(language))
    agree(text, True)
    agree(text.replace("\n", "\r\n"), True)
    lines = text.splitlines()
    for n, line in enumerate(lines):
        if line.startswith("  ") and line.endswith(":"):
            lines[n] = f"{line} {('0,5498', '0.380', '-1e-05', 'a')[n % 4]} # {n}"
    agree("\n".join(lines), True)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("student: e1\nanswers:\n  a: 1\n", True),
        ('student: {id: e1, name: "Ada L."}\nanswers:\n  f[1]: 0,5498\n', True),
        ("student: {id: 007, name: Ada L.}  # me\nanswers:\n a: 1\n", True),
        ("answers:\n  h[1, 2].1: 1\n  'dL/dW_f': 2\nstudent:\n   id: e1\n", True),
        ("answers:\n  a: true\n", False),
        ("answers:\n  a: Null\n", False),
        ("answers:\n  a: [1, 2]\n", False),
        ("answers:\n  a: 1\n  a: 2\n  'a': 3\n", True),
        ("answers:\n  a: 1\n b: 2\n", False),
        ("answers:\n  a: 1\n   b: 2\n", False),
        ("answers:\n  a: one\n    two\n", False),
        ("answers:\n  a: &x 1\n", False),
        ("answers:\n  a: !!str 1\n", False),
        ("answers:\n  a: |\n    x\n", False),
        ("answers: {a: 1}\n", False),
        ("answers:\n", False),
        ("other: 1\nanswers:\n  a: 1\n", False),
        ("student: e1\n  id: e2\nanswers:\n  a: 1\n", False),
        ("- answers:\n    a: 1\n", False),
        ("---\nanswers:\n  a: 1\n", False),
        ("answers:\n\ta: 1\n", False),
        ("answers:\n  a:1\n", False),
        ("answers:\n  a: 1# no comment\n", False),
        ('answers:\n  a: "\\u0031"\n', False),
    ],
)
def test_what_is_plain(text: str, read: bool) -> None:
    agree(text, read)


_WORD = st.sampled_from(["a", "f[1]", "h[1, 2].1", "'q'", '"q r"', "a b", "id", "name", "null"])
_VALUE = st.sampled_from(
    [*TYPED, "Ada L.", "true", "~", "- x", "a: b", "x #y", "2024-01-01", "1:30"]
)
_PAIR = st.builds(
    "{}{}:{}{}{}".format,
    st.sampled_from(["", " ", "  ", "   "]),
    _WORD | st.sampled_from(["student", "answers", "exercise"]),
    st.sampled_from([" ", "  ", ""]),
    _VALUE | st.text(" ab1.,-'\"#[]{}:", max_size=6),
    st.sampled_from(["", " ", " # so", "#x"]),
)
_ANY = st.sampled_from(["", "# so", "student:", "answers:", "student: {id: a, name: b c}", "..."])


@settings(max_examples=400, deadline=None)
@given(st.lists(_PAIR | _ANY, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_the_quick_way_is_the_library_s(lines: list[str], end: str) -> None:
    agree(end.join([*lines, "answers:", "  z: 1", ""]))
    agree(end.join(["answers:", *lines]))


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=8), st.text(" ab1.,-'\"#", max_size=12))
def test_any_value(key: str, value: str) -> None:
    agree(f"answers:\n  {key}: {value}\n")
    agree(f"student:\n  name: {value}\nanswers:\n  a: 1\n")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(_PAIR | _ANY, max_size=4), min_size=1, max_size=3),
    st.sampled_from(["---\n", "--- # next\n", "---\n# so\n\n", "---\n---\n"]),
    st.booleans(),
    st.booleans(),
)
def test_documents_are_read_as_the_library_does(
    documents: list[list[str]], between: str, first: bool, plain: bool
) -> None:
    rest = ["student: e1", "answers:", "  z: 1", ""]
    texts = ["\n".join(rest if plain else [*lines, *rest]) for lines in documents]
    text = (between if first else "") + between.join(texts)
    found = yaml._plain(text, SOURCE)
    assert found or not plain
    if found:
        parts = [
            parse_yaml("\n" * above + part, "ada.yaml") for above, part in yaml._documents(text)
        ]
        assert found == list(submissions(parts, SOURCE))


def test_a_document_may_begin_on_the_line_that_parts_it(tmp_path: Path) -> None:
    path = tmp_path / "class.yaml"
    for first in ("student: a\nanswers:\n  h: 1\n", "--- {student: a, answers: {h: 1}}\n", ""):
        path.write_text(
            first + "--- {student: b, answers: {h: 2}}\n---\nstudent: c\nanswers: {h: 3}\n"
        )
        names = [one.student.id for one in read_submissions(path) if one.refused is None]
        assert names == (["a"] if first else []) + ["b", "c"]
