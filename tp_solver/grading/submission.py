"""Submissions as they come: files to raw answers, kept exactly as typed, never evaluated."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from tp_solver.exercise.source import LARGEST_FILE, Keys, Source, parse_yaml
from tp_solver.grading.report import Remark, Student

SUFFIXES = (".yaml", ".yml", ".json")
LONGEST_ANSWER = 2000
LONGEST_NAME = 200
MOST_ANSWERS = 5000
DEEPEST = 50
MOST_DOCUMENTS = 1000
_BRACKET = re.compile(r"[\[\]{}]")
_NEXT = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_SAID = re.compile(r"^[ \t]*[^#%\s]", re.MULTILINE)  # a line that is no comment, no directive
_NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_NUMBERS = re.compile(r"\[[-+−0-9.,;eE\s\[\]]*\]")

# A raw answer: the text typed, nothing, or a list of such.
Raw = str | None | list["Raw"]


@dataclass(frozen=True)
class Submission:
    """What one student handed in; `refused` says why it can't be marked.

    `exercise` is the id of the exercise that the file says it answers, if it says so.
    """

    student: Student
    file: str
    answers: dict[str, Raw]
    remarks: tuple[Remark, ...] = ()
    refused: Remark | None = None
    ambiguous: frozenset[str] = frozenset()
    exercise: str = ""


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


def skipped_files(paths: Iterable[Path]) -> list[tuple[Path, Remark]]:
    """List what `submission_files` passes over in folders, but for hidden files, and say why."""
    found: list[tuple[Path, Remark]] = []
    for path in paths:
        for inside in sorted(path.rglob("*")) if path.is_dir() else ():
            known = inside.suffix.lower() in SUFFIXES
            if inside.is_symlink() and known:
                found.append((inside, Remark("link")))
            elif inside.is_file() and not known and not inside.name.startswith("."):
                values = (("known", ", ".join(SUFFIXES)),)
                found.append((inside, Remark("other-suffix", values)))
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
    elif path.suffix.lower() == ".json":
        yield from _submissions([_parsed_json(text, name)], path)
    elif len(_NEXT.findall(text)) > MOST_DOCUMENTS:
        yield _refused(path, f"> {MOST_DOCUMENTS} ---")
    else:
        yield from _submissions([parse_yaml(part, name) for part in _documents(text)], path)


def _documents(text: str) -> list[str]:
    """Split YAML at its `---` lines, each document on the lines it had."""
    starts = [0, *(match.end() for match in _NEXT.finditer(text)), len(text) + 3]
    parts = [
        "\n" * text.count("\n", 0, start) + text[start : end - 3] for start, end in pairwise(starts)
    ]
    return [part for part in parts if _SAID.search(part)] or [text]


def _submissions(sources: list[Source], path: Path) -> Iterator[Submission]:
    """Yield each submission of a parsed file, whose documents hold one or a list of them."""
    count = sum(map(len, map(_items, sources)))
    stems = (path.stem if count == 1 else f"{path.stem}-{n}" for n in range(1, count + 1))
    for source in sources:
        for at in _items(source):
            stem = next(stems)
            if source.data is None:
                first = next(iter(source.issues), None)
                detail = f"{first.line}:{first.column}: {first.what}" if first else ""
                yield _refused(path, detail, stem)
            else:
                yield _Item(source, at).submission(stem, path.name)


def _items(source: Source) -> list[Keys]:
    """List where the submissions of a document stand in it."""
    several = isinstance(source.data, list) and source.data
    return [(i,) for i in range(len(source.data))] if several else [()]


def _depth(text: str) -> int:
    """Return how deep brackets are nested, those in quotes included: parsers are slow at this."""
    steps = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(text))
    return max(accumulate(steps), default=0)


def _refused(path: Path, detail: str, stem: str = "") -> Submission:
    remark = Remark("unreadable-file", (("detail", detail),))
    return Submission(Student((stem or path.stem)[:LONGEST_NAME]), path.name, {}, refused=remark)


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


@dataclass(frozen=True)
class _Item:
    """One submission inside a parsed file, at a place in it."""

    source: Source
    at: Keys

    def submission(self, stem: str, file: str) -> Submission:
        """Read it; what can't be marked comes out refused."""
        item = self.source.data[self.at[0]] if self.at else self.source.data
        fields: dict[str, Any] = item if isinstance(item, dict) else {}
        student = self.student(fields.get("student"))
        read = Submission(student or Student(stem[:LONGEST_NAME]), file, {})
        answers = fields.get("answers")
        if not isinstance(answers, dict):
            return replace(read, refused=Remark("not-a-submission"))
        if len(answers) > MOST_ANSWERS:
            return replace(read, refused=Remark("too-many", (("most", MOST_ANSWERS),)))
        issues = [issue.what for issue in self.source.issues]
        twice = [what.split("`")[1] for what in issues if "is written twice" in what]
        remarks = [] if student else [Remark("no-student")]
        remarks += [Remark("twice", (("name", name),)) for name in twice]
        return replace(
            read,
            answers={
                _encodable(key)[:LONGEST_NAME]: self.raw(value, (*self.at, "answers", key))
                for key, value in answers.items()
            },
            remarks=tuple(remarks),
            ambiguous=frozenset(_ambiguous(self.source, answers)),
            exercise=self.text(fields.get("exercise"), "exercise"),
        )

    def student(self, value: Any) -> Student | None:
        """Return who wrote it: an id, a name, or both."""
        if isinstance(value, dict):
            identifier = self.text(value.get("id"), "student", "id")
            name = self.text(value.get("name"), "student", "name")
            return Student(identifier or name, name) if identifier or name else None
        text = self.text(value, "student")
        return Student(text) if text else None

    def text(self, value: Any, *path: str) -> str:
        """Return a short text on one line; a number as it was typed."""
        if isinstance(value, str | Decimal | int):
            typed = self.raw(value, (*self.at, *path))
            return " ".join(str(typed).split())[:LONGEST_NAME]
        return ""

    def raw(self, value: Any, path: Keys) -> Raw:
        """Return an answer as typed."""
        if value is None:
            return None
        if isinstance(value, str):
            return _encodable(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict):
            return "{…}"
        written = self.written(path)
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
    for key in answers:
        for path, offset in source.keys.items():
            if path[-1] == key and source.text.count("\n", 0, offset) + 1 in lines:
                yield str(key)


def _encodable(text: str) -> str:
    """Replace halves of characters, which JSON can hold and no file can be written with."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
