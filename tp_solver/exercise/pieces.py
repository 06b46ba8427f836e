"""Putting the equations of cells and updates into an exercise: names changed, terms left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tp_solver.exercise.diagram import Diagram
from tp_solver.exercise.library import Rule, Template
from tp_solver.language.tree import Nested, Node, Num, Op, Ref, Span, transform

ZERO = Num(Decimal(0))


@dataclass(frozen=True)
class Chosen:
    """A cell or an update once its options are chosen."""

    template: Template
    rules: tuple[Rule, ...]
    readout: tuple[Rule, ...]
    diagram: Diagram | None = None


@dataclass(frozen=True)
class Made:
    """An equation made for an exercise; `limits` narrows the ranges of its indices."""

    left: Ref
    right: Node
    limits: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Numbers made for an exercise: a state that begins at 0, weights that are drawn."""

    ref: Ref
    value: Nested


Piece = Made | Start | Diagram


@dataclass(frozen=True)
class Setting:
    """What an exercise says of names: those given, the left sides defined, those with an index.

    `read` are the names that its own equations and questions mention, `made` the left sides that
    the cells and updates so far define.
    """

    given: frozenset[str]
    defined: Mapping[str, Ref]
    indexed: frozenset[str]
    read: frozenset[str]
    indices: Mapping[str, Span]
    made: dict[str, Ref] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether the exercise itself gives or defines a name."""
        return name in self.given or name in self.defined


def renamed(rule: Rule, names: Mapping[str, str]) -> Rule:
    """Rename quantities and functions in an equation."""

    def change(node: Node) -> Node | None:
        match node:
            case Ref(name, index, None) if name in names:
                return Ref(names[name], index)
            case Op(op, args) if op in names:
                return Op(names[op], tuple(transform(arg, change) for arg in args))
        return None

    if not names:
        return rule
    left = transform(rule.left, change)
    assert isinstance(left, Ref)
    return Rule(left, transform(rule.right, change))


def without(rules: Iterable[Rule], names: Iterable[str]) -> tuple[Rule, ...]:
    """Leave names out: equations that define them, terms that they are a factor of."""
    gone = frozenset(names)
    return tuple(
        Rule(rule.left, _without(rule.right, gone) or ZERO)
        for rule in rules
        if rule.left.name not in gone
    )


def _without(node: Node, gone: frozenset[str]) -> Node | None:
    """Return a formula without some names, None where nothing is left of it."""
    match node:
        case Ref(name):
            return None if name in gone else node
        case Op("concat", args):
            return Op("concat", tuple(kept for a in args if (kept := _without(a, gone))))
        case Op("add" | "sub" as op, (left, right)):
            first, second = _without(left, gone), _without(right, gone)
            if first is None and second is not None and op == "sub":
                return Op("neg", (second,))
            return Op(op, (first, second)) if first and second else first or second
        case Op(op, args):
            kept_all = [_without(arg, gone) for arg in args]
            if None not in kept_all:
                return Op(op, tuple(arg for arg in kept_all if arg is not None))
            product = op in ("mul", "matmul", "neg", "div", "transpose")
            return None if product else Op(op, tuple(arg or ZERO for arg in kept_all))
        case _:
            return node
