"""What a student's marked copy says: verdicts, and their own numbers worked through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from tp_solver.exercise.exercise import Asked
from tp_solver.grading.carry import Judge
from tp_solver.grading.report import Mark, Report, Verdict
from tp_solver.graph.evaluate import Table
from tp_solver.graph.schedule import ground
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import Part, Value
from tp_solver.sheets.head import Writer
from tp_solver.sheets.lines import formula, related
from tp_solver.sheets.remarks import worded
from tp_solver.solution import Solution, displayed
from tp_solver.text import Words


@dataclass(frozen=True)
class MarkView:
    """A line of the table of marks."""

    name: Markup
    given: str
    verdict: str
    remark: str
    expected: Markup
    points: str


@dataclass(frozen=True)
class RedoneView:
    """A step worked again from the student's own values."""

    name: Markup
    lines: tuple[Markup, ...]
    value: Markup


@dataclass(frozen=True)
class MarkedQuestion:
    """A question with its marks and the steps worth another look."""

    number: int
    text: Markup
    earned: str
    out_of: str
    marks: tuple[MarkView, ...]
    redone: tuple[RedoneView, ...]
    explained: Markup


@dataclass(frozen=True)
class FeedbackView:
    """A marked copy."""

    title: Markup
    student: str
    score: str
    out_of: str
    pending: str
    first_slip: Markup
    perfect: bool
    remarks: tuple[str, ...]
    questions: tuple[MarkedQuestion, ...]


def feedback_view(report: Report, solution: Solution, words: Words) -> FeedbackView:
    """Say what a marked copy holds, in a language."""
    return _Feedback(report, solution, words).page()


class _Feedback(Writer):
    def __init__(self, report: Report, solution: Solution, words: Words) -> None:
        super().__init__(solution.model, words)
        self.report = report
        self.solution = solution
        self.places = [(e, dict(at)) for e, at in solution.model.order]

    def page(self) -> FeedbackView:
        report, words = self.report, self.words
        slip = self.first_slip()
        return FeedbackView(
            title=self.prose(self.exercise.file.title, inline=True),
            student=report.student.name or report.student.id,
            score=words.number(report.score or 0),
            out_of=words.number(report.out_of),
            pending=words.number(report.pending) if report.pending else "",
            first_slip=self.name(slip) if slip else Markup(""),
            perfect=all(mark.verdict is Verdict.CORRECT for mark in report.marks),
            remarks=tuple(worded(remark, words) for remark in report.remarks),
            questions=tuple(
                self.question(asked, n) for n, asked in enumerate(self.exercise.questions, 1)
            ),
        )

    def first_slip(self) -> Mark | None:
        """Return the first wrong mark in the order of the computation."""
        order = {(e.left.key, ground(e.left, at)): i for i, (e, at) in enumerate(self.places)}
        wrong = [mark for mark in self.report.marks if mark.verdict is Verdict.WRONG]
        return min(wrong, key=lambda mark: order.get(self.place(mark), len(order)), default=None)

    def place(self, mark: Mark) -> tuple[str, tuple[int, ...]]:
        if mark.answer == mark.question:
            return mark.answer, ()
        ref, _ = parse_name(mark.answer)
        return ref.key, ground(ref, {})

    def name(self, mark: Mark) -> Markup:
        """Draw the name of what a mark is for; a question's answer has a number only."""
        if mark.answer == mark.question:
            ids = [asked.question.id for asked in self.exercise.questions]
            label = self.words("solution.question", n=ids.index(mark.question) + 1)
            at = mark.component
            return Markup(label if at is None else f"{label} ({at})")
        ref, _ = parse_name(mark.answer)
        if mark.component is None:
            return formula(ref, self.mark)
        at = mark.component if isinstance(mark.component, list) else [mark.component]
        return formula(Part(ref, tuple(at)), self.mark)

    def question(self, asked: Asked, number: int) -> MarkedQuestion:
        marks = [m for m in self.report.marks if m.question == asked.question.id]
        explained = Markup("")
        if asked.question.kind in ("choice", "text", "expression"):
            explained = self.prose(asked.question.solution)
        return MarkedQuestion(
            number=number,
            text=self.prose(asked.question.text),
            earned=self.words.number(sum(m.points for m in marks)),
            out_of=self.words.number(asked.question.points),
            marks=tuple(map(self.marked, marks)),
            redone=tuple(self.redone(marks)),
            explained=explained,
        )

    def marked(self, mark: Mark) -> MarkView:
        expected = Markup("")
        if isinstance(mark.expected, float):
            expected = formula(Value(displayed(self.exercise, mark.expected)), self.mark)
        elif mark.expected is not None:
            expected = self.expected_text(mark)
        said = mark.remark is not None and mark.remark.code == "own-values"  # as the verdict says
        return MarkView(
            name=self.name(mark),
            given=mark.given if mark.given is not None else "",
            verdict=mark.verdict.value,
            remark="" if said else worded(mark.remark, self.words),
            expected=expected,
            points=f"{self.words.number(mark.points)} / {self.words.number(mark.out_of)}",
        )

    def expected_text(self, mark: Mark) -> Markup:
        asked = next(a for a in self.exercise.questions if a.question.id == mark.question)
        if asked.answer is not None:
            return formula(asked.answer, self.mark)
        return Markup.escape(str(mark.expected))

    def redone(self, marks: list[Mark]) -> Iterator[RedoneView]:
        """Work again, from the student's own values, each step that was not plainly right."""
        if self.report.own is None:
            return
        judge, row = self.report.own
        own = own_solution(judge, row)
        seen: set[tuple[str, tuple[int, ...]]] = set()
        for mark in marks:
            told = (
                mark.verdict in (Verdict.WRONG, Verdict.CARRIED)
                and mark.from_own_values is not None
            )
            place = self.place(mark) if told else None
            if place is None or place in seen or mark.answer == mark.question:
                continue
            seen.add(place)
            yield self.redo(own, judge, row, place)

    def redo(
        self, own: Solution, judge: Judge, row: int, place: tuple[str, tuple[int, ...]]
    ) -> RedoneView:
        equation, at = next(
            (e, at) for e, at in self.places if (e.left.key, ground(e.left, at)) == place
        )
        step = own.step(equation, at)
        table = self.solution.tables[place[0]]
        computed = judge.exact_own[place[0]][(*table.slot(place[1]), row)]
        lines = [related("=", step.formula, self.mark)]
        lines.append(related("=", step.substituted, self.mark))
        value = related("≈", Value(displayed(self.exercise, np.asarray(computed))), self.mark)
        return RedoneView(formula(step.ref, self.mark), tuple(lines), value)


def own_solution(judge: Judge, row: int) -> Solution:
    """Return the exercise as a student's own values make it."""
    tables = {
        key: Table(table.box, np.take(table.data, row, axis=len(table.box)))
        for key, table in judge.own_tables.items()
    }
    return replace(judge.solution, tables=tables)
