"""Text to tree: an operator-precedence parser, bounded before it builds anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from tp_solver.errors import FormulaError, suggestion
from tp_solver.language.limits import AUTHOR, Limits
from tp_solver.language.notation import (
    ATOM,
    COMPARE,
    FUNCTIONS,
    INFIX,
    LETTERS,
    NEGATE,
    OVER,
    POWER,
    SPELLINGS,
    SUPERSCRIPTS,
    TYPED,
    fold_name,
    split_name,
)
from tp_solver.language.strays import refuse_invisible, stray, unreadable_number
from tp_solver.language.tokens import (
    BOUND,
    DERIVATIVE,
    NAME,
    NUMBER,
    OPERATOR,
    POSITION,
    POWERS,
    RANGE,
    SELECT,
    SELECTS,
    SPACE,
    SPAN,
    TRANSPOSE,
)
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span


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


def _delta(typed: str | None) -> bool:
    """Tell whether what follows a `d` completes a Greek name: `delta/delta_1` is a quotient."""
    return typed is not None and split_name("d" + typed)[0] in LETTERS


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
        refuse_invisible(self.text)
        node = self.expression(0)
        self.space()
        if self.at < len(self.text):
            raise stray(self.text, self.at)
        return node

    def expression(self, floor: int) -> Node:
        self.deeper()
        left = self.postfix(self.operand(floor))
        closed = True  # what stands in brackets may be compared again
        while (found := self.infix()) is not None:
            op, end = found
            level = INFIX[op].level
            if level < floor:
                break
            if level == COMPARE and isinstance(left, Op) and _compares(left) and not closed:
                raise self.error(
                    "chained", "two comparisons in a row", "put brackets round one: `c = (a < b)`"
                )
            self.at = end
            self.count()
            right = self.exponent() if level == POWER else self.expression(level + 1)
            if op == "eq":
                right = self.comparison(right)
            left, closed = Op(op, (left, right)), False
        self.depth -= 1
        return left

    def comparison(self, left: Node) -> Node:
        """Read the comparison that an equation defines a name by: `m[t] = t <= n`."""
        found = self.infix()
        if found is None or found[0] == "eq" or INFIX[found[0]].level != COMPARE:
            return left
        self.at = found[1]
        self.count()
        return Op(found[0], (left, self.expression(COMPARE + 1)))

    def exponent(self) -> Node:
        """Read what follows `^`: it may carry a sign, and binds to the right."""
        self.deeper()
        self.space()
        if self.text[self.at : self.at + 1] in ("-", "−"):
            self.at += 1
            node: Node = Op("neg", (self.exponent(),))
        else:
            node = self.postfix(self.operand(ATOM))
            found = self.infix()
            if found and found[0] == "pow":
                self.at = found[1]
                self.count()
                node = Op("pow", (node, self.exponent()))
        self.depth -= 1
        return node

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.error("too-deep", "too many nested brackets", "name the inner parts")

    def count(self) -> None:
        self.operators += 1
        if self.operators > self.limits.operators:
            raise self.error("too-long", "too many operators", "split the formula")

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
            self.at += 1
            return self.bracketed(self.at - 1)
        if char == "[":
            start = self.at
            self.at += 1
            return Op("concat", self.items("]", start, single=False))
        if match := RANGE.match(self.text, self.at):
            self.at = match.end()
            return Op("range", tuple(Num(Decimal(self.small(end))) for end in match.groups()))
        if match := NUMBER.match(self.text, self.at):
            return self.number(match)
        if (match := DERIVATIVE.match(self.text, self.at)) and not _delta(match[3]):
            return self.derivative(match)
        if match := NAME.match(self.text, self.at):
            return self.name(match)
        raise unreadable_number(self.text, self.at) or stray(self.text, self.at)

    def postfix(self, node: Node) -> Node:
        while True:
            if match := TRANSPOSE.match(self.text, self.at):
                if isinstance(node, Num) and match[0] == "^T":
                    raise self.error(
                        "transposed-number", "a number has no transpose", "for a power write `^(T)`"
                    )
                node = Op("transpose", (node,))
            elif match := SELECTS.match(self.text, self.at):
                node = Part(node, tuple(map(self.select, SELECT.finditer(match[0]))))
            elif match := POWERS.match(self.text, self.at):
                digits = "".join(SUPERSCRIPTS[digit] for digit in match[0])
                node = Op("pow", (node, Num(self.decimal(digits))))
            else:
                return node
            self.at = match.end()
            self.count()

    def select(self, match: re.Match[str]) -> int | Span:
        self.count()
        first = self.small(match[1])
        if first < 1:
            raise self.error(
                "component", "components are numbered from 1", "write `.1` for the first"
            )
        return first if match[2] is None else self.span(first, self.small(match[2]))

    def bracketed(self, opening: int) -> Node:
        """Read one expression up to the bracket that closes the one at `opening`."""
        outer, self.commas = self.commas, []
        node = self.expression(0)
        self.space()
        if self.text[self.at : self.at + 1] != ")":
            raise self.unclosed(opening)
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
        digits = mantissa.replace(".", "").lstrip("0")
        if len(digits) > self.limits.digits or len(exponent) > 5:
            raise self.error("too-many-digits", "too many digits", "write fewer digits")
        value = Decimal(text)
        if abs(value.adjusted()) > self.limits.exponent:
            todo = f"stay between 1e-{self.limits.exponent} and 1e{self.limits.exponent}"
            raise self.error("too-large", "the exponent is too large", todo)
        return value

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
        if index is None and self.text[self.at : self.at + 1] == "[":
            if "]" not in self.text[self.at :]:
                raise self.unclosed_at(self.at)
            raise self.error("index", "an index can't hold brackets", "write `h[t-1]`")
        if typed in "√∑":
            raise self.error("no-argument", f"`{typed}` needs brackets", f"write `{typed}(x)`")
        return Ref(fold_name(typed), self.index(index, match.start(2)))

    def index(self, text: str | None, start: int) -> tuple[At | Span, ...]:
        if text is None:
            return ()
        end, self.at = self.at, start
        found = tuple(self.position(item) for item in re.split("[,;]", text[1:-1]))
        self.at = end
        return found

    def position(self, text: str) -> At | Span:
        if match := SPAN.fullmatch(text):
            return self.span(self.small_signed(match[1]), self.small_signed(match[2]))
        match = POSITION.fullmatch(text)
        if match is None:
            todo = "write `t`, `t-1`, `t+1` or a number"
            raise self.error("index", f"`{text.strip()}` is not an index", todo)
        if match[4] is not None:
            return At(None, self.small_signed(match[4]))
        offset = self.small(match[3] or "0") * (1 if match[2] == "+" else -1)
        return At(fold_name(match[1]), offset)

    def span(self, first: int, last: int) -> Span:
        if last < first:
            todo = f"write `{last}..{first}`"
            raise self.error("empty-range", f"the range `{first}..{last}` is empty", todo)
        return Span(first, last)

    def small_signed(self, digits: str) -> int:
        return -self.small(digits[1:]) if digits[0] in "-−" else self.small(digits)

    def call(self, typed: str, start: int) -> Node:
        folded = fold_name(typed)
        op = SPELLINGS.get(typed, SPELLINGS.get(folded, folded))
        opening = self.at
        self.at += 1
        if op in OVER and (match := BOUND.match(self.text, self.at)):
            return self.over(op, match, opening)
        builtin = FUNCTIONS.get(op)
        if builtin is None and op in OVER:
            self.at = start
            todo = f"name the index first: `{op}(n, …)`"
            raise self.error("no-index", f"`{op}` runs over an index", todo)
        if builtin is None and op not in self.functions:
            self.at = start
            known = {*FUNCTIONS, *OVER, *SPELLINGS, *self.functions}
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
            span = self.span(self.small_signed(match[2]), self.small_signed(match[3]))
        return Over(op, fold_name(match[1]), span, self.bracketed(opening))

    def space(self) -> None:
        match = SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def error(self, code: str, what: str, todo: str) -> FormulaError:
        return FormulaError(code, self.at, what, todo)

    def unclosed(self, start: int) -> FormulaError:
        return stray(self.text, self.at) if self.at < len(self.text) else self.unclosed_at(start)

    def unclosed_at(self, start: int) -> FormulaError:
        bracket = self.text[start]
        close = {"(": ")", "[": "]"}[bracket]
        self.at = start
        return self.error("unclosed", f"this `{bracket}` is never closed", f"add a `{close}`")


def _compares(node: Op) -> bool:
    return node.op in INFIX and INFIX[node.op].level == COMPARE
