"""The shipped cells: one YAML file of equations each, found by being there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tp_solver.exercise.source import parse_yaml


@cache
def cell_names() -> tuple[str, ...]:
    """Return the names of the shipped cells."""
    found = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


@cache
def cell_equations(name: str) -> tuple[str, ...]:
    """Return the equations of a shipped cell, as written in its file."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return tuple(parse_yaml(text, f"{name}.yaml").data["equations"])
