"""Derivative rules: how a gradient passes back through each operation, as new formulas.

Rules are written once for two layouts. In a gradient, what comes back has the shape of what it
is a gradient of: through a matrix A it is Aᵀ × G. In a Jacobian ∂u/∂v (∂u_i in rows), what
comes back stands on the left: G × A.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tp_solver.errors import ModelError
from tp_solver.graph.build import ONE, TWO, ZERO, Builder, whole
from tp_solver.graph.shapes import Shape
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Num, Op, Span


@dataclass(frozen=True)
class Local:
    """One operation inside a formula: its arguments, its result (by name where it has one)."""

    node: Op
    out: Node
    build: Builder

    @property
    def args(self) -> tuple[Node, ...]:
        """Return the arguments."""
        return self.node.args

    def shape(self, i: int) -> Shape:
        """Return the shape of an argument."""
        return self.build.shape(self.args[i])

    @property
    def shape_out(self) -> Shape:
        """Return the shape of the result."""
        return self.build.shape(self.node)


class Gradient:
    """The layout of ∂L/∂v for a number L: the shape of v."""

    def __init__(self, build: Builder) -> None:
        self.build = build

    def scale(self, g: Node, factor: Node) -> Node:
        """Pass back through an elementwise factor."""
        return self.build.mul(g, factor)

    def total(self, g: Node, factor: Node) -> Node:
        """Pass back to a scalar that was broadcast."""
        return self.build.sum(self.build.mul(g, factor))

    def through(self, g: Node, matrix: Node) -> Node:
        """Pass back through a matrix (m, n)."""
        return self.build.matmul(self.build.transpose(matrix), g)

    def part(self, g: Node, span: Span) -> Node:
        """Keep the components that belong to one piece of a concatenation."""
        return self.build.part(g, (span,))

    def entry(self, g: Node, position: int) -> Node:
        """Keep the one component that belongs to a scalar of a concatenation."""
        return self.build.part(g, (position,))

    def fitted(self, g: Node, shape: Shape) -> Node:
        """Turn a gradient into the shape of what it is of, where only axes of one differ."""
        have = self.build.shape(g)
        if g == ZERO or have == shape:
            return g
        match len(have), len(shape):
            case 1, 2:
                row = Op("transpose", (g,))
                return row if shape[0] == 1 else Op("transpose", (row,))
            case 2, 1:
                return self.build.part(g, (1,) if have[0] == 1 else (Span(1, have[0]), 1))
        return Op("sum", (g,))


class Jacobian(Gradient):
    """The layout of ∂u/∂v for a vector u: ∂u_i in rows, ∂v_j in columns."""

    def scale(self, g: Node, factor: Node) -> Node:
        """Multiply the columns by an elementwise factor."""
        if factor == ONE:
            return g
        if not self.build.shape(factor):
            return self.build.mul(factor, g)
        return self.through(g, self.build.diag(factor))

    def total(self, g: Node, factor: Node) -> Node:
        """Gather the columns into that of a scalar."""
        return self.through(g, factor)

    def through(self, g: Node, matrix: Node) -> Node:
        """Multiply by a matrix from the right."""
        return matrix if _is_identity(g) else self.build.matmul(g, matrix)

    def part(self, g: Node, span: Span) -> Node:
        """Keep the columns that belong to one piece of a concatenation."""
        match g:
            case Op("matmul", (left, right)) if len(self.build.shape(right)) == 2:
                return self.build.matmul(left, self.part(right, span))
        return self.build.part(g, (Span(1, self.build.shape(g)[0]), span))

    def fitted(self, g: Node, shape: Shape) -> Node:
        """Fit the columns of a Jacobian to the shape of what it is by."""
        return super().fitted(g, (*self.build.shape(g)[:1], *shape))

    def entry(self, g: Node, position: int) -> Node:
        """Keep the column that belongs to a scalar of a concatenation."""
        return self.build.part(g, (Span(1, self.build.shape(g)[0]), position))


def identity(size: int) -> Node:
    """Make the identity matrix, where a Jacobian starts."""
    return Op("diag", (Op("ones", (whole(size),)),))


def _is_identity(g: Node) -> bool:
    return (
        isinstance(g, Op)
        and g.op == "diag"
        and isinstance(g.args[0], Op)
        and g.args[0].op == "ones"
    )


Rule = Callable[[Gradient, Node, Local], list[Node | None]]


def partials(*derivatives: Callable[[Local], Node]) -> Rule:
    """Make the rule of an elementwise operation from its partial derivatives."""

    def rule(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
        back: list[Node | None] = []
        for i, derivative in enumerate(derivatives):
            factor = derivative(local)
            if factor == ZERO:
                back.append(None)
            elif local.shape(i) or not local.shape_out:
                back.append(layout.scale(g, factor))
            else:
                if not local.build.shape(factor):
                    ones = Op("ones", tuple(whole(n) for n in local.shape_out))
                    factor = ones if factor == ONE else local.build.mul(factor, ones)
                back.append(layout.total(g, factor))
        return back

    return rule


def constant(_layout: Gradient, _g: Node, local: Local) -> list[Node | None]:
    """Pass nothing back: the result does not move with the arguments."""
    return [None for _ in local.args]


def refuse(_layout: Gradient, _g: Node, local: Local) -> list[Node | None]:
    """Refuse to differentiate."""
    what = f"`{plain(local.node)}` can't be differentiated"
    raise ModelError(what, "ask for no gradient through it, or write it with other functions")


def matmul(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back through a product: G × bᵀ to the left, through a to the right."""
    (a, b), build = local.args, local.build
    left, right = local.shape(0), local.shape(1)
    if not left and len(right) == 2 and right[0] == 1:  # a scalar times a row
        return [layout.through(g, build.transpose(b)), layout.scale(g, a)]
    column = len(left) == 2 and left[1] == 1  # on which a scalar serves as a vector
    if not left or (not right and not column):
        return partials(lambda _: b, lambda _: a)(layout, g, local)
    if isinstance(layout, Jacobian):
        to_left = layout.through(g, build.transpose(b)) if len(left) == 1 else None
        scalar = len(left) == len(right) == 1
        return [to_left, layout.through(g, build.transpose(a) if scalar else a)]
    if len(left) == 1:
        return _vector_times(g, local)
    return [build.matmul(g, build.transpose(b)), layout.through(g, a)]


def _vector_times(g: Node, local: Local) -> list[Node | None]:
    (a, b), build = local.args, local.build
    right = local.shape(1)
    if len(right) == 1:
        return [build.mul(g, b), build.mul(g, a)]
    if right[0] == 1:  # column times row: an outer product
        return [build.matmul(g, _as_vector(b, build)), build.matmul(build.transpose(a), g)]
    return [build.matmul(b, g), build.matmul(a, build.transpose(g))]


def _as_vector(row: Node, build: Builder) -> Node:
    """Return the vector that a matrix of one row is the transpose of."""
    match row:
        case Op("transpose", (vector,)) if len(build.shape(vector)) == 1:
            return vector
    return build.part(row, (1,))


def transpose(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back the transpose."""
    if isinstance(layout, Jacobian):
        return refuse(layout, g, local)
    match g:
        case Op("matmul", (Op("transpose", (a,)), inner)) if len(local.shape(0)) == 1:
            if len(local.build.shape(inner)) == 2:  # (aᵀ × G)ᵀ is Gᵀ × a
                return [local.build.matmul(local.build.transpose(inner), a)]
    return [local.build.transpose(g)]


# Derivatives of elementwise functions, of the argument z = args[0] and the result `out`.
SIGMOID = partials(lambda f: f.build.mul(f.out, f.build.sub(ONE, f.out)))
TANH = partials(lambda f: f.build.sub(ONE, f.build.pow(f.out, TWO)))
TAN = partials(lambda f: f.build.add(ONE, f.build.pow(f.out, TWO)))
ARCTAN = partials(lambda f: f.build.div(ONE, f.build.add(ONE, f.build.pow(f.args[0], TWO))))
SOFTPLUS = partials(lambda f: Op("sigmoid", (f.args[0],)))
RELU = partials(lambda f: Op("gt", (f.args[0], ZERO)))
EXP = partials(lambda f: f.out)
LOG = partials(lambda f: f.build.div(ONE, f.args[0]))
SQRT = partials(lambda f: f.build.div(ONE, f.build.mul(TWO, f.out)))
ABS = partials(lambda f: Op("sign", (f.args[0],)))
ADD = partials(lambda f: ONE, lambda f: ONE)
SUB = partials(lambda f: ONE, lambda f: f.build.neg(ONE))
NEG = partials(lambda f: f.build.neg(ONE))
MUL = partials(lambda f: f.args[1], lambda f: f.args[0])
DIV = partials(
    lambda f: f.build.div(ONE, f.args[1]),
    lambda f: f.build.neg(f.build.div(f.args[0], f.build.pow(f.args[1], TWO))),
)


def clip(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back where a number lies between its bounds, these included, as PyTorch does."""
    z, low, high = local.args
    inside = Op("mul", (Op("le", (low, z)), Op("le", (z, high))))
    to_z = partials(lambda _: inside)(layout, g, local)
    if isinstance(low, Num) and isinstance(high, Num):
        return [*to_z, None, None]
    raised = Op("mul", (Op("lt", (z, low)), Op("le", (low, high))))
    lowered = Op("gt", (Op("max", (z, low)), high))
    return partials(lambda _: inside, lambda _: raised, lambda _: lowered)(layout, g, local)


def power(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back n aⁿ⁻¹, and aⁿ log a to an exponent that is no number."""
    (a, n), build = local.args, local.build
    match n:
        case Num(value):
            lower: Node = Num(value - 1)
        case Op("neg", (Num(value),)):
            lower = Op("neg", (Num(value + 1),))
        case _:
            lower = build.sub(n, ONE)
    to_base = build.mul(n, ONE if lower == ZERO else build.pow(a, lower))
    if isinstance(n, Num):
        return [partials(lambda _: to_base)(layout, g, local)[0], None]
    to_exponent = build.mul(local.out, Op("log", (a,)))
    return partials(lambda _: to_base, lambda _: to_exponent)(layout, g, local)
