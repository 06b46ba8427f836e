"""YAML as the blank answer file has it, read line by line: twenty times as quick as YAML at large.

A file with anything else in it is left to the YAML library; what is read here, it reads the same.
"""

from __future__ import annotations

import re

from tp_solver.grading.readers.inputs import Input, shown
from tp_solver.grading.readers.items import MOST_TWICE
from tp_solver.grading.readers.people import cleaned, who
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import LONGEST_NAME, MOST_ANSWERS, Raw, Submission

LONGEST = 300  # characters of a line
_QUOTED = r'"[^"\\`]*"|\'[^\'`]*\''
_NUMBER = r"[-+−]?[0-9](?:[0-9.,]*[0-9.])?(?:[eE][-+−]?[0-9]+)?"
_WORDS = r"[^\W\d_][\w.'-]*(?: [\w.'-]+)*"
_KEY = rf"(?P<key>{_QUOTED}|[^\W\d][\w./\[\],+-]*(?: [\w./\[\],+-]+)*)"
_VALUE = rf"(?P<value>{_QUOTED}|{_NUMBER}|{_WORDS})"
_LINE = re.compile(rf"(?P<indent> *){_KEY} *:(?: +{_VALUE})? *(?:(?<= )#.*)?")
_IGNORED = re.compile(r" *(?:#.*)?")
_FLOW = re.compile(
    rf"student: *\{{ *id: +(?P<id>{_QUOTED}|[\w.-]+) *, *name: +(?P<name>{_QUOTED}|{_WORDS}) *\}}"
    r" *(?:(?<= )#.*)?"
)
_SPECIAL = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_INNER = ("id", "name")

Fields = dict[str, Raw]


class _Other(Exception):
    """A line that is not plain, or not where such a line stands."""


def quickly(text: str, source: Input, number: int = 0, above: int = 0) -> Submission | None:
    """Read a document whose lines are all plain; None where one is not.

    Of several in a file, `number` counts them, and `above` the lines before each.
    """
    sheet = _Sheet()
    try:
        for line in text.replace("\r\n", "\n").split("\n"):
            sheet.line(line)
    except _Other:
        return None
    if not sheet.answers or len(sheet.answers) > MOST_ANSWERS:
        return None
    identifier = sheet.student.get("id") or sheet.top.get("student") or ""
    name = str(sheet.student.get("name") or "")
    student, remarks = who(str(identifier), name, source.owner, number)
    exercise = cleaned(str(sheet.top.get("exercise") or ""))
    twice = [Remark("twice", (("name", shown(name)),)) for name in list(sheet.twice)[:MOST_TWICE]]
    kept = {name[:LONGEST_NAME]: value for name, value in sheet.answers.items()}
    place = str(above + sheet.begins) if number else ""
    told = (*remarks, *twice)
    return Submission(student, source.file, kept, told, exercise=exercise, place=place)


class _Sheet:
    """The fields of a file, sorted as its lines come."""

    def __init__(self) -> None:
        self.top: Fields = {}
        self.student: Fields = {}
        self.answers: Fields = {}
        self.twice: Fields = {}
        self.within: Fields | None = None  # what the lines that are set in belong to
        self.indent = ""
        self.lines = self.begins = 0  # lines so far, and the one on which it begins

    def line(self, line: str) -> None:
        """Take one line; raises _Other where it is not plain."""
        if len(line) > LONGEST or not line.replace("\u00a0", " ").isprintable():
            raise _Other
        self.lines += 1
        if _IGNORED.fullmatch(line):
            return
        self.begins = self.begins or self.lines
        if flow := _FLOW.fullmatch(line):
            self.start("student", None)
            self.student, self.within = {key: _plain(flow[key]) for key in _INNER}, None
            return
        match = _LINE.fullmatch(line)
        if match is None:
            raise _Other
        key, value = _unquoted(match["key"]), match["value"]
        typed = None if value is None else _plain(value)
        if match["indent"]:
            self.inner(match["indent"], key, typed)
        else:
            self.start(key, typed)

    def start(self, key: str, value: Raw) -> None:
        """Take a line that is not set in."""
        if key in self.top or key not in ("exercise", "student", "answers"):
            raise _Other
        self.top[key], self.indent, self.within = value, "", None
        if value is None and key != "exercise":
            self.within = self.student if key == "student" else self.answers

    def inner(self, indent: str, key: str, value: Raw) -> None:
        """Take a line that is set in, as deep as the others of its part."""
        self.indent = self.indent or indent
        if self.within is None or indent != self.indent:
            raise _Other
        if self.within is self.student and (key not in _INNER or key in self.student):
            raise _Other
        if key in self.within:
            self.twice[key] = None
        else:
            self.within[key] = value


def _plain(text: str) -> str:
    """Return the text of a value; raises _Other for a word that means something to YAML."""
    if text.lower() in _SPECIAL:
        raise _Other
    return _unquoted(text)


def _unquoted(text: str) -> str:
    return text[1:-1] if text[0] in "\"'" else text
