"""Whose numbers a copy answers: a copy that does not say, or says otherwise, is not marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tp_solver.exercise.variants import Numbers, code_of, folded_id
from tp_solver.grading.drawing import Drawer
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import PARTED, Submission

NOBODY = ("", "-")


def admitted(
    submissions: Sequence[Submission], drawer: Drawer, students: frozenset[str] | None = None
) -> Iterator[Submission]:
    """Yield submissions; those that can't be held against their student's numbers are refused.

    `students` has the folded ids of those who may hand in, where that is known.
    """
    named = [one for one in submissions if one.refused is None and not _nameless(one)]
    drawn = iter([numbers for _, numbers in drawer.numbers(one.student.id for one in named)])
    for one in submissions:
        if one.refused is not None:
            yield one
            continue
        why = (
            Remark("variants.no_student")
            if _nameless(one)
            else _trouble(one, next(drawn), drawer, students)
        )
        yield one if why is None else replace(one, refused=why)


def _nameless(one: Submission) -> bool:
    """Tell whether a submission does not say whose it is: the name of a file is no id."""
    return one.student.id in NOBODY or any(r.code == "no-student" for r in one.remarks)


def _trouble(
    one: Submission, numbers: Numbers | None, drawer: Drawer, students: frozenset[str] | None
) -> Remark | None:
    """Say why a submission can't be held against the numbers of its student."""
    who = ("name", one.student.id)
    exercise, _, code = one.exercise.partition(PARTED)
    if students is None and not code and one.student.id == one.student.name:
        return Remark("variants.no_student")  # a name alone, by which nobody may have drawn
    if students is not None and folded_id(one.student.id) not in students:
        return Remark("variants.unknown_student", (who,))
    if numbers is None:
        return Remark("variants.none", (who,))
    if code and exercise == drawer.model.exercise.id and code != code_of(numbers):
        return Remark("variants.other_numbers", (who,))
    return None
