"""What a metavariable may stand for: the kinds of formulas that a mistake's `where:` names.

A kind is a row: a name, and a test of a formula in the system it is part of. `relations.py` has
what a formula offers instead: candidates for a metavariable that stands in a replacement only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from tp_solver.errors import ModelError
from tp_solver.exercise.exercise import Equation
from tp_solver.grading.misconceptions.sums import gathered, terms
from tp_solver.graph.shapes import Shape
from tp_solver.graph.system import System
from tp_solver.language.tree import At, Node, Num, Op, Part, Ref, bound_refs, refs, walk

Kind = Callable[[Node, "Scope"], bool]

TWO = Decimal(2)
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


@dataclass(frozen=True, eq=False)
class Scope:
    """A system as patterns look at it: what is given, and which function makes each quantity."""

    system: System

    @cached_property
    def makers(self) -> dict[str, list[Equation]]:
        """Return the equations of each quantity."""
        found: dict[str, list[Equation]] = {}
        for equation in self.system.equations:
            found.setdefault(equation.left.key, []).append(equation)
        return found

    @cached_property
    def recurrent(self) -> frozenset[str]:
        """Return the quantities that some equation reads at another place of an index."""
        return frozenset(ref.key for ref, _ in self._stepping)

    @cached_property
    def steps(self) -> frozenset[str]:
        """Return the indices along which some quantity is carried on."""
        return frozenset(name for _, name in self._stepping)

    @cached_property
    def _stepping(self) -> list[tuple[Ref, str]]:
        return [
            (ref, at.name)
            for equation in self.system.equations
            if equation.left.over is None
            for ref in refs(equation.right)
            if ref.over is None and ref.key in self.makers
            for at in ref.axes
            if isinstance(at, At) and at.name and at.offset
        ]

    @cached_property
    def masks(self) -> frozenset[str]:
        """Return the quantities that are 0 or 1 everywhere: by a comparison, or as given."""
        compared = {
            key
            for key, equations in self.makers.items()
            if isinstance(equations[0].right, Op) and equations[0].right.op in COMPARISONS
        }
        given = {
            known.key
            for known in self.system.known
            if known.box and np.isin(known.values, (0, 1)).all() and not self.makers.get(known.key)
        }
        return frozenset(compared | given)

    def shape(self, node: Node) -> Shape | None:
        """Return the shape of a formula; None where its parts don't fit."""
        try:
            return self.system.shape(node)
        except ModelError:
            return None

    def function(self, node: Node) -> str:
        """Return the function that makes a quantity, as `sigmoid`; nothing for other formulas."""
        makers = self.makers.get(node.key, []) if isinstance(node, Ref) else []
        return makers[0].right.op if makers and isinstance(makers[0].right, Op) else ""

    def known(self, node: Node) -> bool:
        """Tell whether a formula is a quantity that the exercise gives."""
        named = isinstance(node, Ref) and node.key in self.system.axes
        return named and isinstance(node, Ref) and not self.makers.get(node.key)

    def parameter(self, node: Node) -> bool:
        """Tell whether a formula is a given quantity without an index, as a weight is."""
        return self.known(node) and isinstance(node, Ref) and not node.axes


def _gradient(node: Node) -> bool:
    return any(ref.over is not None for ref in refs(node))


def _rank(node: Node, scope: Scope) -> int:
    shape = scope.shape(node)
    return -1 if shape is None else len(shape)


def _square(node: Node, scope: Scope) -> bool:
    shape = scope.shape(node)
    return shape is not None and len(shape) == 2 and shape[0] == shape[1] > 1


def _carried(node: Node) -> bool:
    """Tell whether each term has a gradient of another step."""
    return all(
        any(
            ref.over is not None and isinstance(at, At) and at.name and at.offset
            for ref, bound in bound_refs(term)
            if not bound
            for at in ref.axes
        )
        for term in terms(gathered(node))
    )


def _has(op: str) -> Kind:
    return lambda node, _: any(isinstance(part, Op) and part.op == op for part in walk(node))


def _made_by(function: str) -> Kind:
    return lambda node, scope: scope.function(node) == function


def _squared(node: Node) -> bool:
    return any(isinstance(p, Op) and p.op == "pow" and p.args[1] == Num(TWO) for p in walk(node))


def _exponent(node: Node, scope: Scope) -> bool:
    if isinstance(node, Num):
        return node.value > TWO
    return isinstance(node, Ref) and scope.system.is_index(node)


KINDS: dict[str, Kind] = {
    "name": lambda node, _: isinstance(node, Ref),
    "number": lambda node, _: isinstance(node, Num),
    "constant": lambda node, _: next(refs(node), None) is None,
    "part": lambda node, _: isinstance(node, Part),
    "given": lambda node, scope: scope.known(node),
    "parameter": lambda node, scope: scope.parameter(node),
    "fixed": lambda node, scope: all(scope.parameter(ref) for ref in refs(node)),
    "recurrent": lambda node, scope: isinstance(node, Ref) and node.key in scope.recurrent,
    "mask": lambda node, scope: isinstance(node, Ref) and node.key in scope.masks,
    "masked": lambda node, scope: any(ref.key in scope.masks for ref in refs(node)),
    "gradient": lambda node, _: _gradient(node),
    "local": lambda node, _: not _gradient(node),
    "carried": lambda node, _: _carried(node),
    "weighted": lambda node, scope: any(scope.parameter(ref) for ref in refs(node)),
    "product": _has("matmul"),
    "logarithm": _has("log"),
    "count": _has("size"),
    "squared": lambda node, _: _squared(node),
    "exponent": _exponent,
    "step": lambda node, scope: isinstance(node, Ref) and node.name in scope.steps,
    "scalar": lambda node, scope: _rank(node, scope) == 0,
    "vector": lambda node, scope: _rank(node, scope) == 1,
    "matrix": lambda node, scope: _rank(node, scope) == 2,
    "square": _square,
    "sigmoid": _made_by("sigmoid"),
    "tanh": _made_by("tanh"),
}


def holds(kind: str, node: Node, scope: Scope) -> bool:
    """Tell whether a formula is of a kind, `not` before its name turning it round."""
    plain = kind.removeprefix("not ")
    return KINDS[plain](node, scope) != (plain != kind)
