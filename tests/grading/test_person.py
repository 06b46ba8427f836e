"""A person's points stand in the place of the machine's, and final marks are rounded fairly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.material import graded, shipped
from tp_solver.exercise.model import Scale
from tp_solver.grading.person import with_person
from tp_solver.grading.report import Judged, Verdict, final_mark


def test_words_get_the_points_of_a_person() -> None:
    report = graded(shipped("tp-1.1"), {"evolution": "It rises, then falls."})
    assert report.pending == 3
    marked = with_person(report, {"evolution": Judged(2.5, "Well seen.")})
    assert marked.pending == 0
    assert marked.score == pytest.approx((report.score or 0) + 2.5)
    (mark,) = (m for m in marked.marks if m.question == "evolution")
    assert (mark.verdict, mark.points) == (Verdict.MARKED, 2.5)
    assert mark.remark is not None
    assert dict(mark.remark.values) == {"comment": "Well seen."}


def test_a_person_may_correct_the_machine() -> None:
    report = graded(shipped("tp-1.1"), {"y[1]": "0.9"})
    marked = with_person(report, {"outputs": Judged(5)})
    assert marked.score == 5
    assert sum(m.points for m in marked.marks) == pytest.approx(5)
    assert [m.verdict for m in marked.marks] != [Verdict.MARKED] * len(marked.marks)


def test_no_more_points_than_there_are() -> None:
    report = graded(shipped("tp-1.1"), {})
    assert with_person(report, {"evolution": Judged(50)}).score == 3


@pytest.mark.parametrize(
    ("score", "out_of", "scale", "mark"),
    [
        (15.5, 20, Scale(), 15.5),
        (0.1 + 0.2, 0.6, Scale(step=0.5), 10.0),
        (7, 12, Scale(), 11.75),  # 11.666…
        (5.5, 8, Scale(step=0.5), 14.0),  # 13.75, halfway: up
        (0, 20, Scale(), 0.0),
        (3, 0, Scale(), 0.0),
        (2.675, 20, Scale(step=0.01), 2.68),  # as written, whatever binary makes of it
    ],
)
def test_final_marks(score: float, out_of: float, scale: Scale, mark: float) -> None:
    assert final_mark(score, out_of, scale) == pytest.approx(mark, abs=1e-12)


@given(score=st.floats(0, 20), step=st.sampled_from([0.25, 0.5, 1.0, 0.1]))
def test_rounding_moves_a_mark_by_half_a_step_at_most(score: float, step: float) -> None:
    mark = final_mark(score, 20, Scale(step=step))
    assert abs(mark - score) <= step / 2 + 1e-9
    assert abs(mark / step - round(mark / step)) < 1e-9
