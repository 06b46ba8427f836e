"""Positions that nothing defines, each told once and by its cause; and positions too many."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tp_solver.errors import Issue
from tp_solver.exercise.exercise import Equation, Exercise
from tp_solver.graph.boxes import Box, box_of, hull, missing
from tp_solver.graph.system import System, left_box, reads
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Ref, Span, bound_refs, index_text

Reading = tuple[Equation, Ref]

MOST_NUMBERS = 20_000_000  # of one name: 160 MB


class Gaps:
    """The gaps of a system, but for those of doubtful names: of these, all is said already."""

    def __init__(self, exercise: Exercise, system: System, doubtful: set[str]) -> None:
        self.exercise, self.system = exercise, system
        self.found: dict[tuple[str, Box], list[Reading]] = {}
        for equation in system.equations:
            for ref, ranges in reads(equation):
                known = ref.over is not None or system.is_index(ref, frozenset(ranges))
                if known or ref.name in doubtful:
                    continue
                lacking = uncovered(ref, ranges, system)
                if lacking is not None:
                    self.found.setdefault((ref.name, lacking), []).append((equation, ref))

    def renamed(self, unread: set[str]) -> dict[str, str]:
        """Return given names that nothing reads but that stand for a gap: `h0` for `h[0]`.

        Such gaps are not among the issues any more.
        """
        found = {}
        for name, box in list(self.found):
            if len(box) == 1 and box[0].first == box[0].last:
                for spelled in {f"{name}{box[0].first}", f"{name}_{box[0].first}"} & unread:
                    found[spelled] = f"{name}{at_box(box)}"
                    self.found.pop((name, box), None)
        return found

    def issues(self) -> Iterator[Issue]:
        """Word every gap."""
        for (name, box), readings in self.found.items():
            place = f"{name}{at_box(box)}"
            starts = [reading for reading in readings if self.starts(box, *reading)]
            if starts and any(
                other != box and missing(box, [other]) is None
                for known, other in self.found
                if known == name
            ):
                continue  # a part of a larger one
            if starts:
                equation = next((e for e, _ in starts if e.left.name == name), starts[0][0])
                what = f"`{place}`, where `{name}` starts, is missing"
                todo = f"add `{place}: …` under `given:`"
                if self.exercise.used(equation):
                    todo += ", or `start: 0` to the cell"
                yield self.exercise.issue(equation, what, todo, name)
                continue
            for equation, ref in readings:
                yield self.exercise.issue(equation, *self.worded(ref, place), name)

    def starts(self, box: Box, equation: Equation, ref: Ref) -> bool:
        """Tell whether a gap lies right before the first of the steps that it leads to."""
        equations = self.system.defined(ref.name)
        if not equations or not self.leads(ref.name, equation.left.name):
            return False
        whole = hull(equations)
        steps = [at.offset if isinstance(at, At) and at.name is not None else 0 for at in ref.index]
        return any(
            (step < 0 and gap.last == span.first - 1) or (step > 0 and gap.first == span.last + 1)
            for gap, span, step in zip(box, whole, steps, strict=True)
        )

    def leads(self, reader: str, source: str) -> bool:
        """Tell whether a name is computed from another, or is it."""
        reached, grew = {source}, True
        while grew and reader not in reached:
            new = {
                e.left.name
                for e in self.system.equations
                if any(ref.name in reached for ref, _ in bound_refs(e.right))
            }
            grew = not new <= reached
            reached |= new
        return reader in reached

    def worded(self, ref: Ref, place: str) -> tuple[str, str]:
        """Say what a reading lacks, and what to do."""
        read = plain(ref)
        for at, symbol in zip(ref.index, self.system.axes[ref.name], strict=True):
            span = self.exercise.indices.get(symbol)
            literal = isinstance(at, At) and at.name is None
            if literal and span is not None and at_offset(at) > span.last:
                return f"nothing defines `{read}`", f"`{symbol}` goes {spelled(span)}"
        what = f"`{read}` reaches `{place}`, which nothing defines"
        return what, f"give `{place}` under `given:`, or check the index"


def oversized(exercise: Exercise, system: System) -> Iterator[Issue]:
    """Yield an issue for each name that would have more numbers than memory should hold."""
    for equation in system.equations:
        key = equation.left.key
        if key not in system.shapes:
            continue
        count = math.prod(span.last - span.first + 1 for span in left_box(equation))
        count *= math.prod(system.shapes[key])
        if count > MOST_NUMBERS:
            what = f"`{key}` would have {count} numbers"
            yield exercise.issue(equation, what, "shorten the ranges of its indices", key)


def at_offset(at: At | Span) -> int:
    """Return the last number of an index without a name."""
    return at.last if isinstance(at, Span) else at.offset


def spelled(span: Span) -> str:
    """Spell a range in words."""
    return f"from {span.first} to {span.last}"


def uncovered(ref: Ref, ranges: dict[str, Span], system: System) -> Box | None:
    """Return positions that a name is read at and that nothing defines, None if there are none."""
    if len(ref.axes) != len(system.axes.get(ref.key, ())):
        return None
    return missing(box_of(ref.axes, ranges), system.filled(ref.key))


def at_box(box: Box) -> str:
    """Spell positions as an index: `[0]`, `[1..3]`."""
    items = (At(None, s.first) if s.first == s.last else s for s in box)
    return f"[{', '.join(map(index_text, items))}]" if box else ""
