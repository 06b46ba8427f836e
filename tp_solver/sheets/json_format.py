"""Solutions as JSON: names in ASCII, numbers at full double precision."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from tp_solver.graph.boxes import positions
from tp_solver.language.plain import plain
from tp_solver.solution import Solution


def solution_data(solution: Solution) -> dict[str, Any]:
    """Return a solution as plain data: every value by name, every step in order."""
    drawn = solution.model.drawn
    steps = [step for step in solution.steps if not (step.key in drawn or "~" in step.key)]
    values: dict[str, Any] = {}
    for known in solution.model.system.known:
        for place in positions(known.box):
            values[_name(known.key, place)] = plain_number(solution.value(known.key, place))
    for step in steps:
        values[plain(step.ref)] = plain_number(step.value)
    own = solution.exercise.own
    student = {"student": {"id": own.student, "name": own.name}, "code": own.code} if own else {}
    return {
        "exercise": solution.exercise.id,
        **student,
        "values": values,
        "steps": [
            {
                "name": plain(step.ref),
                "equation": f"{plain(step.ref)} = {plain(step.formula)}",
                "substituted": plain(step.substituted),
                "value": plain_number(step.value),
            }
            for step in steps
        ],
    }


def _name(key: str, place: tuple[int, ...]) -> str:
    return f"{key}[{', '.join(map(str, place))}]" if place else key


def plain_number(value: Any) -> Any:
    """Return a number or nested lists; null where there is no number."""
    array = np.asarray(value)
    if array.ndim:
        return [plain_number(item) for item in array]
    number = float(array)
    return number if math.isfinite(number) else None


def dumps(items: Iterable[dict[str, Any]] | dict[str, Any]) -> str:
    """Write plain data as JSON text."""
    data = items if isinstance(items, dict) else list(items)
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
