"""The computation of an exercise as nodes and edges: by quantity, or by quantity and position."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from tp_solver.graph.model import Model
from tp_solver.graph.schedule import ground, places_read
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import At, Ref
from tp_solver.sheets.pictures.layout import Edge
from tp_solver.solution import needed_places

MOST_PLACES = 24  # nodes of a graph by position; of more, one by quantity
MOST_NODES = 16  # nodes of a graph; of more, parameters are left out
Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Network:
    """Nodes in the order of the computation, each its name and the places it stands for."""

    nodes: tuple[Ref, ...]
    numbers: dict[Place, int]
    edges: tuple[Edge, ...]
    given: frozenset[int]


def overview(model: Model) -> Network:
    """Return a node for each quantity of the forward pass; for parameters too where all are few."""
    own, drawn = model.answered, model.drawn
    made = {equation.left.key for equation, _ in model.order}
    given = {known.key for known in model.system.known} - made

    def wanted(key: str) -> bool:
        if key.partition("~")[0] in own or key in drawn:
            return False
        return "/d" not in key

    keys = {key for key in made | given if wanted(key)}
    if len(keys) > MOST_NODES:
        keys -= {key for key in given if not model.system.axes[key]}
    return network(model, lambda place: place[0] if place[0] in keys else None)


def of_places(model: Model, places: Iterable[Place]) -> Network:
    """Return a graph of chosen places: a node each where they are few, else one a quantity."""
    chosen = set(places)
    if len(chosen) <= MOST_PLACES:
        return network(model, lambda place: place if place in chosen else None)
    keys = {key for key, _ in chosen}
    return network(model, lambda place: place[0] if place[0] in keys else None)


def network(model: Model, node_of: Callable[[Place], Hashable | None]) -> Network:
    """Join places into nodes; what is in no node is passed through to what it depends on."""
    builder = _Builder(model, node_of)
    needed = needed_places(model)
    for equation, at in model.order:
        place = (equation.left.key, ground(equation.left, dict(at)))
        if place in needed:
            builder.add(place, places_read(equation, dict(at)))
    return builder.network()


# What a place depends on, at which distance; in the order found, the same in every process.
Sources = dict[tuple[Hashable, int], None]


class _Builder:
    def __init__(self, model: Model, node_of: Callable[[Place], Hashable | None]) -> None:
        self.model, self.node_of = model, node_of
        self.found: dict[Hashable, dict[Place, None]] = {}
        self.edges: dict[tuple[Hashable, Hashable], set[int]] = {}
        self.sources: dict[Place, Sources] = {}
        self.given: set[Hashable] = set()

    def add(self, place: Place, read: Iterable[Place]) -> None:
        """Add a place, and edges from all it reads, those within another step told apart."""
        sources: Sources = {}
        for other in read:
            step = _step(other, place)
            node = self.node_of(other)
            if node is None:
                sources |= {(one, far or step): None for one, far in self.sources.get(other, ())}
                continue
            if other not in self.sources:  # nothing computes it
                if node not in self.found:
                    self.given.add(node)
                self.found.setdefault(node, {})[other] = None
            sources[node, step] = None
        self.sources[place] = sources
        here = self.node_of(place)
        if here is None:
            return
        before = self.found.pop(here, {}) if here in self.given else {}
        self.given.discard(here)  # a first state was given: the quantity stands where it is made
        self.found.setdefault(here, before)[place] = None
        for node, step in sources:
            self.edges.setdefault((node, here), set()).add(step)

    def network(self) -> Network:
        order = {node: i for i, node in enumerate(self.in_order())}
        edges = tuple(
            Edge(order[a], order[b], 0 if 0 in steps else min(steps))
            for (a, b), steps in self.edges.items()
        )
        return Network(
            tuple(self.name(node, self.found[node]) for node in order),
            {place: order[node] for node, places in self.found.items() for place in places},
            edges,
            frozenset(order[node] for node in self.given),
        )

    def in_order(self) -> list[Hashable]:
        """Order nodes after what they read at the same position, else as they were found.

        A first state that an equation gives, as `h[0] = 0`, does not bring its quantity forward.
        """
        waits: dict[Hashable, set[Hashable]] = {node: set() for node in self.found}
        for (source, target), steps in self.edges.items():
            if 0 in steps and source != target:
                waits[target].add(source)
        done: dict[Hashable, None] = {}
        while len(done) < len(waits):
            left = [node for node in waits if node not in done]
            free = (node for node in left if not waits[node] - done.keys())
            done[next(free, left[0])] = None
        return list(done)

    def name(self, node: Hashable, places: Iterable[Place]) -> Ref:
        """Name a node: at its position if it is one place, else at the names of its indices."""
        key, position = next(iter(places))
        ref, _ = parse_name(key)
        if isinstance(node, tuple):
            return ref.moved(tuple(At(None, i) for i in position))
        return ref.moved(tuple(map(At, self.model.system.axes[key])))


def _step(read: Place, place: Place) -> int:
    """Tell whether a place reads one before it (-1), after it (1), or at the same position."""
    if len(read[1]) != len(place[1]) or read[1] == place[1]:
        return 0
    return -1 if read[1] < place[1] else 1
