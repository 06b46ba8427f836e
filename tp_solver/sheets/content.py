"""What a worked solution says, question by question, in no format: trees, texts, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from tp_solver.exercise.exercise import Asked, Curve
from tp_solver.exercise.questions import AnyQuestion, NumberQuestion
from tp_solver.graph.model import accepted_key
from tp_solver.graph.schedule import places_read
from tp_solver.language.tree import Node, Part, Ref
from tp_solver.sheets.large import holds_large
from tp_solver.sheets.rows import Grid, Standing, asked_slots, grids, sign_of, standing
from tp_solver.solution import Solution, SolvedStep

Place = tuple[str, tuple[int, ...]]
FOLD_AFTER = 16


@dataclass(frozen=True)
class Relation:
    """A line of a computation: a relation sign, `=` or `≈`, and what stands after it."""

    sign: str
    node: Node


@dataclass(frozen=True)
class Step:
    """A step: its name, lines of working, its components spelled out, its value.

    `order` is its place in the whole working; a component is a name, its work and its value.
    """

    order: int
    ref: Ref
    lines: tuple[Relation, ...]
    components: tuple[tuple[Node, Relation, Relation], ...]
    value: Relation


@dataclass(frozen=True)
class Group:
    """Steps of one position of their indices."""

    at: Standing
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Formula:
    """A formula that answers a question, and what it comes to."""

    node: Node
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question with all that answers it; `long` where its steps are many beside its answers."""

    asked: AnyQuestion
    number: int
    groups: tuple[Group, ...]
    long: bool
    count: int
    tables: tuple[Grid, ...]
    answers: tuple[Formula, ...]
    also: tuple[Formula, ...]


@dataclass(frozen=True)
class Drawn:
    """A plot's curves: the positions of its index, and the values of each formula there."""

    curve: Curve
    places: tuple[int, ...]
    lines: tuple[tuple[Node, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Content:
    """All that a worked solution says after its statement."""

    questions: tuple[Question, ...]
    further: tuple[Group, ...]

    @property
    def steps(self) -> Iterator[Step]:
        """Yield every step, in the order of the page."""
        groups = [group for question in self.questions for group in question.groups]
        for group in (*groups, *self.further):
            yield from group.steps


def content(solution: Solution) -> Content:
    """Choose what a solution shows: each step once, with the first question that needs it."""
    return _Chooser(solution).content()


def plots(solution: Solution) -> Iterator[Drawn]:
    """Yield the curves that a solution shows."""
    exercise = solution.exercise
    for curve, names in zip(exercise.plots, solution.model.curves, strict=True):
        span = exercise.indices[curve.over]
        places = tuple(range(span.first, span.last + 1))
        lines = tuple(
            (node, tuple(float(solution.value(name, (p,))) for p in places))
            for node, name in zip(curve.show, names, strict=True)
        )
        yield Drawn(curve, places, lines)


class _Chooser:
    def __init__(self, solution: Solution) -> None:
        self.solution, self.model = solution, solution.model
        self.steps = {(step.key, step.position): step for step in solution.steps}
        self.order = {place: i for i, place in enumerate(self.steps)}
        self.shown: set[Place] = set()
        self.spelled: set[int] = set()
        own, drawn = self.model.answered, self.model.drawn
        self.internal = {
            place for place in self.steps if place[0].partition("~")[0] in own or place[0] in drawn
        }

    def content(self) -> Content:
        questions = tuple(
            self.question(asked, n) for n, asked in enumerate(self.solution.exercise.questions, 1)
        )
        rest = [p for p in self.order if p not in self.shown and p not in self.internal]
        return Content(questions, tuple(self.groups(rest)))

    def question(self, asked: Asked, number: int) -> Question:
        question = asked.question
        places = self.leading_to(asked)
        slots = asked_slots(asked, self.model)
        return Question(
            asked=question,
            number=number,
            groups=tuple(self.groups(places)),
            long=len(places) > FOLD_AFTER and not slots,
            count=len(places),
            tables=grids(slots, self.solution),
            answers=tuple(self.answers(asked)),
            also=tuple(self.also(asked)),
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

    def groups(self, places: Iterable[Place]) -> Iterator[Group]:
        """Group steps by their position in time, in the order of the working."""
        for at, same in groupby(places, key=lambda place: standing(self.model, *place)):
            yield Group(at, tuple(self.step(place) for place in same))

    def step(self, place: Place) -> Step:
        step = self.steps[place]
        lines = [Relation("=", step.formula)]
        told = step.substituted not in (step.formula, step.shown)
        if told and not holds_large(step.substituted):
            lines.append(Relation("=", step.substituted))
        spelled = () if self.spelled_before(step) else step.components
        components = tuple(
            (
                c.name,
                Relation("=", c.substituted),
                Relation(sign_of(_component(step, c.name), c.value.items), c.value),
            )
            for c in spelled
            if c.substituted != c.value
        )
        return Step(self.order[place], step.ref, tuple(lines), components, _value(step))

    def spelled_before(self, step: SolvedStep) -> bool:
        """Tell whether a matrix equation was spelled out already: once is enough for these."""
        before = id(step.equation) in self.spelled
        self.spelled.add(id(step.equation))
        return before and step.value.ndim > 1

    def answers(self, asked: Asked) -> Iterator[Formula]:
        """Yield the answer of a question for a number or a formula."""
        if asked.answer is None:
            return
        if not isinstance(asked.question, NumberQuestion):
            yield Formula(asked.answer)
            return
        step = self.steps[asked.question.id, ()]
        relations = [_value(step)]
        if step.substituted not in (step.formula, step.shown):
            relations.insert(0, Relation("=", step.substituted))
        yield Formula(asked.answer, tuple(relations))

    def also(self, asked: Asked) -> Iterator[Formula]:
        """Yield what is accepted besides."""
        for i, node in enumerate(asked.accept, 1):
            step = self.steps.get((accepted_key(asked.question.id, i), ()))
            yield Formula(node, () if step is None else (_value(step),))


def _value(step: SolvedStep) -> Relation:
    return Relation(sign_of(step.value, step.shown.items), step.shown)


def _component(step: SolvedStep, name: Node) -> object:
    assert isinstance(name, Part)
    return step.value[tuple(i - 1 for i in name.select if isinstance(i, int))]
