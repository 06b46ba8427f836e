"""An update put into an exercise: for each parameter its gradient, its states, its new value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tp_solver.exercise.library import Rule
from tp_solver.exercise.model import UpdateUse
from tp_solver.exercise.pieces import Chosen, Made, Setting, Start
from tp_solver.exercise.reader import Reader
from tp_solver.exercise.source import Keys
from tp_solver.language.tree import At, Node, Num, Op, Ref, refs, transform

STEP = "n"  # what the files of the updates call the index of the steps
PARAMETER, GRADIENT = "theta", "g"
_TWO = Num(Decimal(2))


def update_pieces(
    reader: Reader,
    use: UpdateUse,
    chosen: Chosen,
    setting: Setting,
    path: Keys,
) -> Iterator[Made | Start]:
    """Yield the gradients that an update needs, then its equations for every parameter."""
    clips = [key for key in ("clip_norm", "clip_value") if getattr(use, key) is not None]
    if len(clips) > 1:
        reader.report((*path, clips[1]), "two ways to clip", "keep one of the two")
        return
    if not _given_well(reader, use, setting, path):
        return
    steps = _Steps(use, setting)
    if use.loss is not None:
        for name in use.of:
            yield Made(steps.gradient(name), steps.derivative(name))
    if clips:
        limit = _limit(reader, str(getattr(use, clips[0])), (*path, clips[0]))
        if limit is None:
            return
        yield from steps.clipped(limit, by_norm=clips[0] == "clip_norm")
    if use.decay == "l2":
        for name in use.of:
            yield steps.decayed(name)
    for name in use.of:
        yield from steps.update(name, chosen.rules, chosen.template.start)


def _limit(reader: Reader, text: str, path: Keys) -> Node | None:
    """Read the size to clip to, a number or a formula."""
    limit = reader.parsed(reader.node, text, path)
    match limit:
        case Op("neg", (Num(),)):
            todo = "write the size without its sign"
            reader.report(path, f"gradients can't be clipped to {text}", todo)
            return None
    return limit


def _given_well(reader: Reader, use: UpdateUse, setting: Setting, path: Keys) -> bool:
    """Check that the parameters are given as the update needs them."""
    fine = True
    for i, name in enumerate(use.of):
        if name in use.of[:i]:
            reader.report((*path, "of", i), f"`{name}` is there twice", "remove one of the two")
            fine = False
        elif use.index is not None and name in reader.file.given:
            what = f"`{name}` is updated at each `{use.index}`, so it needs an index"
            span = setting.indices.get(use.index)
            first = span.first - 1 if span else 0
            reader.report_key(("given", name), what, f"write `{name}[{first}]:`")
            reader.broken.add(name)
            fine = False
        elif use.index is None and name in setting.indexed:
            what = f"`{name}` has an index, and the update takes one step"
            todo = "add `index: n` to the update, or write the name without an index"
            reader.report((*path, "of", i), what, todo)
            reader.broken.add(name)
            fine = False
    return fine


class _Steps:
    """One update step, or several along an index."""

    def __init__(self, use: UpdateUse, setting: Setting) -> None:
        self.use, self.setting = use, setting

    def at(self, name: str, offset: int) -> Ref:
        """Name a quantity after this step, or (offset -1) before it."""
        if self.use.index is not None:
            return Ref(name, (At(self.use.index, offset),))
        return Ref(name)

    def gradient(self, name: str) -> Ref:
        return self.at(f"g_{name}", 0)

    def clip(self, name: str) -> Ref:
        """Name the gradient after clipping, which is the gradient itself where nothing clips."""
        clips = self.use.clip_norm is not None or self.use.clip_value is not None
        return self.at(f"g_clip_{name}", 0) if clips else self.gradient(name)

    def used(self, name: str) -> Ref:
        """Name the gradient that the update reads."""
        return self.at(f"g_decay_{name}", 0) if self.use.decay == "l2" else self.clip(name)

    def decayed(self, name: str) -> Made:
        """Add lambda times the parameter to its gradient, as weight_decay in the frameworks."""
        term = Op("mul", (Ref("lambda"), self.at(name, -1)))
        return Made(self.used(name), Op("add", (self.clip(name), term)))

    def derivative(self, name: str) -> Ref:
        assert self.use.loss is not None
        left = self.setting.defined.get(self.use.loss)
        index = left.index if left is not None and self.use.index is not None else ()
        return Ref(self.use.loss, index, over=self.at(name, -1))

    def clipped(self, limit: Node, by_norm: bool) -> Iterator[Made]:
        """Clip every gradient, by the norm of all together or by value."""
        if by_norm:
            squares = [
                Op("pow", (Op("norm", (self.gradient(name),)), _TWO)) for name in self.use.of
            ]
            total: Node = squares[0]
            for square in squares[1:]:
                total = Op("add", (total, square))
            norm = self.at("g_norm", 0)
            yield Made(norm, Op("sqrt", (total,)))
            scale = Op("min", (Num(Decimal(1)), Op("div", (limit, norm))))
        for name in self.use.of:
            gradient = self.gradient(name)
            right = (
                Op("mul", (gradient, scale))
                if by_norm
                else Op("clip", (gradient, Op("neg", (limit,)), limit))
            )
            yield Made(self.clip(name), right)

    def update(
        self, name: str, rules: tuple[Rule, ...], start: tuple[str, ...]
    ) -> Iterator[Made | Start]:
        """Write the equations of the update for one parameter, and where its states begin."""
        states = {rule.left.name for rule in rules} - {PARAMETER}

        def change(part: Node) -> Node | None:
            return self.reference(part, name) if isinstance(part, Ref) else None

        for rule in rules:
            left = self.after(rule.left, name)
            yield Made(left, transform(rule.right, change))
        read = {ref.name for rule in rules for ref in refs(rule.right)}
        for state in start:
            if state in states & read:
                yield from self.start(f"{state}_{name}", f"{state}_old_{name}")

    def after(self, left: Ref, name: str) -> Ref:
        if left.name == PARAMETER:
            return self.at(name if self.use.index is not None else f"{name}_new", 0)
        return self.at(f"{left.name}_{name}", 0)

    def reference(self, ref: Ref, name: str) -> Node:
        """Put a parameter's names into a reading of the update's file."""
        if ref.name == STEP:
            return Num(Decimal(1)) if self.use.index is None else Ref(self.use.index)
        if not ref.index:
            return ref  # a number of the author's: eta, beta_1
        (at,) = ref.index
        assert isinstance(at, At)
        if ref.name == PARAMETER:
            return self.at(name, at.offset)
        if ref.name == GRADIENT:
            return self.used(name)
        if self.use.index is None and at.offset:
            return Ref(f"{ref.name}_old_{name}")
        return self.at(f"{ref.name}_{name}", at.offset)

    def start(self, state: str, old: str) -> Iterator[Start]:
        """Begin a state at 0 where the exercise does not give it."""
        if self.use.index is None:
            if not self.setting.has(old):
                yield Start(Ref(old), Decimal(0))
            return
        span = self.setting.indices.get(self.use.index)
        if span is not None and not self.setting.has(state):
            yield Start(Ref(state, (At(None, span.first - 1),)), Decimal(0))
