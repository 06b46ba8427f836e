"""A marked copy as the `results.json` of a Gradescope autograder: a test for each question.

It says what was right and which mistake was made, never what was expected: students see it at once
and may hand in again. Everything is plain text, which Gradescope escapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.misconceptions import catalogue
from tp_solver.grading.report import Verdict, rounded
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import Part
from tp_solver.sheets import prose
from tp_solver.solution import Solution
from tp_solver.text import Words

GENERATOR = "tp_solver"
LONGEST = 200  # characters of an answer that are shown
MOST_LINES = 200  # of one question
TEXT = "text"
NO_BREAK = "\u00a0"  # which French needs, and Python takes for no printable character
SIGNS = ("=", "≈", "~")  # that students type before a number
SILENT = {"", "own-values"}  # remarks that the verdict says already


def results(report: Mapping[str, Any], solution: Solution, words: Words) -> dict[str, Any]:
    """Return the results of a copy, from its report as plain data."""
    return {
        "extra_data": {"generator": GENERATOR, "exercise": solution.exercise.id},
        "score": report["score"] or 0,
        "output": "\n".join(_summary(report, words)),
        "output_format": TEXT,
        "test_output_format": TEXT,
        "test_name_format": TEXT,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": list(_tests(report, solution, words)),
    }


def _summary(report: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Yield what is said of the whole copy."""
    if report["refused"] is not None:
        yield _clean(report["refused"])
        return
    score, total = (words.number(report[key]) for key in ("score", "out_of"))
    yield words("grade.sum", score=score, total=total)
    if report["pending"]:
        yield words.plural("grade.pending", report["pending"])
    yield from map(_clean, report["remarks"])


def _tests(report: Mapping[str, Any], solution: Solution, words: Words) -> Iterator[dict[str, Any]]:
    if report["refused"] is not None:
        return
    own: dict[str, list[Mapping[str, Any]]] = {}
    for mark in report["marks"]:
        own.setdefault(mark["question"], []).append(mark)
    for n, asked in enumerate(solution.exercise.questions, 1):
        yield _test(n, asked, own.get(asked.question.id, []), solution, words)


def _test(
    n: int, asked: Asked, marks: list[Mapping[str, Any]], solution: Solution, words: Words
) -> dict[str, Any]:
    """Return the test of a question; one that waits for a person has no status."""
    earned = rounded(sum(mark["points"] for mark in marks))
    whole = asked.question.points
    lines = [_line(mark, words) for mark in marks[:MOST_LINES]]
    if len(marks) > MOST_LINES:
        lines.append("…")
    text = prose.plain_text(asked.question.text[words.language], solution.exercise.functions)
    found = {
        "name": f"{words('solution.question', n=n)} – {text}"[:LONGEST],
        "number": str(n),
        "score": earned,
        "max_score": whole,
        "output": "\n".join(lines),
        "output_format": TEXT,
        "visibility": "visible",
    }
    if all(mark["verdict"] != Verdict.PENDING for mark in marks):
        found["status"] = "passed" if earned >= whole else "failed"
    return found


def _line(mark: Mapping[str, Any], words: Words) -> str:
    """Say what was typed and what became of it: `f[1] = 0.55 → right (1 / 1)`."""
    given = _clean(mark["given"] or "") or "–"
    said = [words(f"verdict.{mark['verdict']}"), *_remarks(mark, words)]
    points = f"{words.number(mark['points'])} / {words.number(mark['out_of'])}"
    sign = "" if given.startswith(SIGNS) else "= "
    told = f"{words('solution.semicolon')} ".join(said)
    return f"{_name(mark)} {sign}{given} → {told} ({points})"


def _name(mark: Mapping[str, Any]) -> str:
    at = mark["component"]
    places = tuple(at) if isinstance(at, list) else () if at is None else (at,)
    if mark["answer"] == mark["question"]:
        return ".".join(map(str, (mark["answer"], *places)))
    ref, _ = parse_name(mark["answer"])
    return plain(Part(ref, places) if places else ref, unicode=True)


def _remarks(mark: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Yield the remark, where its code or its reason tells all, and the mistakes by their names."""
    key = f"remark.{mark['remark']}"
    remark = _clean(mark.get("reason") or (words(key) if key in words else ""))
    if mark["remark"] not in SILENT and "{" not in remark and remark:
        yield remark
    named = mark["misconception"] or []
    known = catalogue() if named else {}
    for one in [named] if isinstance(named, str) else named:
        if one in known:
            yield known[one].title[known[one].spoken(words.language)]


def _clean(text: str) -> str:
    """Keep what can be printed, on one line, and not too long."""
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return "".join(c if c.isprintable() or c == NO_BREAK else "\ufffd" for c in shown)
