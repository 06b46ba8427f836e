"""Raw answers to typed numbers at their places: which answer means which quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tp_solver.errors import FormulaError
from tp_solver.exercise.model import NumberQuestion
from tp_solver.grading.names import asked_names
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import LONGEST_ANSWER, Raw, Submission
from tp_solver.grading.typed import extra, unpacked
from tp_solver.graph.boxes import missing, positions
from tp_solver.graph.model import Model, accepted_key
from tp_solver.graph.shapes import Shape
from tp_solver.language.limits import STUDENT
from tp_solver.language.numerals import Typed, read_number
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import At, Ref, Span

Place = tuple[str, tuple[int, ...]]

MOST_SEARCHED = 40  # remarks in one submission after which no slip of a key is searched for
_COMPONENTS = re.compile(r"(\.[0-9]+)+\s*$")


@dataclass
class Cells:
    """What was typed for one quantity at one position: texts, numbers, what is unreadable."""

    shape: Shape
    texts: dict[tuple[int, ...], str] = field(default_factory=dict)
    numbers: dict[tuple[int, ...], Typed] = field(default_factory=dict)
    unreadable: dict[tuple[int, ...], Remark] = field(default_factory=dict)


@dataclass
class Reading:
    """A submission with its numbers placed; other answers wait under their question."""

    submission: Submission
    cells: dict[Place, Cells] = field(default_factory=dict)
    others: dict[str, Raw] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def numbers(self) -> Iterator[Typed]:
        """Yield every number typed."""
        return (typed for cells in self.cells.values() for typed in cells.numbers.values())


def read(submission: Submission, model: Model) -> Reading:
    """Place the answers of a submission; what can't be placed is remarked on."""
    reading = Reading(submission, remarks=list(submission.remarks))
    exercise = model.exercise.file.id
    if submission.exercise not in ("", exercise):
        values = (("name", submission.exercise), ("near", exercise))
        reading.remarks.append(Remark("other-exercise", values))
    reader = _Reader(model, reading)
    for name, raw in submission.answers.items():
        reader.answer(name, raw)
    return reading


class _Reader:
    def __init__(self, model: Model, reading: Reading) -> None:
        self.model = model
        self.reading = reading
        self.questions = {a.question.id: a.question for a in model.exercise.questions}

    def answer(self, name: str, raw: Raw) -> None:
        question = self.questions.get(name.strip())
        if isinstance(question, NumberQuestion):
            self.number(question, raw, name)
        elif question is not None and not hasattr(question, "answers"):
            self.reading.others[question.id] = raw
        else:
            self.quantity(name, raw)

    def number(self, question: NumberQuestion, raw: Raw, name: str) -> None:
        """Place a number question's answer with the accepted expression of its shape."""
        count = 1 + len(question.accept)
        shapes = [self.model.system.shapes[accepted_key(question.id, i)] for i in range(count)]
        given = _raw_shape(unpacked(raw))
        chosen = next((i for i, shape in enumerate(shapes) if _same(given, shape)), 0)
        for i, shape in enumerate(shapes):
            if shape == shapes[chosen]:
                self.put((accepted_key(question.id, i), ()), raw, (), name)

    def quantity(self, name: str, raw: Raw) -> None:
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
        spans = [i for i, at in enumerate(ref.axes) if isinstance(at, Span)]
        return self.spread(ref, positions(box), spans, raw, select, name)

    def whole(self, ref: Ref, raw: Raw, name: str) -> None:
        """Place the values of a name for its whole range, in the order asked."""
        slots = [s for slots in self.model.slots.values() for s in slots if s.key == ref.key]
        places = [slot.position for slot in slots]
        if not places and not self.model.system.defined(ref.key):
            return self.restated(name)
        if not places:
            return self.unknown(name)
        return self.spread(ref, places, [0], raw, (), name)

    def asked(self, key: str, places: list[tuple[int, ...]]) -> bool:
        """Tell whether some question asks for a quantity at one of some positions."""
        slots = (slot for slots in self.model.slots.values() for slot in slots)
        return any(slot.key == key and slot.position in places for slot in slots)

    def spread(
        self,
        ref: Ref,
        places: list[tuple[int, ...]],
        spans: list[int],
        raw: Raw,
        select: tuple[int | Span, ...],
        name: str,
    ) -> None:
        if not spans:
            return self.put((ref.key, places[0]), raw, select, name)
        split = unpacked(raw)
        items = split if isinstance(split, list) else [split]
        if len(items) != len(places):
            ambiguous = name in self.reading.submission.ambiguous
            shape = Remark("shape", (("expected", (len(places),)),))
            for place in places:
                cells = self.cells(ref.key, place)
                self.refuse(
                    cells, (), cells.shape, raw, Remark("ambiguous") if ambiguous else shape
                )
            return None
        for place, item in zip(places, items, strict=True):
            self.put((ref.key, place), item, select, name)
        return None

    def unknown(self, name: str) -> None:
        values = (("name", name[:80]),)
        search = len(self.reading.remarks) < MOST_SEARCHED
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
        self.reading.remarks.append(Remark(code, values))

    def cells(self, key: str, place: tuple[int, ...]) -> Cells:
        shape = self.model.system.shapes[key]
        return self.reading.cells.setdefault((key, place), Cells(shape))

    def put(self, place: Place, raw: Raw, select: tuple[int | Span, ...], name: str) -> None:
        """Write what was typed into the components it is for."""
        cells = self.cells(*place)
        if any(isinstance(item, Span) for item in select):
            return self.unknown(name)
        chosen = tuple(item - 1 for item in select if isinstance(item, int))
        wanted = cells.shape[len(chosen) :]
        if len(chosen) > max(len(cells.shape), 1) or any(
            not 0 <= i < n for i, n in zip(chosen, cells.shape or (1,), strict=False)
        ):
            return self.no_component(name, cells.shape) if cells.shape else self.unknown(name)
        at = chosen if cells.shape else ()
        if name in self.reading.submission.ambiguous:
            return self.refuse(cells, at, wanted, raw, Remark("ambiguous"))
        items = _fitted(unpacked(raw), wanted)
        if items is None:
            remark = Remark("shape", (("expected", wanted),))
            return self.refuse(cells, at, wanted, raw, remark)
        for inner, text in items.items():
            self.write(cells, (*at, *inner), text, name)
        return None

    def refuse(
        self, cells: Cells, at: tuple[int, ...], wanted: Shape, raw: Raw, remark: Remark
    ) -> None:
        for inner in np.ndindex(*wanted):
            cells.unreadable[(*at, *inner)] = remark
            cells.texts[(*at, *inner)] = shown(raw)

    def write(self, cells: Cells, at: tuple[int, ...], text: str | None, name: str) -> None:
        if text is None or not text.strip():
            return
        if cells.texts.get(at, text) != text:
            self.remark("conflict", (("name", name[:80]),))
            return
        cells.texts[at] = text[:LONGEST_ANSWER]
        typed = read_number(text)
        if typed is None:
            cells.unreadable[at] = _no_number(text)
        elif abs(typed.value) > 10**100:
            cells.unreadable[at] = Remark("too-large")
        else:
            cells.numbers[at] = typed


def _no_number(text: str) -> Remark:
    """Say why a text is no number."""
    if len(text) > LONGEST_ANSWER:
        return Remark("too-long")
    more = extra(text)
    return Remark("extra", (("extra", more),)) if more else Remark("not-a-number")


def shown(raw: Raw) -> str:
    """Write a raw answer as one text, to say what was given."""
    if isinstance(raw, list):
        return f"[{', '.join(shown(item) for item in raw[:50])}]"[:LONGEST_ANSWER]
    return (raw or "")[:LONGEST_ANSWER]


def _raw_shape(raw: Raw) -> Shape:
    return (len(raw), *_raw_shape(raw[0] if raw else None)) if isinstance(raw, list) else ()


def _same(given: Shape, shape: Shape) -> bool:
    return [n for n in given if n != 1] == [n for n in shape if n != 1]


def _flat(raw: Raw) -> Iterator[str | None]:
    if isinstance(raw, list):
        for item in raw:
            yield from _flat(item)
    else:
        yield raw


def _fitted(raw: Raw, wanted: Shape) -> dict[tuple[int, ...], str | None] | None:
    """Lay raw texts out in a shape; None where they don't fit."""
    texts = list(_flat(raw))
    size = int(np.prod(wanted)) if wanted else 1
    if texts == [None] or not texts:
        return {}
    if len(texts) != size or not _same(_raw_shape(raw), wanted):
        return None
    places: Any = np.ndindex(*wanted)
    return dict(zip(places, texts, strict=True))
