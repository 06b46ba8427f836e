"""What the page of a worked solution says, question by question; templates lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.model import ChoiceQuestion, NumberQuestion, TextQuestion
from tp_solver.graph.model import accepted_key
from tp_solver.graph.schedule import places_read
from tp_solver.language.tree import Node, Part
from tp_solver.sheets.head import Head, Writer, title_of
from tp_solver.sheets.html import page
from tp_solver.sheets.lines import formula, related
from tp_solver.sheets.pictures.gallery import gallery
from tp_solver.sheets.rows import Table, heading, results, sign_of, standing
from tp_solver.solution import Solution, SolvedStep
from tp_solver.text import Words

Place = tuple[str, tuple[int, ...]]
FOLD_AFTER = 16
EMPTY = Markup()


@dataclass(frozen=True)
class StepView:
    """A step on the page: its name, then lines of working, the value last."""

    anchor: str
    name: Markup
    lines: tuple[Markup, ...]
    components: tuple[tuple[Markup, Markup, Markup], ...]
    value: Markup


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
        self.steps = {(step.key, step.position): step for step in solution.steps}
        self.order = {place: i for i, place in enumerate(self.steps)}
        self.shown: set[Place] = set()
        self.spelled: set[int] = set()
        asked = {a.question.id for a in self.exercise.questions}
        drawn = {name for names in self.model.curves for name in names}
        self.internal = {
            place
            for place in self.steps
            if place[0].partition("~")[0] in asked or place[0] in drawn
        }

    def page(self) -> SolutionView:
        questions = tuple(
            self.question(asked, n) for n, asked in enumerate(self.exercise.questions, 1)
        )
        rest = [p for p in self.order if p not in self.shown and p not in self.internal]
        return SolutionView(
            head=self.head(),
            questions=questions,
            further=tuple(self.groups(rest, "further")),
            pictures=tuple(gallery(self.solution, self.words)),
        )

    def question(self, asked: Asked, number: int) -> QuestionView:
        question = asked.question
        places = self.leading_to(asked)
        groups = tuple(self.groups(places, question.id))
        slots = tuple(s for s in self.model.slots[question.id] if s.key != question.id)
        tables = results(slots, self.solution, self.mark)
        return QuestionView(
            id=question.id,
            number=number,
            text=self.prose(question.text),
            points=question.points,
            groups=groups,
            folded=len(places) > FOLD_AFTER and not slots,
            count=len(places),
            tables=tables,
            answers=tuple(self.answers(asked)),
            also=tuple(self.also(asked)),
            choices=self.choices(asked),
            explained=self.prose(question.solution),
            rubric=self.prose(question.rubric) if isinstance(question, TextQuestion) else EMPTY,
        )

    def choices(self, asked: Asked) -> tuple[ChoiceView, ...]:
        if not isinstance(asked.question, ChoiceQuestion):
            return ()
        return tuple(
            ChoiceView(c.id, self.prose(c.text, inline=True), c.right)
            for c in asked.question.choices
        )

    def leading_to(self, asked: Asked) -> list[Place]:
        """List the steps that a question needs and that no earlier one has shown."""
        waiting = [(slot.key, slot.position) for slot in self.model.slots[asked.question.id]]
        found: set[Place] = set()
        while waiting:
            place = waiting.pop()
            if place in found or place in self.shown or place not in self.steps:
                continue
            found.add(place)
            step = self.steps[place]
            waiting += places_read(step.equation, dict(step.at))
        self.shown |= found
        return sorted(found - self.internal, key=self.order.__getitem__)

    def groups(self, places: Iterable[Place], prefix: str) -> Iterator[GroupView]:
        """Group steps by their position in time, in the order of the working."""
        at = groupby(places, key=lambda place: standing(self.model, *place))
        for count, (_, same) in enumerate(at):
            steps = list(same)
            drawn = (self.step(self.steps[p], f"{prefix}-{self.order[p]}") for p in steps)
            title = heading(self.model, *steps[0], self.mark)
            yield GroupView(f"{prefix}-{count}", title, tuple(drawn))

    def step(self, step: SolvedStep, anchor: str) -> StepView:
        lines = [related("=", step.formula, self.mark)]
        if step.substituted not in (step.formula, step.shown):
            lines.append(related("=", step.substituted, self.mark))
        spelled = () if self.spelled_before(step) else step.components
        components = tuple(
            (
                formula(c.name, self.mark),
                related("=", c.substituted, self.mark),
                related(sign_of(self.component(step, c.name), c.value.items), c.value, self.mark),
            )
            for c in spelled
            if c.substituted != c.value
        )
        value = related(sign_of(step.value, step.shown.items), step.shown, self.mark)
        return StepView(anchor, formula(step.ref, self.mark), tuple(lines), components, value)

    def spelled_before(self, step: SolvedStep) -> bool:
        """Tell whether a matrix equation was spelled out already: once is enough for these."""
        before = id(step.equation) in self.spelled
        self.spelled.add(id(step.equation))
        return before and step.value.ndim > 1

    def component(self, step: SolvedStep, name: Node) -> object:
        assert isinstance(name, Part)
        return step.value[tuple(i - 1 for i in name.select if isinstance(i, int))]

    def answers(self, asked: Asked) -> Iterator[Markup]:
        """Draw the answer of a question for a number or a formula."""
        if asked.answer is None:
            return
        if not isinstance(asked.question, NumberQuestion):
            yield formula(asked.answer, self.mark)
            return
        step = self.steps[asked.question.id, ()]
        pieces = [formula(asked.answer, self.mark)]
        if step.substituted not in (step.formula, step.shown):
            pieces.append(related("=", step.substituted, self.mark))
        pieces.append(related(sign_of(step.value, step.shown.items), step.shown, self.mark))
        yield Markup(" ").join(pieces)

    def also(self, asked: Asked) -> Iterator[Markup]:
        for i, node in enumerate(asked.accept, 1):
            drawn = formula(node, self.mark)
            step = self.steps.get((accepted_key(asked.question.id, i), ()))
            if step is not None:
                sign = sign_of(step.value, step.shown.items)
                drawn = Markup(" ").join([drawn, related(sign, step.shown, self.mark)])
            yield drawn
