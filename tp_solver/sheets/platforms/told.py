"""What an answer is told, in plain text: platforms show formulas in a hint in no reliable way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tp_solver.errors import FormulaError
from tp_solver.grading.accepted import Stretch
from tp_solver.grading.misconceptions import Mistake, catalogue
from tp_solver.grading.misconceptions.wording import worded
from tp_solver.grading.report import Finding
from tp_solver.sheets import prose
from tp_solver.text import Words


def told(stretch: Stretch, words: Words, functions: Iterable[str]) -> str:
    """Say why a number counts, or what went wrong; nothing for the right value itself."""
    if stretch.finding is not None:
        return " ".join(_possible(stretch.finding, words, list(functions)))
    return _sentence(words("remark.rounding")) if stretch.rounding else ""


def _possible(finding: Finding, words: Words, functions: Sequence[str]) -> Iterator[str]:
    if len(finding.possible) > 1:
        yield words("grade.either")
    known = catalogue()
    several = len(finding.possible) > 1
    for n, (ids, names) in enumerate(zip(finding.possible, finding.names, strict=True), 1):
        if several:
            yield f"({n})"
        if len(ids) > 1:
            yield words("grade.both")
        for one in ids:
            if one in known:
                yield _mistake(known[one], dict(names), words.language, functions)


def _mistake(
    mistake: Mistake, names: dict[str, str], language: str, functions: Sequence[str]
) -> str:
    """Tell one mistake: its name, what was done, what to do."""

    def filled(text: str) -> str:
        try:
            return prose.plain_text(worded(text, names, mistake.id), functions)
        except FormulaError:  # of a name that only makes sense in its own equation
            return text.replace("$", "")

    language = mistake.spoken(language)
    title = _sentence(mistake.title[language])
    return f"{title} {filled(mistake.explain[language])} {filled(mistake.remedy[language])}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
