"""Given numbers at their positions; one number stands for all components of a name that has more.

So `m[0]: 0` starts a matrix of zeros. How many components there are, the equations say.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tp_solver.errors import Issue
from tp_solver.exercise.exercise import Exercise, Given
from tp_solver.exercise.givens import nested_shape
from tp_solver.graph.boxes import Box
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, ShapeError, describe, elementwise, extremum, reduced
from tp_solver.graph.system import Known, System, as_array
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Num, Op, Over, Ref, Span, walk


class Givens:
    """Places given numbers, and says which can't be placed."""

    def __init__(self, exercise: Exercise, axes: dict[str, tuple[str, ...]], unranged: set[str]):
        self.exercise, self.axes, self.unranged = exercise, axes, unranged
        self.issues: list[Issue] = []
        self.shapes: dict[str, Shape] = {}  # of each name, once all its numbers are placed

    def report(self, part: object, what: str, todo: str) -> None:
        self.issues.append(self.exercise.issue(part, what, todo))

    def known(self, given: Given) -> Known | None:
        """Place given numbers at their positions."""
        name, symbols = given.ref.name, self.axes.get(given.ref.name, ())
        box = self.box(given, symbols)
        if box is None:
            return None
        sizes = _sizes(box)
        leading = sizes
        if given.ref.index:
            ends = zip(given.ref.index, sizes, strict=True)
            leading = tuple(n for at, n in ends if isinstance(at, Span))
        shape = nested_shape(given.value)
        if given.ref.index and not shape:
            values = np.broadcast_to(as_array(given.value), sizes)
        elif shape[: len(leading)] == leading:
            values = as_array(given.value).reshape(sizes + shape[len(leading) :])
        elif name in self.exercise.broken:
            return None  # all is said
        else:
            over = ", ".join(
                f"{s} = {b.first}..{b.last}" for s, b in zip(symbols, box, strict=True)
            )
            have = " × ".join(map(str, shape[: len(leading)])) if shape else "one number"
            what = (
                f"`{name}` needs {' × '.join(map(str, leading))} values, one per {over}, not {have}"
            )
            self.report(given, what, "give as many values as positions")
            return None
        return self.agreeing(given, Known(name, box, values))

    def agreeing(self, given: Given, item: Known) -> Known | None:
        """Check that numbers have the shape of those given elsewhere for the same name."""
        shape = item.values.shape[len(item.box) :]
        other = self.shapes.get(item.key, ())
        if shape and other and shape != other:
            what = f"`{plain(given.ref)}` is {describe(shape)} here and {describe(other)} elsewhere"
            self.report(given, what, "give every position as many numbers")
            return None
        self.shapes[item.key] = shape or other
        return item

    def box(self, given: Given, symbols: tuple[str, ...]) -> Box | None:
        if not given.ref.index:
            for symbol in symbols:
                if symbol not in self.exercise.indices:
                    if given.ref.name in self.unranged:
                        return None
                    what = f"`{given.ref.name}` is read at an index without a range"
                    places = ", ".join("1..3" for _ in symbols)
                    todo = f"say for which: `{given.ref.name}[{places}]:`"
                    self.report(given, what, todo)
                    return None
            return tuple(self.exercise.indices[symbol] for symbol in symbols)
        if any(isinstance(at, At) and at.name for at in given.ref.index):
            todo = f"write `{given.ref.name}:` for all, or `{given.ref.name}[1]:` for one"
            self.report(given, "numbers can't be given for an index name", todo)
            return None
        if len(given.ref.index) != len(symbols):
            return None
        spans = (
            at if isinstance(at, Span) else Span(at.offset, at.offset) for at in given.ref.index
        )
        return tuple(spans)


def filled(system: System) -> System:
    """Return a system in which every given number stands for all components of its name."""
    return replace(system, known=tuple(_filled(k, system.shapes[k.key]) for k in system.known))


def _filled(item: Known, shape: Shape) -> Known:
    sizes = _sizes(item.box)
    if not shape or item.values.shape != sizes:
        return item
    values = item.values.reshape(sizes + (1,) * len(shape))
    return replace(item, values=np.broadcast_to(values, sizes + shape))


def wider(system: System) -> dict[str, Shape]:
    """Return the shapes of names that start from one number and that their equations make wider."""
    starts = {item.key for item in system.known if item.values.shape == _sizes(item.box)}
    starts &= {e.left.key for e in system.equations}
    starts = {key for key in starts if not system.shapes.get(key)}
    own = {e.left.key for e in system.equations}
    shapes: dict[str, Shape] = {k: s for k, s in system.shapes.items() if s or k not in own}
    guess = _Guess(system, shapes)
    grew = bool(starts)
    while grew:
        grew = False
        for equation in system.equations:
            key = equation.left.key
            shape = guess.of(equation.right) if key not in shapes else None
            if shape or (shape == () and key not in starts):
                shapes[key] = shape
                grew = True
    return {key: shapes[key] for key in starts if math.prod(shapes.get(key, ())) > 1}


def biases(exercise: Exercise, system: System) -> dict[str, Shape]:
    """Return the shapes of a cell's biases and peepholes given as one number.

    Each unit has one of its own, so that its gradient and its size are those of a vector.
    """
    single = {item.key for item in system.known if not system.shapes[item.key]}
    single -= {e.left.key for e in system.equations}
    guess = _Guess(system, system.shapes)
    found: dict[str, Shape] = {}
    for equation in system.equations:
        if not exercise.of_cell(equation):
            continue
        for node in walk(equation.right):
            if isinstance(node, Op) and node.op in ("add", "sub", "mul"):
                shape = guess.of(node)  # None where it does not fit, which is told elsewhere
                own = (arg for arg in node.args if isinstance(arg, Ref) and arg.name in single)
                if shape is not None and len(shape) == 1:
                    found |= {r.name: shape for r in own if not (r.index and node.op == "mul")}
    return found


class _Guess:
    """Shapes of formulas, as far as the names of known shape tell; None beyond."""

    def __init__(self, system: System, shapes: dict[str, Shape]) -> None:
        self.system, self.shapes = system, shapes

    def of(self, node: Node) -> Shape | None:
        match node:
            case Num():
                return ()
            case Ref(name, index, over):
                if over is not None:  # of one number, as far as can be told
                    return self.shapes.get(over.name)
                number = not index and name not in self.system.axes
                return () if number else self.shapes.get(name)
            case Over(op, _, _, body):
                return () if op == "first" else self.of(body)
            case Op(op, args):
                found = [self.of(arg) for arg in args]
                try:
                    shapes = tuple(shape for shape in found if shape is not None)
                    if len(shapes) == len(found):
                        return self.system.rule(op)(shapes, args)
                except ShapeError:
                    return None
                return self.partly(op, found)
        return None

    def partly(self, op: str, found: list[Shape | None]) -> Shape | None:
        """Return what an operation makes where some of its arguments are unknown."""
        if op == "matmul":  # by a matrix or a vector of known size: the unknown is a vector
            left, right = found
            return left[:-1] if left else right[1:] if right else None
        rule = OPS[op].shape if op in OPS else elementwise
        if rule is reduced or (rule is extremum and len(found) == 1):
            return ()
        if rule in (elementwise, extremum):
            return next((shape for shape in found if shape), None)
        return None


def _sizes(box: Box) -> Shape:
    return tuple(span.last - span.first + 1 for span in box)
