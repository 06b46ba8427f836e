"""Systems that known mistakes are tried on: shipped exercises, and small ones of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tp_solver.catalogue import exercise_files
from tp_solver.grading.misconceptions import Mistake, mistakes_of
from tp_solver.grading.misconceptions.kinds import Scope
from tp_solver.grading.misconceptions.variants import Variant, variants
from tp_solver.language.plain import plain
from tp_solver.solution import load

SYSTEMS = Path(__file__).parent / "systems"


@cache
def scope(system: str) -> Scope:
    """Load a shipped exercise or one of `systems/`, as mistakes look at it."""
    own = SYSTEMS / f"{system}.yaml"
    return Scope(load(own if own.is_file() else exercise_files([system])[0]).system)


def made(system: str, left: str, *mistakes: Mistake) -> Iterator[Variant]:
    """Yield what mistakes make of the equations of a name, as `z_f[t]`."""
    for i, equation in enumerate(scope(system).system.equations):
        if plain(equation.left) == left:
            yield from variants(scope(system), i, mistakes)


def rights(system: str, left: str, *mistakes: Mistake) -> list[str]:
    """List the right sides that mistakes make."""
    return [plain(variant.equation.right) for variant in made(system, left, *mistakes)]


def mistake(*rules: str) -> Mistake:
    """Write a mistake as its file would: each rule is YAML, as `{from: "?a", to: "?a"}`."""
    lines = ["id: written", "rewrite:", *(f"  - {rule}" for rule in rules)]
    return mistakes_of({"written": "\n".join(lines) + "\n"})["written"]
