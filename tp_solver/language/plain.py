"""Tree to plain text, which parses back to the same tree; in Unicode or in ASCII."""

from __future__ import annotations

from decimal import Decimal

from tp_solver.language.notation import (
    ADD,
    ATOM,
    FUNCTIONS,
    INFIX,
    LETTERS,
    MARKS,
    MULTIPLY,
    NEGATE,
    POWER,
    fold_name,
    split_name,
)
from tp_solver.language.tokens import TRANSPOSE
from tp_solver.language.tree import (
    At,
    Nested,
    Node,
    Num,
    Op,
    Over,
    Part,
    Ref,
    Span,
    Value,
    index_text,
)


def plain(node: Node, unicode: bool = False) -> str:
    """Print a tree as text of the equation language."""
    return _Plain(unicode).node(node, 0)


def name_text(name: str, unicode: bool = False) -> str:
    """Spell a name: `C_tilde`, or `C̃` in Unicode."""
    if not unicode:
        return name
    letter, accent, rest = split_name(name)
    base = LETTERS.get(letter, letter) + MARKS.get(accent, "")
    separator = "" if rest.isdigit() and not accent and f"{letter}{rest}" == name else "_"
    text = f"{base}{separator}{rest}" if rest else base
    return text if fold_name(text) == name else name  # `C1_tilde` has no other spelling


def level(node: Node) -> int:
    """Tell how tightly the outermost operation of a tree binds."""
    match node:
        case Op("neg", _):
            return NEGATE
        case Op(op, _) if op in INFIX:
            return INFIX[op].level
        case Num(value) | Value(Decimal() as value) if not value.is_nan() and value < 0:
            return NEGATE
        case _:
            return ATOM


def operand_floors(op: str) -> tuple[int, int]:
    """Tell below which level the left and the right operand of an operator need brackets."""
    own = INFIX[op].level
    if own == POWER:
        return ATOM, POWER
    if own == MULTIPLY:
        return MULTIPLY, POWER
    if own == ADD:
        return ADD, MULTIPLY
    return ADD, ADD


def leads(node: Node) -> bool:
    """Tell whether a tree's text begins with a minus sign."""
    match node:
        case Op("neg", _):
            return True
        case Op(op, (left, _)) if op in INFIX:
            return level(left) >= operand_floors(op)[0] and leads(left)
        case _:
            return level(node) == NEGATE


class _Plain:
    def __init__(self, unicode: bool) -> None:
        self.unicode = unicode

    def node(self, node: Node, floor: int) -> str:
        text = self.bare(node)
        return f"({text})" if level(node) < floor else text

    def bare(self, node: Node) -> str:
        match node:
            case Num(value):
                return number_text(value)
            case Value(items):
                return self.value(items)
            case Ref():
                return self.ref(node)
            case Part(of, select):
                whole = self.node(of, ATOM)
                if isinstance(of, Num | Part):  # 2.1 is a number, X.1.2 one choice on two axes
                    whole = f"({whole})"
                return whole + "".join(f".{select_text(item)}" for item in select)
            case Over(op, index, span, body):
                limits = f"={span.first}..{span.last}" if span else ""
                return f"{op}({index}{limits}, {self.node(body, 0)})"
            case Op(op, args):
                return self.op(op, args)
        raise AssertionError(node)

    def ref(self, ref: Ref) -> str:
        index = f"[{', '.join(map(self.position, ref.index))}]" if ref.index else ""
        own = name_text(ref.name, self.unicode) + index
        if ref.over is None:
            return own
        d = "∂" if self.unicode else "d"
        return f"{d}{own}/{d}{self.ref(ref.over)}"

    def position(self, at: At | Span) -> str:
        if self.unicode and isinstance(at, At) and at.name:
            return name_text(at.name, True) + (f"{at.offset:+d}" if at.offset else "")
        return index_text(at)

    def value(self, items: Nested) -> str:
        if isinstance(items, Decimal):
            return number_text(items)
        return f"[{', '.join(map(self.value, items))}]"

    def op(self, op: str, args: tuple[Node, ...]) -> str:
        if op == "neg":
            return ("−" if self.unicode else "-") + self.node(args[0], MULTIPLY)
        if op == "range":
            return "..".join(self.node(arg, ATOM) for arg in args)
        if op == "concat":
            return f"[{', '.join(self.node(arg, 0) for arg in args)}]"
        if op == "transpose":
            return self.node(args[0], ATOM) + ("ᵀ" if self.unicode else ".T")
        if op in INFIX:
            return self.infix(op, args)
        function = FUNCTIONS.get(op)
        name = function.unicode if self.unicode and function and function.unicode else op
        name = name_text(name, self.unicode) if function is None else name
        return f"{name}({', '.join(self.node(arg, 0) for arg in args)})"

    def infix(self, op: str, args: tuple[Node, ...]) -> str:
        infix, (left, right) = INFIX[op], args
        floors = operand_floors(op)
        sign = infix.unicode if self.unicode else infix.ascii
        first, second = self.node(left, floors[0]), self.node(right, floors[1])
        if leads(right) and level(right) >= floors[1]:
            second = f"({second})"
        if infix.level == POWER:
            if TRANSPOSE.match(f"^{second}"):  # a quantity called T
                second = f"({second})"
            return f"{first}{sign}{second}"
        return f"{first} {sign} {second}"


def number_text(value: Decimal) -> str:
    """Spell a decimal number with a point, never a needless exponent."""
    exponent = value.adjusted()
    return f"{value:f}" if -7 <= exponent < 16 else str(value).replace("E+", "e").replace("E", "e")


def select_text(item: int | Span) -> str:
    """Spell a choice of components: `2`, `1..3`."""
    return f"{item.first}..{item.last}" if isinstance(item, Span) else str(item)
