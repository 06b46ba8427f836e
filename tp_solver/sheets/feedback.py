"""A student's marked copy: verdicts, and their own numbers worked through from the first slip.

A class is marked at thousands of pages a second, so all that is the same for every student is
drawn once: rows with holes, steps with holes. What a student typed is escaped and put in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from markupsafe import Markup

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.fields import Text
from tp_solver.grading.hints import WRONG
from tp_solver.grading.marked import Batch
from tp_solver.grading.report import VERDICTS, Report, Score, final_mark
from tp_solver.graph.arrays import Array
from tp_solver.graph.schedule import ground
from tp_solver.sheets.entities import entities, escaped, escaped_words
from tp_solver.sheets.head import Writer
from tp_solver.sheets.html import page
from tp_solver.sheets.large import figure_names
from tp_solver.sheets.mark_rows import Copy, MarkRows
from tp_solver.sheets.pictures.path import Path
from tp_solver.sheets.remarks import worded
from tp_solver.sheets.rows import given_lines
from tp_solver.sheets.step_patterns import (
    Numerals,
    Pattern,
    StepPattern,
    shown_value,
    shows_all,
    step_pattern,
    value_pattern,
)
from tp_solver.solution import Solution
from tp_solver.text import Words

MOST_REDONE = 40  # steps of one copy that are worked again
MOST_KEPT = 50_000  # texts that are remembered
WRONG_ONES = np.isin(np.arange(256), [VERDICTS.index(verdict) for verdict in WRONG])
Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class QuestionView:
    """A question with its marks and the steps worth another look."""

    number: int
    text: Markup
    earned: str
    out_of: str
    rows: Markup
    redone: Markup
    explained: Markup
    comment: Markup


class FeedbackWriter(Writer):
    """Writes the marked copies of one exercise."""

    def __init__(self, solution: Solution, words: Words) -> None:
        super().__init__(solution.model, escaped_words(words))
        self.solution = solution
        self.numerals = Numerals(self.exercise, self.mark)
        self.order = {
            (e.left.key, ground(e.left, dict(at))): i for i, (e, at) in enumerate(self.model.order)
        }
        self.patterns: dict[Place, StepPattern] = {}
        self.values: dict[tuple[str, str], Pattern | None] = {}
        self.rows: MarkRows | None = None
        self.graph: Path | None = None
        self.texts: dict[str, str] = {}

    def prose(self, text: Text | None, inline: bool = False) -> Markup:
        """Render a text in the page's language, in ASCII as all of the page."""
        return entities(super().prose(text, inline))

    @cached_property
    def title(self) -> Markup:
        """Return the exercise's title."""
        return self.prose(self.exercise.file.title, inline=True)

    @cached_property
    def questions(self) -> list[tuple[Asked, Markup, Markup]]:
        """Return each question with its text, and the explanation that words and choices get."""
        asked = self.exercise.questions
        told = ("choice", "text", "expression")
        return [
            (
                one,
                self.prose(one.question.text),
                self.prose(one.question.solution) if one.question.kind in told else Markup(),
            )
            for one in asked
        ]

    def page(self, report: Report) -> str:
        """Return a marked copy as a page."""
        score, out_of = report.score or 0, report.out_of
        scale = self.exercise.file.scale
        content = list(self.contents(report))
        slip = self.first_slip(report)
        return page(
            "feedback.html.j2",
            self.words,
            title=self.title,
            student=escaped(report.student.name or report.student.id),
            score=self.words.number(score),
            out_of=self.words.number(out_of),
            final=self.words.number(final_mark(score, out_of, scale)),
            final_out_of=self.words.number(scale.out_of),
            pending=report.pending,
            slip=slip,
            path=self.path(report),
            perfect=not slip and not report.pending and score == out_of,
            remarks=[entities(worded(remark, self.words)) for remark in report.remarks],
            numbers=list(self.own_numbers(report)),
            questions=content,
        )

    def own_numbers(self, report: Report) -> Iterator[list[Markup]]:
        """Yield the lines of each given that is the student's alone."""
        batch, row = report.own
        variants = self.exercise.variants
        if variants is not None:
            names = figure_names()
            drawn = {choices.given.ref for choices in variants.choices}
            model = batch.judge.truth.of(row).model
            for given in model.exercise.givens:
                if given.ref in drawn:
                    yield [entities(line) for line in given_lines(model, given, self.words, names)]

    def contents(self, report: Report) -> Iterator[QuestionView]:
        """Yield the questions with their marks."""
        batch, row = report.own
        copy = Copy(self.rows_of(batch), batch, row)
        scores = {score.question: score for score in report.scores}
        left = MOST_REDONE
        for number, (asked, text, explained) in enumerate(self.questions, 1):
            question = asked.question.id
            judged = report.person.get(question)
            drawn, places = copy.of(question, judged)
            redone = [self.redone(batch, row, place) for place in places[:left]]
            more = len(places) - len(redone)
            if more:
                redone.append(f'<p class="meta">{self.words.plural("grade.left_out", more)}</p>')
            left = max(0, left - len(places))
            score = scores.get(question, Score(question, 0, asked.question.points))
            yield QuestionView(
                number,
                text,
                self.words.number(score.points),
                self.words.number(score.out_of),
                Markup(drawn),
                Markup("".join(redone)),
                explained,
                escaped(judged.comment if judged else ""),
            )

    def rows_of(self, batch: Batch) -> MarkRows:
        """Return the rows of the marks, drawn with holes."""
        if self.rows is None:
            self.rows = MarkRows(self, batch.marker)
        return self.rows

    def first_slip(self, report: Report) -> Markup:
        """Say which step is the first wrong one to compute, with a link to its question."""
        batch, row = report.own
        rows = self.rows_of(batch)
        wrong = np.flatnonzero(WRONG_ONES[batch.matrix[0][row]])
        if not len(wrong):
            return Markup()
        first = wrong[np.argmin(rows.order[wrong])]
        ids = [asked.question.id for asked in self.exercise.questions]
        number = ids.index(rows.items[first].question) + 1
        told = self.words("grade.first_slip", name=Markup(rows.names[first]))
        return Markup('<a href="#question-{}">{}</a>').format(number, Markup(told))

    def path(self, report: Report) -> Markup:
        """Draw the answers as a graph where one of them is wrong."""
        batch, row = report.own
        if self.graph is None:
            self.graph = Path(self.model, batch.marker.items, self.words)
        return self.graph.figure(batch, row)

    def typed(self, text: str) -> str:
        """Escape what a student typed."""
        if text not in self.texts:
            if len(self.texts) > MOST_KEPT:
                self.texts.clear()
            self.texts[text] = str(escaped(text))
        return self.texts[text]

    def pattern(self, place: Place) -> StepPattern:
        """Return the step that gives a quantity at a position, drawn with holes."""
        if place not in self.patterns:
            equation, at = self.model.order[self.order[place]]
            self.patterns[place] = step_pattern(self.solution, equation, dict(at), self.mark)
        return self.patterns[place]

    def redone(self, batch: Batch, row: int, place: Place) -> str:
        """Work a step again from the student's own values."""
        pattern, judge = self.pattern(place), batch.judge
        numbers = None
        if pattern.line is not None:
            drawn = judge.truth.of(row) if judge.truth.family is not None else None
            numbers = pattern.numbers(judge.own_tables, row, self.numerals, drawn)
        if numbers is not None and pattern.line is not None:
            line = pattern.line.filled(numbers)
        else:
            line = pattern.slowly(batch.own(row), self.mark)
        key, position = place
        value = judge.exact_own[key][(*self.solution.tables[key].slot(position), row)]
        return (
            f'<div class="step"><div class="name">{pattern.name}</div><div class="work">'
            f"<div>{pattern.symbols}</div><div>{line}</div></div>"
            f'<div class="value"><span>{self.value(key, value)}</span></div></div>'
        )

    def value(self, key: str, value: Array) -> str:
        """Draw a computed value."""
        floats = np.ravel(value).tolist()
        plain = [found for found in map(self.numerals.of, floats) if found is not None]
        if len(plain) < len(floats):
            return shown_value(self, value)
        whole = all(map(shows_all, plain, floats))
        sign = "=" if whole else "≈"
        if (key, sign) not in self.values:
            self.values[key, sign] = value_pattern(np.shape(value), sign, self.mark)
        pattern = self.values[key, sign]
        return shown_value(self, value) if pattern is None else pattern.filled(plain)
