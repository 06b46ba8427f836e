"""What known mistakes make of an exercise's equations: each a formula to be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import prod

from tp_solver.exercise.exercise import Equation
from tp_solver.grading.misconceptions import Mistake, catalogue
from tp_solver.grading.misconceptions.filling import filled, places_of
from tp_solver.grading.misconceptions.kinds import Scope, holds
from tp_solver.grading.misconceptions.patterns import (
    Bound,
    Found,
    Place,
    Put,
    everywhere,
    formula_of,
    matches,
    operations,
    range_of,
    rewritten,
)
from tp_solver.grading.misconceptions.relations import candidates
from tp_solver.grading.misconceptions.rewriting import Rewriting
from tp_solver.grading.misconceptions.sums import ZERO, gathered, in_order, spread
from tp_solver.graph.gaps import uncovered
from tp_solver.graph.system import System, ranged
from tp_solver.language.tree import At, Node, Num, Ref, Span, bound_refs, shift

MOST = 60  # variants of one equation

Names = tuple[tuple[str, Node], ...]


@dataclass(frozen=True, eq=False)
class Variant:
    """An equation as a mistake, or two of them, would have it.

    `number` is the place of the equation in its system; `names` says what stands for what, for
    the wording: for `a` and, where a pattern reads `?h[t-1]`, for `h[t-1]` and for `h`. Those of
    the second of two mistakes come with its id before them, `lstm-forgot-bias b`.
    """

    mistakes: tuple[Mistake, ...]
    number: int
    equation: Equation
    names: Names

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of its mistakes."""
        return tuple(mistake.id for mistake in self.mistakes)

    @cached_property
    def weight(self) -> float:
        """Return how likely it is beside others: that of two mistakes is the product."""
        return prod(mistake.weight for mistake in self.mistakes)


def variants(scope: Scope, number: int, mistakes: tuple[Mistake, ...] = ()) -> list[Variant]:
    """List what each mistake makes of an equation, the same formula once for each mistake."""
    equation = scope.system.equations[number]
    return _made(equation, number, scope, mistakes or tuple(catalogue().values()))


def pairs(scope: Scope, singles: list[Variant]) -> list[Variant]:
    """List what two mistakes at once make of an equation, where one follows on the other."""
    alone = {in_order(variant.equation.right) for variant in singles}
    found: dict[Node, Variant] = {}
    for first in singles:
        own = in_order(scope.system.equations[first.number].right)
        for second in _made(first.equation, first.number, scope, tuple(catalogue().values())):
            right = in_order(second.equation.right)
            if second.ids == first.ids or right in alone or right in found or right == own:
                continue
            both = first.mistakes + second.mistakes
            others = tuple((f"{second.ids[0]} {name}", node) for name, node in second.names)
            found[right] = replace(second, mistakes=both, names=first.names + others)
    return list(found.values())


def _made(
    equation: Equation, number: int, scope: Scope, mistakes: tuple[Mistake, ...]
) -> list[Variant]:
    if isinstance(equation.right, Num):
        return []
    own, known = in_order(equation.right), operations(gathered(equation.right))
    found: dict[tuple[str, Node], Variant] = {}
    for mistake in mistakes:
        for rewriting in mistake.rewrites:
            if not rewriting.needs <= known:
                continue
            for made, names in _Rewriter(rewriting, equation, scope).made():
                key = mistake.id, in_order(made.right)
                holding = None if key[1] == own or key in found else _holding(made, scope)
                if holding is not None:
                    found[key] = Variant((mistake,), number, holding, names)
    return list(found.values())[:MOST]


@dataclass(frozen=True)
class _Rewriter:
    """One rewriting, put to work on one equation."""

    rewriting: Rewriting
    equation: Equation
    scope: Scope

    def made(self) -> Iterator[tuple[Equation, Names]]:
        """Yield what comes of the equation, with the names for the wording."""
        side, backward = self.rewriting.side, self.equation.left.over is not None
        if side and backward != (side == "backward"):
            return
        starts: Iterator[Found] = iter([{}])
        if self.rewriting.left is not None:
            starts = matches(self.rewriting.left, self.equation.left, self.allows, {})
        indices = self.scope.system.indices
        for start in starts:
            for found, right in self.everywhere(start) or self.anywhere(start):
                domain = self.domain(found)
                if domain is not None:
                    names = _names(self.rewriting, found)
                    yield Equation(self.equation.left, ranged(right, indices), domain), names

    def allows(self, name: str, node: Node) -> bool:
        """Tell whether a metavariable may stand for a formula."""
        return self.kinds(self.rewriting.conditions.get(name, ()), node)

    def kinds(self, kinds: tuple[str, ...], node: Node) -> bool:
        """Tell whether a formula is of some kinds at once."""
        return all(holds(kind, node, self.scope) for kind in kinds)

    def everywhere(self, start: Found) -> list[tuple[Found, Node]]:
        """Rewrite all the places that the pattern meets at once, where the mistake does."""
        rule = self.rewriting
        if not rule.everywhere:
            return []
        return everywhere(self.equation.right, rule.pattern, self.allows, start, self.replacements)

    def replacements(self, met: Found) -> Iterator[Node]:
        """Yield what may stand in the place that a pattern has met, with each candidate."""
        for found in self.offered(self.ended(met), tuple(self.rewriting.offers.items())):
            yield filled(self.rewriting.by, found)

    def anywhere(self, start: Found) -> Iterator[tuple[Found, Node]]:
        """Rewrite each place that the pattern meets by itself, with each candidate."""
        rule = self.rewriting
        offers = tuple(rule.offers.items())
        for met, put in () if rule.everywhere else self.places(start):
            for found in self.offered(self.ended(met), offers):
                yield found, put(_taken(filled(rule.by, found), rule.at, found))

    def places(self, start: Found) -> Iterator[tuple[Found, Put]]:
        """Yield where the pattern is met: at the right side itself, or anywhere in it."""
        rule, right = self.rewriting, self.equation.right
        if not rule.whole:
            yield from rewritten(right, rule.pattern, self.allows, start)
            return
        takes = {name: partial(self.kinds, kinds) for name, kinds in rule.takes.items()}
        for met in matches(rule.pattern, right, self.allows, start, takes):
            yield met, spread

    def offered(self, found: Found, offers: tuple[tuple[str, str], ...]) -> Iterator[Found]:
        """Yield the findings with each candidate for what stands only in the replacement."""
        if not offers:
            yield found
            return
        (name, condition), *others = offers
        source = found[condition.rpartition(" ")[2]]
        for node in candidates(condition, formula_of(source), self.scope):
            if self.allows(name, node):
                value: Bound = node
                if isinstance(source, Place) and isinstance(node, Ref):
                    value = Place(node, source.axis)
                yield from self.offered({**found, name: value}, tuple(others))

    def ended(self, found: Found) -> Found:
        """Add the last position of the index along which a quantity is read, as `last`."""
        system = self.scope.system
        for value in found.values():
            if isinstance(value, Place):
                span = system.indices.get(system.axes[value.ref.key][value.axis])
                if span is not None:
                    return {**found, "last": At(None, span.last)}
        return found

    def domain(self, found: Found) -> tuple[tuple[str, Span], ...] | None:
        """Return the positions at which the mistake is made; None if there are none."""
        step = found.get("t")
        if not self.rewriting.on or not isinstance(step, At):
            return self.equation.domain
        ranges, system = self.equation.ranges, self.scope.system
        span = system.indices.get(step.name or "")
        if span is None or step.name not in ranges:
            return None
        end = span.first if self.rewriting.on == "first" else span.last
        if not ranges[step.name].first <= end <= ranges[step.name].last:
            return None
        return tuple((ranges | {step.name: Span(end, end)}).items())


def _taken(by: Node, at: str, found: Found) -> Node:
    """Keep one position of what was summed over, where a mistake does so."""
    spans = [(key, span) for key, span in found.items() if isinstance(span, Span)] if at else []
    for key, span in spans:
        index = found[key.removesuffix(range_of(""))]
        if isinstance(index, At):
            position = span.first if at == "first" else span.last
            by = shift(by, {index.name or "": At(None, position)})
    return by


def _names(rewriting: Rewriting, found: Found) -> Names:
    """Return what each metavariable stands for, and each quantity that a pattern places."""
    names = {
        name: spread(formula_of(value))
        for name, value in found.items()
        if value is not None and not isinstance(value, At | Span | Place)
    }
    patterns = (rewriting.by, rewriting.pattern, rewriting.left)
    for text, ref in (pair for node in patterns if node for pair in places_of(node, found)):
        names |= {text.partition("[")[0]: ref, text: ref}
    return tuple(names.items())


def _holding(equation: Equation, scope: Scope) -> Equation | None:
    """Return an equation over the positions at which all it reads is there; None if it has none.

    Nothing comes of one whose shape is not that of its name; a gradient may be 0 in any shape.
    """
    system, right = scope.system, equation.right
    read = list(bound_refs(right))
    if any(ref.key not in system.axes and not system.is_index(ref, _bound(b)) for ref, b in read):
        return None
    zero = right == ZERO and equation.left.over is not None
    if not zero and scope.shape(right) != system.shapes[equation.left.key]:
        return None
    domain: dict[str, Span] | None = equation.ranges
    for ref, bound in read:
        if domain is not None and ref.key in system.axes:
            inner = {name: span for name, span in bound if span is not None}
            domain = _cut(ref, domain, inner, system)
    return None if domain is None else Equation(equation.left, right, tuple(domain.items()))


def _bound(bound: tuple[tuple[str, Span | None], ...]) -> frozenset[str]:
    return frozenset(name for name, _ in bound)


def _cut(
    ref: Ref, domain: dict[str, Span], inner: dict[str, Span], system: System
) -> dict[str, Span] | None:
    """Cut ranges where a name reaches beyond what there is; None if nothing is left of them."""
    if len(ref.axes) != len(system.axes[ref.key]):
        return None
    if uncovered(ref, domain | inner, system) is None:
        return domain
    for at in ref.axes:
        if not isinstance(at, At) or at.name is None or at.name not in domain or at.name in inner:
            continue
        span = domain[at.name]
        while span.first < span.last:
            up, down = span.first + (at.offset <= 0), span.last - (at.offset > 0)
            span = Span(up, down)
            if uncovered(ref, domain | inner | {at.name: span}, system) is None:
                return domain | {at.name: span}
    return None
