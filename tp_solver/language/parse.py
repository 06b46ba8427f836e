"""Text to tree: an operator-precedence parser, bounded before it builds anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tp_solver.errors import FormulaError, suggestion
from tp_solver.language.notation import (
    ACCENTS,
    ATOM,
    FUNCTIONS,
    INFIX,
    LETTERS,
    NEGATE,
    OVER,
    POWER,
    SPELLED,
    SPELLINGS,
    SUPERSCRIPTS,
    TYPED,
    fold_name,
)
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span


@dataclass(frozen=True)
class Limits:
    """How large a formula may be: characters, nesting, operators, digits, exponent."""

    length: int = 2000
    depth: int = 40
    operators: int = 200
    digits: int = 40
    exponent: int = 300


AUTHOR = Limits()
STUDENT = Limits(length=300, depth=20, operators=60)

_ACCENTED = "".join(
    chr(code)
    for code in range(0xC0, 0x1F00)
    if len(pair := unicodedata.normalize("NFD", chr(code))) == 2
    and pair[0].isascii()
    and pair[1] in ACCENTS
)
_LETTER = f"A-Za-z{''.join(SPELLED)}{_ACCENTED}"
_NAME = rf"[{_LETTER}][{_LETTER}0-9_{''.join(ACCENTS)}]*"
_INDEX = r"\[[^\[\]]*\]"

SPACE = re.compile(r"[ \t\n\u00a0\u202f\u2009]*")
NUMBER = re.compile(
    r"(?:[0-9]+(?:[.,](?=[0-9])[0-9]+)?|\.[0-9]+)(?:[eE][+\-−]?[0-9]+)?(?![\w.,][0-9])"
)
RANGE = re.compile(r"([0-9]+)\.\.([0-9]+)")
NAME = re.compile(rf"(√|∑|{_NAME})({_INDEX})?")
DERIVATIVE = re.compile(
    rf"(?:∂[ ]*({_NAME})({_INDEX})?\s*/\s*∂[ ]*|d({_NAME})({_INDEX})?/d)({_NAME})({_INDEX})?"
)
OPERATOR = re.compile("|".join(re.escape(op) for op in sorted(TYPED, key=len, reverse=True)))
SELECT = re.compile(r"\.([0-9]+)(?:\.\.([0-9]+))?")
TRANSPOSE = re.compile(rf"(?:\.T|\^T|ᵀ|⊤)(?![{_LETTER}0-9_])")
POWERS = re.compile(f"[{''.join(SUPERSCRIPTS)}]+")
BOUND = re.compile(rf"[ ]*({_NAME})[ ]*(?:=[ ]*(-?[0-9]+)[ ]*\.\.[ ]*(-?[0-9]+)[ ]*)?[,;]")
POSITION = re.compile(rf"\s*(?:({_NAME})\s*(?:([+\-−])\s*([0-9]+))?|(-?[0-9]+))\s*")
SPAN = re.compile(r"\s*(-?[0-9]+)\s*\.\.\s*(-?[0-9]+)\s*")


def parse(text: str, functions: Iterable[str] = (), limits: Limits = AUTHOR) -> Node:
    """Parse one expression or relation of the equation language.

    `functions` names those an author defined. Raises FormulaError with a position.
    """
    return _Parser(text, frozenset(functions), limits).whole()


def parse_name(text: str, limits: Limits = AUTHOR) -> tuple[Ref, tuple[int | Span, ...]]:
    """Parse the name of a quantity and, after dots, of its components: `dL/dW_f.1.2`."""
    node = parse(text, (), limits)
    if isinstance(node, Ref):
        return node, ()
    if isinstance(node, Part) and isinstance(node.of, Ref):
        return node.of, node.select
    raise FormulaError("not-a-name", 0, f"`{text}` is not a name", "write a name like `h[2].1`")


class _Parser:
    def __init__(self, text: str, functions: frozenset[str], limits: Limits) -> None:
        self.text = text
        self.functions = functions
        self.limits = limits
        self.at = 0
        self.depth = 0
        self.operators = 0
        self.commas: list[int] = []  # where a decimal comma was read, at this level

    def whole(self) -> Node:
        if len(self.text) > self.limits.length:
            raise self.error("too-long", "this formula is too long", "split it into several")
        node = self.expression(0)
        self.space()
        if self.at < len(self.text):
            raise self.unexpected()
        return node

    def expression(self, floor: int) -> Node:
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.error("too-deep", "too many nested brackets", "name the inner parts")
        left = self.postfix(self.operand(floor))
        while (found := self.infix()) is not None:
            op, end = found
            level = INFIX[op].level
            if level < floor or (level == floor and level == POWER):
                break
            self.at = end
            self.operators += 1
            if self.operators > self.limits.operators:
                raise self.error("too-long", "too many operators", "split the formula")
            right_floor = POWER if level == POWER else level + 1
            left = Op(
                op, (left, self.exponent() if level == POWER else self.expression(right_floor))
            )
        self.depth -= 1
        return left

    def exponent(self) -> Node:
        """Read what follows `^`: it may carry a sign, and binds to the right."""
        self.space()
        if self.text[self.at : self.at + 1] in ("-", "−"):
            self.at += 1
            return Op("neg", (self.exponent(),))
        base = self.postfix(self.operand(ATOM))
        found = self.infix()
        if found and found[0] == "pow":
            self.at = found[1]
            return Op("pow", (base, self.exponent()))
        return base

    def infix(self) -> tuple[str, int] | None:
        self.space()
        match = OPERATOR.match(self.text, self.at)
        return (TYPED[match[0]], match.end()) if match else None

    def operand(self, floor: int) -> Node:
        self.space()
        char = self.text[self.at : self.at + 1]
        if char in ("-", "−"):
            self.at += 1
            return Op("neg", (self.expression(max(floor, NEGATE)),))
        if char == "+":
            self.at += 1
            return self.expression(max(floor, NEGATE))
        if char == "(":
            return self.brackets()
        if char == "[":
            start = self.at
            self.at += 1
            return Op("concat", self.items("]", start, single=False))
        if match := RANGE.match(self.text, self.at):
            self.at = match.end()
            return Op("range", tuple(Num(Decimal(self.small(end))) for end in match.groups()))
        if match := NUMBER.match(self.text, self.at):
            return self.number(match)
        if (match := DERIVATIVE.match(self.text, self.at)) and match[3] not in LETTERS:
            return self.derivative(match)
        if match := NAME.match(self.text, self.at):
            return self.name(match)
        raise self.unexpected()

    def postfix(self, node: Node) -> Node:
        while True:
            if match := TRANSPOSE.match(self.text, self.at):
                node = Op("transpose", (node,))
            elif match := SELECT.match(self.text, self.at):
                node = self.select(node, match)
            elif match := POWERS.match(self.text, self.at):
                digits = "".join(SUPERSCRIPTS[digit] for digit in match[0])
                node = Op("pow", (node, Num(self.decimal(digits))))
            else:
                return node
            self.at = match.end()
            self.operators += 1
            if self.operators > self.limits.operators:
                raise self.error("too-long", "too many operators", "split the formula")

    def select(self, node: Node, match: re.Match[str]) -> Node:
        first = self.small(match[1])
        chosen = first if match[2] is None else Span(first, self.small(match[2]))
        if first < 1:
            raise self.error(
                "component", "components are numbered from 1", "write `.1` for the first"
            )
        if isinstance(node, Part):
            return Part(node.of, (*node.select, chosen))
        return Part(node, (chosen,))

    def brackets(self) -> Node:
        start = self.at
        self.at += 1
        outer, self.commas = self.commas, []
        node = self.expression(0)
        self.space()
        if self.text[self.at : self.at + 1] != ")":
            raise self.unclosed(start)
        self.at += 1
        self.commas = outer
        return node

    def items(self, close: str, start: int, single: bool) -> tuple[Node, ...]:
        """Read a list up to its closing bracket; `single`: it can hold one item only."""
        outer, self.commas = self.commas, []
        found, marks = [self.expression(0)], set()
        self.space()
        while self.text[self.at : self.at + 1] in (",", ";") and self.at < len(self.text):
            marks.add(self.text[self.at])
            self.at += 1
            found.append(self.expression(0))
            self.space()
        if self.text[self.at : self.at + 1] != close:
            raise self.unclosed(start)
        if self.commas and "," in marks | ({","} if not marks and not single else set()):
            self.at = self.commas[0]
            raise self.error(
                "ambiguous-comma",
                "this comma may be a decimal mark or a separator",
                "write `0.5`, or separate with `;` or with a comma and a space",
            )
        self.at += 1
        self.commas = outer
        return tuple(found)

    def number(self, match: re.Match[str]) -> Node:
        text = match[0].replace("−", "-")
        if "," in text:
            self.commas.append(self.at)
            text = text.replace(",", ".")
        value = self.decimal(text)
        self.at = match.end()
        return Num(value)

    def decimal(self, text: str) -> Decimal:
        mantissa, _, exponent = text.lower().partition("e")
        if len(mantissa) > self.limits.digits or len(exponent) > 5:
            raise self.error("too-many-digits", "too many digits", "write fewer digits")
        if exponent and abs(int(exponent)) > self.limits.exponent:
            raise self.error("too-large", "the exponent is too large", "stay below 1e300")
        return Decimal(text)

    def small(self, digits: str) -> int:
        if len(digits) > 6:
            raise self.error("too-many-digits", "too many digits", "write a smaller number")
        return int(digits)

    def derivative(self, match: re.Match[str]) -> Node:
        self.at = match.end()
        over = Ref(fold_name(match[5]), self.index(match[6], match.start(6)))
        name, index = (match[1], match[2]) if match[1] else (match[3], match[4])
        group = 2 if match[1] else 4
        return Ref(fold_name(name), self.index(index, match.start(group)), over)

    def name(self, match: re.Match[str]) -> Node:
        typed, index = match[1], match[2]
        start = self.at
        self.at = match.end()
        if index is None and self.text[self.at : self.at + 1] == "(":
            return self.call(typed, start)
        if typed in "√∑":
            raise self.error("no-argument", f"`{typed}` needs brackets", f"write `{typed}(x)`")
        return Ref(fold_name(typed), self.index(index, match.start(2)))

    def index(self, text: str | None, start: int) -> tuple[At | Span, ...]:
        if text is None:
            return ()
        return tuple(self.position(item, start) for item in re.split("[,;]", text[1:-1]))

    def position(self, text: str, start: int) -> At | Span:
        if match := SPAN.fullmatch(text):
            return Span(self.small_signed(match[1]), self.small_signed(match[2]))
        match = POSITION.fullmatch(text)
        if match is None:
            self.at = start
            raise self.error(
                "index", f"`{text.strip()}` is not an index", "write `t`, `t-1`, `t+1` or a number"
            )
        if match[4] is not None:
            return At(None, self.small_signed(match[4]))
        offset = self.small(match[3] or "0") * (1 if match[2] == "+" else -1)
        return At(fold_name(match[1]), offset)

    def small_signed(self, digits: str) -> int:
        return -self.small(digits[1:]) if digits.startswith("-") else self.small(digits)

    def call(self, typed: str, start: int) -> Node:
        folded = fold_name(typed)
        op = SPELLINGS.get(typed, SPELLINGS.get(folded, folded))
        opening = self.at
        self.at += 1
        if op in OVER and (match := BOUND.match(self.text, self.at)):
            return self.over(op, match, opening)
        builtin = FUNCTIONS.get(op)
        if builtin is None and op not in self.functions:
            self.at = start
            known = {*FUNCTIONS, *SPELLINGS, *self.functions}
            todo = suggestion(
                typed, known, "define it under `functions:`, or put an operator before `(`"
            )
            raise self.error("unknown-function", f"unknown function `{typed}`", todo)
        args = self.items(")", opening, single=builtin is None or builtin.most == 1)
        fewest, most = (builtin.fewest, builtin.most) if builtin else (1, 1)
        if not fewest <= len(args) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise self.error(
                "arguments",
                f"`{typed}` takes {wanted} argument(s), not {len(args)}",
                "check its brackets",
            )
        return Op(op, args)

    def over(self, op: str, match: re.Match[str], opening: int) -> Node:
        self.at = match.end()
        span = None
        if match[2] is not None:
            span = Span(self.small_signed(match[2]), self.small_signed(match[3]))
        (body,) = self.one(opening)
        return Over(op, fold_name(match[1]), span, body)

    def one(self, opening: int) -> tuple[Node]:
        outer, self.commas = self.commas, []
        node = self.expression(0)
        self.space()
        if self.text[self.at : self.at + 1] != ")":
            raise self.unclosed(opening)
        self.at += 1
        self.commas = outer
        return (node,)

    def space(self) -> None:
        match = SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def error(self, code: str, what: str, todo: str) -> FormulaError:
        return FormulaError(code, self.at, what, todo)

    def unclosed(self, start: int) -> FormulaError:
        if self.at < len(self.text):
            return self.unexpected()
        bracket = self.text[start]
        close = {"(": ")", "[": "]"}[bracket]
        self.at = start
        return self.error("unclosed", f"this `{bracket}` is never closed", f"add a `{close}`")

    def unexpected(self) -> FormulaError:
        if self.at >= len(self.text):
            return self.error("incomplete", "the formula stops too early", "complete it")
        char = self.text[self.at]
        if not char.isprintable() or unicodedata.category(char) in ("Cf", "Mn", "Zs", "Co", "Cn"):
            name = unicodedata.name(char, f"U+{ord(char):04X}")
            return self.error("invisible", f"an invisible character ({name})", "retype the formula")
        if NAME.match(self.text, self.at) or (char.isascii() and char.isdigit()) or char in "([":
            return self.error(
                "no-operator",
                f"an operator is missing before `{char}`",
                "write `*`, `@` or `+` between",
            )
        if char in ")]":
            return self.error("unopened", f"this `{char}` closes nothing", "remove it")
        if char in ",;":
            return self.error(
                "separator", f"a `{char}` can't stand here", "write decimals as `0.5` or `0,5`"
            )
        if char.isascii():
            return self.error(
                "unexpected", f"`{char}` can't stand here", "check this part of the formula"
            )
        name = unicodedata.name(char, "unknown").lower()
        return self.error(
            "character", f"`{char}` ({name}) has no meaning here", "use the plain letter or sign"
        )
