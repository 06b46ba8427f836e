"""The equation language as Python source, in NumPy or in PyTorch.

A quantity with an index is a dictionary by position, `h[t - 1]`, `h[b, t]`; one without is an
array or a number. Names are the equation language's, made into identifiers that nothing else has.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tp_solver.errors import UserError
from tp_solver.graph.shapes import Shape, literal
from tp_solver.graph.system import System
from tp_solver.language.notation import fold_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span, children, walk
from tp_solver.sheets.source_ops import (
    ADD,
    ATOM,
    COMPARISONS,
    FLOORS,
    INFIX,
    MULTIPLY,
    NEGATE,
    NUMPY_FUNCTIONS,
    POWER,
    STEADY,
    TORCH_FUNCTIONS,
    Code,
    row_of,
)

LONGEST_NAME = 60
LONGEST_LINE = 88
_RESERVED = {
    *keyword.kwlist,
    *keyword.softkwlist,
    *dir(builtins),
    *NUMPY_FUNCTIONS,
    *TORCH_FUNCTIONS,
    *("np", "torch", "given", "expected", "by_numpy", "by_torch", "solve_with_torch"),
    *("check", "grad", "leaf", "named", "plain", "value", "place"),
}


class Names:
    """Identifiers for the names of an exercise: valid, and each its own."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], str] = {}
        self.taken = set(_RESERVED)

    def of(self, key: str, kind: str = "") -> str:
        """Return the identifier of a name; `kind` tells apart names that are spelled alike."""
        if (kind, key) not in self.found:
            spelled = re.sub(r"[^A-Za-z0-9_]+", "_", fold_name(key)).strip("_")[:LONGEST_NAME]
            base = spelled if spelled[:1].isalpha() else f"x_{spelled}".rstrip("_")
            chosen, count = base, 1
            while chosen in self.taken:
                count += 1
                chosen = f"{base}_{count}"
            self.taken.add(chosen)
            self.found[kind, key] = chosen
        return self.found[kind, key]


class Text(NamedTuple):
    """A piece of source, and how tightly its outermost operation binds."""

    source: str
    level: int

    def at(self, floor: int) -> str:
        """Return the source, between brackets where it binds less tightly than a floor."""
        return f"({self.source})" if self.level < floor else self.source


@dataclass(frozen=True)
class _Argument:
    """An argument in a template: the format says where it stands."""

    text: Text
    number: bool
    wrap: Callable[[str], str]

    def __format__(self, place: str) -> str:
        source = self.text.at(FLOORS[place])
        return self.wrap(source) if self.number and place in ("", "a") else source


class Printer:
    """Prints formulas in NumPy; `functions` gathers what they call."""

    library = "np"

    def __init__(self, system: System, names: Names) -> None:
        self.system, self.names = system, names
        self.functions: set[str] = set()

    def expression(self, node: Node, floor: int = 0) -> str:
        """Print a formula; raises UserError where an operation has no counterpart."""
        return self.text(node).at(floor)

    def text(self, node: Node) -> Text:
        match node:
            case Num(value):
                return number(float(value))
            case Ref():
                return Text(self.ref(node), ATOM)
            case Part(of, select):
                return self.part(of, select)
            case Over():
                return self.over(node)
            case Op():
                return self.op(node)
        raise UserError(f"`{plain(node)}` has no counterpart in a notebook.")

    def ref(self, ref: Ref) -> str:
        if self.system.is_index(ref, frozenset({ref.name})) and ref.key not in self.system.axes:
            return self.names.of(ref.name, "index")
        return self.names.of(ref.key) + self.subscript(ref)

    def subscript(self, ref: Ref) -> str:
        return f"[{', '.join(map(self.position, ref.axes))}]" if ref.axes else ""

    def position(self, at: At | Span) -> str:
        assert isinstance(at, At)
        if at.name is None:
            return str(at.offset)
        index = self.names.of(at.name, "index")
        sign = "-" if at.offset < 0 else "+"
        return f"{index} {sign} {abs(at.offset)}" if at.offset else index

    def part(self, of: Node, select: tuple[int | Span, ...]) -> Text:
        whole = self.text(of)
        if not self.system.shape(of):
            return whole
        chosen = [
            f"{item.first - 1}:{item.last}" if isinstance(item, Span) else str(item - 1)
            for item in select
        ]
        return Text(f"{whole.at(ATOM)}[{', '.join(chosen)}]", ATOM)

    def over(self, over: Over) -> Text:
        assert over.span is not None
        index = self.names.of(over.index, "index")
        run = f"for {index} in range({over.span.first}, {over.span.last + 1})"
        if over.op == "first":
            return Text(f"next({index} {run} if {self.condition(over.body)})", ATOM)
        total = f"sum({self.expression(over.body)} {run})"
        if over.op == "sum":
            return Text(total, ATOM)
        return Text(f"{total} / {over.span.last - over.span.first + 1}", MULTIPLY)

    def condition(self, node: Node) -> str:
        if isinstance(node, Op) and node.op in COMPARISONS:
            return self.comparison(node)
        return self.expression(node)

    def comparison(self, node: Op) -> str:
        left, right = (self.expression(arg, ADD) for arg in node.args)
        return f"{left} {COMPARISONS[node.op]} {right}"

    def op(self, node: Op) -> Text:
        match node:
            case Op(op, _) if op in COMPARISONS:
                return Text(f"({self.comparison(node)}) * 1.0", MULTIPLY)
            case Op(op, (left, right)) if op in INFIX:
                return self.infix(op, left, right)
            case Op("neg", (arg,)):
                return Text(f"-{self.unsigned(arg, NEGATE)}", NEGATE)
            case Op("matmul", (left, Op("transpose", (Ref() as row,)))) if self.outer(left, row):
                return self.product(left, row)
            case Op("size", args):
                count = sum(_count(self.system.shape(arg)) for arg in args)
                return number(float(count))
            case Op("shape", (arg,)):
                return Text(self.numbers(self.system.shape(arg) or (1,)), ATOM)
            case Op("place", (value, *numbers)):
                return self.placed(value, numbers)
        return self.called(node)

    def infix(self, op: str, left: Node, right: Node) -> Text:
        sign, level = INFIX[op]
        floors = (ATOM, NEGATE) if level == POWER else (level, level + 1)
        second = self.unsigned(right, floors[1]) if level < POWER else self.expression(right, ATOM)
        return Text(f"{self.expression(left, floors[0])} {sign} {second}", level)

    def signed(self, op: str, node: Node) -> str:
        """Print a term of a sum after its sign."""
        return f"{INFIX[op][0]} {self.unsigned(node, MULTIPLY)}"

    def unsigned(self, node: Node, floor: int) -> str:
        text = self.expression(node, floor)
        return f"({text})" if text.startswith("-") else text

    def outer(self, left: Node, row: Ref) -> bool:
        """Tell whether a product with a vector laid down is one of two vectors, or a scaling."""
        return len(self.system.shape(left)) < 2 and len(self.system.shape(row)) == 1

    def product(self, left: Node, row: Ref) -> Text:
        if self.system.shape(left):
            return Text(
                f"{self.library}.outer({self.expression(left)}, {self.expression(row)})", ATOM
            )
        return self.infix("mul", left, row)

    def placed(self, value: Node, numbers: list[Node]) -> Text:
        sizes = [literal(each) for each in numbers]
        half, shape = len(sizes) // 2, self.system.shape(value)
        lengths = (*shape, *(1,) * (half - len(shape)))
        where = ", ".join(
            f"slice({first - 1}, {first - 1 + length})"
            for first, length in zip(sizes[half:], lengths, strict=True)
        )
        self.functions.add("placed")
        whole = ", ".join(map(str, sizes[:half]))
        return Text(f"placed({self.whole(value)}, ({whole},), ({where},))", ATOM)

    def called(self, node: Op) -> Text:
        shapes = tuple(self.system.shape(arg) for arg in node.args)
        row = row_of(node.op, shapes)
        if row is None:
            raise UserError(
                f"The operation `{node.op}` has no counterpart in a notebook: "
                "choose another format, as --format html."
            )
        code = self.code(row)
        self.functions.update(code.calls)
        args = [_Argument(self.text(arg), self.is_number(arg), self.wrap) for arg in node.args]
        return Text(code.template.format(*args), code.level)

    def code(self, row: tuple[Code, Code]) -> Code:
        return row[0]

    def whole(self, node: Node) -> str:
        text = self.expression(node)
        return self.wrap(text) if self.is_number(node) else text

    def wrap(self, source: str) -> str:
        """Make an array of a plain number, where a function needs one."""
        return source

    def is_number(self, node: Node) -> bool:
        """Tell whether a formula is a Python number, as it reads no quantity."""
        return False

    def numbers(self, values: tuple[int, ...]) -> str:
        return f"np.array([{', '.join(f'{float(v)}' for v in values)}])"

    def fitted(self, right: Node, wanted: Shape) -> str:
        """Print a formula in the shape that its name has."""
        shape = self.system.shape(right)
        if shape == wanted:
            return self.expression(right)
        if shape:
            return f"{self.library}.reshape({self.whole(right)}, {wanted})"
        return f"{self.expression(right, MULTIPLY)} * {self.library}.ones({wanted})"


class TorchPrinter(Printer):
    """Prints formulas in PyTorch, gradients as calls of autograd on what `tops` names."""

    library = "torch"

    def __init__(self, system: System, names: Names, tops: Callable[[Ref], str | None]) -> None:
        super().__init__(system, names)
        self.tops = tops

    def ref(self, ref: Ref) -> str:
        if ref.over is None:
            return super().ref(ref)
        top = Ref(ref.name, ref.index)
        return f"grad({self.tops(top) or super().ref(top)}, {super().ref(ref.over)})"

    def code(self, row: tuple[Code, Code]) -> Code:
        return row[1]

    def wrap(self, source: str) -> str:
        return f"torch.tensor(float({source}))"

    def is_number(self, node: Node) -> bool:
        match node:
            case Ref():
                return node.key not in self.system.shapes
            case Over("first") | Op("argmax" | "size"):
                return True
            case Op("one_hot" | "ones" | "zeros" | "eye" | "place" | "shape"):
                return False
        return all(map(self.is_number, children(node)))

    def numbers(self, values: tuple[int, ...]) -> str:
        return f"torch.tensor([{', '.join(f'{float(v)}' for v in values)}])"

    def fitted(self, right: Node, wanted: Shape) -> str:
        """Print a formula as a tensor that is its name's own, of which gradients can be asked."""
        text = super().fitted(right, wanted)
        return f"named({text})" if self.borrowed(right) else text

    def borrowed(self, node: Node) -> bool:
        """Tell whether a formula may give a tensor that has another name, or no gradient."""
        return (
            isinstance(node, Ref | Part)
            or self.is_number(node)
            or any(
                (isinstance(part, Ref) and part.over is not None)
                or (isinstance(part, Op) and part.op in STEADY)
                for part in walk(node)
            )
        )


def number(value: float) -> Text:
    """Write a number, whole ones without a point."""
    text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return Text(text, NEGATE if value < 0 else ATOM)


def _count(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count
