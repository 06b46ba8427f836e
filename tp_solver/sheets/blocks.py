"""How the answers of a question are laid out to be filled in: a list, or a table over an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.questions import ValuesQuestion
from tp_solver.grading.readers.grid import Place, placed
from tp_solver.graph.components import every
from tp_solver.graph.model import Model, Slot
from tp_solver.graph.shapes import part
from tp_solver.language.plain import plain
from tp_solver.sheets.rows import asked_slots, by_indices, standing

MOST_COLUMNS = 12  # of a table, where the author does not ask for one
WIDEST = 26  # of a table that the author asks for: wider ones are read by nobody


@dataclass(frozen=True)
class Block:
    """Answers to fill in: rows with a label and, for each column, the name of the answer there.

    A list has no headings (`columns` is empty) and one answer a row; in a table, None stands where
    nothing is asked.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str | None, ...]], ...]


def answer_names(asked: Asked, model: Model) -> Iterator[str]:
    """Yield the names of a question's answers as they are typed, one per number: `h[1].2`."""
    slots = asked_slots(asked, model)
    if not slots:
        yield asked.question.id
    for slot in slots:
        yield from (f"{plain(slot.ref)}{end}" for end in _ends(slot, model))


def blocks(asked: Asked, model: Model) -> Iterator[Block]:
    """Lay a question's own answers out, as its author says or where that is silent as seems best.

    None are its own where all stand in the table that the exercise has for several questions.
    """
    if not asked_slots(asked, model):
        yield _list([asked.question.id])
    for own in by_indices(own_slots(asked, model), model):
        table = _table(own, model) if in_table(own, asked, model) else None
        yield table or _list(
            [f"{plain(slot.ref)}{end}" for slot in own for end in _ends(slot, model)]
        )


def shared_blocks(model: Model) -> list[Block]:
    """Lay out the tables that an exercise has for several questions: none unless it says so."""
    return [table for own in shared_slots(model) if (table := _table(own, model))]


def in_table(slots: list[Slot], asked: Asked, model: Model) -> bool:
    """Tell whether a question's own quantities, of the same indices, are laid out as a table."""
    question, general = asked.question, model.exercise.file.layout
    wanted = question.layout if isinstance(question, ValuesQuestion) else None
    if wanted is None:  # what the exercise's table could not take is listed
        wanted = "list" if general == "table" and _may_share(asked) else general
    count = _columns(slots)
    if wanted != "auto":
        return wanted == "table" and 0 < count <= WIDEST
    cells = count * len({slot.ref.moved(()) for slot in slots})
    return 1 < count <= MOST_COLUMNS and len(set(slots)) * 2 > cells  # most of it is asked for


def shared_slots(model: Model) -> list[list[Slot]]:
    """Return what stands in an exercise's tables for several questions, by indices."""
    if model.exercise.file.layout != "table":
        return []
    found = [
        slot
        for asked in model.exercise.questions
        if _may_share(asked)
        for slot in asked_slots(asked, model)
    ]
    groups = by_indices(found, model)
    return [own for own in groups if 0 < _columns(own) <= WIDEST and _table(own, model)]


def own_slots(asked: Asked, model: Model) -> list[Slot]:
    """Return the quantities of a question that no table for several questions holds."""
    if not _may_share(asked):
        return asked_slots(asked, model)
    shared = {slot for own in shared_slots(model) for slot in own}
    return [slot for slot in asked_slots(asked, model) if slot not in shared]


def last_shared(model: Model) -> int:
    """Return the number of the last question that a table for several serves; 0 for none."""
    numbered = enumerate(model.exercise.questions, 1)
    return max((n for n, a in numbered if own_slots(a, model) != asked_slots(a, model)), default=0)


def _may_share(asked: Asked) -> bool:
    question = asked.question
    return isinstance(question, ValuesQuestion) and not (question.layout or question.unit)


def _columns(slots: list[Slot]) -> int:
    return len({slot.position for slot in slots}) if slots[0].position else 0


def _ends(slot: Slot, model: Model) -> Iterator[str]:
    """Yield what the names of a quantity's numbers end in: `.1`, `.2`; nothing for a scalar."""
    if slot.select:
        yield f".{'.'.join(map(str, slot.select))}"
        return
    for place in every(part(model.system.shapes[slot.key], slot.select, slot.ref)):
        yield "".join(f".{i}" for i in place)


def _list(names: list[str]) -> Block:
    return Block((), tuple((name, (name,)) for name in names))


def _table(slots: list[Slot], model: Model) -> Block | None:
    """Lay quantities out over their index; None where a row and a column don't make the name."""
    rows: dict[str, dict[Place, str]] = {}
    columns: dict[Place, str] = {}
    for slot in sorted(slots, key=lambda slot: slot.position):
        symbols = standing(model, slot.key, slot.position)
        if len(symbols) != len(slot.position) or not symbols:
            return None
        heading = ", ".join(f"{symbol} = {at}" for symbol, at in symbols)
        if columns.setdefault(slot.position, heading) != heading:
            return None
    for slot in slots:
        for end in _ends(slot, model):
            name = f"{plain(slot.ref)}{end}"
            label = f"{plain(slot.ref.moved(()))}{end}"
            if placed(label, slot.position) != name:
                return None
            rows.setdefault(label, {})[slot.position] = name
    found = tuple((label, tuple(own.get(at) for at in columns)) for label, own in rows.items())
    return Block(tuple(columns.values()), found)
