"""Submissions as they come: files to raw answers, kept exactly as typed, never evaluated."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

from tp_solver.exercise.source import LARGEST_FILE, Source, parse_yaml
from tp_solver.grading.report import Remark, Student

SUFFIXES = (".yaml", ".yml", ".json")
LONGEST_ANSWER = 2000
LONGEST_NAME = 200
MOST_ANSWERS = 5000
DEEPEST = 50
_BRACKET = re.compile(r"[\[\]{}]")

# A raw answer: the text typed, nothing, or a list of such.
Raw = str | None | list["Raw"]


@dataclass(frozen=True)
class Submission:
    """What one student handed in; `refused` says why it can't be marked."""

    student: Student
    file: str
    answers: dict[str, Raw]
    remarks: tuple[Remark, ...] = ()
    refused: Remark | None = None
    ambiguous: frozenset[str] = frozenset()


def submission_files(paths: Iterable[Path]) -> list[Path]:
    """List the submission files among paths and, for folders, in them; sorted by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
            found += sorted(p for p in inside if p.is_file() and not p.is_symlink())
        else:
            found.append(path)
    return found


def read_submissions(path: Path) -> Iterator[Submission]:
    """Read the submissions in a file; one that can't be read comes out refused, never lost."""
    name = path.name
    try:
        if path.stat().st_size > LARGEST_FILE:
            yield _refused(path, f"> {LARGEST_FILE // 1024} KB")
            return
        raw = path.read_bytes()
    except OSError as error:
        yield _refused(path, error.strerror or "OSError")
        return
    text = _decoded(raw)
    if not text.strip():
        yield Submission(Student(path.stem), name, {}, refused=Remark("empty"))
    elif _depth(text) > DEEPEST:
        yield _refused(path, f"> {DEEPEST} [[[…]]]")
    else:
        parse = _parsed_json if path.suffix.lower() == ".json" else parse_yaml
        yield from _submissions(parse(text, name), path)


def _submissions(source: Source, path: Path) -> Iterator[Submission]:
    """Yield each submission of a parsed file, which holds one or a list of them."""
    if source.data is None:
        first = next(iter(source.issues), None)
        yield _refused(path, f"{first.line}:{first.column}: {first.what}" if first else "")
        return
    items = source.data if isinstance(source.data, list) and source.data else [source.data]
    for i, item in enumerate(items):
        stem = path.stem if len(items) == 1 else f"{path.stem}-{i + 1}"
        yield _submission(item, stem, path.name, source)


def _depth(text: str) -> int:
    """Return how deep brackets are nested, those in quotes included: parsers are slow at this."""
    steps = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(text))
    return max(accumulate(steps), default=0)


def _refused(path: Path, detail: str) -> Submission:
    remark = Remark("unreadable-file", (("detail", detail),))
    return Submission(Student(path.stem[:LONGEST_NAME]), path.name, {}, refused=remark)


def _decoded(raw: bytes) -> str:
    """Decode UTF-8 or marked UTF-16, or failing these Latin-1, where every byte means something."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _parsed_json(text: str, name: str) -> Source:
    """Parse JSON, numbers kept with the digits typed, repeated keys reported."""
    source = Source(name, text)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                source.issues.append(source.place(0, f"`{key}` is written twice", "keep one"))
            else:
                found[key] = value
        return found

    try:
        source.data = json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=pairs,
        )
    except json.JSONDecodeError as error:
        source.issues.append(source.place(error.pos, f"not valid JSON ({error.msg})", "check it"))
    except RecursionError:
        source.issues.append(source.place(0, "nested too deeply", "check it"))
    return source


def _submission(item: Any, stem: str, file: str, source: Source) -> Submission:
    remarks: list[Remark] = []
    student = _student(item.get("student") if isinstance(item, dict) else None)
    if student is None:
        student = Student(stem[:LONGEST_NAME])
        remarks.append(Remark("no-student"))
    answers = item.get("answers") if isinstance(item, dict) else None
    if not isinstance(answers, dict):
        return Submission(student, file, {}, refused=Remark("not-a-submission"))
    if len(answers) > MOST_ANSWERS:
        return Submission(student, file, {}, refused=Remark("too-many", (("most", MOST_ANSWERS),)))
    twice = [i.what.split("`")[1] for i in source.issues if "is written twice" in i.what]
    remarks += [Remark("twice", (("name", name),)) for name in twice]
    kept = {_encodable(key)[:LONGEST_NAME]: _raw(value) for key, value in answers.items()}
    return Submission(
        student, file, kept, tuple(remarks), ambiguous=frozenset(_ambiguous(source, answers))
    )


def _ambiguous(source: Source, answers: dict[str, Any]) -> Iterator[str]:
    """Yield the answers in which `[0,5]` may have been meant as one number."""
    lines = {issue.line for issue in source.issues if "is read as two numbers" in issue.what}
    for key in answers:
        for path, offset in source.keys.items():
            if path[-1] == key and source.text.count("\n", 0, offset) + 1 in lines:
                yield str(key)


def _student(value: Any) -> Student | None:
    if isinstance(value, dict):
        identifier = _text(value.get("id"))
        name = _text(value.get("name"))
        return Student(identifier or name, name) if identifier or name else None
    text = _text(value)
    return Student(text) if text else None


def _text(value: Any) -> str:
    if isinstance(value, str | Decimal | int):
        return " ".join(_encodable(str(value)).split())[:LONGEST_NAME]
    return ""


def _encodable(text: str) -> str:
    """Replace halves of characters, which JSON can hold and no file can be written with."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _raw(value: Any) -> Raw:
    if value is None:
        return None
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_raw(item) for item in value]
    if isinstance(value, dict):
        return "{…}"
    return str(value)
