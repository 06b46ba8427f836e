"""A small exercise, copies of it, and ways to look at what a run wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tp_solver.batch.job import Outcome, Request, grade
from tp_solver.batch.settings import Settings, Shard, source_of
from tp_solver.grading.readers import submission_files

EXERCISE = """
id: small
title: Small
given: {{a: 2, b: 3}}
equations: ["c = a * b", "d = c + {added}"]
questions:
  - {{id: numbers, text: x, answers: [c, d], points: 4}}
  - {{id: words, text: Why?, kind: text, points: 2}}
"""
RESULTS = ("results.sqlite",)


class Silent:
    """Watches nothing."""

    def advance(self, size: float) -> None:
        """Take no note."""

    def count(self, items: int) -> None:
        """Take no note."""


def exercise(folder: Path, added: str = "1") -> Path:
    """Write the exercise."""
    path = folder / "small.yaml"
    path.write_text(EXERCISE.format(added=added), encoding="utf-8")
    return path


def lines(count: int) -> Iterator[str]:
    """Yield submissions as JSON lines: right, wrong, carried, refused, from the same student."""
    for i in range(count):
        student = f"e{i if i % 7 else 3}"
        answers = {
            "c": "6" if i % 3 else "5",
            "d": ("7", "6", "9")[i % 3],
            "words": f"Because {i}.",
        }
        if i % 11 == 10:
            yield '{"student": "broken", "answers": ['
        else:
            yield json.dumps({"student": {"id": student, "name": f"=N{i}"}, "answers": answers})


def copies(folder: Path, count: int) -> list[Path]:
    """Write submissions: some in a file of lines, some in a file each."""
    made = list(lines(count))
    below = folder / "copies"
    below.mkdir(exist_ok=True)
    (below / "class.jsonl").write_text("\n".join(made[: count // 2]), encoding="utf-8")
    for i, line in enumerate(made[count // 2 :]):
        (below / f"z{i:03}.json").write_text(line, encoding="utf-8")
    return [below]


def request(
    exercise: Path,
    copies: Sequence[Path],
    folder: Path,
    settings: Settings | None = None,
    *,
    shard: Shard | None = None,
    jobs: int | None = 1,
    marks: Path | None = None,
) -> Request:
    """Put a request together."""
    chosen = settings or Settings(language="en")
    inputs = submission_files(copies)
    return Request(source_of(exercise), inputs, folder, chosen, shard, jobs, marks)


def run(*args, **kwargs) -> Outcome:
    """Mark submissions."""
    return grade(request(*args, **kwargs), Silent())


def outputs(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, but the results themselves."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in RESULTS
    }
