"""The tree of the equation language: eight kinds of frozen nodes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class At:
    """One index position: `t-1` is At("t", -1), `3` is At(None, 3)."""

    name: str | None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A range of index positions or components, both ends included: `1..3`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Num:
    """A literal number, exactly as written (never negative when parsed)."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Ref:
    """A named quantity, `h[t-1]`; with `over`, the derivative of it: `∂L/∂h[t]`."""

    name: str
    index: tuple[At | Span, ...] = ()
    over: Ref | None = None

    @property
    def key(self) -> str:
        """Name the quantity without its own index: `h`, `dL/dC`, `dh[3]/dh`."""
        if self.over is None:
            return self.name
        return f"d{self.name}{_index_text(self.index)}/d{self.over.name}"

    @property
    def axes(self) -> tuple[At | Span, ...]:
        """Return the index that moves within the quantity called `key`."""
        return self.index if self.over is None else self.over.index

    def moved(self, axes: tuple[At | Span, ...]) -> Ref:
        """Return the same quantity at another index."""
        if self.over is None:
            return replace(self, index=axes)
        return replace(self, over=replace(self.over, index=axes))


@dataclass(frozen=True, slots=True)
class Op:
    """An operator or a function applied to its arguments."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Chosen components of a vector or matrix, numbered from 1: `h[3].2`, `W.1..2.3`."""

    of: Node
    select: tuple[int | Span, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """A sum, mean or search over the range of an index: `sum(t, h[t])`."""

    op: str
    index: str
    span: Span | None
    body: Node


@dataclass(frozen=True, slots=True)
class Value:
    """Numbers put in the place of a name, ready to show; never parsed, only printed."""

    items: Nested


Nested = Decimal | tuple["Nested", ...]
Node = Num | Ref | Op | Part | Over | Value


def _index_text(index: tuple[At | Span, ...]) -> str:
    return f"[{', '.join(index_text(at) for at in index)}]" if index else ""


def index_text(at: At | Span) -> str:
    """Spell an index position: `t-1`, `3`, `1..3`."""
    if isinstance(at, Span):
        return f"{at.first}..{at.last}"
    if at.name is None:
        return str(at.offset)
    return at.name + (f"{at.offset:+d}" if at.offset else "")


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below a node."""
    match node:
        case Op(args=args):
            return args
        case Part(of=of):
            return (of,)
        case Over(body=body):
            return (body,)
        case _:
            return ()


def rebuild(node: Node, below: tuple[Node, ...]) -> Node:
    """Return the same node over other children."""
    match node:
        case Op(op, _):
            return Op(op, below)
        case Part(_, select):
            return Part(below[0], select)
        case Over(op, index, span, _):
            return Over(op, index, span, below[0])
        case _:
            return node


def transform(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Rewrite a tree from the top: where `change` gives a node, it stands as it is."""
    changed = change(node)
    if changed is not None:
        return changed
    below = children(node)
    if not below:
        return node
    return rebuild(node, tuple(transform(child, change) for child in below))


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and every node below it, in the order they are written."""
    yield node
    for child in children(node):
        yield from walk(child)


def refs(node: Node) -> Iterator[Ref]:
    """Yield every named quantity read in a tree, in the order they are written."""
    return (part for part in walk(node) if isinstance(part, Ref))


def bound_refs(
    node: Node, bound: tuple[tuple[str, Span | None], ...] = ()
) -> Iterator[tuple[Ref, tuple[tuple[str, Span | None], ...]]]:
    """Yield every named quantity with the indices that `sum(t, …)` and its kin bind around it."""
    if isinstance(node, Ref):
        yield node, bound
    elif isinstance(node, Over):
        yield from bound_refs(node.body, (*bound, (node.index, node.span)))
    else:
        for child in children(node):
            yield from bound_refs(child, bound)


def free_indices(node: Node) -> frozenset[str]:
    """Return the index names a tree uses and does not bind itself."""
    found: set[str] = set()
    for ref, bound in bound_refs(node):
        inside = {name for name, _ in bound}
        whole = (*ref.index, *(ref.over.index if ref.over else ()))
        names = {at.name for at in whole if isinstance(at, At) and at.name}
        found |= (names | {ref.name}) - inside
    return frozenset(found)


def shift(node: Node, places: Mapping[str, At]) -> Node:
    """Replace index names by index positions, leaving what an inner sum binds alone."""

    def place(at: At | Span) -> At | Span:
        if isinstance(at, Span) or at.name is None or at.name not in places:
            return at
        target = places[at.name]
        return At(target.name, target.offset + at.offset)

    def move(ref: Ref) -> Ref:
        over = move(ref.over) if ref.over else None
        return Ref(ref.name, tuple(place(at) for at in ref.index), over)

    def change(part: Node) -> Node | None:
        if isinstance(part, Ref):
            if not part.index and part.over is None and part.name in places:
                return _as_number(places[part.name])
            return move(part)
        if isinstance(part, Over):
            return _shift_over(part, places)
        return None

    return transform(node, change)


def _as_number(at: At) -> Node:
    """Spell an index position where it stands as a number, as n in `0.9^n`."""
    if at.name is None:
        number = Num(Decimal(abs(at.offset)))
        return number if at.offset >= 0 else Op("neg", (number,))
    if at.offset == 0:
        return Ref(at.name)
    sign = "add" if at.offset > 0 else "sub"
    return Op(sign, (Ref(at.name), Num(Decimal(abs(at.offset)))))


def _shift_over(over: Over, places: Mapping[str, At]) -> Node:
    inner = {name: at for name, at in places.items() if name != over.index}
    index, body = over.index, over.body
    if index in {at.name for at in inner.values()}:  # an outer name would be captured
        fresh = fresh_index(index, free_indices(body) | {at.name or "" for at in inner.values()})
        body, index = shift(body, {index: At(fresh)}), fresh
    return Over(over.op, index, over.span, shift(body, inner))


def fresh_index(index: str, taken: frozenset[str] | set[str]) -> str:
    """Return an index name like the one given that nothing else uses."""
    count = 2
    while f"{index}{count}" in taken:
        count += 1
    return f"{index}{count}"
