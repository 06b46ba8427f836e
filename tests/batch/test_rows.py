"""What is stored comes back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tp_solver.batch.rows import RecordReader, raw_json, record_columns, submission_of
from tp_solver.grading.record import Record
from tp_solver.grading.report import Finding, Judged, Remark, Score, Student
from tp_solver.grading.submission import Submission

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBER = st.floats(0, 100, allow_nan=False)
VALUE = TEXT | st.integers() | st.tuples(st.integers(), st.integers())
REMARKS = st.lists(
    st.builds(Remark, TEXT, st.lists(st.tuples(TEXT, VALUE), max_size=2).map(tuple)), max_size=3
).map(tuple)
RAW = st.recursive(TEXT | st.none(), lambda inner: st.lists(inner, max_size=3), max_leaves=6)
STUDENT = st.builds(Student, TEXT, TEXT)
POSSIBLE = st.lists(st.lists(TEXT, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple)
NAMED = st.lists(st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple), max_size=2).map(tuple)
RECORD = st.builds(
    Record,
    STUDENT,
    TEXT,
    TEXT,
    st.tuples(NUMBER, NUMBER).map(lambda p: (Score("q", p[0], 4.0, p[1]), Score("r", p[1], 2.0))),
    st.binary(max_size=5),
    st.binary(max_size=5),
    st.dictionaries(st.integers(0, 300), st.builds(Finding, POSSIBLE, NAMED), max_size=2),
    REMARKS,
    st.none() | st.builds(Remark, TEXT),
    st.dictionaries(TEXT, st.builds(Judged, NUMBER, TEXT), max_size=2),
)


@given(RECORD)
def test_records(record: Record) -> None:
    reader = RecordReader([("q", 4.0), ("r", 2.0)])
    columns = record_columns(record)
    assert reader.record(record.student, record.file, record.place, columns) == record


@given(STUDENT, st.dictionaries(TEXT, RAW, max_size=4), REMARKS, st.frozensets(TEXT, max_size=2))
def test_submissions(
    student: Student, answers: dict, remarks: tuple[Remark, ...], ambiguous: frozenset[str]
) -> None:
    refused = remarks[0] if remarks else None
    came = Submission(student, "f", answers, remarks, refused, ambiguous, "e", "3")
    assert submission_of(raw_json(came), "f", "3") == came
