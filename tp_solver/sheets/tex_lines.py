"""Formulas as lines of LaTeX that fit a page: broken at signs, and scaled where none helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tp_solver.language.latex import latex
from tp_solver.language.measure import height, width
from tp_solver.language.notation import INFIX, MULTIPLY
from tp_solver.language.plain import level, operand_floors
from tp_solver.language.tree import Node, Op
from tp_solver.language.typeset import trails
from tp_solver.sheets.content import Formula, Group, Relation, Step

NAME_AND_SIGN = 3.0  # em, between a name and the formula after its sign
INDENT = 2.0  # em, of a line that carries a formula on
MOST_LINES = 32  # of a matrix on a page
_RELATIONS = {"=": "=", "≈": r"\approx", "": ""}
_SUMS, _PRODUCTS = ("eq", "lt", "gt", "le", "ge", "add", "sub"), ("mul", "matmul")


@dataclass(frozen=True)
class Page:
    """What formulas must fit on: a width in em, the decimal mark, and whether TeX scales boxes."""

    room: float
    mark: str
    scales: bool


@dataclass(frozen=True)
class _Piece:
    sign: str
    node: Node
    floor: int
    last: bool = True

    @property
    def width(self) -> float:
        return width(self.node) + (1.8 if self.sign else 0.0)


def one_line(node: Node, page: Page) -> str:
    """Write a formula on one line, scaled where it is too wide or too tall for the page."""
    return _fitted(latex(node, page.mark), node, page.room, page)


def rows(relation: Relation, room: float, page: Page) -> list[str]:
    """Write a relation and its formula, on several lines where one is too short."""
    sign = _RELATIONS[relation.sign]
    floor = operand_floors("eq")[1] if sign else 0  # a comparison stands in brackets
    pieces = [_Piece("", relation.node, floor)]
    if width(relation.node) > room and level(relation.node) >= floor:
        pieces = [finer for piece in _cut(relation.node, _SUMS) for finer in _finer(piece, room)]
    lines, line, used = [], sign, 0.0
    for piece in pieces:
        if used and used + piece.width > room:
            lines.append(line)
            line, used = r"\quad", INDENT
        line = f"{line} {_drawn(piece, room, page)}".strip()
        used += piece.width
    return [*lines, line]


def _finer(piece: _Piece, room: float) -> Iterator[_Piece]:
    """Cut a term at its products where it is too wide by itself."""
    if piece.width <= room or level(piece.node) != MULTIPLY or piece.floor > MULTIPLY:
        yield piece
        return
    first, *rest = _cut(piece.node, _PRODUCTS)
    yield _Piece(piece.sign, first.node, max(first.floor, piece.floor), last=not rest)
    yield from rest


def _cut(node: Node, signs: tuple[str, ...]) -> Iterator[_Piece]:
    """Cut a formula at its outermost signs of some kinds."""
    parts = []
    while isinstance(node, Op) and node.op in signs:
        left, right = node.args
        parts.append(_Piece(_sign(node.op, left, right), right, operand_floors(node.op)[1]))
        floor = operand_floors(node.op)[0]
        if level(left) < floor:
            parts.append(_Piece("", left, floor, last=False))
            break
        node = left
    else:
        parts.append(_Piece("", node, 0, last=not parts))
    for i, part in enumerate(reversed(parts)):
        yield _Piece(part.sign, part.node, part.floor, last=i == len(parts) - 1)


def _sign(op: str, left: Node, right: Node) -> str:
    """Return an operator as it stands between its operands, which may be numbers."""
    whole = latex(Op(op, (left, right)))
    times = INFIX["matmul"].latex
    return times if op == "mul" and times in whole and r"\odot" not in whole else INFIX[op].latex


def _drawn(piece: _Piece, room: float, page: Page) -> str:
    text = latex(piece.node, page.mark, piece.floor)
    if not piece.last and trails(piece.node) and piece.floor >= MULTIPLY:
        text = rf"\left( {text} \right)"
    text = _fitted(text, piece.node, room - INDENT, page)
    return f"{{}} {piece.sign} {text}" if piece.sign else text


def _fitted(text: str, node: Node, room: float, page: Page) -> str:
    if not page.scales:
        return text
    wide, tall = width(node), height(node)
    if tall > MOST_LINES and tall / MOST_LINES > wide / room:
        return rf"\resizebox{{!}}{{0.8\textheight}}{{$\displaystyle {text}$}}"
    if wide > room:
        return rf"\resizebox{{{room:.1f}em}}{{!}}{{$\displaystyle {text}$}}"
    return text


def step_rows(step: Step, room: float, page: Page) -> list[str]:
    """Write a step as rows of an alignment: name, working, components, value."""
    name = latex(step.ref, page.mark)
    lines = [row for line in step.lines for row in rows(line, room, page)]
    found = _named(name, lines)
    for component, work, result in step.components:
        drawn = rows(work, room, page)
        ending = rows(result, room, page)
        if len(drawn) == 1 and width(work.node) + width(result.node) + 2 <= room:
            drawn = [f"{drawn[0]} {ending[0]}", *ending[1:]]
        else:
            drawn += ending
        found += _named(latex(component, page.mark), drawn)
    sign = _RELATIONS[step.value.sign]
    value = one_line(step.value.node, replace(page, room=room))
    last = rf"{sign} \result{{{value}}}" if page.scales else f"{sign} {value}"
    return found + _named(name if step.components else "", [last])


def _named(name: str, lines: Iterable[str]) -> list[str]:
    return [f"{name if i == 0 else ''} & {line}".strip() for i, line in enumerate(lines)]


def group_rows(group: Group, page: Page) -> list[list[str]]:
    """Write steps as rows of one alignment; the rows of a step belong together."""
    names = [width(step.ref) for step in group.steps]
    names += [width(name) for step in group.steps for name, _, _ in step.components]
    room = max(page.room - max(names) - NAME_AND_SIGN, page.room / 3)
    return [step_rows(step, room, page) for step in group.steps]


def formula_rows(formula: Formula, page: Page) -> list[str]:
    """Write a formula that answers a question, and what it comes to, as rows of an alignment."""
    room = page.room - NAME_AND_SIGN
    first, *more = rows(Relation("", formula.node), room, page)
    found = [f"& {first}", *(f"& {line}" for line in more)]
    return found + [f"& {line}" for each in formula.relations for line in rows(each, room, page)]


def equation_rows(node: Node, page: Page, name_width: float) -> list[str]:
    """Write an equation as rows of an alignment at its first sign."""
    if isinstance(node, Op) and node.op == "eq":
        room = max(page.room - name_width - NAME_AND_SIGN, page.room / 3)
        return _named(latex(node.args[0], page.mark), rows(Relation("=", node.args[1]), room, page))
    return [f"& {line}" for line in rows(Relation("", node), page.room, page)]
