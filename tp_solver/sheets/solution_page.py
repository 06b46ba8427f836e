"""What the page of a worked solution says, question by question; templates lay it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from markupsafe import Markup

from tp_solver.exercise.model import Detail
from tp_solver.exercise.questions import AnyQuestion, ChoiceQuestion, TextQuestion
from tp_solver.language.tree import Node, Value
from tp_solver.sheets.content import Formula, Group, Question, Relation, Step, content
from tp_solver.sheets.head import Head, Writer, title_of
from tp_solver.sheets.html import page
from tp_solver.sheets.large import drawn_value, is_large
from tp_solver.sheets.lines import formula, related
from tp_solver.sheets.pictures.gallery import gallery
from tp_solver.sheets.rows import Table, heading, results
from tp_solver.solution import Solution
from tp_solver.text import Words

NARROW = 2  # columns of numbers that stand beside the working
LEVELS: tuple[Detail, ...] = get_args(Detail)
EMPTY = Markup()


@dataclass(frozen=True)
class StepView:
    """A step on the page: its name, then lines of working, the value last."""

    anchor: str
    name: Markup
    lines: tuple[Markup, ...]
    components: tuple[tuple[Markup, Markup, Markup], ...]
    value: Markup
    wide: bool  # its value needs a line of its own


@dataclass(frozen=True)
class GroupView:
    """Steps of one position in time."""

    anchor: str
    heading: Markup
    steps: tuple[StepView, ...]


@dataclass(frozen=True)
class ChoiceView:
    """An offered answer."""

    id: str
    text: Markup
    right: bool


@dataclass(frozen=True)
class QuestionView:
    """A question with all that answers it."""

    id: str
    number: int
    text: Markup
    points: float
    groups: tuple[GroupView, ...] = ()
    folded: bool = False
    count: int = 0
    tables: tuple[Table, ...] = ()
    answers: tuple[Markup, ...] = ()
    also: tuple[Markup, ...] = ()
    choices: tuple[ChoiceView, ...] = ()
    explained: Markup = EMPTY
    rubric: Markup = EMPTY


@dataclass(frozen=True)
class SolutionView:
    """A whole page."""

    head: Head
    questions: tuple[QuestionView, ...]
    further: tuple[GroupView, ...]
    pictures: tuple[Markup, ...]
    level: Detail  # of detail, until the reader chooses another one
    levels: tuple[Detail, ...]


def solution_html(solution: Solution, words: Words) -> str:
    """Return the page of a worked solution."""
    title = title_of(solution.model, words)
    return page("solution.html.j2", words, view=solution_view(solution, words), plain_title=title)


def solution_view(solution: Solution, words: Words) -> SolutionView:
    """Say what the page of a solution holds, in a language."""
    return _Writer(solution, words).page()


class _Writer(Writer):
    def __init__(self, solution: Solution, words: Words) -> None:
        super().__init__(solution.model, words)
        self.solution = solution
        self.content = content(solution)

    def page(self) -> SolutionView:
        steps = list(self.content.steps)
        levels = LEVELS if any(step.components for step in steps) else LEVELS[:-1]
        level = self.exercise.file.detail
        return SolutionView(
            head=self.head(),
            questions=tuple(map(self.question, self.content.questions)),
            further=self.groups(self.content.further, "further"),
            pictures=tuple(gallery(self.solution, self.words)),
            level=level if level in levels else levels[-1],
            levels=levels if steps else (),
        )

    def question(self, question: Question) -> QuestionView:
        asked = question.asked
        return QuestionView(
            id=asked.id,
            number=question.number,
            text=self.prose(asked.text),
            points=asked.points,
            groups=self.groups(question.groups, asked.id),
            folded=question.long,
            count=question.count,
            tables=results(question.tables, self.words, self.figures),
            answers=tuple(map(self.formula, question.answers)),
            also=tuple(map(self.formula, question.also)),
            choices=self.choices(asked),
            explained=self.prose(asked.solution),
            rubric=self.prose(asked.rubric) if isinstance(asked, TextQuestion) else EMPTY,
        )

    def choices(self, asked: AnyQuestion) -> tuple[ChoiceView, ...]:
        if not isinstance(asked, ChoiceQuestion):
            return ()
        return tuple(
            ChoiceView(c.id, self.prose(c.text, inline=True), c.right) for c in asked.choices
        )

    def groups(self, groups: Iterable[Group], prefix: str) -> tuple[GroupView, ...]:
        return tuple(
            GroupView(
                f"{prefix}-{count}",
                heading(group.at),
                tuple(self.step(step, f"{prefix}-{step.order}") for step in group.steps),
            )
            for count, group in enumerate(groups)
        )

    def step(self, step: Step, anchor: str) -> StepView:
        components = tuple(
            (formula(name, self.mark), self.related(work), self.related(value))
            for name, work, value in step.components
        )
        value = drawn_value(step.value.sign, step.value.node, step.ref, self.words, self.figures)
        return StepView(
            anchor=anchor,
            name=formula(step.ref, self.mark),
            lines=tuple(map(self.related, step.lines)),
            components=components,
            value=value,
            wide=_is_wide(step.value.node),
        )

    def related(self, line: Relation) -> Markup:
        return related(line.sign, line.node, self.mark)

    def formula(self, answer: Formula) -> Markup:
        """Draw a formula that answers a question, and what it comes to."""
        pieces = [formula(answer.node, self.mark), *map(self.related, answer.relations)]
        return Markup(" ").join(pieces)


def _is_wide(value: Node) -> bool:
    """Tell whether a value has many columns, or is folded."""
    if not isinstance(value, Value) or not isinstance(value.items, tuple):
        return False
    first = value.items[0]
    return is_large(value.items) or (isinstance(first, tuple) and len(first) > NARROW)
