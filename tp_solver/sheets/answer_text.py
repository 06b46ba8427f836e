"""Blank answer files that are plain text: YAML and CSV for a student, a CSV table for a class."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.questions import ChoiceQuestion
from tp_solver.grading.spreadsheets import csv_text, safe
from tp_solver.graph.model import Model
from tp_solver.sheets.asking import answered, asked_text, digits_asked, printable, unit_of
from tp_solver.sheets.blocks import answer_names
from tp_solver.sheets.example import example
from tp_solver.sheets.head import title_of
from tp_solver.text import Words

WIDTH = 96  # characters of a line of comment


def answer_file(model: Model, words: Words) -> str:
    """Write the empty YAML file that a student fills in, one line per number asked."""
    own = model.exercise.own
    student, name = (own.student, own.name) if own else ("", "")
    lines = [
        *_comment(printable(title_of(model, words))),
        *_comment(digits_asked(model, words)),
        *_comment(words("paper.how_yaml", value=example(model, words))),
        f"exercise: {answered(model.exercise)}",
        "student:",
        f"  id: {quoted(student)}",
        f"  name: {quoted(name)}",
        "answers:",
    ]
    for n, asked in enumerate(model.exercise.questions, 1):
        lines += _comment(asked_text(asked, n, model, words), "  ")
        lines += _blanks(asked, model, words)
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Write a text in double quotes, as YAML reads it back."""
    return json.dumps(text, ensure_ascii=False)


def answer_table(model: Model, words: Words) -> str:
    """Return a CSV file with an answer a row, for a student to fill in the column of values.

    Where the numbers are a student's own, whose they are and their code stand above it.
    """
    names = [n for asked in model.exercise.questions for n in answer_names(asked, model)]
    head = [words("sheet.answer"), words("sheet.value")]
    if (own := model.exercise.own) is None:
        blanks = [["", name, ""] for name in names]
        return csv_text([[words("gradebook.student"), *head], *blanks], words.delimiter)
    top = [
        [words("gradebook.student"), safe(own.student)],
        [words("gradebook.name"), safe(own.name)],
        [words("sheet.exercise"), answered(model.exercise)],
    ]
    return csv_text([*top, [], head, *([name, ""] for name in names)], words.delimiter)


def class_table(model: Model, words: Words) -> str:
    """Return the headings of a CSV table for a class, a student a row and an answer a column."""
    names = [n for asked in model.exercise.questions for n in answer_names(asked, model)]
    return csv_text(
        [[words("gradebook.student"), words("gradebook.name"), *names]], words.delimiter
    )


def _comment(text: str, indent: str = "") -> list[str]:
    lines = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [f"{indent}# {line}" for line in lines]


def _blanks(asked: Asked, model: Model, words: Words) -> Iterator[str]:
    if isinstance(asked.question, ChoiceQuestion):
        letters = ", ".join(choice.id for choice in asked.question.choices)
        yield f"  {asked.question.id}:  # {letters}"
        return
    unit = unit_of(asked, words)
    for name in answer_names(asked, model):
        yield f"  {name}:  # {unit}" if unit else f"  {name}:"
