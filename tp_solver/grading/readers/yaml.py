"""YAML: one submission, a list of them, or documents between `---` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from warnings import catch_warnings

from tp_solver.exercise.source import parse_yaml
from tp_solver.grading.readers.decoding import decoded
from tp_solver.grading.readers.inputs import Input
from tp_solver.grading.readers.items import broken, refused, submissions, too_deep
from tp_solver.grading.readers.plain_yaml import quickly
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import (
    DEEPEST,
    LARGEST_YAML,
    LONGEST_RAW,
    MOST_ANSWERS,
    MOST_DOCUMENTS,
    Submission,
)

SUFFIXES = (".yaml", ".yml")
LARGEST = LARGEST_YAML
MOST_ANCHORS, MOST_ALIASES, MOST_SPLIT = 50, 10, 500
LONG = 16 * 1024  # characters of a line that is looked at more closely
_ANCHOR, _ALIAS = re.compile(r"(?:^|[\s,\[{:])&\w", re.MULTILINE), re.compile(r"[\s,\[{:]\*\w")
_SPLIT = re.compile(r"[\[,]\s*[-+]?[0-9]+,[0-9]")  # [0,5: two numbers to YAML
_BRACKETS, _SIGNS = re.compile(r"[\[\]{}]"), re.compile(r"[,:]")
_NEXT = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_SAID = re.compile(r"^[ \t]*[^#%\s]", re.MULTILINE)  # a line that is no comment, no directive


def read(source: Input) -> Iterator[Submission]:
    """Yield the submissions of a YAML file; raises OSError where it can't be read."""
    with source.open() as stream:
        text = decoded(stream.read(LARGEST + 1))
    if not text.strip():
        yield refused(source, Remark("empty"))
    elif len(_NEXT.findall(text)) > MOST_DOCUMENTS:
        yield broken(source, f"> {MOST_DOCUMENTS} ---")
    elif plain := _plain(text, source):
        yield from plain
    elif too_deep(text):
        yield broken(source, f"> {DEEPEST} [[[…]]]")
    elif tangled := _tangled(text):
        yield broken(source, tangled)
    else:
        with catch_warnings(action="ignore"):  # of anchors used twice
            parts = [
                parse_yaml("\n" * above + part, source.file, MOST_ANSWERS)
                for above, part in _documents(text)
            ]
        yield from submissions(parts, source)


def _plain(text: str, source: Input) -> list[Submission]:
    """Read a text whose documents are all plain; nothing where one is not."""
    parts = _documents(text)
    found: list[Submission] = []
    for number, (above, part) in enumerate(parts, 1):
        plain = quickly(part, source, number if len(parts) > 1 else 0, above)
        if plain is None:
            return []
        found.append(plain)
    return found


def _tangled(text: str) -> str:
    """Say what a text has far more of than an honest one, which would take the library long."""
    anchors = len(_ANCHOR.findall(text)) if "&" in text else 0
    if anchors > MOST_ANCHORS or (anchors and len(_ALIAS.findall(text)) > MOST_ALIASES):
        return "&… *…"
    for line in text.split("\n"):
        for piece in _BRACKETS.split(line) if len(line) > LONG else ():
            if piece.count(",") > MOST_ANSWERS:
                return f"> {MOST_ANSWERS} ,"
            if max(map(len, _SIGNS.split(piece))) > LONGEST_RAW:
                return f"> {LONGEST_RAW // 1024} KB"
    split = text.count(",") > MOST_SPLIT and len(_SPLIT.findall(text)) > MOST_SPLIT
    return f"> {MOST_SPLIT} [0,0]" if split else ""


def _documents(text: str) -> list[tuple[int, str]]:
    """Split YAML at its `---` lines; each document follows the number of lines above it."""
    starts = [0, *(match.end() for match in _NEXT.finditer(text)), len(text) + 3]
    parts: list[tuple[int, str]] = []
    above = 0
    for start, end in pairwise(starts):
        part = text[start : end - 3]  # may begin on the line of its `---`
        if _SAID.search(part):
            parts.append((above, part))
        above += text.count("\n", start, end)
    return parts or [(0, text)]
