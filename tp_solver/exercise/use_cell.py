"""A cell put into an exercise: its layers and directions, its batch, mask and training index."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from tp_solver.exercise.diagram import Diagram
from tp_solver.exercise.draws import drawn
from tp_solver.exercise.library import Rule, Template
from tp_solver.exercise.model import CellUse, Draw
from tp_solver.exercise.pieces import Chosen, Made, Piece, Setting, Start
from tp_solver.exercise.reader import Reader
from tp_solver.exercise.source import Keys
from tp_solver.language.tree import At, Node, Num, Op, Ref, Span, refs, transform

_ONE = Num(Decimal(1))


def cell_pieces(
    reader: Reader,
    use: CellUse,
    chosen: Chosen,
    setting: Setting,
    path: Keys,
) -> Iterator[Piece]:
    """Yield the equations of a cell for each layer and direction, and the numbers it makes."""
    template = chosen.template
    if not _sensible(reader, use, chosen, path):
        return
    output = ""
    for layer in range(1, use.layers + 1):
        below = output
        copies = [
            _Copy(use, template, chosen.rules, setting, layer, end, below) for end in _ends(use)
        ]
        for copy in copies:
            if not copy.trained_well(reader, path):
                return
            yield from copy.pieces(reader, path)
            if chosen.diagram is not None:
                yield from copy.drawing(chosen.diagram)
        output = copies[0].output
        if len(copies) > 1:
            output = copies[0].named(copies[0].final, "")
            both = (Ref(copy.output, copy.place(0)) for copy in copies)
            yield Made(Ref(output, copies[0].place(0)), Op("concat", tuple(both)))
    last = _Copy(use, template, chosen.readout, setting, 0, "", output)
    results = {last.named(rule.left.name) for rule in chosen.readout}
    missing = {name for name in results & setting.read if not setting.has(name)}
    wanted = use.outputs is not None or bool(missing)
    wanted = wanted or any(setting.has(name) for name in last.parameters())
    if wanted and last.trained_well(reader, path):
        yield from last.pieces(reader, path)


def _sensible(reader: Reader, use: CellUse, chosen: Chosen, path: Keys) -> bool:
    """Check that the keys of a cell go together."""
    for key, whose in (("batch", use.batch), ("train", use.train)):
        others = {use.index} if key == "batch" else {use.index, use.batch}
        if whose is not None and whose in others:
            what = f"`{whose}` is the index of something else already"
            reader.report((*path, key), what, "choose an index of its own")
            return False
    for key in _pointless(use, chosen):
        what = f"the cell `{use.cell}` has no {'readout' if key == 'outputs' else 'projection'}"
        reader.report_key((*path, key), f"{what} here", f"remove `{key}`")
        return False
    sizes = [key for key in ("units", "inputs") if getattr(use, key) is not None]
    if use.truncate is not None and use.direction == "both":
        todo = "truncate one direction at a time, with two uses of the cell"
        reader.report((*path, "truncate"), "both directions can't be truncated together", todo)
    elif use.seed is not None and len(sizes) < 2:
        todo = "state `units:` and `inputs:`"
        reader.report((*path, "seed"), "weights can't be drawn without their sizes", todo)
    elif use.seed is None and sizes:
        todo = f"add a `seed:`, or remove `{sizes[0]}`"
        reader.report_key((*path, sizes[0]), f"`{sizes[0]}` is for weights that are drawn", todo)
    else:
        return True
    return False


def _pointless(use: CellUse, chosen: Chosen) -> Iterator[str]:
    """Yield the sizes stated of what the cell does not have."""
    if use.outputs is not None and not chosen.readout:
        yield "outputs"
    shapes = chosen.template.shapes
    projecting = {use.rename.get(name, name) for name, shape in shapes.items() if shape[0] == "r"}
    read = {ref.name for rule in chosen.rules for ref in refs(rule.right)}
    if use.projection is not None and not projecting & read:
        yield "projection"


def _ends(use: CellUse) -> tuple[str, ...]:
    return {"both": ("fwd", "bwd"), "backward": ("back",)}.get(use.direction, ("",))


@dataclass(frozen=True)
class _Copy:
    """One layer of a cell in one direction; layer 0 is what reads the last layer's output."""

    use: CellUse
    template: Template
    rules: tuple[Rule, ...]
    setting: Setting
    layer: int
    end: str
    below: str

    @property
    def final(self) -> str:
        """Return what the exercise's `rename:` makes of the cell's output."""
        return self.use.rename.get(self.template.output, self.template.output)

    @property
    def output(self) -> str:
        return self.named(self.final)

    @property
    def backward(self) -> bool:
        return self.end in ("bwd", "back")

    def named(self, name: str, end: str | None = None) -> str:
        """Name a quantity of the cell here: `h_fwd_l1`."""
        end = self.end if end is None else end
        layer = f"l{self.layer}" if self.layer and self.use.layers > 1 else ""
        parts = (name, self.use.suffix, end if end != "back" else "", layer)
        return "_".join(part for part in parts if part)

    def lead(self) -> tuple[At, ...]:
        names = (self.use.train, self.use.batch)
        return tuple(At(name) for name in names if name is not None)

    def place(self, offset: int) -> tuple[At, ...]:
        return (*self.lead(), At(self.use.index, -offset if self.backward else offset))

    def states(self) -> list[str]:
        """Return what the cell reads of a step before, by its names in the file."""
        defined = {rule.left.name for rule in self.rules}
        found = (
            ref.name
            for rule in self.rules
            for ref in refs(rule.right)
            if ref.name in defined and any(isinstance(at, At) and at.offset for at in ref.index)
        )
        return list(dict.fromkeys(found))

    def parameters(self) -> list[str]:
        """Return the names of the weights, as the exercise calls them."""
        found = (r.name for rule in self.rules for r in refs(rule.right) if not r.index)
        return [self.named(name) for name in dict.fromkeys(found)]

    def trained_well(self, reader: Reader, path: Keys) -> bool:
        """Check that weights that have an index have that of the cell's training steps."""
        moving = [name for name in self.parameters() if name in self.setting.indexed]
        if self.use.train is None and moving:
            what = f"`{moving[0]}` has an index, and the cell reads it without one"
            reader.report(path, what, "add `train:` with the index of the training steps")
            return False
        return True

    def pieces(self, reader: Reader, path: Keys) -> Iterator[Made | Start]:
        states = set(self.states())
        for rule in self.rules:
            left = Ref(self.named(rule.left.name), self.place(0))
            right = self.inside(rule.right)
            if self.use.mask is not None and rule.left.name in states:
                right = self.carried(right, rule.left.name)
            yield from self.truncated(Made(left, right), {self.named(name) for name in states})
        if self.use.start is not None:
            yield from self.starts()
        if self.use.seed is not None:
            yield from self.draws(self.use.seed, reader, path)

    def drawing(self, diagram: Diagram) -> Iterator[Diagram]:
        """Put the exercise's names into the picture; a batch, a mask or training has none."""
        if self.lead() or self.use.mask is not None:
            return
        placed = replace(diagram, index=self.use.index, layer=self.layer, end=self.end)
        yield placed.mapped(self.reference)

    def inside(self, node: Node) -> Node:
        """Put the exercise's names and indices into a formula of the cell."""

        def change(part: Node) -> Node | None:
            return self.reference(part) if isinstance(part, Ref) else None

        return transform(node, change)

    def reference(self, ref: Ref) -> Ref:
        entry = self.use.rename.get(self.template.input, self.template.input)
        if self.layer == 0 and ref.name == self.final:
            return Ref(self.below, self.place(0))
        if ref.name == entry:
            return self.input(ref.name)
        if not ref.index:
            name = self.named(ref.name)
            trained = self.use.train is not None and name in self.setting.indexed
            return Ref(name, (At(self.use.train, -1),) if trained else ())
        (at,) = ref.index
        assert isinstance(at, At)
        return Ref(self.named(ref.name), self.place(at.offset))

    def input(self, name: str) -> Ref:
        """Read the sequence below: the exercise's own, at the indices it has, or a layer's."""
        if self.below:
            return Ref(self.below, self.place(0))
        return self.outside(self.use.reads or name)

    def outside(self, name: str) -> Ref:
        """Read a sequence of the exercise: no training index unless it is defined with one."""
        left = self.setting.defined.get(name, self.setting.made.get(name))
        own = self.place(0)
        if left is None or not left.index:
            return Ref(name, own if self.use.train is None else own[1:])
        # Defined one place at a time, as x[1] and x[2], or along an index of another name.
        return Ref(name, left.index if {*left.index} <= {*own} else own[-len(left.index) :])

    def carried(self, right: Node, state: str) -> Node:
        """Keep a state where the mask is 0."""
        assert self.use.mask is not None
        mask, before = self.outside(self.use.mask), Ref(self.named(state), self.place(-1))
        kept = Op("mul", (Op("sub", (_ONE, mask)), before))
        return Op("add", (Op("mul", (mask, right)), kept))

    def truncated(self, made: Made, states: set[str]) -> Iterator[Made]:
        """Cut the gradient where a chunk begins: there an equation reads detached states."""
        span = self.setting.indices.get(self.use.index)
        before = self.place(-1)
        reads = any(r.name in states and r.index == before for r in refs(made.right))
        if self.use.truncate is None or span is None or not reads:
            yield made
            return

        def change(part: Node) -> Node | None:
            cut = isinstance(part, Ref) and part.name in states and part.index == before
            return Op("detach", (part,)) if cut else None

        detached = transform(made.right, change)
        size = self.use.truncate
        for begins, others in _chunks(span, size, self.backward):
            rest = others
            if begins == (span.last if self.backward else span.first):  # nothing comes before
                rest = Span(min(begins, rest.first), max(begins, rest.last))
            else:
                yield Made(made.left, detached, {self.use.index: Span(begins, begins)})
            if rest.first <= rest.last:
                yield Made(made.left, made.right, {self.use.index: rest})

    def starts(self) -> Iterator[Start]:
        """Begin every state at 0 that the exercise does not give."""
        span = self.setting.indices.get(self.use.index)
        spans = [self.setting.indices.get(at.name or "") for at in self.lead()]
        if span is None or None in spans:
            return  # the index without a range is reported where an equation stands at it
        before = span.last + 1 if self.backward else span.first - 1
        lead = tuple(item for item in spans if item is not None)
        for state in self.states():
            name = self.named(state)
            if not self.setting.has(name):
                yield Start(Ref(name, (*lead, At(None, before))), Decimal(0))

    def draws(self, seed: int, reader: Reader, path: Keys) -> Iterator[Start]:
        """Draw the weights that the exercise does not give: uniform in ±1/√units."""
        sizes = self.sizes()
        reach = 1 / math.sqrt(sizes["k"])
        for name in dict.fromkeys(r.name for rule in self.rules for r in refs(rule.right)):
            shape = self.template.shapes.get(self.original(name))
            here = self.named(name)
            if shape is None or here in self.setting.given or here in self.setting.defined:
                continue
            lengths = [sum(sizes[part.strip()] for part in item.split("+")) for item in shape]
            if not reader.may_draw(math.prod(lengths), path, "use fewer `units:` or `layers:`"):
                return
            draw = Draw(draw="uniform", between=(-reach, reach), shape=lengths, seed=seed)
            yield Start(Ref(here, self.untrained(here)), drawn(draw, here))

    def untrained(self, name: str) -> tuple[At, ...]:
        """Say where weights stand before the first training step, if there are such steps."""
        if self.use.train is None or name not in self.setting.indexed:
            return ()
        span = self.setting.indices.get(self.use.train)
        return (At(None, span.first - 1 if span else 0),)

    def original(self, name: str) -> str:
        """Return the name that a renamed quantity has in the cell's file."""
        option = {
            new: old
            for choices in self.template.options.values()
            for choice in choices.values()
            for old, new in choice.rename.items()
        }
        own = {new: old for old, new in self.use.rename.items()}
        name = own.get(name, name)
        return name if name in self.template.shapes else option.get(name, name)

    def sizes(self) -> dict[str, int]:
        """Return the sizes that the shapes of the cell's file are written with."""
        k, m, p = self.use.units or 1, self.use.inputs or 1, self.use.outputs or 1
        r = self.use.projection or k
        both = 2 if self.use.direction == "both" else 1
        if self.layer == 0:
            k = both * r  # the readout's columns
        return {"k": k, "m": both * r if self.layer > 1 else m, "p": p, "r": r}


def _chunks(span: Span, size: int, backward: bool) -> Iterator[tuple[int, Span]]:
    """Cut a range into chunks (from its end, backward in time): where each begins, its rest."""
    for skipped in range(0, span.last - span.first + 1, size):
        if backward:
            last = span.last - skipped
            yield last, Span(max(last - size + 1, span.first), last - 1)
        else:
            first = span.first + skipped
            yield first, Span(first + 1, min(first + size - 1, span.last))
