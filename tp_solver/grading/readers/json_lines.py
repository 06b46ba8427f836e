"""JSON lines: a submission a line, read one at a time; a bad line is one refused submission.

This is the form of very large classes: a line of plain answers is not looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from tp_solver.grading.readers.decoding import decoded, lines
from tp_solver.grading.readers.forms import Forms, Told
from tp_solver.grading.readers.inputs import Input
from tp_solver.grading.readers.items import Item, broken
from tp_solver.grading.readers.json import decode, decode_blindly, parsed
from tp_solver.grading.readers.people import Owner, cleaned, who
from tp_solver.grading.report import Student
from tp_solver.grading.submission import (
    DEEPEST,
    LARGEST_STREAM,
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_RAW,
    MOST_ANSWERS,
    Submission,
)

SUFFIXES = (".jsonl", ".ndjson")
LARGEST = LARGEST_STREAM
_TEXT = frozenset((str, type(None)))
_HALF = re.compile(rb"\\u[dD]")  # of a character
_TEXTS = _TEXT | {list}
_FORMS = Forms()


def read(source: Input) -> Iterator[Submission]:
    """Yield a submission for each line that is not blank; raises OSError where reading fails."""
    with source.open() as stream:
        for number, line in enumerate(lines(stream), 1):
            if line is None:
                yield broken(source, f"> {LONGEST_LINE // 1024} KB", number, str(number))
            elif number == 1 and line[:2] in (b"\xff\xfe", b"\xfe\xff"):
                yield broken(source, "UTF-16")
                return
            elif not line.isspace():
                yield _submission(line, source.file, source.owner, number)


def json_line(line: bytes, file: str, number: int) -> Submission:
    """Read the submission on a line of a file, `number` from 1; what is wrong comes out refused."""
    return _submission(line, file, _owner(file), number)


@lru_cache(maxsize=64)
def _owner(file: str) -> Owner:
    return Owner(Student(cleaned(PurePosixPath(file).stem) or "-"))


def _submission(line: bytes, file: str, owner: Owner, number: int) -> Submission:
    try:
        text = line.decode()
        told = _FORMS.read(text) or _told(text, line)
    except (ValueError, RecursionError):
        told = None
    if told is None:
        return _slowly(line, file, owner, number)
    student, remarks = who(told.identifier or "", told.name or "", owner, number)
    exercise = cleaned(told.exercise or "")
    return Submission(student, file, told.answers, remarks, exercise=exercise, place=str(number))


def _told(text: str, line: bytes) -> Told | None:
    """Return what a line says; None where that is out of the ordinary."""
    data = _decoded(text)
    answers = data.get("answers") if type(data) is dict else None
    if type(answers) is not dict or not _plain(answers, line):
        return None
    student: Any = data.get("student")
    pair = (student.get("id"), student.get("name")) if type(student) is dict else (student, None)
    told = Told(*pair, data.get("exercise"), answers)
    if not _are_texts(told[:3], 0):
        return None
    _FORMS.learn(text, data)
    return told


def _decoded(text: str) -> Any:
    """Decode a line; as many colons as keys show that none of them was written twice."""
    data = decode_blindly(text)
    keys = len(data) + sum(map(len, _mappings(data))) if type(data) is dict else -1
    return data if text.count(":") == keys else decode(text)


def _mappings(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [value for value in data.values() if type(value) is dict]


def _plain(answers: dict[str, Any], line: bytes) -> bool:
    """Tell whether all answers are short texts, lists of them or nothing, all characters whole."""
    return (
        _are_texts(answers.values(), DEEPEST)
        and len(line) <= LONGEST_RAW
        and len(answers) <= MOST_ANSWERS
        and max(map(len, answers), default=0) <= LONGEST_NAME
        and (b"\\" not in line or not _HALF.search(line))
    )


def _are_texts(values: Collection[Any], levels: int) -> bool:
    kinds = set(map(type, values))
    if kinds <= _TEXT:
        return True
    return (
        kinds <= _TEXTS
        and levels > 0
        and all(_are_texts(v, levels - 1) for v in values if type(v) is list)
    )


def _slowly(line: bytes, file: str, owner: Owner, number: int) -> Submission:
    """Read a line that is out of the ordinary, or not JSON."""
    source = parsed(decoded(line), file)
    if source.data is None:
        detail = next((f"{number}:{issue.column}: {issue.what}" for issue in source.issues), "")
        return broken(Input(Path(file), file, "", owner), detail, number, str(number))
    return Item(source, (), owner, number, str(number)).submission()
