"""Results for Gradescope: a file a copy, named like its page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tp_solver.batch.names import is_plain, keyed, stem_of
from tp_solver.sheets.platforms.gradescope import GENERATOR, results
from tp_solver.solution import Solution
from tp_solver.text import Words

FOLDER = "gradescope"
HEAD = 200  # bytes in which the generator is named


def write_results(folder: Path, reports: Iterable[str], solution: Solution, words: Words) -> Path:
    """Write a file for each report, given as JSON; return their folder.

    Files of an earlier run whose copies are not in this one are removed; nothing else is.
    """
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    names: set[str] = set()
    for rank, report in enumerate(map(json.loads, reports)):
        name = _name(report["student"]["id"], report["file"], rank, names)
        names.add(name.casefold())
        made = json.dumps(results(report, solution, words), ensure_ascii=False, indent=1)
        (target / f"{name}.json").write_text(f"{made}\n", encoding="utf-8")
    for path in target.glob("*.json"):
        if path.stem.casefold() not in names and path.is_file() and _ours(path):
            path.unlink()
    return target


def _name(student: str, file: str, rank: int, taken: set[str]) -> str:
    """Choose a name that no earlier copy has."""
    if is_plain(student) and stem_of(student).casefold() not in taken:
        return stem_of(student)
    while (found := keyed(student, file, rank)).casefold() in taken:
        file += "\0"
    return found


def _ours(path: Path) -> bool:
    with path.open("rb") as file:
        return f'"generator": "{GENERATOR}"'.encode() in file.read(HEAD)
