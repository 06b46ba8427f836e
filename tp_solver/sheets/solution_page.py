"""What the page of a worked solution says, question by question; templates lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import get_args

from markupsafe import Markup

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.model import ChoiceQuestion, Detail, NumberQuestion, TextQuestion
from tp_solver.graph.model import accepted_key
from tp_solver.graph.schedule import places_read
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Part
from tp_solver.sheets import plots, prose
from tp_solver.sheets.head import Head, Writer, title_of
from tp_solver.sheets.html import page
from tp_solver.sheets.lines import formula, related
from tp_solver.sheets.rows import Table, heading, results, sign_of, standing
from tp_solver.solution import Solution, SolvedStep
from tp_solver.text import Words

Place = tuple[str, tuple[int, ...]]
FOLD_AFTER = 16
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
    plots: tuple[tuple[Markup, Markup], ...]
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
        self.steps = {(step.key, step.position): step for step in solution.steps}
        self.order = {place: i for i, place in enumerate(self.steps)}
        self.shown: set[Place] = set()
        self.spelled: set[int] = set()
        self.has_components = False
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
        further = tuple(self.groups(rest, "further"))
        levels = LEVELS if self.has_components else LEVELS[:-1]
        level = self.exercise.file.detail
        return SolutionView(
            head=self.head(),
            questions=questions,
            further=further,
            plots=tuple(self.plots()),
            level=level if level in levels else levels[-1],
            levels=levels if self.shown or rest else (),
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
            title = heading(self.model, *steps[0])
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
        self.has_components = self.has_components or bool(components)
        value = related(sign_of(step.value, step.shown.items), step.shown, self.mark)
        wide = step.value.ndim > 1 and step.value.shape[-1] > NARROW
        name = formula(step.ref, self.mark)
        return StepView(anchor, name, tuple(lines), components, value, wide)

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

    def plots(self) -> Iterator[tuple[Markup, Markup]]:
        for i, (curve, names) in enumerate(
            zip(self.exercise.plots, self.model.curves, strict=True)
        ):
            span = self.exercise.indices[curve.over]
            places = tuple(range(span.first, span.last + 1))
            lines = []
            for node, name in zip(curve.show, names, strict=True):
                values = tuple(float(self.solution.value(name, (p,))) for p in places)
                label = plots.curve_label(node)
                stem = plots.curve_label(node, whole=True)
                lines.append(plots.Line(plain(node, unicode=True), label, stem, values))
            colon, semicolon = self.words("solution.colon"), self.words("solution.semicolon")
            listed = f"{semicolon} ".join(
                f"{line.name}{colon} "
                + ", ".join(plots.label(float(f"{v:.4g}"), self.mark) for v in line.values)
                for line in lines
            )
            description = self.words(
                "plot.description",
                names=", ".join(line.name for line in lines),
                index=curve.over,
                first=span.first,
                last=span.last,
                values=listed,
            )
            title = prose.plain_text(curve.title[self.language], self.exercise.functions)
            chart = plots.Chart(
                title,
                description,
                curve.over,
                places,
                tuple(lines),
                curve.log,
                curve.line,
                self.mark,
            )
            caption = self.prose(curve.title, inline=True)
            yield caption, plots.svg(chart, f"plot-{i + 1}")
