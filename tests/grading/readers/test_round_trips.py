"""The same answers give the same submission through every form, and text is never re-read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.grading.readers.material import ANSWERS, as_csv, as_zip, every_form, read, wide
from tp_solver.grading.readers import formats, read_submissions, suffixes
from tp_solver.grading.report import Student

FORMS = every_form(ANSWERS)


def test_every_ending_has_an_example_here() -> None:
    assert {Path(name).suffix for name in FORMS} == set(suffixes())
    assert {suffix for form in formats().values() for suffix in form.suffixes} == set(suffixes())


@pytest.mark.parametrize("name", FORMS)
def test_the_same_answers_through_every_form(tmp_path: Path, name: str) -> None:
    (found,) = read(tmp_path, name, FORMS[name])
    assert found.refused is None
    assert found.student == Student("e1", "Ada")
    assert found.answers == ANSWERS
    assert list(found.answers) == list(ANSWERS)
    assert found.remarks == ()
    assert found.ambiguous == frozenset()
    assert found.file == name


def test_the_same_answers_out_of_an_archive(tmp_path: Path) -> None:
    found = read(tmp_path, "all.zip", as_zip(FORMS))
    assert [submission.file for submission in found] == [
        f"all.zip/{name}" for name in sorted(FORMS)
    ]
    assert all(submission.answers == ANSWERS for submission in found)


_NAMES = st.from_regex(r"[a-zA-Z_]{1,8}\[[0-9]{1,3}\](\.[0-9])?", fullmatch=True)
_TEXTS = st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Cf"]), max_size=30)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(_NAMES, _TEXTS, min_size=1, max_size=6))
def test_any_text_is_kept_as_typed(tmp_path: Path, answers: dict[str, str]) -> None:
    expected = {name: text or None for name, text in answers.items()}
    rows = wide(expected)
    contents = every_form(expected, ("yaml", "jsonl", "csv"))
    contents["western.csv"] = as_csv(rows, ";").encode("cp1252", "replace")
    if is_utf8(contents["western.csv"]):
        del contents["western.csv"]
    for name, content in contents.items():
        (found,) = read(tmp_path, name, content)
        assert found.answers == expected, name


def is_utf8(content: bytes) -> bool:
    """Tell whether bytes that were meant otherwise can be read as UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    "typed", ["1 2", "1_000", "0x1F", "1e5", "0,50", "010", "1:30", "yes", "x—y"]
)
def test_no_silent_misreading(tmp_path: Path, typed: str) -> None:
    for name, content in (
        ("a.yaml", f"answers:\n  f[1]: {typed}\n"),
        ("a.jsonl", f'{{"answers": {{"f[1]": "{typed}"}}}}'),
        ("a.csv", f'student,f[1]\ne1,"{typed}"\n'),
        ("b.csv", f"student;f[1]\ne1;{typed}\n"),
        ("a.tsv", f"student\tf[1]\ne1\t{typed}\n"),
    ):
        (found,) = read(tmp_path, name, content)
        expected = "true" if (name, typed) == ("a.yaml", "yes") else typed
        assert found.answers["f[1]"] in (typed, expected)


@pytest.mark.parametrize("typed", ["0.5498", "0.50", "1e-3", "12345678901234567890", "-0.0", "NaN"])
def test_numbers_in_json_keep_their_digits(tmp_path: Path, typed: str) -> None:
    for name in ("a.json", "a.jsonl"):
        (found,) = read(tmp_path, name, f'{{"student": 7, "answers": {{"f[1]": [{typed}]}}}}')
        assert found.answers == {"f[1]": [typed]}
        assert found.student.id == "7"


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("student,f[1]\n" + "".join(f"e{n},0.5\n" for n in range(50_000)))
    reader = read_submissions(path)
    assert next(reader).student.id == "e0"
    path.write_text("")
