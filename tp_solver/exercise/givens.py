"""The numbers of an exercise: names checked, lists even, draws drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tp_solver.errors import visible
from tp_solver.exercise.draws import drawn
from tp_solver.exercise.exercise import ANY, Given
from tp_solver.exercise.messages import no_number, schema_issues
from tp_solver.exercise.model import Draw
from tp_solver.exercise.reader import Reader
from tp_solver.exercise.source import Keys
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import Nested, Ref

LARGEST_VALUE = Decimal("1e300")


def read_givens(reader: Reader) -> Iterator[Given]:
    """Read the numbers under `given:`."""
    for name, value in reader.file.given.items():
        path: Keys = ("given", name)
        found = reader.parsed(parse_name, name, ())
        if found is None:
            reader.issues.pop()
            what, todo = f"`{visible(name)}` is not a name", "write e.g. `W_f` or `h[0]`"
            reader.report_key(path, what, todo)
            reader.broken.add(ANY)
            continue
        ref, select = found
        numbers = read_numbers(reader, value, path, ref)
        if select:
            what, todo = f"`{name}` names a component", "give the whole vector or matrix"
            reader.report_key(path, what, todo)
            reader.broken.add(ref.name)
        elif numbers is not None:
            reader.names.add(ref.name)
            yield reader.placed(Given(ref, numbers), path, name)
        else:
            reader.broken.add(ref.name)


def read_numbers(reader: Reader, value: Any, path: Keys, ref: Ref) -> Nested | None:
    """Check that a value is a number, an even list of such, or says how to draw them."""
    if isinstance(value, dict) and "draw" in value:
        return _drawn(reader, value, path, ref)
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value) > LARGEST_VALUE:
            reader.report(path, f"`{value}` is no usable number", "stay below 1e300")
            return None
        return value
    if isinstance(value, list):
        return _list(reader, value, path, ref)
    reader.report(path, *no_number(value))
    return None


def _list(reader: Reader, value: list[Any], path: Keys, ref: Ref) -> Nested | None:
    items = [read_numbers(reader, item, (*path, i), ref) for i, item in enumerate(value)]
    if not items:
        reader.report(path, "an empty list", "give at least one number")
        return None
    whole = [item for item in items if item is not None]
    shapes = [nested_shape(item) for item in whole]
    uneven = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), None)
    if len(whole) < len(items):
        return None
    if uneven is not None:
        what = f"row {uneven + 1} has not the length of row 1"
        reader.report((*path, uneven), what, "give every row as many numbers")
        return None
    return tuple(whole)


def _drawn(reader: Reader, value: dict[str, Any], path: Keys, ref: Ref) -> Nested | None:
    try:
        draw = Draw.model_validate(value)
    except ValidationError as error:
        reader.issues += schema_issues(error, reader.source, path, Draw)
        return None
    if not reader.may_draw(math.prod(draw.shape), path, "state a smaller `shape`"):
        return None
    return drawn(draw, ref.name)


def nested_shape(value: Nested) -> tuple[int, ...]:
    """Return the shape of a number, an even list, or a list of even rows."""
    return (len(value), *nested_shape(value[0])) if isinstance(value, tuple) else ()
