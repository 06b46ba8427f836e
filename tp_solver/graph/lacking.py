"""Names that equations read and that nothing defines; those of a shipped cell told together."""

from __future__ import annotations

from collections.abc import Iterator

from tp_solver.errors import Issue, suggestion
from tp_solver.exercise.cells import cell_equations
from tp_solver.exercise.exercise import Equation, Exercise
from tp_solver.language.tree import At, bound_refs

_DEFINE = "define it by an equation, or under `given:`"


class Lacking:
    """Gathers undefined names."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.own: list[Issue] = []
        self.cells: dict[str, dict[str, Issue]] = {}
        self.states: set[str] = set()  # whose beginning a cell needs, and was told to

    def add(self, equation: Equation, name: str, known: set[str]) -> None:
        """Note a name that an equation reads and that nothing defines."""
        todo = suggestion(name, known, _DEFINE)
        issue = self.exercise.issue(equation, f"nothing defines `{name}`", todo, name)
        path, text = self.exercise.places.get(id(equation), ((), ""))
        if path != ("use",):
            self.own.append(issue)
            return
        cell = next((c for c in self.exercise.file.use if text in cell_equations(c)), "")
        self.cells.setdefault(cell, {})[name] = issue

    def issues(self) -> Iterator[Issue]:
        """Word every name, those that a cell lacks in one issue."""
        yield from self.own
        for cell, lacking in self.cells.items():
            if len(lacking) == 1:
                yield from lacking.values()
                continue
            names = [*lacking, *self.beginnings(cell)]
            what = f"`use: {cell}` needs {', '.join(names)}"
            source = self.exercise.source
            yield source.issue(("use",), what, "give them under `given:`", cell)

    def beginnings(self, cell: str) -> Iterator[str]:
        """Spell the states that a cell reads one step before, where nothing is given of them."""
        given = {g.ref.name for g in self.exercise.givens} | self.exercise.broken
        for equation in self.exercise.equations:
            if self.exercise.places[id(equation)][1] not in cell_equations(cell):
                continue
            for ref, _ in bound_refs(equation.right):
                at = ref.index[0] if ref.index else None
                if isinstance(at, At) and at.name and at.offset and ref.name not in given:
                    if ref.name not in self.states:
                        yield f"{ref.name}[{equation.ranges[at.name].first + at.offset}]"
                    self.states.add(ref.name)
