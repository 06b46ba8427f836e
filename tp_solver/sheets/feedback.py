"""A student's marked copy: verdicts, and their own numbers worked through from the first slip.

A class is marked at thousands of pages a second, so all that is the same for every student is
drawn once: rows with holes, steps with holes. What a student typed is escaped and put in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from markupsafe import Markup

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.fields import Text
from tp_solver.grading.marked import Batch
from tp_solver.grading.report import Report, Score, final_mark
from tp_solver.graph.arrays import Array
from tp_solver.graph.schedule import ground
from tp_solver.sheets.entities import entities, escaped, escaped_words
from tp_solver.sheets.frame import Frame
from tp_solver.sheets.head import Writer
from tp_solver.sheets.html import css_string, page
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
    step_pattern,
    value_pattern,
)
from tp_solver.solution import Solution
from tp_solver.text import Words

MOST_REDONE = 40  # steps of one copy that are worked again
MOST_KEPT = 50_000  # texts that are remembered
_BETWEEN = '</div></div><div class="value"><span>'
_END = "</span></div></div>"
Place = tuple[str, tuple[int, ...]]


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
        self.values: dict[tuple[tuple[int, ...], bool], Pattern | None] = {}
        self.rows: MarkRows | None = None
        self.graph: Path | None = None
        self.texts: dict[str, str] = {}
        self.slips: dict[int, Markup] = {}

    def prose(self, text: Text | None, inline: bool = False) -> Markup:
        """Render a text in the page's language, in ASCII as all of the page."""
        return entities(super().prose(text, inline))

    @cached_property
    def title(self) -> Markup:
        """Return the exercise's title."""
        return self.prose(self.exercise.file.title, inline=True)

    def page(self, report: Report) -> str:
        """Return a marked copy as a page."""
        score, out_of = report.score or 0, report.out_of
        scale = self.exercise.file.scale
        slip = self.first_slip(report)
        pending = self.words.plural("grade.pending", report.pending) if report.pending else ""
        remarks = (entities(worded(remark, self.words)) for remark in report.remarks)
        student = escaped(report.student.name or report.student.id)
        holes = {
            "student": student,
            "running": css_string(f"{self.words('page.feedback')} \u2013 {student}"),
            "score": self.words.number(score),
            "out_of": self.words.number(out_of),
            "final": self.words.number(final_mark(score, out_of, scale)),
            "final_out_of": self.words.number(scale.out_of),
            "pending": pending,
            "slip": slip,
            "path": self.path(report),
            "perfect": "" if slip or pending or score != out_of else "perfect",
            "remarks": "".join(f"<li>{remark}</li>" for remark in remarks),
            "numbers": "".join(self.own_numbers(report)),
            "questions": "\n".join(self.marked(report)),
        }
        return self.frame.filled(holes)

    @cached_property
    def frame(self) -> Frame:
        """Return the page without what is a copy's own."""
        return Frame(partial(page, "feedback.html.j2", self.words, title=self.title))

    @cached_property
    def questions(self) -> list[tuple[Asked, Frame]]:
        """Return each question, drawn without what is a copy's own.

        The explanation that the author wrote is shown of words and choices.
        """
        found = []
        for number, asked in enumerate(self.exercise.questions, 1):
            question = asked.question
            told = question.solution if question.kind in ("choice", "text", "expression") else None
            texts = {"text": self.prose(question.text), "explained": self.prose(told)}
            draw = partial(page, "feedback_question.html.j2", self.words, number=number, **texts)
            found.append((asked, Frame(draw)))
        return found

    def own_numbers(self, report: Report) -> Iterator[str]:
        """Yield each given that is the student's alone, drawn."""
        batch, row = report.own
        variants = self.exercise.variants
        if variants is not None:
            names = figure_names()
            drawn = {choices.given.ref for choices in variants.choices}
            model = batch.judge.truth.of(row).model
            for given in model.exercise.givens:
                if given.ref in drawn:
                    lines = map(entities, given_lines(model, given, self.words, names))
                    yield f"<li>{''.join(f'<span>{line}</span>' for line in lines)}</li>"

    def marked(self, report: Report) -> Iterator[str]:
        """Yield the questions with their marks."""
        batch, row = report.own
        copy = Copy(self.rows_of(batch), batch, row)
        scores = {score.question: score for score in report.scores}
        left = MOST_REDONE
        for asked, frame in self.questions:
            question = asked.question.id
            judged = report.person.get(question)
            rows, places = copy.of(question, judged)
            redone = [self.redone(batch, row, place) for place in places[:left]]
            more = len(places) - len(redone)
            if more:
                redone.append(f'<p class="meta">{self.words.plural("grade.left_out", more)}</p>')
            left = max(0, left - len(places))
            score = scores.get(question, Score(question, 0, asked.question.points))
            yield frame.filled(
                {
                    "earned": self.words.number(score.points),
                    "out_of": self.words.number(score.out_of),
                    "rows": rows,
                    "redone": "".join(redone),
                    "comment": escaped(judged.comment if judged else ""),
                }
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
        first = rows.looks_of(batch).first[row]
        return self.slip(rows, first) if first >= 0 else Markup()

    def slip(self, rows: MarkRows, first: int) -> Markup:
        """Say that an item is the first wrong one."""
        if first not in self.slips:
            ids = [asked.question.id for asked in self.exercise.questions]
            number = ids.index(rows.items[first].question) + 1
            told = self.words("grade.first_slip", name=Markup(rows.names[first]))
            link = Markup('<a href="#question-{}">{}</a>')
            self.slips[first] = link.format(number, Markup(told))
        return self.slips[first]

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
        own = judge.exact_own[place[0]][(*pattern.slot, row)]
        return f"{pattern.start}{line}{_BETWEEN}{self.value(own)}{_END}"

    def value(self, value: Array) -> str:
        """Draw a computed value."""
        numbers = value.ravel().tolist() if value.ndim else (float(value),)
        spelled = [one for one in map(self.numerals.of, numbers) if one is not None]
        if len(spelled) < len(numbers):
            return shown_value(self, value)
        whole = all(one.whole for one in spelled)
        sort = (value.shape, whole)
        if sort not in self.values:
            self.values[sort] = value_pattern(value.shape, "=" if whole else "≈", self.mark)
        pattern = self.values[sort]
        return shown_value(self, value) if pattern is None else pattern.filled(spelled)
