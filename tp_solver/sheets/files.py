"""Writing worked solutions and statements into a folder, with an index page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from tp_solver.graph.model import Model
from tp_solver.sheets import prose
from tp_solver.sheets.formats import FORMATS
from tp_solver.sheets.head import title_of
from tp_solver.sheets.html import page
from tp_solver.solution import Solution
from tp_solver.text import Words

SHEETS = ("html", "yaml", "xlsx", "csv")  # what `sheet` writes where nothing else is asked for


class Sheets(NamedTuple):
    """What became of sheets: files written, answer files kept, those kept with other numbers."""

    written: list[Path]
    kept: list[Path]
    others: list[Path]


T = TypeVar("T")
Watch = Callable[[Sequence[T]], Iterable[T]]


def write_solutions(
    solutions: Sequence[Solution],
    folder: Path,
    form: str,
    words: Words,
    watch: Watch[Solution] = iter,
) -> list[Path]:
    """Write worked solutions, and an index page where there are several.

    `watch` hands them on one by one, as a bar that shows how far it is does.
    """
    made = FORMATS[form]
    contents = made.each(watch(solutions), words)
    written = [
        write(folder / f"{solution.exercise.id}{made.ending}", content)
        for content, solution in zip(contents, solutions, strict=True)
    ]
    if form == "html" and len(solutions) > 1:
        models = [solution.model for solution in solutions]
        written.insert(0, write_index(models, folder, words, "page.index"))
    return written


def write_sheets(
    models: Sequence[Model],
    folder: Path,
    words: Words,
    forms: Sequence[str] = SHEETS,
    watch: Watch[Model] = iter,
) -> Sheets:
    """Write statements, an index page where there are several, and answer files not there yet.

    `forms` says which: `html` and `pdf` are statements, the others are to be filled in.
    """
    written = write_statements_as_pdf(watch(models), folder, words, forms) if "pdf" in forms else []
    kept: list[Path] = []
    for model in models:
        if "html" in forms:
            page_file = folder / f"{model.exercise.id}.html"
            names = personal_files(model.exercise.id, words, forms)
            written.append(write(page_file, statement_html(model, words, names)))
        for file, data in blank_files(model, words, forms).items():
            path = folder / file
            if path.exists():
                kept.append(path)
            else:
                written.append(write(path, data))
    if len(models) > 1 and "html" in forms:
        written.insert(0, write_index(models, folder, words, "page.statements"))
    return Sheets(written, kept, [])


def write_statements_as_pdf(
    models: Iterable[Model], folder: Path, words: Words, forms: Sequence[str]
) -> list[Path]:
    """Print statements; raises BrowserError, where there is no browser before any is written."""
    from tp_solver.sheets.pdf import printed

    names: list[str] = []

    def pages() -> Iterator[str]:
        for model in models:
            names.append(model.exercise.id)
            files = personal_files(model.exercise.id, words, forms)
            yield statement_html(model, words, files)

    return [write(folder / f"{names[-1]}.pdf", made) for made in printed(pages())]


def statement_html(model: Model, words: Words, answer_files: Sequence[str] | None = None) -> str:
    """Return a statement as a page, which names the files to answer in, or the usual ones."""
    from tp_solver.sheets.statement_page import statement_view

    files = personal_files(model.exercise.id, words) if answer_files is None else answer_files
    return page(
        "statement.html.j2",
        words,
        view=statement_view(model, words),
        plain_title=title_of(model, words),
        answer_file=", ".join(files),
    )


def personal_files(stem: str, words: Words, forms: Sequence[str] = SHEETS) -> list[str]:
    """Return the names of the answer files that a student fills in, in some forms."""
    name = f"{stem}-{words('page.answers')}"
    return [f"{name}.{form}" for form in ("yaml", "xlsx", "csv") if form in forms]


def blank_files(model: Model, words: Words, forms: Sequence[str] = SHEETS) -> dict[str, bytes]:
    """Return the files to fill in by their names: a student's in each form, a class's table."""
    from tp_solver.sheets.answer_text import class_table

    found = personal_blanks(model, words, model.exercise.id, forms)
    if "csv" in forms:
        table = f"{model.exercise.id}-{words('page.class_table')}.csv"
        found[table] = class_table(model, words).encode("utf-8-sig")
    return found


def personal_blanks(
    model: Model, words: Words, stem: str, forms: Sequence[str]
) -> dict[str, bytes]:
    """Return the files that a student fills in by their names, which begin with a stem."""
    from tp_solver.sheets.answer_book import answer_book
    from tp_solver.sheets.answer_text import answer_file, answer_table

    made: dict[str, Callable[[Model, Words], bytes]] = {
        "yaml": lambda *asked: answer_file(*asked).encode(),
        "xlsx": answer_book,
        "csv": lambda *asked: answer_table(*asked).encode("utf-8-sig"),
    }
    return {
        file: made[file.rpartition(".")[2]](model, words)
        for file in personal_files(stem, words, forms)
    }


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


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, its folder made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
