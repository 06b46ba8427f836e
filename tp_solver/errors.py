"""The two families of errors: what an author must mend, and what a typed formula got wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Issue:
    """One thing an author must mend: where it is, what it is, what to do."""

    file: str
    line: int
    column: int
    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}: {self.todo}"


class AuthorError(Exception):
    """An exercise that can't be used, with every issue found in it."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(sorted(set(issues)))
        super().__init__("\n".join(str(issue) for issue in self.issues))


class FormulaError(ValueError):
    """A text that is no formula: a code, a position (from 0), and words for an author."""

    def __init__(self, code: str, position: int, what: str, todo: str) -> None:
        super().__init__(f"{what}: {todo}")
        self.code = code
        self.position = position
        self.what = what
        self.todo = todo


class ModelError(ValueError):
    """An equation that parses but can't hold (a name, a shape, a cycle), without its place."""

    def __init__(self, what: str, todo: str, name: str = "") -> None:
        super().__init__(f"{what}: {todo}")
        self.what = what
        self.todo = todo
        self.name = name


class UserError(Exception):
    """A command that can't be carried out as given; the message says what to do next."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to a misspelt one, or None where nothing is near."""
    import difflib

    choices = sorted(known)
    folded = {choice.lower(): choice for choice in choices}
    if word.lower() in folded:
        return folded[word.lower()]
    swapped = [choice for choice in choices if sorted(choice) == sorted(word)]
    if len(swapped) == 1:
        return swapped[0]
    found = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """Word the nearest-name suggestion, or fall back on other advice."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else otherwise


def visible(text: str) -> str:
    """Show the characters of a typed text that nobody can see by their names."""
    return "".join(
        char if char.isprintable() else f"<{unicodedata.name(char, f'U+{ord(char):04X}')}>"
        for char in text
    )
