"""What a formula offers to a replacement: another weight of its kind, the argument of a gate.

A relation is a row, `where: {V: like W}`: from what W stands for, it yields candidates for V.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from tp_solver.exercise.exercise import Equation
from tp_solver.grading.misconceptions.kinds import KINDS, Scope
from tp_solver.grading.misconceptions.sums import chain, factors, gathered, spread, terms
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span, refs, shift, transform

SELF = Ref("~")
ANY = Ref("")


def candidates(condition: str, node: Node, scope: Scope) -> Iterator[Node]:
    """Yield what `like W` offers, W being what its metavariable stands for."""
    yield from RELATIONS[condition.rpartition(" ")[0]](node, scope)


def is_relation(condition: str) -> bool:
    """Tell whether a condition offers candidates."""
    return condition.rpartition(" ")[0] in RELATIONS


def _like(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield what has the same shape and index, and is used (or made) in the same way."""
    if not isinstance(node, Ref):
        return
    own = node if node.over is None else node.over
    roles = _roles(own.name, scope)
    for name, axes in scope.system.axes.items():
        other = Ref(name, own.index)
        made = node if node.over is None else Ref(node.name, node.index, other)
        if name == own.name or axes != scope.system.axes[own.name] or "/d" in name:
            continue
        if made if node.over is None else made.key in scope.system.axes:
            alike = scope.system.shapes[name] == scope.system.shapes[own.name]
            if alike and roles & _roles(name, scope):
                yield other if node.over is None else made


def _roles(name: str, scope: Scope) -> frozenset[Node]:
    """Return how a quantity is made or, of a given one, the formulas that it stands in."""
    if name in scope.makers:
        return frozenset({_outline(scope.makers[name][0].right, scope, name)})
    return frozenset(
        _outline(equation.right, scope, name)
        for equation in scope.system.equations
        if equation.left.over is None and any(ref.name == name for ref in refs(equation.right))
    )


def _outline(node: Node, scope: Scope, name: str) -> Node:
    """Return a formula without the names of its parameters, what it computes on the way put in."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Ref) or part.over is not None:
            return None
        if part.name == name:
            return SELF
        if part.key in scope.recurrent:
            return part
        if part.key in scope.makers:
            return _outline(scope.makers[part.key][0].right, scope, name)
        steps = any(isinstance(at, At) and at.name in scope.steps for at in part.axes)
        return part if steps or not scope.known(part) else ANY

    return transform(node, change)


def _argument(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield what the function that makes a quantity is taken of, where that has a name."""
    if isinstance(node, Ref):
        for equation in scope.makers.get(node.key, [])[:1]:
            match equation.right:
                case Op(_, (Ref() as inner,)) if len(inner.axes) == len(node.axes):
                    yield inner.moved(node.axes)


def _activated(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the gradient of what a function makes of z, from that of z."""
    if isinstance(node, Ref) and node.over is not None:
        for key, (equation, *_) in scope.makers.items():
            match equation.right:
                case Op(_, (Ref(name),)) if name == node.over.name and equation.left.over is None:
                    made = Ref(node.name, node.index, Ref(key, node.over.index))
                    if made.key in scope.makers:
                        yield made


def _memory(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the other states that a state is computed from at its own step."""
    if isinstance(node, Ref) and node.over is None:
        for equation in scope.makers.get(node.key, [])[:1]:
            for ref in _states(equation, scope):
                yield ref.moved(node.axes)


def _output(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the other states that are computed from a state at its own step."""
    if isinstance(node, Ref) and node.over is None:
        for key, (equation, *_) in scope.makers.items():
            if equation.left.over is None and _reads(equation, node.key, scope):
                yield Ref(key, node.axes)


def _reads(equation: Equation, key: str, scope: Scope) -> bool:
    return equation.left.key in scope.recurrent and any(
        ref.key == key for ref in _states(equation, scope)
    )


def _states(equation: Equation, scope: Scope) -> Iterator[Ref]:
    for ref in refs(equation.right):
        inside = ref.over is None and ref.key in scope.recurrent and ref.key != equation.left.key
        if inside and ref.axes == equation.left.axes:
            yield ref


def _carried_part(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the terms of a gradient that come from other steps, where there are others too."""
    for equation in scope.makers.get(node.key, []) if isinstance(node, Ref) else ():
        assert isinstance(node, Ref)
        all_terms = terms(gathered(equation.right))
        carried = [term for term in all_terms if KINDS["carried"](term, scope)]
        places = {
            at.name: to
            for at, to in zip(equation.left.axes, node.axes, strict=True)
            if isinstance(at, At) and isinstance(to, At) and at.name
        }
        if len(all_terms) > len(carried) > 0:
            yield shift(spread(chain("add", carried)), places)
        elif len(all_terms) == 1 and not carried:
            for factor in factors(all_terms[0]):
                if isinstance(factor, Ref) and factor.over is not None:
                    for part in _carried_part(factor, scope):
                        yield shift(_replaced(equation.right, factor, part), places)


def _replaced(node: Node, old: Node, new: Node) -> Node:
    return transform(node, lambda part: new if part == old else None)


def _rest(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the components that a choice of components leaves out, where they are as many."""
    match node:
        case Part(of, (chosen,)):
            shape = scope.shape(of)
            span = Span(chosen, chosen) if isinstance(chosen, int) else chosen
            if shape and (span.first == 1) != (span.last == shape[0]):
                first, last = (span.last + 1, shape[0]) if span.first == 1 else (1, span.first - 1)
                if last - first == span.last - span.first:
                    yield Part(of, (first if first == last else Span(first, last),))


def _identity(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the identity matrix of the size of a square one."""
    shape = scope.shape(node)
    if shape and len(shape) == 2 and shape[0] == shape[1]:
        yield Op("eye", (Num(Decimal(shape[0])),))


def _factor(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the quantities of the same shape that a quantity is a multiple of."""
    if isinstance(node, Ref):
        for equation in scope.makers.get(node.key, [])[:1]:
            product = factors(gathered(equation.right))
            for factor in product if len(product) > 1 else ():
                same = isinstance(factor, Ref) and scope.shape(factor) == scope.shape(node)
                if same and isinstance(factor, Ref) and len(factor.axes) == len(node.axes):
                    yield factor.moved(node.axes)


def _numerator(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield what a quantity is a quotient of, where that has a name."""
    if isinstance(node, Ref):
        for equation in scope.makers.get(node.key, [])[:1]:
            match equation.right:
                case Op("div", (Ref() as above, _)) if len(above.axes) == len(node.axes):
                    yield above.moved(node.axes)


def _length(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the number of places that a count counts some of."""
    number = _counted(node, scope)
    if number > 1:
        yield Num(Decimal(number))


def _rows(node: Node, scope: Scope) -> Iterator[Node]:
    """Yield the number of places of the outer index alone, where a count has two."""
    if isinstance(node, Ref) and node.key in scope.makers:
        node = scope.makers[node.key][0].right
    match node:
        case Over("sum", _, Span(first, last)) if 1 < last - first + 1 < _counted(node, scope):
            yield Num(Decimal(last - first + 1))


def _counted(node: Node, scope: Scope) -> int:
    match node:
        case Over("sum", _, Span(first, last), body):
            return (last - first + 1) * _counted(body, scope)
        case Ref() if KINDS["mask"](node, scope):
            return 1
        case Ref() if node.key in scope.makers and node.over is None:
            return _counted(scope.makers[node.key][0].right, scope)
    return 0


RELATIONS: dict[str, Callable[[Node, Scope], Iterator[Node]]] = {
    "like": _like,
    "argument of": _argument,
    "gradient after": _activated,
    "memory of": _memory,
    "output of": _output,
    "carried part of": _carried_part,
    "rest of": _rest,
    "identity of": _identity,
    "factor of": _factor,
    "numerator of": _numerator,
    "length of": _length,
    "rows of": _rows,
}
