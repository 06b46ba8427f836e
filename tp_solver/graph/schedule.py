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
from tp_solver.graph.system import System, left_box
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
    body: tuple[Step, ...]  # Compute and Loop only


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
    distance: dict[str, int]  # no entry for an index along which the distance varies


def schedule(system: System) -> tuple[Step, ...]:
    """Order a system's equations; raises ModelError where one needs itself."""
    equations = system.equations
    links = list(_links(equations))
    steps: list[Step] = []
    for group in _components(range(len(equations)), links):
        nest = _nest(equations, group, links)
        steps += _one_by_one(equations, group) if nest is None else nest
    return tuple(steps)


def _links(equations: tuple[Equation, ...]) -> Iterator[_Link]:
    makers: dict[str, list[int]] = {}
    for i, equation in enumerate(equations):
        makers.setdefault(equation.left.key, []).append(i)
    for user, equation in enumerate(equations):
        for ref, bound in bound_refs(equation.right):
            if ref.key not in makers:
                continue
            inner = {name: span for name, span in bound if span is not None}
            box = box_of(ref.axes, equation.ranges | inner)
            shared = equation.ranges.keys() - inner.keys()
            for maker in makers[ref.key]:
                if overlap(box, left_box(equations[maker])) is not None:
                    yield _Link(user, maker, dict(_distance(ref, equations[maker].left, shared)))


def _distance(read: Ref, made: Ref, shared: set[str]) -> Iterator[tuple[str, int]]:
    for there, here in zip(read.axes, made.axes, strict=True):
        assert isinstance(there, At)
        assert isinstance(here, At)
        if here.name in shared and there.name == here.name:
            yield here.name, there.offset - here.offset


def _nest(
    equations: tuple[Equation, ...], members: list[int], links: list[_Link]
) -> list[Step] | None:
    """Order equations with loops where they depend on each other; None where no loop serves."""
    steps: list[Step] = []
    for group in _components(members, links):
        own = [link for link in links if link.user in group and link.maker in group]
        if not own:
            steps.append(Compute(equations[group[0]]))
        elif (loop := _loop(equations, group, own)) is not None:
            steps.append(loop)
        else:
            return None
    return steps


def _loop(equations: tuple[Equation, ...], group: list[int], own: list[_Link]) -> Loop | None:
    for index in equations[group[0]].ranges:
        known = [link.distance[index] for link in own if index in link.distance]
        one_way = all(d <= 0 for d in known) or all(d >= 0 for d in known)
        if len(known) < len(own) or not any(known) or not one_way:
            continue
        body = _nest(equations, group, [link for link in own if link.distance[index] == 0])
        if body is not None:
            spans = [equations[i].ranges[index] for i in group]
            span = Span(min(s.first for s in spans), max(s.last for s in spans))
            return Loop(index, span, 1 if min(known) < 0 else -1, tuple(body))
    return None


def _one_by_one(equations: tuple[Equation, ...], group: list[int]) -> Iterator[Single]:
    own = [equations[i] for i in group]
    for i, at in ordered_positions(own):
        yield Single(own[i], at)


def _components(members: Iterable[int], links: list[_Link]) -> Iterator[list[int]]:
    """Yield the groups of equations that need each other, makers before users."""
    reach = {i: 1 << i for i in members}  # what each needs, directly or not, as bits
    for link in links:
        if link.user in reach and link.maker in reach:
            reach[link.user] |= 1 << link.maker
    for between, beyond in reach.items():
        bit = 1 << between
        for i, needed in reach.items():
            if needed & bit:
                reach[i] = needed | beyond
    groups: dict[int, list[int]] = {}
    for i, needed in reach.items():
        groups.setdefault(needed, []).append(i)
    # A user needs all that its makers need, and itself besides.
    for needed in sorted(groups, key=int.bit_count):
        yield groups[needed]


def ordered_positions(equations: Iterable[Equation]) -> list[tuple[int, Assignment]]:
    """Order every position of equations so that each comes after what it reads.

    Of those that are ready, the earliest in time comes first (the latest, in a backward pass).
    Raises ModelError with the circle where positions need each other.
    """
    listed = list(equations)
    places = [(i, at) for i, e in enumerate(listed) for at in _assignments(e)]
    owner: dict[tuple[str, tuple[int, ...]], int] = {}
    for n, (i, at) in enumerate(places):
        owner[listed[i].left.key, ground(listed[i].left, dict(at))] = n
    users: list[list[int]] = [[] for _ in places]
    waits = [0] * len(places)
    for n, (i, at) in enumerate(places):
        for key in set(places_read(listed[i], dict(at))):
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
    return [places[n] for n in done]


def _rank(equation: Equation, order: int, at: Assignment) -> tuple[int, tuple[int, ...], int]:
    backward = equation.left.over is not None
    place = tuple(-i if backward else i for _, i in at)
    return (1 if backward else 0, place, order)


def _assignments(equation: Equation) -> Iterator[Assignment]:
    names = [name for name, _ in equation.domain]
    for place in positions(tuple(span for _, span in equation.domain)):
        yield tuple(zip(names, place, strict=True))


def places_read(equation: Equation, at: dict[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and position of everything that an equation reads at one of its own."""
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
