"""Which answer means which quantity: names and forms, whatever the numbers are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tp_solver.errors import FormulaError
from tp_solver.exercise.questions import NumberQuestion
from tp_solver.grading.names import asked_names
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import LONGEST_ANSWER, Raw
from tp_solver.grading.typed import unpacked
from tp_solver.graph.boxes import missing, positions
from tp_solver.graph.model import accepted_key
from tp_solver.graph.shapes import Shape
from tp_solver.language.limits import STUDENT
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import At, Ref, Span
from tp_solver.solution import Solution

MOST_SEARCHED = 40  # remarks in one submission after which no slip of a key is searched for
_COMPONENTS = re.compile(r"(\.[0-9]+)+\s*$")


@dataclass(frozen=True)
class Probe:
    """Stands for the n-th text of submissions whose names are the same."""

    number: int


Leaf = str | Probe | None
Whole = tuple[str, tuple[int, ...]]
Cell = tuple[str, int]  # a key, and the place of a number among all of its


@dataclass(frozen=True, eq=False)
class Placing:
    """Where the answers to an exercise go."""

    solution: Solution

    def new(self, ambiguous: frozenset[str] = frozenset()) -> Placed:
        """Begin a submission; of some answers it is not clear whether a comma parts numbers."""
        return Placed(self.solution, ambiguous)


@dataclass
class Placed:
    """A submission's texts at their places.

    `doubtful` says that another text, or a blank, in the same place might go elsewhere: a form that
    does not fit is refused, unless there is nothing in it; of two answers for one place, only
    different ones are a conflict.
    """

    solution: Solution
    ambiguous: frozenset[str] = frozenset()
    cells: dict[Cell, Leaf] = field(default_factory=dict)
    refused: dict[Cell, Remark] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    doubtful: bool = False

    def __post_init__(self) -> None:
        self.model = self.solution.model
        self.questions = {a.question.id: a.question for a in self.model.exercise.questions}

    def answer(self, name: str, raw: Any) -> None:
        """Place an answer by its name."""
        question = self.questions.get(name.strip())
        if isinstance(question, NumberQuestion):
            self.number(question, raw, name)
        elif question is not None and not hasattr(question, "answers"):
            self.names[question.id] = name
        else:
            self.quantity(name, raw)

    def number(self, question: NumberQuestion, raw: Any, name: str) -> None:
        """Place a number question's answer with the accepted expression of its shape."""
        count = 1 + len(question.accept)
        shapes = [self.model.system.shapes[accepted_key(question.id, i)] for i in range(count)]
        given = _raw_shape(_split(raw))
        chosen = next((i for i, shape in enumerate(shapes) if _same(given, shape)), 0)
        for i, shape in enumerate(shapes):
            if shape == shapes[chosen]:
                self.put((accepted_key(question.id, i), ()), raw, (), name)

    def quantity(self, name: str, raw: Any) -> None:
        try:
            ref, select = parse_name(name, STUDENT)
        except FormulaError:
            return self.unknown(name)
        system = self.model.system
        if ref.key not in system.axes or "~" in ref.key or ref.key in self.questions:
            return self.unknown(name)
        axes = system.axes[ref.key]
        if any(isinstance(at, At) and at.name for at in ref.axes):
            return self.unknown(name)
        if not ref.axes and axes:
            return self.whole(ref, raw, name)
        if len(ref.axes) != len(axes):
            return self.unknown(name)
        box = tuple(a if isinstance(a, Span) else Span(a.offset, a.offset) for a in ref.axes)
        if missing(box, system.filled(ref.key)) is not None:
            return self.unknown(name)
        known = [known.box for known in system.known if known.key == ref.key]
        if missing(box, known) is None and not self.asked(ref.key, positions(box)):
            return self.restated(name)
        spans = any(isinstance(at, Span) for at in ref.axes)
        return self.spread(ref, positions(box), spans, raw, select, name)

    def whole(self, ref: Ref, raw: Any, name: str) -> None:
        """Place the values of a name for its whole range, in the order asked."""
        slots = [s for slots in self.model.slots.values() for s in slots if s.key == ref.key]
        places = [slot.position for slot in slots]
        if not places and not self.model.system.defined(ref.key):
            return self.restated(name)
        if not places:
            return self.unknown(name)
        return self.spread(ref, places, True, raw, (), name)

    def asked(self, key: str, places: list[tuple[int, ...]]) -> bool:
        """Tell whether some question asks for a quantity at one of some positions."""
        slots = (slot for slots in self.model.slots.values() for slot in slots)
        return any(slot.key == key and slot.position in places for slot in slots)

    def spread(
        self,
        ref: Ref,
        places: list[tuple[int, ...]],
        ranging: bool,
        raw: Any,
        select: tuple[int | Span, ...],
        name: str,
    ) -> None:
        if not ranging:
            return self.put((ref.key, places[0]), raw, select, name)
        split = _split(raw)
        items = split if isinstance(split, list) else [split]
        if len(items) != len(places):
            ambiguous = name in self.ambiguous
            shape = Remark("shape", (("expected", (len(places),)),))
            for place in places:
                wanted = self.model.system.shapes[ref.key]
                self.refuse(
                    (ref.key, place), (), wanted, raw, Remark("ambiguous") if ambiguous else shape
                )
            return None
        for place, item in zip(places, items, strict=True):
            self.put((ref.key, place), item, select, name)
        return None

    def unknown(self, name: str) -> None:
        values = (("name", name[:80]),)
        search = len(self.remarks) < MOST_SEARCHED
        near = asked_names(self.model).near(name.strip(), search)
        if near:
            self.remark("unknown-answer-near", (*values, ("near", near)))
        else:
            self.remark("unknown-answer", values)

    def restated(self, name: str) -> None:
        """Remark that a value is given: it is not graded."""
        self.remark("given-value", (("name", name[:80]),))

    def no_component(self, name: str, shape: Shape) -> None:
        """Remark that a vector or matrix is smaller than a component's number."""
        whole = _COMPONENTS.sub("", name)
        self.remark(
            "no-component", (("name", name[:80]), ("near", whole[:80]), ("expected", shape))
        )

    def remark(self, code: str, values: tuple[tuple[str, Any], ...]) -> None:
        self.remarks.append(Remark(code, values))

    def put(self, whole: Whole, raw: Any, select: tuple[int | Span, ...], name: str) -> None:
        """Write what was typed into the components it is for."""
        shape = self.model.system.shapes[whole[0]]
        if any(isinstance(item, Span) for item in select):
            return self.unknown(name)
        chosen = tuple(item - 1 for item in select if isinstance(item, int))
        wanted = shape[len(chosen) :]
        if len(chosen) > max(len(shape), 1) or any(
            not 0 <= i < n for i, n in zip(chosen, shape or (1,), strict=False)
        ):
            return self.no_component(name, shape) if shape else self.unknown(name)
        at = chosen if shape else ()
        if name in self.ambiguous:
            return self.refuse(whole, at, wanted, raw, Remark("ambiguous"))
        items = _fitted(_split(raw), wanted)
        if items is None:
            remark = Remark("shape", (("expected", wanted),))
            return self.refuse(whole, at, wanted, raw, remark)
        for inner, leaf in items.items():
            self.write(self.cell(whole, (*at, *inner)), leaf, name)
        return None

    def cell(self, whole: Whole, at: tuple[int, ...]) -> Cell:
        """Return where a component stands among all the numbers of its quantity."""
        key, place = whole
        table = self.solution.tables[key]
        number = 0
        for i, size in zip((*table.slot(place), *at), table.data.shape, strict=True):
            number = number * size + i
        return key, number

    def refuse(
        self, whole: Whole, at: tuple[int, ...], wanted: Shape, raw: Any, remark: Remark
    ) -> None:
        self.doubtful = True
        if _blank(raw):
            return
        for inner in np.ndindex(*wanted):
            cell = self.cell(whole, (*at, *inner))
            self.cells[cell], self.refused[cell] = shown(raw), remark

    def write(self, cell: Cell, leaf: Leaf, name: str) -> None:
        if leaf is None or (isinstance(leaf, str) and not leaf.strip()):
            return
        if cell in self.cells:
            self.doubtful = True
            if self.cells[cell] != leaf:
                self.remark("conflict", (("name", name[:80]),))
            return
        self.cells[cell] = leaf


def shown(raw: Any) -> str:
    """Write a raw answer as one text, to say what was given."""
    if isinstance(raw, list):
        return f"[{', '.join(shown(item) for item in raw[:50])}]"[:LONGEST_ANSWER]
    return raw[:LONGEST_ANSWER] if isinstance(raw, str) else ""


def _split(raw: Any) -> Any:
    return unpacked(raw) if isinstance(raw, str) else raw


def _blank(raw: Any) -> bool:
    if isinstance(raw, list):
        return all(map(_blank, raw))
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _raw_shape(raw: Any) -> Shape:
    return (len(raw), *_raw_shape(raw[0] if raw else None)) if isinstance(raw, list) else ()


def _same(given: Shape, shape: Shape) -> bool:
    return [n for n in given if n != 1] == [n for n in shape if n != 1]


def _flat(raw: Raw | Leaf) -> Iterator[Leaf]:
    if isinstance(raw, list):
        for item in raw:
            yield from _flat(item)
    else:
        yield raw


def _fitted(raw: Any, wanted: Shape) -> dict[tuple[int, ...], Leaf] | None:
    """Lay texts out in a shape; None where they don't fit."""
    leaves = list(_flat(raw))
    size = int(np.prod(wanted)) if wanted else 1
    if all(leaf is None for leaf in leaves):
        return {}
    if len(leaves) != size or not _same(_raw_shape(raw), wanted):
        return None
    places: Any = np.ndindex(*wanted)
    return dict(zip(places, leaves, strict=True))
