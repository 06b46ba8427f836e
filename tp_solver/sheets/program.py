"""A solution's equations as a program: which are needed, in which order, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.boxes import Box, positions
from tp_solver.graph.schedule import Compute, Loop, Single, Step, ground, grounded, places_read
from tp_solver.graph.system import System, inline, left_box
from tp_solver.language.tree import At, Node, Op, Ref, Span, bound_refs
from tp_solver.sheets.source import LONGEST_LINE, Names, Printer
from tp_solver.solution import Solution

INDENT = "    "
FORWARD, BACKWARD, BOTH = "forward", "backward", "training"
MOST_TOGETHER = 12  # equations in one block, unless a loop holds them

Domain = tuple[tuple[str, Span], ...]


@dataclass(frozen=True)
class Block:
    """Steps that stand together: forward equations, gradients, or training steps of both."""

    kind: str
    steps: tuple[Step, ...]

    @property
    def equations(self) -> tuple[Equation, ...]:
        """Return the equations, each once."""
        return tuple({id(e): e for step in self.steps for e in equations_of(step)}.values())


def equations_of(step: Step) -> Iterator[Equation]:
    """Yield the equations that a step computes."""
    if isinstance(step, Loop):
        for inner in step.body:
            yield from equations_of(inner)
    else:
        yield step.equation


def blocks(solution: Solution) -> list[Block]:
    """Order what a solution needs as a person would: forward as far as it goes, then back."""
    kept = _kept(solution)
    steps = [step for step in (_restricted(each, kept) for each in solution.model.steps) if step]
    units: list[tuple[str, list[Step]]] = []
    for single, run in groupby(steps, key=lambda step: isinstance(step, Single)):
        listed = list(run)
        units += [(BOTH, listed)] if single else [(_kind(step), [step]) for step in listed]
    ranked = sorted(zip(_phases(units), units, strict=True), key=lambda item: item[0])
    found: list[Block] = []
    for (_, kind), same in groupby(ranked, key=lambda item: (item[0], item[1][0])):
        together = _together([step for _, (_, listed) in same for step in listed])
        found += [Block(kind, tuple(part)) for part in together]
    return found


def _kept(solution: Solution) -> set[int]:
    """Return the equations that are needed, and all that these read, by identity."""
    model = solution.model
    drawn = model.drawn
    makers: dict[tuple[str, tuple[int, ...]], Equation] = {}
    for equation, at in model.order:
        makers[equation.left.key, ground(equation.left, dict(at))] = equation
    places: dict[int, list[dict[str, int]]] = {}
    for equation, at in model.order:
        places.setdefault(id(equation), []).append(dict(at))
    waiting = [m for p, m in makers.items() if p in solution.needed and p[0] not in drawn]
    kept: set[int] = set()
    while waiting:
        equation = waiting.pop()
        if id(equation) in kept:
            continue
        kept.add(id(equation))
        reads = {read for at in places[id(equation)] for read in places_read(equation, at)}
        waiting += [makers[read] for read in reads if read in makers]
    return kept


def _restricted(step: Step, kept: set[int]) -> Step | None:
    if not isinstance(step, Loop):
        return step if id(step.equation) in kept else None
    body = tuple(inner for inner in (_restricted(s, kept) for s in step.body) if inner)
    return replace(step, body=body) if body else None


def _kind(step: Step) -> str:
    backward = {equation.left.over is not None for equation in equations_of(step)}
    return BOTH if len(backward) > 1 else BACKWARD if True in backward else FORWARD


def _phases(units: list[tuple[str, list[Step]]]) -> list[int]:
    """Number the passes: a step comes in the first pass after those of all that it reads."""
    phase: dict[str, int] = {}  # of a name, the last pass that computes some of it
    kinds = {FORWARD: 0, BACKWARD: 1, BOTH: 2}
    found = []
    for kind, steps in units:
        equations = [e for step in steps for e in equations_of(step)]
        read = {ref.key for e in equations for ref, _ in bound_refs(e.right)}
        least = max((phase[key] for key in read if key in phase), default=0)
        while least % len(kinds) != kinds[kind]:
            least += 1
        for equation in equations:
            phase[equation.left.key] = max(phase.get(equation.left.key, 0), least)
        found.append(least)
    return found


def _together(steps: list[Step]) -> Iterator[list[Step]]:
    """Part steps into blocks: each loop by itself, others a few at a time."""
    part: list[Step] = []
    for step in steps:
        full = len(part) >= MOST_TOGETHER and not isinstance(step, Single)
        if part and (isinstance(step, Loop) or isinstance(part[-1], Loop) or full):
            yield part
            part = []
        part.append(step)
    if part:
        yield part


class Lines:
    """Writes steps as lines of Python with a printer of formulas."""

    def __init__(self, system: System, names: Names, printer: Printer) -> None:
        self.system, self.names, self.printer = system, names, printer

    def steps(self, steps: Iterable[Step]) -> Iterator[str]:
        """Yield the lines of steps that no loop surrounds."""
        for step in _merged(steps, ()):
            yield from self.step(step, ())

    def step(self, step: Step | list[Equation], loops: tuple[str, ...]) -> Iterator[str]:
        match step:
            case Single(equation, at):
                left, right = (grounded(side, dict(at)) for side in (equation.left, equation.right))
                assert isinstance(left, Ref)
                yield from self.assignment(left, right)
            case Loop(index, span, up, body):
                ends = (span.first, span.last + 1) if up > 0 else (span.last, span.first - 1)
                run = f"{ends[0]}, {ends[1]}" + (", -1" if up < 0 else "")
                yield f"for {self.index(index)} in range({run}):"
                for inner in self.body(step, (*loops, index), body):
                    yield INDENT + inner
            case Compute(equation):
                yield from self.step([equation], loops)
            case list():
                yield from self.together(step, loops)

    def body(self, loop: Loop, loops: tuple[str, ...], body: tuple[Step, ...]) -> Iterator[str]:
        """Yield what a loop repeats; what holds in a part of it only, under a condition."""
        merged = _merged(body, loops)
        for span, same in groupby(merged, key=lambda step: _span(step, loop.index)):
            lines = [line for step in same for line in self.step(step, loops)]
            if span == loop.span:
                yield from lines
                continue
            yield f"if {self.within(self.index(loop.index), span, loop.span)}:"
            yield from (INDENT + line for line in lines)

    def within(self, index: str, span: Span, whole: Span) -> str:
        if span.first == span.last:
            return f"{index} == {span.first}"
        if span.last == whole.last:
            return f"{index} >= {span.first}"
        if span.first == whole.first:
            return f"{index} <= {span.last}"
        return f"{span.first} <= {index} <= {span.last}"

    def together(self, equations: list[Equation], loops: tuple[str, ...]) -> Iterator[str]:
        """Yield equations that hold for the same positions, in the loops over these."""
        depth, fixed = 0, {}
        for index, span in equations[0].domain:
            if index in loops:
                continue
            if span.first == span.last:
                fixed[index] = span.first
                continue
            run = f"range({span.first}, {span.last + 1})"
            yield f"{INDENT * depth}for {self.index(index)} in {run}:"
            depth += 1
        for equation in equations:
            left, right = grounded(equation.left, fixed), grounded(equation.right, fixed)
            assert isinstance(left, Ref)
            for line in self.assignment(left, right):
                yield INDENT * depth + line

    def index(self, name: str) -> str:
        return self.names.of(name, "index")

    def assignment(self, left: Ref, right: Node) -> Iterator[str]:
        """Yield the lines of one equation, broken at its terms where it is long."""
        right = inline(right, self.system.functions)
        name = self.names.of(left.key) + self.printer.subscript(left)
        line = f"{name} = {self.printer.fitted(right, self.system.shapes[left.key])}"
        broken = isinstance(right, Op) and right.op in ("add", "sub") and len(line) > LONGEST_LINE
        if not broken or not line.endswith(plain := self.printer.expression(right)):
            yield line
            return
        yield line.removesuffix(plain) + "("
        yield from (INDENT + term for term in self.terms(right))
        yield ")"

    def terms(self, node: Node) -> Iterator[str]:
        if isinstance(node, Op) and node.op in ("add", "sub"):
            yield from self.terms(node.args[0])
            yield self.printer.signed(node.op, node.args[1])
        else:
            yield self.printer.expression(node)


def _span(step: Step | list[Equation], index: str) -> Span:
    if isinstance(step, list):
        return step[0].ranges[index]
    if isinstance(step, Loop):
        spans = [equation.ranges[index] for equation in equations_of(step)]
        return Span(min(s.first for s in spans), max(s.last for s in spans))
    return step.equation.ranges[index]


def _merged(steps: Iterable[Step], loops: tuple[str, ...]) -> Iterator[Step | list[Equation]]:
    """Gather equations for the same positions that read each other only at their own."""
    part: list[Equation] = []
    for step in steps:
        if not isinstance(step, Compute):
            if part:
                yield part
            part = []
            yield step
            continue
        if part and not (part[0].domain == step.equation.domain and _side_by_side(part, step)):
            yield part
            part = []
        part.append(step.equation)
    if part:
        yield part


def _side_by_side(part: list[Equation], step: Compute) -> bool:
    made = {equation.left.key: equation.left for equation in part}
    if step.equation.left.key in made:
        return False
    for ref, bound in bound_refs(step.equation.right):
        inside = {name for name, _ in bound}
        names = {at.name for at in ref.axes if isinstance(at, At)}
        if ref.key in made and (ref.axes != made[ref.key].axes or inside & names):
            return False
    return True


def places_of(key: str, equations: Iterable[Equation]) -> list[tuple[int, ...]]:
    """Return the positions of a name that equations compute, in order."""
    boxes: list[Box] = [left_box(e) for e in equations if e.left.key == key]
    return sorted({place for box in boxes for place in positions(box)})
