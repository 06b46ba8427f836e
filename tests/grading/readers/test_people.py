"""Ids and names: what can't be seen is removed, and said; what is said of the file's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tp_solver.grading.readers.people import Owner, cleaned, hides, who
from tp_solver.grading.report import Remark, Student
from tp_solver.grading.submission import LONGEST_NAME


@pytest.mark.parametrize(
    ("typed", "kept", "hidden"),
    [
        ("Ada L.", "Ada L.", False),
        ("  Ada\t\n L. ", "Ada L.", False),
        ("\u202etxt.exe", "txt.exe", True),
        ("a\u200bd\u200da\ufeff", "ada", True),
        ("Zoe\u0301", "Zoé", False),
        ("a\x00b\x1b[31m", "ab[31m", True),
        ("\ud800", "", True),
        ("e" * 900, "e" * LONGEST_NAME, False),
        ("../../x", "../../x", False),
        ("<script>", "<script>", False),
        ("CON", "CON", False),
    ],
)
def test_what_is_kept_of_a_name(typed: str, kept: str, hidden: bool) -> None:
    assert cleaned(typed) == kept
    assert hides(typed) is hidden


@given(st.text(st.characters(exclude_categories=[]), max_size=400))
def test_a_name_is_printable_bounded_and_stays_as_it_is(typed: str) -> None:
    kept = cleaned(typed)
    assert kept.isprintable()
    assert len(kept) <= LONGEST_NAME
    assert cleaned(kept) == kept
    assert not hides(kept)
    kept.encode()


@pytest.mark.parametrize(
    ("identifier", "name", "owner", "number", "student", "codes"),
    [
        ("e1", "Ada", Owner(Student("x")), 0, Student("e1", "Ada"), []),
        ("", "Ada", Owner(Student("x")), 0, Student("Ada", "Ada"), []),
        ("", "", Owner(Student("x")), 0, Student("x"), ["no-student"]),
        ("", "", Owner(Student("x")), 4, Student("x-4"), ["no-student"]),
        ("", "", Owner(Student("x"), sure=True), 0, Student("x"), []),
        ("\u202e", "", Owner(Student("x")), 0, Student("x"), ["hidden-characters", "no-student"]),
        ("e1", "", Owner(Student("x"), late=True), 0, Student("e1"), ["late"]),
        ("e1", "Bo Li", Owner(Student("7", "Bo Li"), sure=True), 0, Student("e1", "Bo Li"), []),
        ("e1", "LI, Bo", Owner(Student("7", "libo"), sure=True), 0, Student("e1", "LI, Bo"), []),
        (
            "e1",
            "Eve",
            Owner(Student("7", "Bo"), sure=True),
            0,
            Student("e1", "Eve"),
            ["other-student"],
        ),
        ("e1", "Eve", Owner(Student("7"), sure=True), 0, Student("e1", "Eve"), []),
    ],
)
def test_who_it_is(
    identifier: str, name: str, owner: Owner, number: int, student: Student, codes: list[str]
) -> None:
    found, remarks = who(identifier, name, owner, number)
    assert found == student
    assert [remark.code for remark in remarks] == codes


def test_the_remark_says_whose_the_platform_says_it_is() -> None:
    _, remarks = who("e1", "Eve", Owner(Student("7", "Bo"), sure=True))
    assert remarks == (Remark("other-student", (("name", "Bo"),)),)
