"""Making formulas by program, as a person would write them: no 1 × a, no a + 0, no − −a."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tp_solver.graph.shapes import Shape
from tp_solver.language.tree import Node, Num, Op, Part, Span

ZERO, ONE, TWO = Num(Decimal(0)), Num(Decimal(1)), Num(Decimal(2))


def whole(number: int) -> Num:
    """Make a whole number."""
    return Num(Decimal(number))


class Builder:
    """Builds trees, knowing the shape of every tree it is handed."""

    def __init__(self, shape: Callable[[Node], Shape]) -> None:
        self.shape = shape

    def add(self, a: Node, b: Node) -> Node:
        """Build a + b."""
        if b == ZERO:
            return a
        if a == ZERO:
            return b
        match b:
            case Op("neg", (inner,)):
                return Op("sub", (a, inner))
            case Op("add" | "sub", (left, right)):
                return Op(b.op, (self.add(a, left), right))
        return Op("add", (a, b))

    def neg(self, a: Node) -> Node:
        """Build -a."""
        if a == ZERO:
            return a
        return a.args[0] if isinstance(a, Op) and a.op == "neg" else Op("neg", (a,))

    def sub(self, a: Node, b: Node) -> Node:
        """Build a - b."""
        return self.add(a, self.neg(b))

    def mul(self, a: Node, b: Node) -> Node:
        """Build a ⊙ b, numbers in front."""
        if ZERO in (a, b):
            return ZERO
        for one, other in ((a, b), (b, a)):
            if one == ONE:
                return other
            if isinstance(one, Op) and one.op == "ones" and self.shape(other) == self.shape(one):
                return other
            if isinstance(one, Op) and one.op == "neg":
                return self.neg(self.mul(*((one.args[0], b) if one is a else (a, one.args[0]))))
        if isinstance(a, Num) and isinstance(b, Num):
            return Num(a.value * b.value)
        if isinstance(b, Num):
            return self.mul(b, a)
        match b:
            case Op("div", (top, bottom)) if top == ONE:
                return Op("div", (a, bottom))
            case Op("mul", (left, right)):
                return self.mul(self.mul(a, left), right)
        match a:
            case Op("mul", (left, Op("ones", _) as ones)) if self.shape(ones) == self.shape(b):
                return self.mul(left, b)
        return Op("mul", (a, b))

    def div(self, a: Node, b: Node) -> Node:
        """Build a / b."""
        if isinstance(a, Op) and a.op == "neg":
            return self.neg(self.div(a.args[0], b))
        return a if b == ONE or a == ZERO else Op("div", (a, b))

    def pow(self, a: Node, exponent: Node) -> Node:
        """Build a ^ exponent."""
        return a if exponent == ONE else Op("pow", (a, exponent))

    def matmul(self, a: Node, b: Node) -> Node:
        """Build a × b, signs and number factors in front."""
        for one in (a, b):
            if isinstance(one, Op) and one.op == "neg":
                inner = one.args[0]
                return self.neg(self.matmul(*((inner, b) if one is a else (a, inner))))
        return Op("matmul", (a, b))

    def transpose(self, a: Node) -> Node:
        """Build the transpose of a."""
        if isinstance(a, Op) and a.op == "transpose" and len(self.shape(a.args[0])) == 2:
            return a.args[0]
        return Op("transpose", (a,))

    def sum(self, a: Node) -> Node:
        """Build the sum of a's components, number factors in front."""
        if not self.shape(a):
            return a
        match a:
            case Op("neg", (inner,)):
                return self.neg(self.sum(inner))
            case Op("mul", (left, right)) if not self.shape(left):
                return self.mul(left, self.sum(right))
        return Op("sum", (a,))

    def diag(self, a: Node) -> Node:
        """Build the diagonal matrix of a."""
        if isinstance(a, Op) and a.op == "neg":
            return self.neg(self.diag(a.args[0]))
        return Op("diag", (a,))

    def part(self, a: Node, select: tuple[int | Span, ...]) -> Node:
        """Choose components of a, of its one non-scalar factor where there is just one."""
        match a:
            case Op("neg", (inner,)):
                return self.neg(self.part(inner, select))
            case Op("mul" | "matmul", (left, right)) if not self.shape(left):
                return Op(a.op, (left, self.part(right, select)))
            case Op("mul" | "matmul", (left, right)) if not self.shape(right):
                return Op(a.op, (self.part(left, select), right))
            case Part(of, outer) if len(outer) == len(self.shape(of)) == 1:
                start = outer[0].first if isinstance(outer[0], Span) else outer[0]
                item = select[0]
                if isinstance(item, Span):
                    return Part(of, (Span(start + item.first - 1, start + item.last - 1),))
                return Part(of, (start + item - 1,))
        return Part(a, select)
