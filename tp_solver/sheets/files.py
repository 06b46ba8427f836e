"""Writing worked solutions and statements into a folder, with an index page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tp_solver.graph.model import Model
from tp_solver.sheets import prose
from tp_solver.sheets.html import page
from tp_solver.solution import Solution
from tp_solver.text import Words


def title_of(model: Model, words: Words) -> str:
    """Return an exercise's title as plain text."""
    return prose.plain_text(model.exercise.file.title[words.language], model.exercise.functions)


def solution_html(solution: Solution, words: Words) -> str:
    """Return the page of a worked solution."""
    from tp_solver.sheets.solution_page import solution_view

    title = title_of(solution.model, words)
    return page("solution.html.j2", words, view=solution_view(solution, words), plain_title=title)


def solution_json(solution: Solution, _words: Words) -> str:
    """Return a solution as JSON."""
    from tp_solver.sheets.json_format import dumps, solution_data

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
    """Write statements, an index page where there are several, and answer files not there yet."""
    from tp_solver.sheets.answer_book import blank_files
    from tp_solver.sheets.statement_page import answer_file, statement_view

    written = []
    for model in models:
        name = model.exercise.id
        answers = f"{name}-{words('page.answers')}.yaml"
        blank = {answers: answer_file(model, words).encode(), **blank_files(model, words)}
        text = page(
            "statement.html.j2",
            words,
            view=statement_view(model, words),
            plain_title=title_of(model, words),
            answer_file=", ".join(f for f in blank if not f.endswith(".csv")),
        )
        written.append(write(folder / f"{name}.html", text))
        for file, data in blank.items():
            if (kept := keep(folder / file, data)) is not None:
                written.append(kept)
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


def keep(path: Path, data: bytes) -> Path | None:
    """Write a file that people fill in, unless it is there already; None where it was kept."""
    if path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write(path: Path, text: str) -> Path:
    """Write a text file, its folder made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path
