"""Writing pages into a folder: names that no student's text can bend, indices, gradebooks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from tp_solver.grading.report import Report
from tp_solver.graph.model import Model
from tp_solver.sheets import prose
from tp_solver.sheets.feedback_page import feedback_view
from tp_solver.sheets.gradebook import gradebook, status
from tp_solver.sheets.html import page
from tp_solver.sheets.json_format import dumps, report_data, solution_data
from tp_solver.sheets.solution_page import solution_view
from tp_solver.sheets.statement_page import answer_file, statement_view
from tp_solver.solution import Solution
from tp_solver.text import Words

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def title_of(model: Model, words: Words) -> str:
    """Return an exercise's title as plain text."""
    return prose.plain_text(model.exercise.file.title[words.language], model.exercise.functions)


def solution_html(solution: Solution, words: Words) -> str:
    """Return the page of a worked solution."""
    title = title_of(solution.model, words)
    return page("solution.html.j2", words, view=solution_view(solution, words), plain_title=title)


def solution_json(solution: Solution, _words: Words) -> str:
    """Return a solution as JSON."""
    return dumps(solution_data(solution))


# The formats of a worked solution: ending of the file, and what makes its text.
SOLUTION_FORMATS: dict[str, tuple[str, Callable[[Solution, Words], str]]] = {
    "html": (".html", solution_html),
    "json": (".json", solution_json),
}


def write_solutions(
    solutions: Sequence[Solution], folder: Path, form: str, words: Words
) -> list[Path]:
    """Write worked solutions, and an index page where there are several."""
    ending, make = SOLUTION_FORMATS[form]
    written = [
        write(folder / f"{solution.exercise.id}{ending}", make(solution, words))
        for solution in solutions
    ]
    if form == "html" and len(solutions) > 1:
        models = [solution.model for solution in solutions]
        written.insert(0, write_index(models, folder, words, "page.index"))
    return written


def write_sheets(models: Sequence[Model], folder: Path, words: Words) -> list[Path]:
    """Write statements and empty answer files, and an index page where there are several."""
    written = []
    for model in models:
        name = model.exercise.id
        answers = f"{name}-{words('page.answers')}.yaml"
        text = page(
            "statement.html.j2",
            words,
            view=statement_view(model, words),
            plain_title=title_of(model, words),
            answer_file=answers,
        )
        written.append(write(folder / f"{name}.html", text))
        written.append(write(folder / answers, answer_file(model, words)))
    if len(models) > 1:
        written.insert(0, write_index(models, folder, words, "page.statements"))
    return written


def write_index(models: Sequence[Model], folder: Path, words: Words, title: str) -> Path:
    """Write the page that leads to the others."""
    cards = [
        {
            "file": f"{model.exercise.id}.html",
            "id": model.exercise.id,
            "title": title_of(model, words),
            "purpose": prose.html(
                model.exercise.file.purpose[words.language] if model.exercise.file.purpose else "",
                words.mark,
                model.exercise.functions,
                inline=True,
            ),
        }
        for model in models
    ]
    return write(
        folder / "index.html", page("index.html.j2", words, title=words(title), cards=cards)
    )


def write_reports(
    solution: Solution, reports: Sequence[Report], folder: Path, form: str, words: Words
) -> list[Path]:
    """Write what grading gives: a gradebook and JSON, and unless only data is wanted, pages."""
    written = [
        write(folder / "gradebook.csv", gradebook(solution.exercise, reports, words)),
        write(folder / "report.json", dumps(report_data(report, words) for report in reports)),
    ]
    if form != "html":
        return written
    names = file_names(reports)
    for report, name in zip(reports, names, strict=True):
        if report.refused is None:
            view = feedback_view(report, solution, words)
            written.append(
                write(folder / "feedback" / name, page("feedback.html.j2", words, view=view))
            )
    written.insert(0, _class_page(solution, reports, names, folder, words))
    return written


def _class_page(
    solution: Solution, reports: Sequence[Report], names: list[str], folder: Path, words: Words
) -> Path:
    scores = [report.score for report in reports if report.score is not None]
    mean = ""
    if scores:
        total = max(report.out_of for report in reports)
        mean = words(
            "grade.mean",
            mean=words.number(sum(scores) / len(scores)),
            total=words.number(total),
            count=len(scores),
        )
    rows = [
        {
            "name": report.student.name or report.student.id,
            "page": f"feedback/{name}" if report.refused is None else "",
            "score": _score(report, words),
            "status": status(report, words),
        }
        for report, name in zip(reports, names, strict=True)
    ]
    title = title_of(solution.model, words)
    text = page("class.html.j2", words, plain_title=title, mean=mean, rows=rows)
    return write(folder / "index.html", text)


def _score(report: Report, words: Words) -> str:
    if report.score is None:
        return "–"
    return f"{words.number(report.score)} / {words.number(report.out_of)}"


def file_names(reports: Sequence[Report]) -> list[str]:
    """Name a page for each report: plain letters only, never the same twice, never a path."""
    used: set[str] = set()
    names = []
    for report in reports:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", report.student.id).strip("-")[:60]
        plain = stem == report.student.id and not _RESERVED.fullmatch(stem)
        if not plain or stem.lower() in used:
            digest = hashlib.sha256(f"{report.student.id}\0{report.file}\0{len(used)}".encode())
            stem = f"{stem or 'student'}-{digest.hexdigest()[:8]}"
        used.add(stem.lower())
        names.append(f"{stem}.html")
    return names


def write(path: Path, text: str) -> Path:
    """Write a text file, its folder made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path
