"""Exercise to System: every name defined once and read where it is defined, shapes that fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tp_solver.errors import Issue, ModelError, suggestion
from tp_solver.exercise.exercise import ANY, Equation, Exercise, Given
from tp_solver.graph.boxes import Box, overlap
from tp_solver.graph.gaps import Gaps, at_box, oversized
from tp_solver.graph.givens import Givens, biases, filled, wider
from tp_solver.graph.lacking import Lacking
from tp_solver.graph.schedule import ordered_positions
from tp_solver.graph.shapes import PRODUCT, Shape, ShapeError, describe, fits, shape_of
from tp_solver.graph.system import Known, System, left_box, ranged, reads
from tp_solver.language.plain import plain
from tp_solver.language.tree import (
    At,
    Node,
    Op,
    Ref,
    bound_refs,
    fresh_index,
    refs,
    transform,
    walk,
)


def assemble(exercise: Exercise) -> tuple[System, list[Issue], set[str]]:
    """Put an exercise's equations and numbers together.

    Return what is wrong beside them, and the names it concerns: of these, all is said.
    """
    assembler = _Assembler(exercise)
    return assembler.system(), assembler.issues, assembler.doubtful


class _Assembler:
    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.issues: list[Issue] = []
        self.seeds = [g for g in exercise.givens if g.ref.over is not None]
        self.givens = [g for g in exercise.givens if g.ref.over is None]
        self.names = {e.left.name for e in exercise.equations} | {g.ref.name for g in self.givens}
        self.axes: dict[str, tuple[str, ...]] = {}
        self.doubtful = set(exercise.broken)
        self.unranged: set[str] = set()  # names read by equations that have an issue
        self.lacking = Lacking(exercise)

    def report(self, part: object, what: str, todo: str, within: str = "") -> None:
        self.issues.append(self.exercise.issue(part, what, todo, within))

    def system(self) -> System:
        equations = tuple(filter(None, map(self.equation, self.exercise.equations)))
        self.issues += self.lacking.issues()
        self.doubtful |= self.lacking.states
        self.name_axes()
        givens = Givens(self.exercise, self.axes, self.unranged)
        placed = [(given, givens.known(given)) for given in self.givens]
        known = tuple(item for _, item in placed if item is not None)
        self.issues += givens.issues
        bare = System(
            equations,
            known,
            self.exercise.indices,
            self.exercise.functions,
            {name: _distinct(symbols) for name, symbols in self.axes.items()},
            givens.shapes,
        )
        self.functions()
        self.doubtful |= {given.ref.name for given, item in placed if item is None}
        gaps = Gaps(self.exercise, bare, self.doubtful)
        self.unused(gaps)
        self.consistent(placed)
        self.issues += gaps.issues()
        self.infer(bare)
        self.issues += oversized(self.exercise, bare)
        return filled(bare)

    def equation(self, equation: Equation) -> Equation | None:
        """Check the names an equation reads, and state the ranges of its sums."""
        fine = True
        for ref, bound in bound_refs(equation.right):
            local = {name for name, _ in bound} | set(equation.ranges)
            fine &= self.name(equation, ref, local)
        whole = None
        if fine:
            try:
                whole = replace(equation, right=ranged(equation.right, self.exercise.indices))
            except ModelError as error:
                self.report(equation, error.what, error.todo)
        if whole is None or not self.closed(equation):
            self.doubtful.add(equation.left.name)
            self.unranged |= {ref.name for ref, _ in bound_refs(equation.right)}
            return None
        path = self.exercise.places.get(id(equation))
        if path:
            self.exercise.places[id(whole)] = path
        return whole

    def closed(self, equation: Equation) -> bool:
        """Check that every index a name is read at is one of its equation or of a sum."""
        for ref, bound in bound_refs(equation.right):
            local = {name for name, _ in bound} | set(equation.ranges)
            inner = ref.over or ref
            own = {at.name for at in (*ref.index, *inner.index) if isinstance(at, At) and at.name}
            if inner.name in self.exercise.indices and inner.name not in self.names:
                own.add(inner.name)
            if own <= local:
                continue
            name = min(own - local)
            left = Ref(equation.left.name, (*equation.left.index, At(name)))
            what = f"`{plain(ref)}` leaves the index `{name}` open"
            todo = f"write `{plain(left)} = …`, or `sum({name}, …)`"
            self.report(equation, what, todo, ref.name)
            return False
        return True

    def name(self, part: Equation, ref: Ref, local: Iterable[str]) -> bool:
        """Check that a name, and every index name in it, is known here."""
        known = {*self.names, *self.exercise.indices, *local}
        if ref.over is None and ref.name not in known | self.exercise.broken:
            if ANY not in self.exercise.broken:
                self.lacking.add(part, ref.name, known)
            return False
        if ref.over is not None and not self.name(part, ref.over, local):
            return False
        for at in ref.index:
            if isinstance(at, At) and at.name and at.name not in known:
                todo = suggestion(at.name, {*self.exercise.indices, *local}, "declare it")
                self.report(part, f"the index `{at.name}` is not declared", todo, f"[{at.name}")
                return False
        return ref.name not in self.exercise.broken

    def name_axes(self) -> None:
        """Find how many indices each name has, and what to call them."""
        lefts = [(e, e.left) for e in self.exercise.equations]
        read = [(e, r) for e in self.exercise.equations for r, _ in bound_refs(e.right)]
        plainly = [(e, r) for e, r in read if r.over is None]
        below = [(e, Ref(r.over.name, r.over.index), r) for e, r in read if r.over]
        indexed = [(g, g.ref) for g in self.givens if g.ref.index]
        celled = {e.left.name for e in self.exercise.equations if self.exercise.of_cell(e)}
        counts: dict[str, int] = {}
        named = [(part, ref, ref) for part, ref in (*lefts, *plainly, *indexed)]
        for part, ref, whole in (*named, *below):
            if ref.name not in self.names:
                continue
            count = counts.setdefault(ref.name, len(ref.index))
            if count != len(ref.index):
                what = f"`{ref.name}` has {_indices(count)} elsewhere and {len(ref.index)} here"
                todo = "write it with the same indices everywhere"
                like = next(
                    (r for _, r in plainly if r.name == ref.name and len(r.index) == count), None
                )
                if isinstance(part, Given) and like is not None:
                    todo = self.lengthened(ref, like) or todo
                elif ref.name in celled and len(ref.index) == count + 1:
                    first = ref.index[0]
                    index = first.name if isinstance(first, At) and first.name else "b"
                    todo = f"add `batch: {index}` to the cell, or write it as the cell does"
                elif whole.over is not None and like is not None:
                    todo = f"write e.g. `{plain(whole.moved(like.index))}`"
                self.report(part, what, todo, ref.name)
                continue
            symbols = self.axes.get(ref.name, ("",) * count)
            here = [at.name if isinstance(at, At) and at.name else "" for at in ref.index]
            self.axes[ref.name] = tuple(a or b for a, b in zip(symbols, here, strict=True))
        for name in self.names:
            symbols = self.axes.get(name, ())
            self.axes[name] = tuple(s or f"i{k}" for k, s in enumerate(symbols, 1))

    def lengthened(self, ref: Ref, like: Ref) -> str:
        """Say how a given name is written that lacks its first indices, as that of a batch."""
        lead = like.index[: len(like.index) - len(ref.index)]
        spans = [self.exercise.indices.get(at.name or "") for at in lead if isinstance(at, At)]
        whole = tuple(span for span in spans if span is not None)
        if not whole or len(whole) < len(lead):
            return ""
        return f"write e.g. `{plain(Ref(ref.name, (*whole, *ref.index)))}`"

    def functions(self) -> None:
        for function in self.exercise.functions.values():
            for ref, bound in bound_refs(function.body):
                if ref != Ref(function.argument) and ref.name not in {name for name, _ in bound}:
                    what = f"`{function.name}` may only use its argument, not `{plain(ref)}`"
                    todo = suggestion(ref.name, [function.argument], "write the number itself")
                    self.report(function, what, todo, ref.name)

    def unused(self, gaps: Gaps) -> None:
        """Report numbers that nothing reads: most often a misspelt name."""
        read = {
            r.over.name if r.over else r.name
            for e in self.exercise.equations
            for r, _ in bound_refs(e.right)
        }
        read |= {e.left.name for e in self.exercise.equations}
        for asked in self.exercise.questions:
            trees = [*(t.ref for t in asked.targets), asked.answer, *asked.accept]
            read |= {
                r.over.name if r.over else r.name
                for tree in trees
                if tree
                for r, _ in bound_refs(tree)
            }
        if self.exercise.broken:
            return
        unread = {given.ref.name for given in self.givens} - read
        renamed = gaps.renamed(unread)
        for given in self.givens:
            if given.ref.name in unread:
                todo = suggestion(given.ref.name, read, "remove it, or use it")
                if given.ref.name in renamed:
                    todo = f"did you mean `{renamed[given.ref.name]}`?"
                source = self.exercise.source
                path, text = self.exercise.places[id(given)]
                what = f"no equation uses `{text}`"
                self.issues.append(source.key_issue(path, what, todo))

    def consistent(self, placed: list[tuple[Given, Known | None]]) -> None:
        """Check that no position of a name is defined twice."""
        parts: list[tuple[str, Box, object]] = [
            (e.left.key, left_box(e), e) for e in self.exercise.equations
        ]
        parts += [(item.key, item.box, given) for given, item in placed if item is not None]
        seen: dict[str, list[Box]] = {}
        for key, box, part in parts:
            for other in seen.setdefault(key, []):
                if len(other) != len(box):
                    continue  # one of the two has an index too many, and all is said
                both = overlap(box, other)
                if both is not None:
                    place = f"`{key}{at_box(both)}`"
                    todo = "keep one definition"
                    if self.exercise.used(part):
                        todo += ", or give a cell a `suffix:`"
                    self.report(part, f"{place} is defined twice", todo, key)
                    break
            seen[key].append(box)

    def infer(self, system: System) -> None:
        """Find every shape; where they don't fit, see whether a matrix product was meant."""
        if self.exercise.broken:  # a name that begins with one number may have more components
            for key in {e.left.key for e in self.exercise.equations}:
                if system.shapes.get(key) == ():
                    del system.shapes[key]
        start, before = dict(system.shapes), len(self.issues)
        waiting = self.settle(system)
        wide = dict(start)
        if self.issues[before:] and (shapes := wider(replace(system, shapes=start))):
            wide |= shapes
            system.shapes.clear()
            system.shapes.update(wide)
            del self.issues[before:]
            waiting = self.settle(system)
        found = self.issues[before:]
        for item in system.known:
            system.shapes.setdefault(item.key, ())
        if not self.issues and not waiting:
            system.shapes.update(biases(self.exercise, system))
        if waiting and not self.issues and not self.exercise.broken:
            self.circle(system)
        if not found or any(PRODUCT in issue.todo for issue in found):
            return
        meant = self.product_meant(system, start) or self.product_meant(system, wide)
        if meant is not None:
            self.issues[before:] = [meant]

    def product_meant(self, system: System, start: dict[str, Shape]) -> Issue | None:
        """Find the one `*` that makes every shape fit when it is read as `@`."""
        kept, self.issues = self.issues, []
        meant: Issue | None = None
        for equation in system.equations:
            for node in walk(equation.right):
                if not (isinstance(node, Op) and node.op == "mul") or meant is not None:
                    continue
                changed = replace(equation, right=_as_product(equation.right, node))
                others = tuple(changed if e is equation else e for e in system.equations)
                trial = replace(system, equations=others, shapes=dict(start))
                if not self.settle(trial) and not self.issues:
                    what = f"`{plain(node)}` multiplies component by component"
                    name = next((ref.name for ref in refs(node)), "")
                    meant = self.exercise.issue(equation, what, PRODUCT, name)
                self.issues = []
        self.issues = kept
        return meant

    def settle(self, system: System) -> list[Equation]:
        """Infer shapes as far as what is known reaches; return the equations beyond."""
        waiting = list(system.equations)
        while waiting:
            later = [e for e in waiting if not self.inferred(e, system)]
            if len(later) == len(waiting):
                break
            waiting = later
        return waiting

    def circle(self, system: System) -> None:
        """Report equations that need each other: nothing else leaves a shape unknown."""
        try:
            ordered_positions(system.equations)
        except ModelError as error:
            name = error.name.partition("[")[0]
            blamed = next(e for e in system.equations if e.left.name == name)
            self.report(blamed, error.what, error.todo, name)

    def inferred(self, equation: Equation, system: System) -> bool:
        """Infer one equation's shape; tell whether it is settled, for good or ill."""
        if any(ref.name in self.doubtful for ref, _ in reads(equation)):
            self.doubtful.add(equation.left.name)  # what is said of its causes is enough
            return True
        for ref, local in reads(equation):
            name = ref.over.name if ref.over else ref.name
            if name not in system.shapes and not system.is_index(ref, frozenset(local)):
                return False
        left = equation.left
        try:
            shape = shape_of(equation.right, system.ref_shape, system.rule)
        except ShapeError as error:
            self.report(equation, error.what, error.todo)
            return True
        wanted: Shape | None = system.shapes.get(left.key)
        if wanted is None:
            system.shapes[left.key] = shape
        elif not fits(shape, wanted):
            what = f"`{plain(left)}` is {describe(shape)} here and {describe(wanted)} elsewhere"
            self.report(equation, what, "check the sizes", left.name)
        return True


def _as_product(right: Node, product: Op) -> Node:
    """Read one product of a formula as a matrix product."""
    return transform(right, lambda n: Op("matmul", product.args) if n == product else None)


def _indices(count: int) -> str:
    return "1 index" if count == 1 else f"{count} indices"


def _distinct(symbols: tuple[str, ...]) -> tuple[str, ...]:
    """Name two axes apart that are read along one index, as A[t, t]."""
    found: list[str] = []
    for symbol in symbols:
        found.append(fresh_index(symbol, {*found, *symbols}) if symbol in found else symbol)
    return tuple(found)
