"""What every part of reading an exercise shares: the file, the issues found, where things stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tp_solver.errors import FormulaError, Issue
from tp_solver.exercise.draws import MOST_DRAWN
from tp_solver.exercise.exercise import Function
from tp_solver.exercise.model import ExerciseFile
from tp_solver.exercise.source import Keys, Source
from tp_solver.language.parse import parse
from tp_solver.language.tree import Node, Span

T = TypeVar("T")


class Reader:
    """An exercise file being read: parses formulas, gathers issues, remembers places.

    `broken` names what has an issue and so is not to be reported again, `names` what is defined.
    """

    def __init__(self, file: ExerciseFile, path: Path, source: Source, issues: list[Issue]) -> None:
        self.file, self.path, self.source, self.issues = file, path, source, issues
        self.places: dict[int, tuple[Keys, str]] = {}
        self.broken: set[str] = set()
        self.names: set[str] = set()
        self.functions: dict[str, Function] = {}
        self.indices: dict[str, Span] = {}
        self.drawn = 0

    def report(self, path: Keys, what: str, todo: str, within: str = "", position: int = 0) -> None:
        """Note an issue at a value, or at a text inside it."""
        self.issues.append(self.source.issue(path, what, todo, within, position))

    def report_key(self, path: Keys, what: str, todo: str) -> None:
        """Note an issue at a key."""
        self.issues.append(self.source.key_issue(path, what, todo))

    def parsed(
        self, read: Callable[[str], T], text: str, path: Keys, written: str = ""
    ) -> T | None:
        """Parse a formula, reporting what is wrong with it where it is written."""
        try:
            return read(text)
        except FormulaError as error:
            written = written or text
            position = written.find(text) + error.position
            self.report(path, error.what, error.todo, written, position)
            return None

    def may_draw(self, count: int, path: Keys, todo: str) -> bool:
        """Count numbers to be drawn, and report once where a file draws too many in all."""
        before, self.drawn = self.drawn, self.drawn + count
        if before <= MOST_DRAWN < self.drawn:
            self.report(path, f"more than {MOST_DRAWN} numbers to draw", todo)
        return self.drawn <= MOST_DRAWN

    def node(self, text: str) -> Node:
        """Parse a formula that may use the author's functions."""
        return parse(text, self.functions)

    def placed(self, part: T, path: Keys, text: str) -> T:
        """Remember where a part was written."""
        self.places[id(part)] = (path, text)
        return part
