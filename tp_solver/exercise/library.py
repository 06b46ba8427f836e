"""The shipped cells and updates: one YAML file of equations each, found by being there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tp_solver.exercise.diagram import Change, Diagram, read_change, read_diagram
from tp_solver.exercise.source import parse_yaml
from tp_solver.language.parse import parse
from tp_solver.language.tree import Node, Op, Ref

Kind = Literal["cells", "updates"]
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Rule:
    """An equation of a cell or update, before it is put into an exercise."""

    left: Ref
    right: Node


@dataclass(frozen=True)
class Choice:
    """What one choice of an option changes: equations by their left sides, names, the picture.

    The picture is drawn as ever (None), with changes, or not at all (False).
    """

    equations: tuple[Rule, ...]
    rename: Mapping[str, str]
    diagram: Change | Literal[False] | None = None


@dataclass(frozen=True)
class Template:
    """A cell or an update: its equations, its options, the sizes of its parameters.

    The first choice of each option is the one that holds where nothing is said. `start` lists the
    states of an update that begin at 0.
    """

    name: str
    input: str
    output: str
    equations: tuple[Rule, ...]
    readout: tuple[Rule, ...]
    options: Mapping[str, Mapping[str, Choice]]
    shapes: Mapping[str, tuple[str, ...]]
    start: tuple[str, ...]
    diagram: Diagram | None = None


@cache
def template_names(kind: Kind) -> tuple[str, ...]:
    """Return the names of the shipped cells or updates."""
    return tuple(sorted(path.stem for path in (_HERE / kind).glob("*.yaml")))


@cache
def template(kind: Kind, name: str) -> Template:
    """Read a shipped cell or update."""
    text = (_HERE / kind / f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = parse_yaml(text, f"{name}.yaml").data
    options = {
        option: {choice: _choice(found) for choice, found in choices.items()}
        for option, choices in data.get("options", {}).items()
    }
    return Template(
        name=data["name"],
        input=data.get("input", ""),
        output=data.get("output", ""),
        equations=_rules(data["equations"]),
        readout=_rules(data.get("readout", [])),
        options=options,
        shapes={
            key: tuple(sizes)
            for keys, sizes in data.get("shapes", {}).items()
            for key in keys.split()
        },
        start=tuple(data.get("start", [])),
        diagram=read_diagram(name, data) if "diagram" in data else None,
    )


def _choice(data: dict[str, Any]) -> Choice:
    found = data.get("diagram")
    diagram = read_change(found) if isinstance(found, dict) else found
    return Choice(_rules(data.get("equations", [])), data.get("rename", {}), diagram)


def _rules(texts: list[str]) -> tuple[Rule, ...]:
    return tuple(rule(text) for text in texts)


def rule(text: str) -> Rule:
    """Parse an equation of a shipped file."""
    match parse(text):
        case Op("eq", (Ref() as left, right)):
            return Rule(left, right)
    raise AssertionError(text)
