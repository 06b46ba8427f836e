"""Known mistakes behind wrong numbers, looked for where an answer is neither right nor carried.

For each equation, what every known mistake makes of it is worked out from the student's own
values, and once from the true ones, at just the places where a number is wrong; slips of writing
are tried beside. What is named has to be certain (see certainty.py), and two mistakes at once are
tried only where one does not explain the number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.asked import asked_places
from tp_solver.grading.candidates import Candidates
from tp_solver.grading.carry import Judge
from tp_solver.grading.hidden import Hidden, HiddenSteps
from tp_solver.grading.misconceptions.certainty import (
    FURTHER,
    HINT,
    LIMIT,
    Hits,
    Items,
    hits,
    together,
)
from tp_solver.grading.misconceptions.kinds import Scope
from tp_solver.grading.misconceptions.sums import spread
from tp_solver.grading.misconceptions.variants import Variant, pairs, variants
from tp_solver.grading.report import VERDICTS, Finding, Verdict
from tp_solver.grading.spots import Explanation, Ints, Spots, spots_of
from tp_solver.graph.system import left_box
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, shift
from tp_solver.solution import Solution

MOST_POSSIBLE = 3  # explanations that are all shown; of more, none is certain
MISCONCEPTION = VERDICTS.index(Verdict.MISCONCEPTION)

Key = tuple[int, int]  # a submission of the batch, a number among all of a quantity


@dataclass(frozen=True)
class Explanations:
    """What explains wrong numbers, by quantity, submission and number."""

    found: Mapping[str, Mapping[Key, Finding]] = field(default_factory=dict)

    def of(self, key: str) -> Mapping[Key, Finding]:
        """Return the findings of one quantity."""
        return self.found.get(key, {})


class Explainer:
    """Looks for known mistakes in the batches of one exercise; what they make is found once."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.system = solution.model.system
        self.scope = Scope(self.system)
        questions = {asked.question.id for asked in solution.exercise.questions}
        self.quantities = frozenset(
            key for key in self.system.axes if key.partition("~")[0] not in questions
        )
        self.asked = tuple(sorted(asked_places(solution).keys() & self.quantities))
        self.hidden_steps = HiddenSteps(solution, self.of_equation)
        self.singles: dict[int, list[Variant]] = {}
        self.doubles: dict[int, list[Variant]] = {}

    def of_equation(self, number: int) -> list[Variant]:
        """Return what single mistakes make of an equation."""
        if number not in self.singles:
            self.singles[number] = variants(self.scope, number)
        return self.singles[number]

    def of_pairs(self, number: int) -> list[Variant]:
        """Return what two mistakes at once make of an equation."""
        if number not in self.doubles:
            self.doubles[number] = pairs(self.scope, self.of_equation(number))
        return self.doubles[number]

    def explain(self, judge: Judge) -> Explanations:
        """Find what explains the wrong numbers of a batch; their verdicts are changed."""
        if not len(judge.rows):
            return Explanations()
        search = Search(self, judge)
        found: dict[str, Mapping[Key, Finding]] = {}
        for key, verdicts in judge.verdicts.items():
            if key not in judge.exact_own:
                continue
            named = search.named(key)
            if named:
                found[key] = named
                rows, numbers = np.array(list(named)).T
                verdicts.verdict[rows, numbers] = MISCONCEPTION
        return Explanations(found)


class Search:
    """The search in one batch."""

    def __init__(self, explainer: Explainer, judge: Judge) -> None:
        self.explainer = explainer
        self.judge = judge
        self.system = explainer.system
        self.candidates = Candidates(judge, explainer.asked)

    @cached_property
    def hidden(self) -> tuple[Hidden, ...]:
        """Return what mistakes in steps that were not written down make of the answers."""
        return tuple(self.explainer.hidden_steps.of(self.judge))

    def named(self, key: str) -> dict[Key, Finding]:
        """Return the findings for one quantity."""
        spots = spots_of(self.judge, key)
        found: dict[Key, Finding] = {}
        if not len(spots.rows):
            return found
        for number, equation in enumerate(self.system.equations):
            if equation.left.key == key:
                box = left_box(equation)
                inside = np.ones(len(spots.rows), dtype=bool)
                for axis, span in enumerate(box):
                    at = spots.positions[:, axis]
                    inside &= (span.first <= at) & (at <= span.last)
                if inside.any():
                    found |= self.at_equation(number, spots.some(inside))
        return found

    def at_equation(self, number: int, spots: Spots) -> dict[Key, Finding]:
        """Return the findings at the spots of one equation, the simplest that there are.

        A mistake in the step itself, or of the pen, comes first; then one in a step that was not
        written down; then two at once.
        """
        offer, of_pairs = self.candidates, self.explainer.of_pairs
        single = self.explainer.of_equation(number)
        tried = [e.of(spots.wrong) for e in offer.direct(number, spots, single)]
        tried += [e.of(spots.wrong) for e in offer.slips(spots)]
        found, rest = self.decided(number, spots, tried, 0)
        further: tuple[Callable[[Spots], Iterator[Explanation]], ...] = (
            lambda left: offer.through(left, self.hidden),
            lambda left: offer.direct(number, left, of_pairs(number), true=False),
        )
        for more in further:
            if not rest.any():
                break
            before = len(tried)
            tried += [e.of(spots.wrong, rest) for e in more(spots.some(rest))]
            if len(tried) > before:
                named, still = self.decided(number, spots, tried, before)
                found = named | found
                rest &= still
        return found

    def decided(
        self, number: int, spots: Spots, explanations: list[Explanation], first: int
    ) -> tuple[dict[Key, Finding], NDArray[np.bool_]]:
        """Return what is certain, and the spots at which something stays unexplained.

        Those before `first` have been decided on; they only count among what was tried.
        """
        wrong = spots.wrong
        items = Items(spots.typed[wrong], spots.due[wrong], spots.unit[wrong], spots.grain[wrong])
        seen = hits(items, [e.candidate for e in explanations], first)
        spot, component = np.nonzero(wrong)
        limit = FURTHER if first else LIMIT
        sure = seen.chance <= limit
        sure |= self.strengthened(seen, spots.rows[spot], explanations, limit)
        explained: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for at in np.flatnonzero(sure):
            explained[int(seen.item[at])].append((float(seen.chance[at]), int(seen.which[at])))
        found: dict[Key, Finding] = {}
        for item, ways in explained.items():
            likely = [explanations[which] for _, which in sorted(ways)]
            finding = self.finding(number, spots, int(spot[item]), likely)
            if finding is not None:
                first_one = int(spots.numbers[spot[item]])
                found[int(spots.rows[spot[item]]), first_one + int(component[item])] = finding
        open_items = np.ones(len(spot), dtype=bool)
        open_items[list(explained)] = False
        rest = np.zeros(len(spots.rows), dtype=bool)
        rest[spot[open_items]] = True
        return found, rest

    def strengthened(
        self, seen: Hits, rows: Ints, explanations: list[Explanation], limit: float
    ) -> NDArray[np.bool_]:
        """Tell which hits are certain because one mistake explains several numbers of a student."""
        count = np.bincount(rows)
        groups: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
        for at in np.flatnonzero((seen.chance <= HINT) & (count[rows[seen.item]] > 1)):
            mistakes = explanations[seen.which[at]].mistakes
            groups[int(rows[seen.item[at]]), mistakes].append(int(at))
        found = np.zeros(len(seen.item), dtype=bool)
        for (row, _), members in groups.items():
            best: dict[int, int] = {}
            for hit in sorted(members, key=lambda hit: float(seen.chance[hit])):
                best.setdefault(int(seen.item[hit]), hit)
            ordered = list(best.values())
            enough = together([float(seen.chance[at]) for at in ordered], int(count[row]), limit)
            found[ordered[:enough]] = True
        return found

    def finding(
        self, number: int, spots: Spots, spot: int, explanations: list[Explanation]
    ) -> Finding | None:
        """Put explanations into words' keys; None where there are too many to be sure of any."""
        places = {
            at.name: At(None, int(spots.positions[spot, axis]) - at.offset)
            for axis, at in enumerate(self.system.equations[number].left.axes)
            if isinstance(at, At) and at.name
        }
        possible: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        for explanation in explanations:
            where = places if explanation.placed else {}
            names = tuple(
                (name, plain(spread(shift(node, where)))) for name, node in explanation.names
            )
            possible.setdefault(explanation.mistakes, names)
        possible.pop((), None)
        if not 0 < len(possible) <= MOST_POSSIBLE:
            return None
        return Finding(tuple(possible), tuple(possible.values()))
