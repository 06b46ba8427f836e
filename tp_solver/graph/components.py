"""Formulas component by component, sums spelled out: what a person writes when computing."""

from __future__ import annotations

from collections.abc import Callable

from tp_solver.graph.build import whole
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, elementwise
from tp_solver.graph.system import System
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span, shift, transform

Position = tuple[int, ...]
MOST_SPELLED = 6


def unrolled(node: Node, most: int = 8) -> Node:
    """Spell out sums and means over an index that has few positions."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Over) or part.op == "first" or part.span is None:
            return None
        count = part.span.last - part.span.first + 1
        if count > most:
            return None
        places = range(part.span.first, part.span.last + 1)
        terms = [unrolled(shift(part.body, {part.index: At(None, i)}), most) for i in places]
        total = chain("add", terms)
        return Op("div", (total, whole(count))) if part.op == "mean" else total

    return transform(node, change)


def chain(op: str, items: list[Node]) -> Node:
    """Join formulas from left to right by an operator."""
    left = items[0]
    for item in items[1:]:
        left = Op(op, (left, item))
    return left


class Components:
    """Takes single components out of formulas, products spelled out."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.shape: Callable[[Node], Shape] = system.shape

    def of(self, node: Node, at: Position) -> Node:
        """Return the formula of one component (numbered from 1) of a formula's value."""
        match node:
            case Num():
                return node
            case Ref():
                return Part(node, at) if at else node
            case Part(of, select):
                return self.part(of, select, at)
            case Over(op, index, span, body):
                return Over(op, index, span, self.of(body, at)) if op != "first" else node
            case Op(op, args):
                if op in self.system.functions:
                    return Op(op, (self.of(args[0], at),))
                return self.op(node, at)
        return node

    def part(self, of: Node, select: tuple[int | Span, ...], at: Position) -> Node:
        if not self.shape(of):
            return self.of(of, ())
        rest = list(at)
        place = [i.first + rest.pop(0) - 1 if isinstance(i, Span) else i for i in select]
        return self.of(of, (*place, *rest))

    def op(self, node: Op, at: Position) -> Node:
        shapes = [self.shape(arg) for arg in node.args]
        spelled = getattr(self, f"op_{node.op}", None)
        if spelled is not None:
            found = spelled(node.args, shapes, at)
            return found if isinstance(found, Num | Ref | Op | Part | Over) else node
        if OPS[node.op].shape is elementwise:
            below = (self.of(a, at if s else ()) for a, s in zip(node.args, shapes, strict=True))
            return Op(node.op, tuple(below))
        return Part(node, at) if at else node

    def op_matmul(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        (a, b), (left, right) = args, shapes
        if not right and len(left) == 2 and left[1] == 1:
            return self.times(self.of(a, (at[0], 1)), self.of(b, ()))
        if not left and len(right) == 2 and right[0] == 1:
            return self.times(self.of(a, ()), self.of(b, (1, *at)))
        if not left or not right:
            return self.times(self.of(a, at if left else ()), self.of(b, at if right else ()))
        if len(left) == 1 and len(right) == 2 and right[0] == 1:
            return self.times(self.of(a, at[:1]), self.of(b, (1, at[1])))
        rows = at[: len(left) - 1]
        columns = at[len(left) - 1 :]
        terms = [
            self.times(self.of(a, (*rows, k)), self.of(b, (k, *columns)))
            for k in range(1, left[-1] + 1)
        ]
        return chain("add", terms)

    def times(self, a: Node, b: Node) -> Node:
        return Op("matmul", (a, b))

    def op_transpose(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        rank = len(shapes[0])
        return self.of(args[0], at[::-1] if rank == 2 else at[1:] if rank else ())

    def op_concat(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        place = at[0]
        for arg, shape in zip(args, shapes, strict=True):
            size = shape[0] if shape else 1
            if place <= size:
                return self.of(arg, (place,) if shape else ())
            place -= size
        raise AssertionError(args)

    def op_sum(self, args: tuple[Node, ...], shapes: list[Shape], _at: Position) -> Node:
        return chain("add", [self.of(args[0], place) for place in every(shapes[0])])

    def op_mean(self, args: tuple[Node, ...], shapes: list[Shape], _at: Position) -> Node:
        places = every(shapes[0])
        return Op("div", (self.op_sum(args, shapes, ()), whole(len(places))))

    def op_softmax(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        if shapes[0][0] > MOST_SPELLED:
            return Part(Op("softmax", args), at)
        powers = [Op("exp", (self.of(args[0], place),)) for place in every(shapes[0])]
        return Op("div", (powers[at[0] - 1], chain("add", [*powers])))

    def op_log_softmax(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        if shapes[0][0] > MOST_SPELLED:
            return Part(Op("log_softmax", args), at)
        items = [self.of(args[0], place) for place in every(shapes[0])]
        total = chain("add", [Op("exp", (item,)) for item in items])
        return Op("sub", (items[at[0] - 1], Op("log", (total,))))

    def op_diag(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        if len(shapes[0]) == 2:
            return self.of(args[0], (at[0], at[0]))
        if len(set(at)) > 1:
            return whole(0)
        return self.of(args[0], at[:1] if shapes[0] else ())

    def op_ones(self, _args: tuple[Node, ...], _shapes: list[Shape], _at: Position) -> Node:
        return whole(1)

    def op_zeros(self, _args: tuple[Node, ...], _shapes: list[Shape], _at: Position) -> Node:
        return whole(0)

    def op_eye(self, _args: tuple[Node, ...], _shapes: list[Shape], at: Position) -> Node:
        return whole(int(at[0] == at[1]))

    def op_shape(self, _args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        return whole((shapes[0] or (1,))[at[0] - 1])

    def op_max(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        return self.extremum("max", args, shapes, at)

    def op_min(self, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        return self.extremum("min", args, shapes, at)

    def extremum(self, op: str, args: tuple[Node, ...], shapes: list[Shape], at: Position) -> Node:
        if len(args) == 1:
            return Op(op, args)
        below = (self.of(a, at if s else ()) for a, s in zip(args, shapes, strict=True))
        return Op(op, tuple(below))


def every(shape: Shape) -> list[Position]:
    """List every component of a shape, numbered from 1."""
    found: list[Position] = [()]
    for size in shape:
        found = [(*place, i) for place in found for i in range(1, size + 1)]
    return found
