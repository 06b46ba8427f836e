"""What questions and texts name: that it is there, that it is computed, that it is one place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tp_solver.errors import Issue, suggestion
from tp_solver.exercise.exercise import ANY, Asked, Exercise, Target
from tp_solver.exercise.questions import ExpressionQuestion
from tp_solver.graph.boxes import Box, hull, missing, overlap
from tp_solver.graph.gaps import at_box
from tp_solver.graph.system import System
from tp_solver.language.notation import fold_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Op, Ref, Span, bound_refs, children, walk

MOST_NAMES = 12


def asked_extent(system: System, name: str) -> Box:
    """Return where a name without an index is asked for: where equations define it."""
    return hull(system.defined(name) or system.filled(name))


def asked_box(system: System, ref: Ref) -> Box:
    """Return the places that an answer names."""
    if ref.index:
        return tuple(a if isinstance(a, Span) else Span(a.offset, a.offset) for a in ref.index)
    return asked_extent(system, ref.name)


class Asking:
    """Checks the names in questions and texts; of doubtful ones, all is said already."""

    def __init__(self, exercise: Exercise, system: System, doubtful: set[str]) -> None:
        self.exercise, self.system, self.doubtful = exercise, system, doubtful
        self.issues: list[Issue] = []
        self.names = set(system.axes)
        self.losses = {g.ref.name for g in exercise.givens if g.ref.over is not None}

    def report(self, part: object, what: str, todo: str, within: str = "") -> None:
        self.issues.append(self.exercise.issue(part, what, todo, within))

    def check(self) -> None:
        """Check every text and every question."""
        self.prose()
        for asked in self.exercise.questions:
            self.question(asked)
        self.frozen()

    def known(
        self, part: object, node: Node, extra: set[str] | None = None, otherwise: str = "define it"
    ) -> bool:
        """Check that every name a formula reads is defined."""
        known = self.names | set(self.exercise.indices) | (extra or set()) | self.doubtful
        for ref, bound in bound_refs(node):
            local = known | {name for name, _ in bound}
            name = ref.over.name if ref.over else ref.name
            if name not in local:
                return self.unknown(part, name, suggestion(name, local, otherwise))
            if ref.over and ref.name not in local | self.losses:
                todo = suggestion(
                    ref.name, local | self.losses, f"write an equation `{ref.name} = …`"
                )
                return self.unknown(part, ref.name, todo)
        return True

    def unknown(self, part: object, name: str, todo: str) -> bool:
        """Report a name that nothing defines, unless what defines it may be what is broken."""
        if ANY not in self.exercise.broken:
            self.report(part, f"nothing defines `{name}`", todo, name)
        return False

    def prose(self) -> None:
        symbols = set(self.exercise.file.symbols)
        for node in self.exercise.prose:
            indices = {
                at.name or ""
                for ref, _ in bound_refs(node)
                for at in (*ref.index, *(ref.over.index if ref.over else ()))
                if isinstance(at, At)
            }
            unknown = indices - symbols - set(self.exercise.indices) - {""}
            extra = symbols | self.losses | (indices - unknown)
            bound = {name for _, b in bound_refs(node) for name, _ in b}
            if unknown - bound:
                name = min(unknown - bound)
                todo = suggestion(name, self.exercise.indices, "list it under `symbols:`")
                self.report(node, f"the index `{name}` is not declared", todo, name)
            else:
                self.known(node, node, extra, "list it under `symbols:`")

    def question(self, asked: Asked) -> None:
        for target in asked.targets:
            names = {target.ref.name, target.ref.over.name if target.ref.over else ""}
            known = self.known(target, target.ref, otherwise=self.offer())
            if known and not names & self.doubtful and self.target_axes(target):
                self.target_there(target)
        if isinstance(asked.question, ExpressionQuestion):
            return
        for node in (asked.answer, *asked.accept):
            if node is not None:
                self.known(node, node)

    def frozen(self) -> None:
        """Check that what is frozen is given, and that nothing asks for a gradient of it."""
        names = set()
        for i, name in enumerate(map(fold_name, self.exercise.file.frozen)):
            if name not in self.names | self.doubtful:
                todo = suggestion(name, self.names, "remove it")
                what = f"nothing defines `{name}`"
            elif self.system.defined(name):
                what, todo = f"`{name}` is computed", "freeze given numbers only"
            else:
                names.add(name)
                continue
            self.issues.append(self.exercise.source.issue(("frozen", i), what, todo))
        counts = counting(e.right for e in self.exercise.equations)
        for part, node in self.formulas():
            for ref, _ in bound_refs(node):
                name = ref.over.name if ref.over is not None else ""
                if name in names:
                    what = f"`{name}` is frozen: no gradient flows to it"
                    todo = f"ask for another gradient, or take `{name}` out of `frozen:`"
                    self.report(part, what, todo, name)
                elif name in counts:
                    what = f"`{name}` counts rows or components: it has no gradient"
                    self.report(part, what, "ask for the gradient of what it chooses from", name)

    def formulas(self) -> Iterator[tuple[object, Node]]:
        """Yield everything that may ask for a gradient, and its formula."""
        yield from ((equation, equation.right) for equation in self.exercise.equations)
        for asked in self.exercise.questions:
            yield from ((target, target.ref) for target in asked.targets)
            yield from ((node, node) for node in (asked.answer, *asked.accept) if node is not None)
        for curve in self.exercise.plots:
            yield from ((node, node) for node in curve.show)

    def offer(self) -> str:
        """List what can be asked for."""
        names = dict.fromkeys(e.left.name for e in self.system.equations)
        shown = [f"`{name}`" for name in names][:MOST_NAMES]
        rest = ", …" if len(names) > MOST_NAMES else ""
        return f"ask for {', '.join(shown)}{rest}" if names else "define it"

    def target_axes(self, target: Target) -> bool:
        """Check that an answer names one place per index."""
        name = target.ref.over.name if target.ref.over else target.ref.name
        axes = self.system.axes.get(name, ())
        if target.ref.axes and len(target.ref.axes) != len(axes):
            have = f"{len(axes)} indices" if axes else "no index"
            self.report(target, f"`{name}` has {have}", f"write `{name}` or one place per index")
            return False
        if any(isinstance(at, At) and at.name for at in target.ref.axes):
            todo = f"write `{name}` for all of it, or numbers: `{name}[1]`, `{name}[1..2]`"
            self.report(target, "an answer can't have an index name", todo)
            return False
        return True

    def target_there(self, target: Target) -> None:
        """Check that what is asked for is defined; of gradients, which are yet to be derived."""
        ref = target.ref
        own = Ref(ref.over.name, ref.over.index) if ref.over else ref
        if not self.system.filled(own.name):
            return
        box = asked_box(self.system, own)
        lacking = missing(box, self.system.filled(own.name))
        if lacking is not None:
            what = f"`{ref.key}{at_box(lacking)}` is asked for, and nothing defines it"
            self.report(target, what, "check the index")
        elif ref.over is None and not computed(self.system, ref.name, box):
            self.report(target, f"`{plain(ref)}` is given", f"{self.offer()}")


_POSITIONS = {"row": 1, "pick": 1, "one_hot": 0}  # which argument chooses a row or component


def counting(formulas: Iterable[Node]) -> set[str]:
    """Return the names that only choose rows or components, as tokens and classes do."""
    chosen: set[str] = set()
    others: set[str] = set()
    for formula in formulas:
        for node in walk(formula):
            for i, child in enumerate(children(node)):
                if isinstance(child, Ref) and child.over is None:
                    chooses = isinstance(node, Op) and _POSITIONS.get(node.op) == i
                    (chosen if chooses else others).add(child.name)
        others |= {formula.name} if isinstance(formula, Ref) else set()
    return chosen - others


def computed(system: System, name: str, box: Box) -> bool:
    """Tell whether equations define a name at one place at least."""
    return any(overlap(box, other) is not None for other in system.defined(name))


def top_trouble(system: System, ref: Ref, indices: Collection[str] = ()) -> tuple[str, str] | None:
    """Say what is wrong with the top of a derivative: `dh/dW` where h has an index.

    `indices` are those of the equation that reads it.
    """
    assert ref.over is not None
    name, axes = ref.name, system.axes.get(ref.name, ())
    below = plain(ref.over)
    if name not in system.shapes:
        return None
    if len(ref.index) != len(axes):
        if not axes:
            return f"`{name}` has no index", f"write `d{name}/d{below}`"
        last = ", ".join(str(span.last) for span in asked_extent(system, name))
        if set(axes) <= set(indices):
            last = ", ".join(axes)
        has = "an index" if len(axes) == 1 else f"{len(axes)} indices"
        return f"`{name}` has {has}", f"write e.g. `d{name}[{last}]/d{below}`"
    if any(isinstance(at, Span) or at.name for at in ref.index):
        last = ", ".join(str(span.last) for span in asked_extent(system, name))
        what = f"`{plain(ref)}` is of `{name}` at several places"
        return what, f"write a number, as in `d{name}[{last}]/d{below}`"
    box = asked_box(system, Ref(name, ref.index))
    if missing(box, system.filled(name)) is not None:
        return f"there is no `{name}{at_box(box)}`", "check the index"
    if not computed(system, name, box):
        what = f"`{plain(Ref(name, ref.index))}` is given: nothing computes it"
        if system.defined(ref.over.name):
            return what, f"did you mean `d{below}/d{plain(Ref(name, ref.index))}`?"
        return what, "ask for the derivative of a computed quantity"
    return None
