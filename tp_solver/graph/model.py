"""Exercise to Model: one checked system holding forward equations, gradients and questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tp_solver.errors import Issue, ModelError, suggestion
from tp_solver.exercise.exercise import Asked, Equation, Exercise, Given, Target
from tp_solver.exercise.givens import nested_shape
from tp_solver.exercise.questions import ExpressionQuestion
from tp_solver.graph.adjoint import derive
from tp_solver.graph.arrays import Array
from tp_solver.graph.asked import Asking, asked_box, asked_extent, top_trouble
from tp_solver.graph.assemble import assemble
from tp_solver.graph.boxes import Box, box_of, missing, positions
from tp_solver.graph.evaluate import Table, evaluate
from tp_solver.graph.gaps import at_box, uncovered
from tp_solver.graph.schedule import Step, ordered_positions, schedule
from tp_solver.graph.shapes import ShapeError, fits, part
from tp_solver.graph.sizes import with_sizes
from tp_solver.graph.system import Known, System, as_array, ranged, reads
from tp_solver.graph.training import step_by_step, troubled
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Ref, Span, bound_refs


@dataclass(frozen=True)
class Slot:
    """One quantity asked for, at one position: `h[2]`, perhaps only some components."""

    key: str
    position: tuple[int, ...]
    ref: Ref
    select: tuple[int | Span, ...] = ()


@dataclass(frozen=True, eq=False)
class Model:
    """An exercise as one system, in the order it is computed.

    `slots` lists what each question asks for; a question for a number stands in the system as an
    equation called after the question, and so does each expression it accepts besides.
    """

    exercise: Exercise
    system: System
    steps: tuple[Step, ...]
    slots: dict[str, tuple[Slot, ...]]
    curves: tuple[tuple[str, ...], ...]

    @cached_property
    def tables(self) -> dict[str, Table[Array]]:
        """Return the value of every quantity."""
        return evaluate(self.system, self.steps)

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Return the names of what is computed for curves alone."""
        return frozenset(name for names in self.curves for name in names)

    @cached_property
    def answered(self) -> frozenset[str]:
        """Return the ids of questions that stand in the system as equations."""
        return frozenset(a.question.id for a in self.exercise.questions if a.answer is not None)

    @cached_property
    def training(self) -> frozenset[str]:
        """Return the indices of training steps: those that stand in the top of a gradient."""
        tops = (ref for e in self.exercise.equations for ref, _ in bound_refs(e.right) if ref.over)
        return frozenset(
            at.name for ref in tops for at in ref.index if isinstance(at, At) and at.name
        )

    @cached_property
    def order(self) -> list[tuple[Equation, tuple[tuple[str, int], ...]]]:
        """Order every position of every equation as a person would work through them."""
        return [
            (self.system.equations[i], at) for i, at in ordered_positions(self.system.equations)
        ]


def build_model(exercise: Exercise) -> tuple[Model | None, list[Issue]]:
    """Check an exercise as a whole and derive its gradients; return every issue found."""
    system, issues, doubtful = assemble(exercise)
    builder = _ModelBuilder(exercise, system, issues, Asking(exercise, system, doubtful))
    return builder.model(), builder.issues


def accepted_key(question: str, i: int) -> str:
    """Name the i-th expression that a number question accepts (0 is the answer itself)."""
    return question if i == 0 else f"{question}~{i}"


class _ModelBuilder:
    def __init__(
        self, exercise: Exercise, system: System, issues: list[Issue], asking: Asking
    ) -> None:
        self.exercise = exercise
        self.system = system
        self.issues = issues
        self.asking = asking
        asking.issues = issues
        self.placed: list[tuple[object, Ref]] = []  # derivatives asked for or used, at numbers

    def report(self, part: object, what: str, todo: str, within: str = "") -> None:
        self.issues.append(self.exercise.issue(part, what, todo, within))

    def model(self) -> Model | None:
        self.asking.check()
        if self.issues or self.exercise.broken:
            return None
        self.add_questions()
        self.add_curves()
        if self.issues or not self.differentiate():
            return None
        slots = {a.question.id: tuple(self.slots(a)) for a in self.exercise.questions}
        self.reachable()
        try:
            steps = schedule(self.system)
        except ModelError as error:
            self.circle(error)
            return None
        for asker, what, todo in troubled(self.system, self.placed):
            self.report(asker, what, todo)
        curves = tuple(
            tuple(_curve_name(i, j) for j in range(len(c.show)))
            for i, c in enumerate(self.exercise.plots)
        )
        return None if self.issues else Model(self.exercise, self.system, steps, slots, curves)

    def add_questions(self) -> None:
        for asked in self.exercise.questions:
            if isinstance(asked.question, ExpressionQuestion) or asked.answer is None:
                continue
            for i, node in enumerate((asked.answer, *asked.accept)):
                self.add(node, Ref(accepted_key(asked.question.id, i)), ())

    def add_curves(self) -> None:
        for i, curve in enumerate(self.exercise.plots):
            span = self.exercise.indices[curve.over]
            for j, node in enumerate(curve.show):
                if self.asking.known(node, node):
                    left = Ref(_curve_name(i, j), (At(curve.over),))
                    self.add(node, left, ((curve.over, span),))

    def add(self, node: Node, left: Ref, domain: tuple[tuple[str, Span], ...]) -> None:
        """Add an equation for something asked or drawn."""
        try:
            right = ranged(with_sizes(node, self.system), self.exercise.indices)
            for ref, bound in bound_refs(right):
                local = dict(domain) | {n: s for n, s in bound if s}
                self.axes_match(node, ref, local)
            shape = self.system.shape(right)
        except ModelError as error:
            self.report(node, error.what, error.todo, error.name)
            return
        self.system.axes[left.name] = tuple(name for name, _ in domain)
        self.system.shapes[left.name] = shape
        equation = Equation(left, right, domain)
        self.exercise.places[id(equation)] = self.exercise.written(node)
        self.system = self.system.extended((equation,), ())

    def axes_match(self, node: Node, ref: Ref, local: dict[str, Span]) -> None:
        name = ref.over.name if ref.over else ref.name
        axes = self.system.axes.get(name, ())
        if name in self.system.axes and len(ref.axes) != len(axes):
            example = f"{name}[{', '.join('1' for _ in axes)}]"
            todo = f"write one place per index: `{example}`" if axes else f"write `{name}`"
            raise ModelError(f"`{plain(ref)}` has {len(ref.axes)} indices", todo, name)
        if name not in self.system.axes and name in self.exercise.indices and name not in local:
            raise ModelError(f"the index `{name}` is left open", "write its number", name)
        for at in ref.axes:
            if isinstance(at, Span):
                todo = "write one place, or a list of such, as in `[h[1], h[2]]`"
                raise ModelError(f"`{plain(ref)}` is at several places", todo, name)
            if at.name and at.name not in local:
                what = f"`{plain(ref)}` leaves the index `{at.name}` open"
                raise ModelError(what, f"write a number, as in `{name}[1]`", name)

    def take_apart(self) -> None:
        """Make each equation that reads `dL[n]/d…` one for each n."""
        found: list[Equation] = []
        for equation in self.system.equations:
            try:
                steps = step_by_step(equation)
            except ModelError as error:
                self.report(equation, error.what, error.todo, error.name)
                continue
            for step in steps:
                self.exercise.places[id(step)] = self.exercise.written(equation)
            found += steps
        self.system = replace(self.system, equations=tuple(found))

    def requests(self) -> Iterator[tuple[object, Ref, dict[str, Span]]]:
        """Yield what asks for a derivative, the derivative, and the ranges of its indices."""
        for equation in self.system.equations:
            for ref, ranges in reads(equation):
                if ref.over is not None:
                    yield equation, ref, ranges
        for asked in self.exercise.questions:
            for target in asked.targets:
                if target.ref.over is not None:
                    yield target, target.ref, {}

    def differentiate(self) -> bool:
        """Derive every gradient that is asked for or used; tell whether that went well."""
        seeds = tuple(filter(None, map(self.seed, self.exercise.givens)))
        self.take_apart()
        requests = list(self.requests())
        for asker, ref, ranges in requests:
            assert ref.over is not None
            below = Ref(ref.over.name, ref.over.index)
            if ref.name not in self.system.shapes and ref.name not in self.asking.losses:
                todo = f"write an equation `{ref.name} = …`, or give a `d{ref.name}/d…`"
                self.report(asker, f"nothing defines `{ref.name}`", todo, ref.name)
            elif (trouble := top_trouble(self.system, ref, ranges)) is not None:
                self.report(asker, *trouble, ref.name)
            elif (lacking := uncovered(below, ranges, self.system)) is not None:
                self.out_of_reach(asker, ref, f"{below.name}{at_box(lacking)}")
            else:
                self.placed.append((asker, self.at_numbers(ref, ranges)))
        if self.issues:
            return False
        try:
            equations, known = derive(self.system, [ref for _, ref in self.placed], seeds)
            self.system = self.system.extended(equations, known)
        except ModelError as error:
            named = (p for p, r, _ in requests if error.name and error.name in plain(r))
            self.report(next(named, requests[0][0]), error.what, error.todo)
            return False
        return True

    def at_numbers(self, ref: Ref, ranges: dict[str, Span]) -> Ref:
        """Return a derivative with ranges in the place of its indices' names."""
        assert ref.over is not None
        if ref.over.index:
            return ref.moved(box_of(ref.over.index, ranges))
        return ref.moved(asked_extent(self.system, ref.over.name))

    def seed(self, given: Given) -> Known | None:
        """Place a gradient handed down from above."""
        over = given.ref.over
        if over is None:
            return None
        if over.name not in self.system.axes:
            todo = suggestion(over.name, self.asking.names, "check its name")
            source = self.exercise.source
            path, _ = self.exercise.places[id(given)]
            self.issues.append(source.key_issue(path, f"nothing defines `{over.name}`", todo))
            return None
        box = self.seed_box(over, given)
        if box is None:
            return None
        sizes = tuple(s.last - s.first + 1 for s in box)
        shape = self.system.shapes[over.name]
        have = nested_shape(given.value)
        lead = (
            sizes
            if not over.index
            else tuple(n for n, at in zip(sizes, over.index, strict=True) if isinstance(at, Span))
        )
        if not (have[: len(lead)] == lead and fits(have[len(lead) :] or (1,), shape or (1,))):
            what = f"`{plain(given.ref)}` must have the shape of `{over.name}`"
            self.report(given, what, "give one number per component")
            return None
        values = as_array(given.value).reshape(sizes + shape)
        return Known(given.ref.key, box, values)

    def seed_box(self, over: Ref, given: Given) -> Box | None:
        if over.index and len(over.index) == len(self.system.axes[over.name]):
            box = tuple(
                at if isinstance(at, Span) else Span(at.offset, at.offset) for at in over.index
            )
        elif over.index:
            self.report(given, f"`{over.name}` has other indices", "check the index")
            return None
        else:
            box = asked_extent(self.system, over.name)
        if missing(box, self.system.filled(over.name)) is not None:
            self.report(given, f"there is no `{over.name}{at_box(box)}`", "check the index")
            return None
        return box

    def slots(self, asked: Asked) -> Iterator[Slot]:
        for target in asked.targets:
            yield from self.target_slots(target)
        if asked.answer is not None and not isinstance(asked.question, ExpressionQuestion):
            yield Slot(asked.question.id, (), Ref(asked.question.id))

    def target_slots(self, target: Target) -> Iterator[Slot]:
        ref = target.ref
        box = asked_box(self.system, Ref(ref.over.name, ref.over.index) if ref.over else ref)
        try:
            part(self.system.shapes[ref.key], target.select, ref)
        except ShapeError as error:
            self.report(target, error.what, error.todo)
            return
        for place in positions(box):
            grounded = ref.moved(tuple(At(None, i) for i in place))
            yield Slot(ref.key, place, grounded, target.select)

    def reachable(self) -> None:
        """Check that questions and plots read nothing that is not there."""
        for equation in self.system.equations:
            for ref, bound in bound_refs(equation.right):
                ranges = equation.ranges | {n: s for n, s in bound if s}
                if ref.key not in self.system.axes:
                    continue
                lacking = uncovered(ref, ranges, self.system)
                if lacking is not None:
                    self.out_of_reach(equation, ref, f"{ref.key}{at_box(lacking)}")

    def out_of_reach(self, asker: object, ref: Ref, place: str) -> None:
        what = f"`{plain(ref)}` reaches `{place}`, which nothing defines"
        self.report(asker, what, "check the index", ref.name)

    def circle(self, error: ModelError) -> None:
        name = error.name.partition("[")[0]
        blamed: Any = next((e for e in self.system.equations if e.left.key == name), None)
        self.report(blamed, error.what, error.todo)


def _curve_name(i: int, j: int) -> str:
    return f"plot {i + 1}.{j + 1}"
