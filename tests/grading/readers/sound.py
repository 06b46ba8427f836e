"""What holds of every submission, whatever was read."""

from __future__ import annotations

from tp_solver.grading.submission import (
    DEEPEST,
    LONGEST_NAME,
    LONGEST_PATH,
    LONGEST_RAW,
    MOST_ANSWERS,
    Raw,
    Submission,
)


def check(submission: Submission) -> None:
    """Assert that a submission is bounded and can be written to any file."""
    student = submission.student
    assert student.id
    for text in (student.id, student.name, submission.exercise):
        assert text.isprintable()
        assert len(text) <= LONGEST_NAME
    assert submission.file.isprintable()
    assert len(submission.file) <= LONGEST_PATH
    assert len(submission.place) <= 2 * LONGEST_NAME
    assert len(submission.answers) <= MOST_ANSWERS
    assert submission.refused is None or not submission.answers
    assert len(submission.remarks) < 100
    for name, raw in submission.answers.items():
        name.encode()
        assert len(name) <= LONGEST_NAME
        _bounded(raw, 0)
    assert submission.ambiguous <= submission.answers.keys()
    for remark in (*submission.remarks, submission.refused):
        for _, value in remark.values if remark else ():
            str(value).encode()
            assert len(str(value)) <= 10 * LONGEST_NAME


def _bounded(raw: Raw, depth: int) -> None:
    assert depth <= DEEPEST + 2
    if isinstance(raw, list):
        for item in raw:
            _bounded(item, depth + 1)
    elif raw is not None:
        raw.encode()
        assert len(raw) <= LONGEST_RAW
