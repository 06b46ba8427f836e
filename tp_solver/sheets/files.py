"""Writing worked solutions and statements into a folder, with an index page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tp_solver.graph.model import Model
from tp_solver.sheets import prose
from tp_solver.sheets.formats import FORMATS
from tp_solver.sheets.head import title_of
from tp_solver.sheets.html import page
from tp_solver.solution import Solution
from tp_solver.text import Words


def write_solutions(
    solutions: Sequence[Solution], folder: Path, form: str, words: Words
) -> list[Path]:
    """Write worked solutions, and an index page where there are several."""
    made = FORMATS[form]
    written = [
        write(folder / f"{solution.exercise.id}{made.ending}", made.make(solution, words))
        for solution in solutions
    ]
    if form == "html" and len(solutions) > 1:
        models = [solution.model for solution in solutions]
        written.insert(0, write_index(models, folder, words, "page.index"))
    return written


def write_sheets(models: Sequence[Model], folder: Path, words: Words) -> list[Path]:
    """Write statements, an index page where there are several, and answer files not there yet."""
    from tp_solver.sheets.answer_book import blank_files
    from tp_solver.sheets.statement_page import answer_file

    written = []
    for model in models:
        name = model.exercise.id
        answers = f"{name}-{words('page.answers')}.yaml"
        blank = {answers: answer_file(model, words).encode(), **blank_files(model, words)}
        text = sheet_page(model, words, [file for file in blank if not file.endswith(".csv")])
        written.append(write(folder / f"{name}.html", text))
        for file, data in blank.items():
            if (kept := keep(folder / file, data)) is not None:
                written.append(kept)
    if len(models) > 1:
        written.insert(0, write_index(models, folder, words, "page.statements"))
    return written


def sheet_page(model: Model, words: Words, answer_files: Sequence[str]) -> str:
    """Make the page of a statement, which tells the files to answer in."""
    from tp_solver.sheets.statement_page import statement_view

    return page(
        "statement.html.j2",
        words,
        view=statement_view(model, words),
        plain_title=title_of(model, words),
        answer_file=", ".join(answer_files),
    )


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


def keep(path: Path, data: bytes) -> Path | None:
    """Write a file that people fill in, unless it is there already; None where it was kept."""
    if path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, its folder made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
