"""Tree to two-dimensional formula: one traversal, drawn by an ink (MathML, LaTeX)."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from tp_solver.language.notation import (
    ATOM,
    COMPARE,
    FUNCTIONS,
    INFIX,
    MULTIPLY,
    split_copy,
    split_name,
)
from tp_solver.language.plain import leads, level, operand_floors
from tp_solver.language.tree import At, Nested, Node, Num, Op, Over, Part, Ref, Span, Value, walk


class Ink(Protocol):
    """What a two-dimensional notation must be able to draw; texts are its own markup."""

    mark: str

    def row(self, *items: str) -> str:
        """Set items side by side."""

    def number(self, value: Decimal) -> str:
        """Write a number, its sign included."""

    def letter(self, name: str, accent: str) -> str:
        """Write a name's letter, Greek if it names one, under an accent."""

    def word(self, text: str) -> str:
        """Write a subscript word or an index name."""

    def sign(self, op: str) -> str:
        """Write an infix operator."""

    def function(self, op: str) -> str:
        """Write a function's upright name."""

    def sub(self, base: str, below: str) -> str:
        """Set a subscript."""

    def sup(self, base: str, above: str) -> str:
        """Set a superscript."""

    def both(self, base: str, below: str, above: str) -> str:
        """Set a subscript and a superscript, one above the other."""

    def arrow(self, base: str, direction: str) -> str:
        """Set the arrow of a direction in time, `fwd` or `bwd`, over a letter."""

    def fraction(self, top: str, bottom: str) -> str:
        """Set a fraction."""

    def root(self, body: str) -> str:
        """Set a square root."""

    def fence(self, left: str, body: str, right: str) -> str:
        """Set a body between brackets that grow with it."""

    def table(self, rows: list[list[str]]) -> str:
        """Set a matrix between square brackets."""

    def limits(self, op: str, below: str, above: str) -> str:
        """Set a large operator with what stands below and above it."""


def typeset(node: Node, ink: Ink, floor: int = 0) -> str:
    """Draw a tree with an ink, between brackets where it binds less tightly than a floor."""
    return _Typesetter(ink).node(node, floor)


def trails(node: Node) -> bool:
    """Tell whether a drawing ends in a large sum, which would swallow a factor after it."""
    match node:
        case Over(op=op):
            return op != "first"
        case Op("neg", (arg,)):
            return trails(arg)
        case Op(op, (_, right)) if op in INFIX and op not in ("div", "pow"):
            return trails(right)
        case _:
            return False


def layered(node: Node) -> bool:
    """Tell whether a name is drawn with its layer as a superscript, which a power must not join."""
    return isinstance(node, Ref) and bool(split_copy(split_name(node.name)[2])[2])


class _Typesetter:
    def __init__(self, ink: Ink) -> None:
        self.ink = ink

    def node(self, node: Node, floor: int) -> str:
        drawn = self.bare(node)
        return self.ink.fence("(", drawn, ")") if self.level(node) < floor else drawn

    def level(self, node: Node) -> int:
        return ATOM if isinstance(node, Op) and node.op == "div" else level(node)

    def bare(self, node: Node) -> str:
        match node:
            case Num(value):
                return self.ink.number(value)
            case Value(items):
                return self.value(items)
            case Ref():
                return self.ref(node)
            case Part(of, select):
                return self.part(of, select)
            case Over():
                return self.over(node)
            case Op(op, args):
                return self.op(op, args)
        raise AssertionError(node)

    def value(self, items: Nested) -> str:
        if isinstance(items, Decimal):
            return self.ink.number(items)
        rows = [list(row) if isinstance(row, tuple) else [row] for row in items]
        return self.ink.table([[self.value(cell) for cell in row] for row in rows])

    def ref(self, ref: Ref) -> str:
        if ref.over is not None:
            d = self.ink.letter("∂", "")
            bottom = self.ref(Ref(ref.over.name, ref.over.index))
            top = self.ref(Ref(ref.name, ref.index))
            return self.ink.fraction(self.ink.row(d, top), self.ink.row(d, bottom))
        letter, accent, rest = split_name(ref.name)
        subscript, direction, layer = split_copy(rest)
        below = [self.ink.word(part) for part in subscript.split("_") if part]
        below += [self.position(at) for at in ref.index]
        base = self.ink.letter(letter, accent)
        if direction:
            base = self.ink.arrow(base, direction)
        if layer:
            above = self.ink.fence("(", self.ink.word(layer), ")")
            return (
                self.ink.both(base, self.commas(below), above)
                if below
                else self.ink.sup(base, above)
            )
        return self.ink.sub(base, self.commas(below)) if below else base

    def position(self, at: At | Span) -> str:
        if isinstance(at, Span):
            return self.span(at)
        if at.name is None:
            return self.ink.number(Decimal(at.offset))
        name = self.ink.word(at.name)
        if not at.offset:
            return name
        sign = self.ink.sign("add" if at.offset > 0 else "sub")
        return self.ink.row(name, sign, self.ink.number(Decimal(abs(at.offset))))

    def span(self, span: Span) -> str:
        ends = (self.ink.number(Decimal(span.first)), self.ink.number(Decimal(span.last)))
        return self.ink.row(ends[0], self.ink.word("…"), ends[1])

    def commas(self, items: list[str]) -> str:
        joined = [items[0]]
        for item in items[1:]:
            joined += [self.ink.sign(","), item]
        return self.ink.row(*joined)

    def part(self, of: Node, select: tuple[int | Span, ...]) -> str:
        chosen = [
            self.span(item) if isinstance(item, Span) else self.ink.number(Decimal(item))
            for item in select
        ]
        base = self.ink.fence("(", self.bare(of), ")")  # W₁ is a name, (W)₁ a component of W
        return self.ink.sub(base, self.commas(chosen))

    def over(self, over: Over) -> str:
        body = self.node(over.body, MULTIPLY if over.op == "sum" else 0)
        if over.op == "mean":
            body = self.ink.fence("(", body, ")")
        index = self.ink.word(over.index)
        if over.op == "first":
            inside = self.ink.row(index, self.ink.sign(":"), body)
            return self.ink.row(self.ink.function("min"), self.ink.fence("{", inside, "}"))
        if over.span is None:
            return self.ink.row(self.ink.limits(over.op, index, ""), body)
        first = self.ink.number(Decimal(over.span.first))
        below = self.ink.row(index, self.ink.sign("eq"), first)
        return self.ink.row(
            self.ink.limits(over.op, below, self.ink.number(Decimal(over.span.last))), body
        )

    def op(self, op: str, args: tuple[Node, ...]) -> str:
        drawn = getattr(self, f"op_{op}", None)
        if drawn is not None:
            return str(drawn(*args))
        return self.infix(op, *args) if op in INFIX else self.call(op, args)

    def op_neg(self, arg: Node) -> str:
        return self.ink.row(self.ink.sign("sub"), self.node(arg, MULTIPLY))

    def op_div(self, top: Node, bottom: Node) -> str:
        return self.ink.fraction(self.node(top, 0), self.node(bottom, 0))

    def op_sqrt(self, arg: Node) -> str:
        return self.ink.root(self.node(arg, 0))

    def op_abs(self, arg: Node) -> str:
        return self.ink.fence("|", self.node(arg, 0), "|")

    def op_norm(self, arg: Node) -> str:
        return self.ink.fence("‖", self.node(arg, 0), "‖")

    def op_spectral_norm(self, arg: Node) -> str:
        return self.ink.sub(self.op_norm(arg), self.ink.number(Decimal(2)))

    def op_transpose(self, arg: Node) -> str:
        return self.ink.sup(self.raised(arg), self.ink.word("T"))

    def op_diag(self, arg: Node) -> str:
        if isinstance(arg, Op) and arg.op == "ones":
            return self.ink.letter("I", "")
        return self.call("diag", (arg,))

    def op_ones(self, *_sizes: Node) -> str:
        return self.ink.letter("𝟏", "")

    def op_range(self, first: Node, last: Node) -> str:
        return self.ink.row(self.node(first, ATOM), self.ink.word("…"), self.node(last, ATOM))

    def op_concat(self, *items: Node) -> str:
        if any(isinstance(item, Value) for item in items):
            flat = [cell for item in items for cell in self.cells(item)]
            return self.ink.table([[cell] for cell in flat])
        drawn = [self.node(item, 0) for item in items]
        joined = [drawn[0]]
        for item in drawn[1:]:
            joined += [self.ink.sign(";" if self.ink.mark == "," else ","), item]
        return self.ink.fence("[", self.ink.row(*joined), "]")

    def cells(self, item: Node) -> list[str]:
        if isinstance(item, Value) and isinstance(item.items, tuple):
            return [self.value(cell) for cell in item.items]
        return [self.node(item, 0)]

    def op_pow(self, base: Node, exponent: Node) -> str:
        above = self.node(exponent, 0)
        named = isinstance(base, Op) and base.op in FUNCTIONS and base.op not in _FENCED
        if isinstance(base, Op) and named and isinstance(exponent, Num):
            name = self.ink.sup(self.ink.function(base.op), above)
            return self.apply(name, base.args)  # tanh²(C), as textbooks write it
        return self.ink.sup(self.raised(base), above)

    def raised(self, base: Node) -> str:
        """Draw what bears an exponent: a fraction or a sum needs brackets there."""
        loose = (isinstance(base, Op) and base.op == "div") or trails(base) or layered(base)
        return self.ink.fence("(", self.bare(base), ")") if loose else self.node(base, ATOM)

    def infix(self, op: str, left: Node, right: Node) -> str:
        floors = operand_floors(op)
        first, second = self.node(left, floors[0]), self.node(right, floors[1])
        if leads(right) and self.level(right) >= floors[1] and INFIX[op].level != COMPARE:
            second = self.ink.fence("(", self.bare(right), ")")
        if trails(left) and INFIX[op].level == MULTIPLY and self.level(left) >= floors[0]:
            first = self.ink.fence("(", self.bare(left), ")")
        sign = "matmul" if op == "mul" and _of_numbers(left, right) else op
        return self.ink.row(first, self.ink.sign(sign), second)

    def call(self, op: str, args: tuple[Node, ...]) -> str:
        return self.apply(self.ink.function(op), args)

    def apply(self, name: str, args: tuple[Node, ...]) -> str:
        drawn = [self.node(arg, 0) for arg in args]
        joined = [drawn[0]]
        for item in drawn[1:]:
            joined += [self.ink.sign(";" if self.ink.mark == "," else ","), item]
        return self.ink.row(name, self.ink.fence("(", self.ink.row(*joined), ")"))


_FENCED = {"sqrt", "abs", "norm", "spectral_norm", "ones"}


def _of_numbers(left: Node, right: Node) -> bool:
    """Tell whether a product is one of plain numbers, for which schools write × and not ⊙."""
    if isinstance(left, Num) or isinstance(right, Num):
        return True
    parts = [*walk(left), *walk(right)]
    vectors = any(isinstance(part, Value) and isinstance(part.items, tuple) for part in parts)
    return not vectors and not any(isinstance(part, Ref) for part in parts)
