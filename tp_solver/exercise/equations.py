"""The equations of an exercise: those that its file writes, and those of what it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tp_solver.errors import suggestion
from tp_solver.exercise.exercise import ANY, Equation
from tp_solver.exercise.reader import Reader
from tp_solver.exercise.source import Keys
from tp_solver.language.notation import fold_name
from tp_solver.language.tokens import NAME
from tp_solver.language.tree import At, Node, Op, Ref, Span

_DOMAIN = re.compile(r"\s+for\s+(.+)$")
_RANGE = re.compile(r"\s*(\w+)\s*=\s*(-?[0-9]{1,6})\s*\.\.\s*(-?[0-9]{1,6})\s*")


def read_equations(reader: Reader) -> Iterator[Equation]:
    """Read the equations under `equations:`."""
    for i, text in enumerate(reader.file.equations):
        yield from _equation(reader, text, ("equations", i))


def _equation(reader: Reader, text: str, path: Keys) -> Iterator[Equation]:
    formula, limits = text, dict[str, Span]()
    if where := _DOMAIN.search(text):
        formula = text[: where.start()]
        limits = dict(_limits(reader, where, path))
    node = reader.parsed(reader.node, formula, path)
    if node is None or (where and not limits):
        name = NAME.match(formula.strip())
        reader.broken.add(fold_name(name[1]) if name else ANY)
        return
    match node:
        case Op("eq", (Ref() as left, right)):
            if left.over is None:
                yield from placed_equation(reader, left, right, limits, path, text)
            else:
                todo = "remove it: gradients are derived from the other equations"
                reader.report(path, "a derivative can't be defined by an equation", todo, text)
        case _:
            todo = "write `name = formula`, or `name[t] = formula`"
            reader.report(path, f"`{formula}` is not an equation for a name", todo, text)
            reader.broken.add(ANY)


def placed_equation(
    reader: Reader, left: Ref, right: Node, limits: dict[str, Span], path: Keys, text: str
) -> Iterator[Equation]:
    """Yield `left = right` over its range, placed, unless its left side has an issue."""
    domain = tuple(_domain(reader, left, limits, path, text))
    if len(domain) < sum(isinstance(at, At) and at.name is not None for at in left.index):
        reader.broken.add(left.name)
        return
    reader.names.add(left.name)
    if "^T" in text and "T" in reader.file.given:
        todo = "write `.T` to transpose, `^(T)` for the power"
        reader.report(path, "`^T` transposes, and `T` is a name here", todo, "^T")
    yield reader.placed(Equation(left, right, domain), path, text)


def _limits(reader: Reader, where: re.Match[str], path: Keys) -> Iterator[tuple[str, Span]]:
    """Read the ranges after `for`: `t = 2..3, l = 1..2`."""
    start = where.start(1)
    for item in where[1].split(","):
        match = _RANGE.fullmatch(item)
        if match is None or int(match[3]) < int(match[2]):
            what, todo = f"`{item.strip()}` is not a range", "write e.g. `for t = 2..3`"
            reader.report(path, what, todo, where.string, start)
        else:
            yield match[1], Span(int(match[2]), int(match[3]))
        start += len(item) + 1


def _domain(
    reader: Reader, left: Ref, limits: dict[str, Span], path: Keys, text: str
) -> Iterator[tuple[str, Span]]:
    for at in left.index:
        if isinstance(at, Span) or (at.offset and at.name is not None):
            todo = "write the plain index on the left, and offsets on the right"
            reader.report(path, f"`{left.name}` can't be defined at this index", todo, text)
        elif at.name is not None:
            span = limits.get(at.name, reader.indices.get(at.name))
            if span is None:
                todo = suggestion(at.name, reader.indices, f"add `indices: {{{at.name}: 1..3}}`")
                if at.name not in reader.broken:
                    reader.report(path, f"the index `{at.name}` has no range", todo, text)
                reader.broken.add(at.name)
            else:
                yield at.name, span
