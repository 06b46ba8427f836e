"""Hints as text for a terminal."""

from __future__ import annotations

import re

from tp_solver.errors import FormulaError
from tp_solver.grading.hints import Hint
from tp_solver.grading.misconceptions import Mistake, catalogue
from tp_solver.grading.misconceptions.wording import worded
from tp_solver.grading.report import Finding
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.text import Words

_FORMULA = re.compile(r"\$([^$]+)\$")


def worded_hint(hint: Hint, words: Words) -> str:
    """Say a hint."""
    if hint.finding is not None:
        return "\n".join(_mistakes(hint.finding, words))
    if hint.question:
        return words("hint.question", name=hint.question)
    formula = plain(hint.formula, unicode=True) if hint.formula is not None else ""
    return words(f"hint.{hint.code}", formula=formula)


def _mistakes(finding: Finding, words: Words) -> list[str]:
    """Explain each known mistake that is possible."""
    known = catalogue()
    lines = [words("hint.possible")] if len(finding.possible) > 1 else []
    for ids, names in zip(finding.possible, finding.names, strict=True):
        told = [_explained(known[one], words.language, dict(names)) for one in ids]
        lines.append(_FORMULA.sub(_spelled, " ".join(told)))
    return lines


def _explained(mistake: Mistake, language: str, names: dict[str, str]) -> str:
    return worded(mistake.explain[mistake.spoken(language)], names, mistake.id)


def _spelled(formula: re.Match[str]) -> str:
    """Write a formula of a text in Unicode."""
    try:
        return plain(parse(formula[1]), unicode=True)
    except FormulaError:
        return formula[1]
