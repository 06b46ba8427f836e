"""A mapping out of YAML or JSON to a submission: the student, the answers as typed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Any

from tp_solver.exercise.source import Keys, Source
from tp_solver.grading.readers.inputs import Input, shown
from tp_solver.grading.readers.people import Owner, cleaned, who
from tp_solver.grading.report import Remark, Student
from tp_solver.grading.submission import (
    DEEPEST,
    LONGEST_NAME,
    LONGEST_RAW,
    MOST_ANSWERS,
    Raw,
    Submission,
)

MOST_TWICE = 20  # remarks on keys written twice
_BRACKET = re.compile(r"[\[\]{}]")
_NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_NUMBERS = re.compile(r"\[[-+−0-9.,;eE\s\[\]]*\]")


def refused(source: Input, remark: Remark, number: int = 0, place: str = "") -> Submission:
    """Return a submission that can't be marked, under the name that its file gives it."""
    student, remarks = who("", "", source.owner, number)
    kept = tuple(remark for remark in remarks if remark.code != "no-student")
    return Submission(student, source.file, {}, kept, remark, place=place)


def broken(source: Input, detail: str, number: int = 0, place: str = "") -> Submission:
    """Return a submission whose file can't be read, with a detail that needs no words."""
    return refused(source, Remark("unreadable-file", (("detail", detail),)), number, place)


def too_deep(text: str) -> bool:
    """Tell whether brackets are nested too deeply, those in quotes included: parsers are slow."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    steps = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(text))
    return max(accumulate(steps), default=0) > DEEPEST


def submissions(sources: list[Source], source: Input) -> Iterator[Submission]:
    """Yield each submission of a parsed file, whose documents hold one or a list of them."""
    several = sum(map(len, map(_items, sources))) > 1
    number = 0
    for part in sources:
        for at in _items(part):
            number += several
            if part.data is None:
                first = next(iter(part.issues), None)
                detail = f"{first.line}:{first.column}: {first.what}" if first else ""
                yield broken(source, detail, number)
            else:
                place = _place(part, at, number) if several else ""
                yield Item(part, at, source.owner, number, place).submission()


def _place(source: Source, at: Keys, number: int) -> str:
    """Return the line on which a submission begins, where that is known, or its number."""
    if at not in source.spans:
        return f"#{number}"
    return str(source.text.count("\n", 0, source.spans[at][0]) + 1)


def _items(source: Source) -> list[Keys]:
    """List where the submissions of a document stand in it."""
    several = isinstance(source.data, list) and source.data
    return [(i,) for i in range(len(source.data))] if several else [()]


@dataclass(frozen=True)
class Item:
    """One submission inside a parsed file, at a place in it."""

    source: Source
    at: Keys
    owner: Owner
    number: int = 0
    place: str = ""

    def submission(self) -> Submission:
        """Read it; what can't be marked comes out refused."""
        item = self.source.data[self.at[0]] if self.at else self.source.data
        fields: dict[str, Any] = item if isinstance(item, dict) else {}
        student, remarks = self.student(fields.get("student"))
        read = Submission(student, self.source.file, {}, place=self.place)
        answers = fields.get("answers")
        if not isinstance(answers, dict):
            return replace(read, refused=Remark("not-a-submission"))
        if len(answers) > MOST_ANSWERS:
            return replace(read, refused=Remark("too-many", (("most", MOST_ANSWERS),)))
        twice = [Remark("twice", (("name", shown(name)),)) for name in self.twice(fields, answers)]
        return replace(
            read,
            answers={
                encodable(key)[:LONGEST_NAME]: self.raw(value, (*self.at, "answers", key))
                for key, value in answers.items()
            },
            remarks=(*remarks, *twice),
            ambiguous=frozenset(_ambiguous(self.source, answers)),
            exercise=cleaned(self.text(fields.get("exercise"), "exercise")),
        )

    def student(self, value: Any) -> tuple[Student, tuple[Remark, ...]]:
        """Return who wrote it, by an id, a name, or both, and what is to be said of that."""
        identifier, name = self.text(value, "student"), ""
        if isinstance(value, dict):
            identifier = self.text(value.get("id"), "student", "id")
            name = self.text(value.get("name"), "student", "name")
        return who(identifier, name, self.owner, self.number)

    def text(self, value: Any, *path: str) -> str:
        """Return a short text; a number as it was typed."""
        if isinstance(value, str | Decimal | int):
            return str(self.raw(value, (*self.at, *path)))[: 10 * LONGEST_NAME]
        return ""

    def twice(self, *mappings: dict[str, Any]) -> list[str]:
        """List the keys of this submission that are written twice."""
        found = [key for mapping in mappings for key in getattr(mapping, "twice", ())]
        if self.source.issues:
            start, end = self.source.spans.get(self.at, (0, len(self.source.text)))
            first = self.source.text.count("\n", 0, start) + 1
            last = first + self.source.text.count("\n", start, end)
            found += [
                issue.what.split("`")[1]
                for issue in self.source.issues
                if first <= issue.line <= last and "is written twice" in issue.what
            ]
        return list(dict.fromkeys(found))[:MOST_TWICE]

    def raw(self, value: Any, path: Keys) -> Raw:
        """Return an answer as typed."""
        if value is None:
            return None
        if isinstance(value, str):
            return encodable(value[:LONGEST_RAW])
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict):
            return "{…}"
        written = self.written(path)
        if isinstance(value, list) and len(path) > DEEPEST:
            return "[…]"
        if isinstance(value, list):
            split = any(isinstance(item, str) and ";" in item for item in value)
            if split and _NUMBERS.fullmatch(written):  # [0,5; 0,4], which YAML splits at commas
                return written
            return [self.raw(item, (*path, i)) for i, item in enumerate(value)]
        typed = written.split()[-1:]  # without an anchor or a tag
        return typed[0] if typed and _NUMBER.fullmatch(typed[0]) else str(value)

    def written(self, path: Keys) -> str:
        """Return the text of a value in the file; nothing where that is not known."""
        start, end = self.source.spans.get(path, (0, 0))
        return self.source.text[start:end]


def _ambiguous(source: Source, answers: dict[str, Any]) -> Iterator[str]:
    """Yield the answers in which `[0,5]` may have been meant as one number."""
    lines = {issue.line for issue in source.issues if "is read as two numbers" in issue.what}
    if not lines:
        return
    starts = [0, *(match.end() for match in re.finditer("\n", source.text))]
    found = {path[-1] for path, at in source.keys.items() if bisect_right(starts, at) in lines}
    yield from (str(key) for key in answers if key in found)


def encodable(text: str) -> str:
    """Replace halves of characters, which JSON can hold and no file can be written with."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
