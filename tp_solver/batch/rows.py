"""Submissions, records and reports to what a database keeps, and back: JSON and bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tp_solver.grading.readers.json_lines import json_line
from tp_solver.grading.record import Record
from tp_solver.grading.report import Finding, Judged, Remark, Score, Student
from tp_solver.grading.submission import Submission

NOTHING = ""  # in the place of JSON that would say nothing

_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def remarks_json(remarks: Iterable[Remark]) -> str:
    """Write remarks as JSON."""
    found = [[remark.code, *map(list, remark.values)] for remark in remarks]
    return _dumps(found) if found else NOTHING


def remarks_of(text: str) -> tuple[Remark, ...]:
    """Read remarks back."""
    if not text:
        return ()
    return tuple(
        Remark(code, tuple((name, _value(value)) for name, value in values))
        for code, *values in json.loads(text)
    )


def _value(value: Any) -> Any:
    """Read the value of a remark back: shapes are tuples."""
    return tuple(value) if isinstance(value, list) else value


def scores_json(scores: Iterable[Score]) -> str:
    """Write the points of each question, and those left to a person."""
    return _dumps([[score.points, score.pending] for score in scores])


def findings_json(findings: Mapping[int, Finding]) -> str:
    """Write known mistakes by the number of the item."""
    if not findings:
        return NOTHING
    return _dumps([[item, found.possible, found.names] for item, found in findings.items()])


def findings_of(text: str) -> dict[int, Finding]:
    """Read known mistakes back."""
    if not text:
        return {}
    return {
        item: Finding(
            tuple(map(tuple, possible)),
            tuple(tuple((name, spelled) for name, spelled in names) for names in called),
        )
        for item, possible, called in json.loads(text)
    }


def person_json(person: Mapping[str, Judged]) -> str:
    """Write what a person decided, in the order of the names of the questions."""
    if not person:
        return NOTHING
    return _dumps([[q, person[q].points, person[q].comment] for q in sorted(person)])


def person_of(text: str) -> dict[str, Judged]:
    """Read what a person decided back."""
    if not text:
        return {}
    return {question: Judged(points, comment) for question, points, comment in json.loads(text)}


def record_columns(record: Record) -> tuple[Any, ...]:
    """Return a record as the columns of its table."""
    return (
        scores_json(record.scores) if record.scores else NOTHING,
        record.verdicts,
        record.codes,
        findings_json(record.findings),
        remarks_json(record.remarks),
        remarks_json([record.refused]) if record.refused else NOTHING,
        person_json(record.person),
    )


class RecordReader:
    """Reads records back: of one exercise, whose questions and points it is given."""

    def __init__(self, questions: Iterable[tuple[str, float]]) -> None:
        self.questions = tuple(questions)

    def record(self, student: Student, file: str, place: str, columns: tuple[Any, ...]) -> Record:
        """Read a record back."""
        scores, verdicts, codes, findings, remarks, refused, person = columns
        earned = json.loads(scores) if scores else []
        asked = self.questions if earned else ()
        return Record(
            student,
            file,
            place,
            tuple(
                Score(question, points, out_of, pending)
                for (question, out_of), (points, pending) in zip(asked, earned, strict=True)
            ),
            verdicts,
            codes,
            findings_of(findings),
            remarks_of(remarks),
            remarks_of(refused)[0] if refused else None,
            person_of(person),
        )


def raw_json(submission: Submission) -> str:
    """Write a submission as it came, all but its file and place."""
    kept: dict[str, Any] = {
        "student": [submission.student.id, submission.student.name],
        "answers": submission.answers,
    }
    if submission.exercise:
        kept["exercise"] = submission.exercise
    if submission.remarks:
        kept["remarks"] = remarks_json(submission.remarks)
    if submission.refused:
        kept["refused"] = remarks_json([submission.refused])
    if submission.ambiguous:
        kept["ambiguous"] = sorted(submission.ambiguous)
    return _dumps(kept)


def submission_of(raw: str | bytes, file: str, place: str) -> Submission:
    """Read a submission back: a line of a file of lines is kept as it is, in bytes."""
    if isinstance(raw, bytes):
        return json_line(raw, file, int(place))
    kept = json.loads(raw)
    refused = remarks_of(kept.get("refused", NOTHING))
    return Submission(
        Student(*kept["student"]),
        file,
        kept["answers"],
        remarks_of(kept.get("remarks", NOTHING)),
        refused[0] if refused else None,
        frozenset(kept.get("ambiguous", ())),
        kept.get("exercise", ""),
        place,
    )
