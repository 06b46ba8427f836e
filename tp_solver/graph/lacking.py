"""Names that equations read and that nothing defines; those of a shipped cell told together."""

from __future__ import annotations

from collections.abc import Iterator

from tp_solver.errors import Issue, suggestion
from tp_solver.exercise.exercise import Equation, Exercise
from tp_solver.exercise.model import CellUse, UpdateUse
from tp_solver.exercise.source import Keys
from tp_solver.language.tree import At, Ref, bound_refs, index_text

_DEFINE = "define it by an equation, or under `given:`"


class Lacking:
    """Gathers undefined names."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.own: list[Issue] = []
        self.uses: dict[Keys, dict[str, Issue]] = {}
        read = {r.name for e in exercise.equations for r, _ in bound_refs(e.right)}
        own = {g.ref.name for g in exercise.givens}
        own |= {e.left.name for e in exercise.equations if not exercise.used(e)}
        self.idle = own - read
        self.states: set[str] = set()  # whose beginning a cell needs, and was told to

    def add(self, equation: Equation, name: str, known: set[str]) -> None:
        """Note a name that an equation reads and that nothing defines."""
        path, _ = self.exercise.written(equation)
        used = self.exercise.used(equation)
        todo = suggestion(name, known, _DEFINE)
        if used:  # of a cell's names only one that is given in vain can be a slip
            todo = suggestion(name, self.idle, "give it under `given:`")
        issue = self.exercise.issue(equation, f"nothing defines `{name}`", todo, name)
        if not used:
            self.own.append(issue)
        else:
            self.uses.setdefault(path, {})[name] = issue

    def issues(self) -> Iterator[Issue]:
        """Word every name, those that a cell lacks in one issue."""
        yield from self.own
        for path, lacking in self.uses.items():
            if len(lacking) == 1:
                yield from lacking.values()
                continue
            use = self.named(path)
            beginnings = list(self.beginnings(path))
            what = f"`{use}` needs {', '.join([*lacking, *beginnings])}"
            todo = "give them under `given:`"
            if beginnings and use.startswith("cell"):
                todo += ", or `start: 0` for states that begin at 0"
            yield self.exercise.source.issue(path, what, todo)

    def named(self, path: Keys) -> str:
        """Spell what is used: `use: lstm`, `cell: lstm`, `update: adam`."""
        position = path[1]
        assert isinstance(position, int)
        match self.exercise.file.use[position]:
            case CellUse(cell=name):
                return f"cell: {name}"
            case UpdateUse(update=name):
                return f"update: {name}"
            case name:
                return f"use: {name}"

    def beginnings(self, path: Keys) -> Iterator[str]:
        """Spell the states that a cell reads one step before, where nothing is given of them."""
        given = {g.ref.name for g in self.exercise.givens} | self.exercise.broken
        for equation in self.exercise.equations:
            if self.exercise.written(equation)[0] != path:
                continue
            for ref, _ in bound_refs(equation.right):
                if ref.over is None and ref.name not in given | self.states:
                    beginning = self.beginning(equation, ref)
                    if beginning:
                        self.states.add(ref.name)
                        yield beginning

    def beginning(self, equation: Equation, ref: Ref) -> str:
        """Spell where a state begins, before its first step or after its last: `h[1..2, 0]`."""
        moves = [at for at in ref.index if isinstance(at, At) and at.name and at.offset]
        if not moves or any(at.name not in equation.ranges for at in moves):
            return ""
        places: list[str] = []
        for at in ref.index:
            if not isinstance(at, At) or at.name not in equation.ranges:
                places.append(index_text(at))
                continue
            span = equation.ranges[at.name]
            beyond = (span.first if at.offset < 0 else span.last) + at.offset
            places.append(str(beyond) if at.offset else f"{span.first}..{span.last}")
        return f"{ref.name}[{', '.join(places)}]"
