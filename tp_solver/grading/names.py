"""Suggestions for misspelt names: another case, `h_1.1` or `h1.1` for `h[1].1`, a slip of a key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from tp_solver.errors import nearest
from tp_solver.graph.boxes import positions
from tp_solver.graph.components import every
from tp_solver.graph.model import Model
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import At

LONGEST = 40  # a longer name is not searched for
MOST_PLACES = 200
_COMPONENTS = re.compile(r"(\.[0-9]+)+\s*$")
_SIGNS = re.compile(r"[\[\]_\s]")


@dataclass(frozen=True)
class Spellings:
    """Names to suggest, found by their letters alone, in their own case or in any."""

    names: tuple[str, ...]
    bare: dict[str, str]
    lowered: dict[str, str]

    def near(self, name: str, search: bool = True) -> str | None:
        """Return the name most likely meant; `search` looks for slips too, which takes longer."""
        found = self.same(name) or self.same(_COMPONENTS.sub("", name))
        if found or not search or len(name) > LONGEST:
            return found
        slip = nearest(name, self.names)
        letters = slip.partition("[")[0] if slip else ""
        likely = len(letters) > 1 or letters.lower() in name.lower()  # not o[1] for y[1]
        return slip if likely else None

    def same(self, name: str) -> str | None:
        """Return the name with the same letters and digits."""
        bare = _SIGNS.sub("", name)
        return self.bare.get(bare) or self.lowered.get(bare.lower())


def _spellings(names: Iterable[str], parts: Iterable[str] = ()) -> Spellings:
    whole = tuple(dict.fromkeys(names))
    bare: dict[str, str] = {}
    lowered: dict[str, str] = {}
    for name in (*whole, *parts):
        short = _SIGNS.sub("", name)
        bare.setdefault(short, name)
        lowered.setdefault(short.lower(), name)
    return Spellings(whole, bare, lowered)


@lru_cache(maxsize=8)
def asked_names(model: Model) -> Spellings:
    """Return the names that a submission may use: what is asked, its components, question ids."""
    slots = [slot for slots in model.slots.values() for slot in slots]
    names = [plain(slot.ref) for slot in slots]
    parts = (
        f"{name}.{'.'.join(map(str, component))}"
        for name, slot in zip(names, slots, strict=True)
        for component in every(model.system.shapes[slot.key])
        if component
    )
    questions = [asked.question.id for asked in model.exercise.questions]
    return _spellings([*names, *questions, *(slot.key for slot in slots)], parts)


@lru_cache(maxsize=8)
def formula_names(model: Model) -> Spellings:
    """Return the names that a formula may use: every quantity, with its positions."""
    questions = {asked.question.id for asked in model.exercise.questions}
    found: list[str] = []
    for key, axes in model.system.axes.items():
        if key in questions or " " in key or "~" in key:
            continue
        found.append(key)
        if axes:
            ref, _ = parse_name(key)
            places = (place for box in model.system.filled(key) for place in positions(box))
            found += [
                plain(ref.moved(tuple(At(None, i) for i in place)))
                for place in islice(places, MOST_PLACES)
            ]
    return _spellings(found)
