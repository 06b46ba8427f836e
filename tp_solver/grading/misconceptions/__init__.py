"""Known mistakes: one YAML file each, found by being there.

A mistake is a rewriting of an equation, `rewrite:`, or a slip of writing, `slip:`, told in French
and English with a remedy. `examples:` are equations that it rewrites, held by the tests.
docs/mistakes.md says how such a file is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tp_solver.exercise.source import parse_yaml
from tp_solver.grading.misconceptions.rewriting import Rewriting, rewriting

__all__ = ["KINDS", "Example", "Mistake", "Rewriting", "catalogue", "mistakes_of"]

_HERE = Path(__file__).parent
_NOTHING = "\n"
_SECTIONS = re.compile(r"^(?=[a-z]+:)", re.MULTILINE)  # the keys of a file, at the start of a line
KINDS = ("forward", "backward", "loss", "update", "vanishing", "writing")


@dataclass(frozen=True)
class Example:
    """An equation in some system, and what the mistake makes of its right side."""

    system: str
    equation: str
    becomes: str


@dataclass(frozen=True, eq=False)
class Mistake:
    """A known mistake. Its rules are read at once, its words when they are asked for.

    `weight` says how readily it is believed beside others; 1 is usual.
    """

    id: str
    rewrites: tuple[Rewriting, ...]
    weight: float
    text: str

    @cached_property
    def _data(self) -> dict[str, Any]:
        return _read(self.text, f"{self.id}.yaml")

    @property
    def kind(self) -> str:
        """Return the part of a computation in which it is made, one of KINDS."""
        return str(self._data["kind"])

    @property
    def title(self) -> Mapping[str, str]:
        """Return a few words for it, by language."""
        return dict(self._data["title"])

    @property
    def explain(self) -> Mapping[str, str]:
        """Return what the student is told, by language; `{f}` in a formula is to be filled in."""
        return dict(self._data["explain"])

    @property
    def remedy(self) -> Mapping[str, str]:
        """Return what to do about it, by language, with formulas as in `explain`."""
        return dict(self._data["remedy"])

    def spoken(self, language: str) -> str:
        """Return the language that a page tells it in: English where it has not the page's."""
        return language if language in self._data["title"] else "en"

    @property
    def source(self) -> str:
        """Return where it was met, or that no public source is known."""
        return str(self._data["source"])

    @property
    def slip(self) -> str:
        """Return which slip of writing it is; nothing for a rewriting."""
        return str(self._data.get("slip", ""))

    @property
    def warns(self) -> bool:
        """Tell whether authors are warned of data with which it does not show."""
        return bool(self._data.get("warn", True))

    @property
    def examples(self) -> tuple[Example, ...]:
        """Return equations that it rewrites."""
        return tuple(Example(**example) for example in self._data.get("examples", []))


@cache
def catalogue() -> Mapping[str, Mistake]:
    """Return every known mistake by its id, in the order of their ids."""
    paths = sorted(_HERE.glob("*.yaml"))
    return mistakes_of({path.stem: path.read_text(encoding="utf-8") for path in paths})


def mistakes_of(texts: Mapping[str, str]) -> dict[str, Mistake]:
    """Read mistakes from the texts of their files, by id.

    Their rules are read as one document, which is much faster than as many.
    """
    sections = {id: _sections(text) for id, text in texts.items()}
    whole = "".join(f"{id}:{found.get('rewrite', _NOTHING)}" for id, found in sections.items())
    rules = _read(whole, "rewrite")
    return {
        id: Mistake(
            id,
            tuple(map(rewriting, rules[id] or [])),
            float(sections[id].get("weight", "1")),
            text,
        )
        for id, text in texts.items()
    }


def _sections(text: str) -> dict[str, str]:
    """Cut a file at its keys."""
    parts = (part.partition(":") for part in _SECTIONS.split(text) if part)
    return {key: below for key, _, below in parts}


def _read(text: str, name: str) -> dict[str, Any]:
    source = parse_yaml(text, name)
    if source.issues:
        raise ValueError(str(source.issues[0]))
    data: dict[str, Any] = source.data
    return data
