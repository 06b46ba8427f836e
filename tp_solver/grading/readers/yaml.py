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
from tp_solver.grading.submission import DEEPEST, LARGEST_YAML, MOST_DOCUMENTS, Submission

SUFFIXES = (".yaml", ".yml")
LARGEST = LARGEST_YAML
MOST_ANCHORS, MOST_ALIASES, MOST_SPLIT = 50, 10, 500
_ANCHOR, _ALIAS = re.compile(r"(?:^|[\s,\[{:])&\w", re.MULTILINE), re.compile(r"[\s,\[{:]\*\w")
_SPLIT = re.compile(r"[\[,]\s*[-+]?[0-9]+,[0-9]")  # [0,5: two numbers to YAML
_NEXT = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_SAID = re.compile(r"^[ \t]*[^#%\s]", re.MULTILINE)  # a line that is no comment, no directive


def read(source: Input) -> Iterator[Submission]:
    """Yield the submissions of a YAML file; raises OSError where it can't be read."""
    with source.open() as stream:
        text = decoded(stream.read(LARGEST + 1))
    if not text.strip():
        yield refused(source, Remark("empty"))
    elif plain := quickly(text, source):
        yield plain
    elif too_deep(text):
        yield broken(source, f"> {DEEPEST} [[[…]]]")
    elif tangled := _tangled(text):
        yield broken(source, tangled)
    elif len(_NEXT.findall(text)) > MOST_DOCUMENTS:
        yield broken(source, f"> {MOST_DOCUMENTS} ---")
    else:
        with catch_warnings(action="ignore"):  # of anchors used twice
            parts = [parse_yaml(part, source.file) for part in _documents(text)]
        yield from submissions(parts, source)


def _tangled(text: str) -> str:
    """Say what a text has far more of than an honest one, which would take the library long."""
    anchors = len(_ANCHOR.findall(text)) if "&" in text else 0
    if anchors > MOST_ANCHORS or (anchors and len(_ALIAS.findall(text)) > MOST_ALIASES):
        return "&… *…"
    split = text.count(",") > MOST_SPLIT and len(_SPLIT.findall(text)) > MOST_SPLIT
    return f"> {MOST_SPLIT} [0,0]" if split else ""


def _documents(text: str) -> list[str]:
    """Split YAML at its `---` lines, each document on the lines it had."""
    starts = [0, *(match.end() for match in _NEXT.finditer(text)), len(text) + 3]
    parts = [
        "\n" * text.count("\n", 0, start) + text[start : end - 3] for start, end in pairwise(starts)
    ]
    return [part for part in parts if _SAID.search(part)] or [text]
