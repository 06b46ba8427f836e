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
        """Build a ⊙ b, signs and numbers in front, numbers that divide behind."""
        if ZERO in (a, b):
            return ZERO
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Op) and one.op == "neg":
                return self.neg(self.mul(*((one.args[0], b) if one is a else (a, one.args[0]))))
            if one == ONE or self.spreads(one, other):
                return other
        return self.product(b, a) if isinstance(b, Num) else self.product(a, b)

    def product(self, a: Node, b: Node) -> Node:
        """Build a ⊙ b of factors that say something."""
        match a, b:
            case Num(), Num():
                return Num(a.value * b.value)
            case Op("div", (top, Num() as count)), _:
                return self.div(self.mul(top, b), count)
            case _, Op("div", (top, Num() as count)):
                return self.div(self.mul(a, top), count)
            case _, Op("div", (top, bottom)) if top == ONE:
                return self.div(a, bottom)
            case _, Op("div", (top, bottom)) if bottom == a and not self.shape(a):
                return top
            case _, Op("mul", (left, right)):
                return self.mul(self.mul(a, left), right)
            case Op("mul", (left, ones)), _ if self.spreads(ones, b):
                return self.mul(left, b)
        return Op("mul", (a, b))

    def spreads(self, ones: Node, other: Node) -> bool:
        """Tell whether a factor is all ones, and no wider than the other."""
        return isinstance(ones, Op) and ones.op == "ones" and self.shape(ones) == self.shape(other)

    def div(self, a: Node, b: Node) -> Node:
        """Build a / b, numbers reduced where they divide without a rest."""
        if b == ONE or a == ZERO:
            return a
        match a, b:
            case Op("neg", (inner,)), _:
                return self.neg(self.div(inner, b))
            case Op("div", (top, Num(first))), Num(second):
                return self.div(top, Num(first * second))
            case _, Num(count) if count:
                number, rest = _split(a)
                if number % count == 0:
                    return self.mul(Num(number / count), rest)
                if number != 1 and count % number == 0:
                    return self.div(rest, Num(count / number))
        return Op("div", (a, b))

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
            case Op("div", (top, bottom)) if not self.shape(bottom):
                return self.div(self.sum(top), bottom)
            case Op("one_hot"):
                return ONE
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


def _split(node: Node) -> tuple[Decimal, Node]:
    """Split the number in front of a product from the rest."""
    match node:
        case Num(value) if value:
            return value, ONE
        case Op("mul", (left, right)):
            number, rest = _split(left)
            return number, right if rest == ONE else Op("mul", (rest, right))
    return Decimal(1), node
