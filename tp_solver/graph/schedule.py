"""The order of computing: loops over indices only where a recurrence needs them.

Equations that depend on each other are grouped (strongly connected components); a group is run
as a loop along an index whose offsets all point the same way, and what it holds is ordered again
without the links that the loop satisfies (Allen and Kennedy's loop distribution, 1987). Whatever
is left without a loop is computed for all positions at once. Nothing here grows with the number
of time steps. A group without such an index is computed position by position.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tp_solver.errors import ModelError
from tp_solver.exercise.exercise import Equation
from tp_solver.graph.boxes import box_of, overlap, positions
from tp_solver.graph.system import System, left_box, reads
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Ref, Span, bound_refs, shift

Assignment = tuple[tuple[str, int], ...]


@dataclass(frozen=True, eq=False)
class Compute:
    """Compute an equation for all positions of the indices that no loop around it fixes."""

    equation: Equation


@dataclass(frozen=True, eq=False)
class Loop:
    """Run steps for each position of an index, upwards or downwards."""

    index: str
    span: Span
    step: int
    body: tuple[Step, ...]


@dataclass(frozen=True, eq=False)
class Single:
    """Compute an equation at one position of its indices."""

    equation: Equation
    at: Assignment


Step = Compute | Loop | Single


@dataclass(frozen=True)
class _Link:
    """Equation `user` reads what equation `maker` defines, so many steps away per index."""

    user: int
    maker: int
    distance: tuple[tuple[str, int | None], ...]

    def along(self, index: str) -> int | None:
        return dict(self.distance).get(index)


def schedule(system: System) -> tuple[Step, ...]:
    """Order a system's equations; raises ModelError where one needs itself."""
    equations = system.equations
    links = list(_links(equations))
    return tuple(_order(equations, list(range(len(equations))), links))


def _links(equations: tuple[Equation, ...]) -> Iterator[_Link]:
    makers: dict[str, list[int]] = {}
    for i, equation in enumerate(equations):
        makers.setdefault(equation.left.key, []).append(i)
    for user, equation in enumerate(equations):
        for ref, ranges in reads(equation):
            box = None
            for maker in makers.get(ref.key, ()):
                box = box or box_of(ref.axes, ranges)
                if overlap(box, left_box(equations[maker])) is not None:
                    distance = tuple(_distance(equation, ref, equations[maker]))
                    yield _Link(user, maker, distance)


def _distance(user: Equation, ref: Ref, maker: Equation) -> Iterator[tuple[str, int | None]]:
    for read, made in zip(ref.axes, maker.left.axes, strict=True):
        if isinstance(made, At) and made.name is not None:
            same = isinstance(read, At) and read.name == made.name and made.name in user.ranges
            yield made.name, read.offset if same and isinstance(read, At) else None


def _order(
    equations: tuple[Equation, ...], members: list[int], links: list[_Link]
) -> Iterator[Step]:
    inside = set(members)
    links = [link for link in links if link.user in inside and link.maker in inside]
    for group in _components(members, links):
        own = [link for link in links if link.user in group and link.maker in group]
        if not own:
            yield Compute(equations[group[0]])
            continue
        yield from _loop(equations, group, own)


def _loop(equations: tuple[Equation, ...], group: list[int], own: list[_Link]) -> Iterator[Step]:
    for index in equations[group[0]].ranges:
        distances = [link.along(index) for link in own]
        known = [d for d in distances if d is not None]
        if len(known) < len(distances) or not any(known):
            continue
        if all(d <= 0 for d in known) or all(d >= 0 for d in known):
            spans = [equations[i].ranges[index] for i in group]
            span = Span(min(s.first for s in spans), max(s.last for s in spans))
            left = [link for link in own if link.along(index) == 0]
            body = tuple(_order(equations, group, left))
            yield Loop(index, span, 1 if min(known) < 0 else -1, body)
            return
    yield from (
        Single(equations[i], at)
        for i, at in ordered_positions([equations[i] for i in group], group)
    )


def _components(members: list[int], links: list[_Link]) -> Iterator[list[int]]:
    """Yield strongly connected components, makers before users (Tarjan 1972, without recursion)."""
    makers: dict[int, list[int]] = {i: [] for i in members}
    for link in links:
        makers[link.user].append(link.maker)
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on: set[int] = set()
    for root in members:
        if root in order:
            continue
        work: list[tuple[int, Iterator[int]]] = [(root, iter(makers[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on.add(root)
        while work:
            node, below = work[-1]
            for maker in below:
                if maker not in order:
                    order[maker] = low[maker] = len(order)
                    stack.append(maker)
                    on.add(maker)
                    work.append((maker, iter(makers[maker])))
                    break
                if maker in on:
                    low[node] = min(low[node], order[maker])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    cut = stack.index(node)
                    group = stack[cut:]
                    del stack[cut:]
                    on.difference_update(group)
                    yield sorted(group)


def ordered_positions(
    equations: Iterable[Equation], labels: Iterable[int] | None = None
) -> list[tuple[int, Assignment]]:
    """Order every position of equations so that each comes after what it reads.

    Of those that are ready, the earliest in time comes first (the latest, in a backward pass).
    Raises ModelError with the circle where positions need each other.
    """
    listed = list(equations)
    names = list(labels) if labels is not None else list(range(len(listed)))
    places = [(i, at) for i, e in enumerate(listed) for at in _assignments(e)]
    owner: dict[tuple[str, tuple[int, ...]], int] = {}
    for n, (i, at) in enumerate(places):
        owner[listed[i].left.key, ground(listed[i].left, dict(at))] = n
    users: list[list[int]] = [[] for _ in places]
    waits = [0] * len(places)
    for n, (i, at) in enumerate(places):
        for key in set(_needs(listed[i], dict(at))):
            if key in owner:
                users[owner[key]].append(n)
                waits[n] += 1
    ready = [(_rank(listed[i], i, at), n) for n, (i, at) in enumerate(places) if not waits[n]]
    heapq.heapify(ready)
    done: list[int] = []
    while ready:
        _, n = heapq.heappop(ready)
        done.append(n)
        for user in users[n]:
            waits[user] -= 1
            if not waits[user]:
                i, at = places[user]
                heapq.heappush(ready, (_rank(listed[i], i, at), user))
    if len(done) < len(places):
        raise _circle(listed, places, users, waits)
    return [(names[places[n][0]], places[n][1]) for n in done]


def _rank(equation: Equation, order: int, at: Assignment) -> tuple[int, tuple[int, ...], int]:
    backward = equation.left.over is not None
    place = tuple(-i if backward else i for _, i in at)
    return (1 if backward else 0, place, order)


def _assignments(equation: Equation) -> Iterator[Assignment]:
    names = [name for name, _ in equation.domain]
    for place in positions(tuple(span for _, span in equation.domain)):
        yield tuple(zip(names, place, strict=True))


def _needs(equation: Equation, at: dict[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    fixed = {name: Span(i, i) for name, i in at.items()}
    for ref, bound in bound_refs(equation.right):
        inner = {name: span for name, span in bound if span is not None}
        for place in positions(box_of(ref.axes, fixed | inner)):
            yield ref.key, place


def ground(ref: Ref, at: dict[str, int]) -> tuple[int, ...]:
    """Return the numbers of an index at a position."""
    return tuple(
        a.offset + (at[a.name] if a.name is not None else 0) for a in ref.axes if isinstance(a, At)
    )


def grounded(node: Node, at: dict[str, int]) -> Node:
    """Put numbers in the place of a tree's indices."""
    return shift(node, {name: At(None, i) for name, i in at.items()})


def _circle(
    listed: list[Equation],
    places: list[tuple[int, Assignment]],
    users: list[list[int]],
    waits: list[int],
) -> ModelError:
    stuck = {n for n, left in enumerate(waits) if left}
    maker = {user: n for n in stuck for user in users[n] if user in stuck}
    path = [next(n for n in sorted(stuck) if n in maker)]
    while maker[path[-1]] not in path:
        path.append(maker[path[-1]])
    circle = [*path[path.index(maker[path[-1]]) :], maker[path[-1]]]
    shown = [plain(grounded(listed[places[n][0]].left, dict(places[n][1]))) for n in circle]
    what = f"`{shown[0]}` needs itself: {' needs '.join(shown)}"
    return ModelError(what, "check the indices: a step may only read steps before it", shown[0])
