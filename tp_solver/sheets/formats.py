"""The formats of a worked solution: a row each. Light to import: what makes a format comes late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tp_solver.solution import Solution
    from tp_solver.text import Words


@dataclass(frozen=True)
class Format:
    """A format: the ending of its files, and what makes one of a solution.

    `several` makes those of many solutions, where that is faster than one by one.
    """

    ending: str
    make: Callable[[Solution, Words], str | bytes]
    several: Callable[[Iterable[Solution], Words], Iterator[bytes]] | None = None

    def each(self, solutions: Iterable[Solution], words: Words) -> Iterator[str | bytes]:
        """Make the format of each of some solutions."""
        if self.several is not None:
            return self.several(solutions, words)
        return (self.make(solution, words) for solution in solutions)


def _html(solution: Solution, words: Words) -> str:
    from tp_solver.sheets.solution_page import solution_html

    return solution_html(solution, words)


def _json(solution: Solution, _words: Words) -> str:
    from tp_solver.sheets.json_format import dumps, solution_data

    return dumps(solution_data(solution))


def _latex(solution: Solution, words: Words) -> str:
    from tp_solver.sheets.latex_format import solution_latex

    return solution_latex(solution, words)


def _markdown(solution: Solution, words: Words) -> str:
    from tp_solver.sheets.markdown_format import solution_markdown

    return solution_markdown(solution, words)


def _notebook(solution: Solution, words: Words) -> str:
    from tp_solver.sheets.notebook import solution_notebook

    return solution_notebook(solution, words)


def _moodle(solution: Solution, words: Words) -> str:
    from tp_solver.sheets.platforms.moodle import moodle_xml

    return moodle_xml(solution, words)


def _moodle_numerical(solution: Solution, words: Words) -> str:
    from tp_solver.sheets.platforms.moodle import moodle_xml

    return moodle_xml(solution, words, single=True)


def _qti(solution: Solution, words: Words) -> bytes:
    from tp_solver.sheets.platforms.qti import qti_package

    return qti_package(solution, words)


def _pdf(solution: Solution, words: Words) -> bytes:
    return next(_pdfs([solution], words))


def _pdfs(solutions: Iterable[Solution], words: Words) -> Iterator[bytes]:
    from tp_solver.sheets.pdf import printed
    from tp_solver.sheets.solution_page import solution_html

    return printed(solution_html(solution, words) for solution in solutions)


FORMATS: dict[str, Format] = {
    "html": Format(".html", _html),
    "json": Format(".json", _json),
    "latex": Format(".tex", _latex),
    "markdown": Format(".md", _markdown),
    "notebook": Format(".ipynb", _notebook),
    "moodle": Format(".moodle.xml", _moodle),
    "moodle-numerical": Format(".moodle-numerical.xml", _moodle_numerical),
    "qti": Format(".qti.zip", _qti),
    "pdf": Format(".pdf", _pdf, _pdfs),
}
