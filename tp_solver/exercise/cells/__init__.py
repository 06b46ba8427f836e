"""The shipped cells: one YAML file of equations each, found by being there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tp_solver.exercise.source import parse_yaml

_HERE = Path(__file__).parent


@cache
def cell_names() -> tuple[str, ...]:
    """Return the names of the shipped cells."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


@cache
def cell_equations(name: str) -> tuple[str, ...]:
    """Return the equations of a shipped cell, as written in its file."""
    text = (_HERE / f"{name}.yaml").read_text(encoding="utf-8")
    return tuple(parse_yaml(text, f"{name}.yaml").data["equations"])
