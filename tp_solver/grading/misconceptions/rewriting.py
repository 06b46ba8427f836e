"""One rule of a mistake: a pattern, what stands in its place, and where it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tp_solver.grading.misconceptions.patterns import operations, read
from tp_solver.grading.misconceptions.relations import is_relation
from tp_solver.language.tree import Node, Op

EVERY = "every "  # before a kind: all the terms of that kind together


@dataclass(frozen=True, eq=False)
class Rewriting:
    """What a mistake makes of a formula: a pattern, what stands in its place, and where.

    `left` is the pattern of the left side, if there is one, and `whole` tells that the pattern is
    met by the right side itself rather than anywhere in it. `conditions` are the kinds of each
    metavariable, `takes` those of the terms that one stands for all of, `offers` the relations
    that candidates for it come from. `side` is "forward", "backward" or nothing; `at` is "first"
    or "last" where a sum keeps one position only, `on` where only one step is concerned;
    `everywhere` tells that all the places that the pattern meets are rewritten at once.
    """

    pattern: Node
    by: Node
    left: Node | None = None
    whole: bool = False
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    takes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offers: Mapping[str, str] = field(default_factory=dict)
    side: str = ""
    at: str = ""
    on: str = ""
    everywhere: bool = False

    @cached_property
    def needs(self) -> frozenset[str]:
        """Return the operations without which the pattern is met nowhere."""
        return operations(self.pattern)


def rewriting(data: Mapping[str, Any]) -> Rewriting:
    """Read a rule as a mistake's file writes it."""
    pattern, left = read(str(data["from"])), read(str(data["left"])) if "left" in data else None
    match pattern:
        case Op("eq", (left, right)):
            pattern = right
    where = {
        name: tuple(listed) if isinstance(listed, list) else (listed,)
        for name, listed in data.get("where", {}).items()
    }
    every = {name: _those(kinds) for name, kinds in where.items()}
    return Rewriting(
        pattern=pattern,
        by=read(str(data["to"])),
        left=left,
        whole=left is not None and "left" not in data,
        conditions={name: _plain(kinds) for name, kinds in where.items()},
        takes={name: kinds for name, kinds in every.items() if kinds},
        offers={name: kind for name, kinds in where.items() for kind in kinds if is_relation(kind)},
        side=data.get("in", ""),
        at=data.get("at", ""),
        on=data.get("on", ""),
        everywhere=data.get("everywhere", False),
    )


def _those(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind.removeprefix(EVERY) for kind in kinds if kind.startswith(EVERY))


def _plain(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in kinds if not is_relation(kind) and not kind.startswith(EVERY))
