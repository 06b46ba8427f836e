"""Statistics of a class, streamed, against the same computed plainly."""

from __future__ import annotations

import statistics as plain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.material import shipped, submission
from tests.grading.students import Student
from tp_solver.grading.marking import Marker
from tp_solver.grading.record import Item, Record
from tp_solver.grading.report import CODES, VERDICTS, Finding, Remark, Score, Verdict
from tp_solver.grading.report import Student as Person
from tp_solver.grading.statistics import Statistics, needs_person, places_in_order

ITEMS = tuple(Item("q", f"a{i}", None, points, f"a{i}") for i, points in enumerate((1.0, 2, 3, 2)))
CORRECT, CARRIED, WRONG, MISSING = (
    VERDICTS.index(v) for v in (Verdict.CORRECT, Verdict.CARRIED, Verdict.WRONG, Verdict.MISSING)
)


def record(verdicts: list[int], findings: dict[int, Finding] | None = None) -> Record:
    """Return a record with the points that verdicts earn."""
    points = sum(
        item.points for item, v in zip(ITEMS, verdicts, strict=True) if v in (CORRECT, CARRIED)
    )
    scores = (Score("q", points, 8.0),)
    return Record(Person("s"), "f", "", scores, bytes(verdicts), bytes(4), findings or {})


ROWS = st.lists(
    st.lists(st.sampled_from([CORRECT, CARRIED, WRONG, MISSING]), min_size=4, max_size=4),
    min_size=3,
    max_size=30,
)


@settings(max_examples=80, deadline=None)
@given(rows=ROWS)
def test_against_plain_computation(rows: list[list[int]]) -> None:
    found = Statistics(ITEMS, range(4))
    records = [record(row) for row in rows]
    for one in records:
        found.add(one)
    scores = [one.score or 0 for one in records]
    assert found.mean == pytest.approx(plain.mean(scores))
    assert found.deviation == pytest.approx(plain.stdev(scores), abs=1e-7)
    assert found.median == pytest.approx(plain.median(scores), abs=0.0081)
    assert sum(found.distribution(10)) == len(rows)
    right = np.isin(np.array(rows), [CORRECT, CARRIED]).astype(float)
    worth = np.array([item.points for item in ITEMS])
    for i in range(4):
        item = found.item(i)
        assert item.difficulty == pytest.approx(right[:, i].mean())
        rest = right @ worth - right[:, i] * worth[i]
        if right[:, i].std() > 0 and rest.std() > 1e-9:
            due = np.corrcoef(right[:, i], rest)[0, 1]
            assert item.discrimination == pytest.approx(due, abs=1e-6)
        else:
            assert item.discrimination is None


def test_where_reasoning_breaks_first() -> None:
    found = Statistics(ITEMS, (3, 1, 2, 0))
    found.add(record([WRONG, CORRECT, WRONG, CORRECT]))
    found.add(record([WRONG, WRONG, CARRIED, CORRECT]))
    assert [found.item(i).first for i in range(4)] == [0, 1, 1, 0]


def test_mistakes_are_counted_by_copies_and_by_answers() -> None:
    found = Statistics(ITEMS, range(4))
    bias, sign = Finding((("bias",),)), Finding((("sign",), ("bias",)))
    found.add(record([WRONG] * 4, {0: bias, 2: bias}))
    found.add(record([WRONG] * 4, {1: sign}))
    counted = [(one.id, one.copies, one.answers, one.example) for one in found.mistakes()]
    assert counted == [("bias", 2, 3, 0), ("sign", 1, 1, 1)]
    assert found.wrong_answers == 8


def test_a_refused_copy_counts_as_such_only() -> None:
    found = Statistics(ITEMS, range(4))
    found.add(Record(Person("s"), "f", refused=Remark("empty")))
    assert (found.refused, found.copies, found.mean) == (1, 0, 0.0)


def test_records_of_an_exercise() -> None:
    solution = shipped("tp-1.2", 4)
    marker = Marker(solution)
    order = places_in_order(solution, marker.items)
    found = Statistics(marker.items, order)
    batch = marker.judged([Student(solution.model, 4, seed=n).submission() for n in range(8)])
    for row in range(8):
        found.add(batch.record(row))
    asked = sum(found.item(i).count for i in range(len(marker.items)))
    assert asked == sum(len(batch.report(row).marks) for row in range(8))
    assert found.mean == pytest.approx(sum(batch.report(row).score or 0 for row in range(8)) / 8)


def test_who_needs_a_person() -> None:
    solution = shipped("tp-2.1")
    marker = Marker(solution)
    answers = [{"f[1]": "0.5498"}, {"f[1]": "x"}, {"f[1]": "0"}, {"nonsense": "1"}]
    batch = marker.judged([submission(one, str(n)) for n, one in enumerate(answers)])
    told = [needs_person(batch.record(row)) for row in range(4)]
    assert told == [[], ["unreadable"], ["implausible"], ["remarks"]]
    assert needs_person(Record(Person("s"), "f", refused=Remark("empty"))) == ["refused"]
    two, three = Finding((("a",), ("b",))), Finding((("a",), ("b",), ("c", "d")))
    assert needs_person(record([WRONG] * 4, {0: two})) == []
    assert needs_person(record([WRONG] * 4, {0: two, 1: three})) == ["possible"]
    assert CODES  # the codes of the remarks are those that are counted
