"""Exercises written by tests, as an author would write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tp_solver.graph.model import Model
from tp_solver.solution import loads


def text(
    equations: Iterable[str],
    given: Mapping[str, Any],
    asked: Iterable[str],
    indices: Mapping[str, str] | None = None,
    extra: str = "",
) -> str:
    """Write an exercise that asks for some names."""
    lines = ["id: written", "title: {en: Written}", "languages: [en]"]
    lines += ["indices:", *(f"  {name}: {span}" for name, span in (indices or {}).items())][
        : 0 if not indices else None
    ]
    lines += [line for line in extra.splitlines() if line.strip()]
    lines += ["equations:", *(f'  - "{equation}"' for equation in equations)]
    if given:
        lines += ["given:", *(f'  "{name}": {numbers(value)}' for name, value in given.items())]
    answers = ", ".join(f'"{name}"' for name in asked)
    lines += ["questions:", f"  - {{id: asked, text: {{en: Compute.}}, answers: [{answers}]}}"]
    return "\n".join(lines) + "\n"


def numbers(value: Any) -> str:
    """Spell numbers as YAML, every digit of them."""
    listed = np.asarray(value, dtype=float)
    if listed.ndim:
        return f"[{', '.join(map(numbers, listed))}]"
    return repr(float(listed))


def model(
    equations: Iterable[str],
    given: Mapping[str, Any],
    asked: Iterable[str],
    indices: Mapping[str, str] | None = None,
    extra: str = "",
) -> Model:
    """Load an exercise that asks for some names."""
    return loads(text(equations, given, asked, indices, extra))
