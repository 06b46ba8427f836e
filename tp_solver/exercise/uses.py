"""What `use:` puts into an exercise: cells and updates, their options checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tp_solver.errors import suggestion
from tp_solver.exercise.diagram import Diagram
from tp_solver.exercise.equations import placed_equation
from tp_solver.exercise.exercise import ANY, Equation, Given
from tp_solver.exercise.library import Choice, Kind, Rule, Template, template, template_names
from tp_solver.exercise.model import CellUse, UpdateUse
from tp_solver.exercise.pieces import Chosen, Piece, Setting, Start, renamed, without
from tp_solver.exercise.reader import Reader
from tp_solver.exercise.source import Keys
from tp_solver.exercise.use_cell import cell_pieces
from tp_solver.exercise.use_update import update_pieces
from tp_solver.language.notation import FUNCTIONS, fold_name
from tp_solver.language.plain import plain
from tp_solver.language.tokens import NAME
from tp_solver.language.tree import Op, refs, walk

MOST_MADE = 1000  # equations in all: what is done with them takes its time

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

Use = CellUse | UpdateUse


@dataclass
class Used:
    """What `use:` puts into an exercise."""

    equations: list[Equation] = field(default_factory=list)
    givens: list[Given] = field(default_factory=list)
    diagrams: list[Diagram] = field(default_factory=list)


def read_uses(reader: Reader, authored: Iterable[Equation]) -> Used:
    """Make the equations of the cells and updates, the numbers that they state or draw."""
    setting = _setting(reader, list(authored))
    used = Used()
    for i, item in enumerate(reader.file.use):
        path: Keys = ("use", i)
        use = CellUse(cell=item) if isinstance(item, str) else item
        found = _chosen(reader, use, path)
        if found is None:
            reader.broken.add(ANY)
            continue
        before = len(reader.issues)
        for piece in _pieces(reader, use, found, setting, path):
            if isinstance(piece, Diagram):
                used.diagrams.append(piece)
                continue
            if isinstance(piece, Start):
                given = Given(piece.ref, piece.value)
                reader.names.add(piece.ref.name)
                used.givens.append(reader.placed(given, path, plain(piece.ref)))
                continue
            if len(used.equations) >= MOST_MADE:
                todo = "use fewer layers, a shorter range, or a larger `truncate:`"
                reader.report(path, f"`use:` makes more than {MOST_MADE} equations", todo)
                reader.broken.add(ANY)
                return Used()
            setting.made.setdefault(piece.left.name, piece.left)
            text = f"{plain(piece.left)} = {plain(piece.right)}"
            limits = dict(piece.limits)
            used.equations += placed_equation(reader, piece.left, piece.right, limits, path, text)
        if len(reader.issues) > before:
            reader.broken.add(ANY)  # some of its names are not there, and all is said
    return used


def _pieces(
    reader: Reader, use: Use, found: Chosen, setting: Setting, path: Keys
) -> Iterator[Piece]:
    if isinstance(use, UpdateUse):
        return update_pieces(reader, use, found, setting, path)
    return cell_pieces(reader, use, found, setting, path)


def _setting(reader: Reader, authored: list[Equation]) -> Setting:
    """Gather what the exercise itself says of names: which it gives, and with which index."""
    names = {name: fold_name(name.partition("[")[0].strip()) for name in reader.file.given}
    given = set(names.values())
    indexed = {folded for name, folded in names.items() if "[" in name}
    defined = {equation.left.name: equation.left for equation in authored}
    indexed |= {name for name, left in defined.items() if left.index}
    for use in reader.file.use:
        if isinstance(use, UpdateUse) and use.index is not None:
            indexed |= set(use.of)
    read = {ref.name for equation in authored for ref in refs(equation.right)}
    for question in reader.file.questions:
        formulas = [*getattr(question, "answers", []), getattr(question, "answer", "")]
        read |= {fold_name(match[1]) for text in formulas for match in NAME.finditer(str(text))}
    return Setting(frozenset(given), defined, frozenset(indexed), frozenset(read), reader.indices)


def _chosen(reader: Reader, use: Use, path: Keys) -> Chosen | None:
    """Find the template and apply the options chosen, or report what is wrong with them."""
    update = isinstance(use, UpdateUse)
    kind: Kind = "updates" if update else "cells"
    name = use.update if isinstance(use, UpdateUse) else use.cell
    if name not in template_names(kind):
        _unknown(reader, kind, name, path)
        return None
    base = template(kind, name)
    before = len(reader.issues)
    _named_well(reader, use, path)
    rules, readout, rename = base.equations, base.readout, dict[str, str]()
    chosen: list[Choice] = []
    stated = use.model_extra or {}
    order = [*(option for option in base.options if option in stated), *stated]
    for option in dict.fromkeys(order):  # the file's order: a later option builds on earlier ones
        choice = _choice(reader, use, base, (option, stated[option]), path)
        if choice is not None:
            rules = replaced(rules, base.options[option][choice].equations)
            rename |= base.options[option][choice].rename
            chosen.append(base.options[option][choice])
    rules, readout = (tuple(renamed(rule, rename) for rule in some) for some in (rules, readout))
    if isinstance(use, CellUse):
        _names_known(reader, use, (*rules, *readout), path)
        rules, readout = without(rules, use.without), without(readout, use.without)
        rules, readout = (
            tuple(renamed(rule, use.rename) for rule in some) for some in (rules, readout)
        )
    if len(reader.issues) > before:
        return None
    return Chosen(base, rules, readout, _diagram(use, base, chosen))


def _diagram(use: Use, base: Template, chosen: Iterable[Choice]) -> Diagram | None:
    """Return the picture of a cell with its options chosen; None where it has none."""
    diagram = base.diagram
    for choice in chosen:
        if diagram is None or choice.diagram is False:
            return None
        if choice.diagram is not None:
            diagram = diagram.changed(choice.diagram)
        diagram = diagram.renamed(choice.rename)
    if diagram is not None and isinstance(use, CellUse):
        diagram = diagram.renamed(use.rename)
    return diagram


def _unknown(reader: Reader, kind: Kind, name: str, path: Keys) -> None:
    other: Kind = "cells" if kind == "updates" else "updates"
    what, todo = (
        f"there is no {kind[:-1]} `{name}`",
        f"choose one of {', '.join(template_names(kind))}",
    )
    if name in template_names(other):
        todo = (
            f"write `{{{other[:-1]}: {name}}}`"
            if kind == "updates"
            else (f"it is an update: write `{{update: {name}, of: [W], loss: L}}`")
        )
    elif kind == "cells":
        todo = suggestion(
            name, template_names(kind), f"{todo}, or write its equations under `equations:`"
        )
    else:
        todo = suggestion(name, template_names(kind), todo)
    reader.report(path, what, todo, name)


def _choice(
    reader: Reader, use: Use, base: Template, stated: tuple[str, Any], path: Keys
) -> str | None:
    """Check an option and its value; return the choice's name."""
    option, typed = stated
    path = (*path, option)
    fields = type(use).model_fields
    key = next(iter(fields))  # `cell` or `update`
    if option not in base.options:
        known = [*fields, *base.options]
        todo = suggestion(option, known, f"the keys here are {', '.join(known)}")
        reader.report_key(path, f"the {key} `{base.name}` has no option `{option}`", todo)
        return None
    choice = str(typed).lower() if isinstance(typed, bool) else str(typed)
    choice = {"true": "yes", "false": "no"}.get(choice, choice)
    if choice not in base.options[option]:
        todo = suggestion(
            choice, base.options[option], f"choose one of {', '.join(base.options[option])}"
        )
        reader.report(path, f"`{option}` can't be `{choice}`", todo)
        return None
    return choice


def replaced(rules: tuple[Rule, ...], by: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Replace equations that have the same left side; new ones stand before the last."""
    changed = {rule.left: rule for rule in by}
    kept = tuple(changed.pop(rule.left, rule) for rule in rules)
    return (*kept[:-1], *changed.values(), kept[-1])


def _named_well(reader: Reader, use: Use, path: Keys) -> None:
    """Check the names that equations are made with."""
    if isinstance(use, UpdateUse):
        for i, name in enumerate(use.of):
            _name_well_typed(reader, name, (*path, "of", i))
    for key in ("reads", "mask", "loss"):
        typed = getattr(use, key, None)
        if key in use.model_fields_set and typed is not None:
            _name_well_typed(reader, typed, (*path, key))
    if isinstance(use, CellUse) and use.suffix and _NAME.fullmatch(f"h_{use.suffix}") is None:
        what = f"names can't end in `_{use.suffix}`"
        reader.report((*path, "suffix"), what, "write letters, digits and `_`")


def _name_well_typed(reader: Reader, name: str, path: Keys) -> None:
    if _NAME.fullmatch(name) is None:
        reader.report(path, f"`{name}` is not a name", "write e.g. `W_f`")


def _names_known(reader: Reader, use: CellUse, rules: tuple[Rule, ...], path: Keys) -> None:
    """Check that what is to be renamed or left out is there."""
    trees = [node for rule in rules for node in (rule.left, rule.right)]
    names = {ref.name for tree in trees for ref in refs(tree)}
    functions = {part.op for tree in trees for part in walk(tree) if isinstance(part, Op)}
    functions &= FUNCTIONS.keys()
    fitting = {name for name, f in FUNCTIONS.items() if f.fewest == 1}
    for old, new in use.rename.items():
        where = (*path, "rename", old)
        if old not in names | functions:
            todo = suggestion(old, names | functions, f"it has {', '.join(sorted(names))}")
            reader.report_key(where, f"the cell `{use.cell}` has no `{old}`", todo)
        elif old in functions and new not in {*fitting, *reader.functions}:
            todo = suggestion(new, fitting, "define it under `functions:`")
            what = f"there is no function `{new}`"
            if new in FUNCTIONS:
                what = f"`{new}` takes {FUNCTIONS[new].fewest} arguments, and `{old}` takes one"
                todo = "choose a function of one argument"
            reader.report(where, what, todo)
        elif old in names:
            _name_well_typed(reader, new, where)
    for i, name in enumerate(use.without):
        if name not in names:
            todo = suggestion(name, names, f"it has {', '.join(sorted(names))}")
            reader.report((*path, "without", i), f"the cell `{use.cell}` has no `{name}`", todo)
