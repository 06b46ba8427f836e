"""Known mistakes behind wrong numbers: looked for only where an answer is neither right nor carried.

For each equation, what every known mistake makes of it is worked out from the student's own
values, and once from the true ones, at just the places where a number is wrong; slips of writing
are tried beside. What is named has to be certain (see certainty.py), and two mistakes at once are
tried only where one does not explain the number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tp_solver.grading.asked import asked_places
from tp_solver.grading.carry import WRONG, Judge
from tp_solver.grading.misconceptions import Mistake, catalogue
from tp_solver.grading.hidden import HiddenSteps
from tp_solver.grading.misconceptions.certainty import (
    FURTHER,
    HINT,
    LIMIT,
    REACH,
    Candidate,
    Items,
    certain,
    chances,
    together,
)
from tp_solver.grading.misconceptions.kinds import Scope
from tp_solver.grading.misconceptions.sums import spread
from tp_solver.grading.misconceptions.slips import Slip, slips_of_digits, swapped_components
from tp_solver.grading.misconceptions.trial import Places, tried
from tp_solver.grading.misconceptions.variants import Variant, pairs, variants
from tp_solver.grading.report import VERDICTS, Finding, Verdict
from tp_solver.graph.arithmetic import Table
from tp_solver.graph.arrays import Array
from tp_solver.graph.system import left_box
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Ref, shift
from tp_solver.solution import Solution

MOST_POSSIBLE = 3  # explanations that are all shown; of more, none is certain
MISCONCEPTION = VERDICTS.index(Verdict.MISCONCEPTION)

Ints = NDArray[np.intp]
Key = tuple[int, int]  # a submission of the batch, a number among all of a quantity


@dataclass(frozen=True)
class Explanations:
    """What explains wrong numbers, by quantity, submission and number."""

    found: Mapping[str, Mapping[Key, Finding]] = field(default_factory=dict)

    def of(self, key: str) -> Mapping[Key, Finding]:
        """Return the findings of one quantity."""
        return self.found.get(key, {})


@dataclass(frozen=True, eq=False)
class Explanation:
    """A candidate with the mistakes that it stands for, and how to name what they are about."""

    mistakes: tuple[str, ...]
    candidate: Candidate
    names: tuple[tuple[str, Node], ...] = ()
    placed: bool = True  # where the names' indices are those of the answer itself

    def some(self, mask: NDArray[np.bool_]) -> Explanation:
        """Keep some spots."""
        candidate = self.candidate
        return replace(self, candidate=replace(candidate, written=candidate.written[mask]))


@dataclass(frozen=True, eq=False)
class Spots:
    """Where numbers of one quantity are wrong: submissions and positions, components together.

    Arrays have a row for each spot, then the components.
    """

    key: str
    rows: Ints
    positions: Ints  # a column for each index axis
    typed: Array
    due: Array
    unit: Array
    grain: Array
    wrong: NDArray[np.bool_]
    numbers: Ints  # of the first component

    def some(self, mask: NDArray[np.bool_]) -> Spots:
        """Keep some spots."""
        return Spots(
            self.key,
            self.rows[mask],
            self.positions[mask],
            self.typed[mask],
            self.due[mask],
            self.unit[mask],
            self.grain[mask],
            self.wrong[mask],
            self.numbers[mask],
        )


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
        self.true_tables = {
            key: Table(table.box, np.expand_dims(table.data, len(table.box)))
            for key, table in solution.tables.items()
        }

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
        self.hidden = tuple(explainer.hidden_steps.of(judge))

    def named(self, key: str) -> dict[Key, Finding]:
        """Return the findings for one quantity."""
        spots = self.spots(key)
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

    def spots(self, key: str) -> Spots:
        """Gather the places of one quantity at which some component is wrong."""
        table = self.judge.solution.tables[key]
        verdicts, ids = self.judge.verdicts[key], self.judge.readings.ids[key]
        shape = self.system.shapes[key]
        count = int(np.prod(shape)) if shape else 1
        wrong = (verdicts.verdict == WRONG).reshape(len(ids), -1, count)
        rows, flat = np.nonzero(wrong.any(axis=2))
        values, units, _ = self.judge.readings.tokens.arrays
        full = np.moveaxis(self.judge.full[key], self.judge.typed[key].lead, 0)
        sizes = table.data.shape[: len(table.box)]
        first = np.array([span.first for span in table.box], dtype=int)
        positions = np.stack(np.unravel_index(flat, sizes), axis=1) + first if sizes else flat[:, None][:, :0]
        return Spots(
            key,
            rows,
            positions,
            values[ids].reshape(len(ids), -1, count)[rows, flat],
            verdicts.own.reshape(len(ids), -1, count)[rows, flat],
            full.reshape(len(ids), -1, count)[rows, flat],
            units[ids].reshape(len(ids), -1, count)[rows, flat],
            wrong[rows, flat],
            flat * count,
        )

    def at_equation(self, number: int, spots: Spots) -> dict[Key, Finding]:
        """Return the findings at the spots of one equation, the simplest that there are.

        A mistake in the step itself, or of the pen, comes first; then one in a step that was not
        written down; then two at once.
        """
        tried = [*self.direct(number, spots, self.explainer.of_equation(number))]
        tried += self.slips(spots)
        found, rest = self.decided(number, spots, tried, 0)
        for more in (
            lambda left: self.through(left),
            lambda left: self.direct(number, left, self.explainer.of_pairs(number), true=False),
        ):
            if not rest.any():
                break
            spots, before = spots.some(rest), len(tried)
            tried = [e.some(rest) for e in tried]
            new = list(more(spots))
            if new:
                named, rest = self.decided(number, spots, [*tried, *new], before)
                found |= named
                tried += new
            else:
                rest = np.ones(len(spots.rows), dtype=bool)
        return found

    def direct(
        self, number: int, spots: Spots, found: list[Variant], true: bool = True
    ) -> Iterator[Explanation]:
        """Try variants of an equation at the spots, from own values and from the true ones."""
        equation = self.system.equations[number]
        axes = [at.name for at in equation.left.axes if isinstance(at, At)]
        offsets = [at.offset for at in equation.left.axes if isinstance(at, At)]
        at = {
            name: spots.positions[:, axis] - offsets[axis]
            for axis, name in enumerate(axes)
            if name is not None
        }
        own = Places(self.judge.own_tables, spots.rows, at)
        truth = Places(self.explainer.true_tables, np.zeros_like(spots.rows), at)
        for variant in found:
            inside = np.ones(len(spots.rows), dtype=bool)
            for name, span in variant.equation.domain:
                inside &= (span.first <= at[name]) & (at[name] <= span.last)
            ids = tuple(mistake.id for mistake in variant.mistakes)
            weight = float(np.prod([mistake.weight for mistake in variant.mistakes]))
            written = self.tried(spots, variant, own, inside)
            yield Explanation(ids, Candidate(written, weight), variant.names)
            if true:
                other = self.tried(spots, variant, truth, inside)
                differs = np.abs(other - written) > REACH * spots.unit
                if differs.any():
                    other = np.where(differs, other, np.nan)
                    yield Explanation(ids, Candidate(other, weight / 2), variant.names)

    def tried(
        self, spots: Spots, variant: Variant, places: Places, inside: NDArray[np.bool_]
    ) -> Array:
        """Work a variant out where it holds, components in one row."""
        if not inside.all():
            places = Places(
                places.tables,
                places.rows[inside],
                {name: at[inside] for name, at in places.at.items()},
            )
        whole = np.full(spots.typed.shape, np.nan)
        if inside.any():
            value = tried(self.system, variant.equation, places)
            whole[inside] = value.reshape(len(value), -1)
        return whole

    def through(self, spots: Spots) -> Iterator[Explanation]:
        """Look up what mistakes in steps that were not written down make of these answers."""
        box = self.judge.solution.tables[spots.key].box
        first = np.array([span.first for span in box], dtype=int)
        index = tuple((spots.positions - first).T)
        for trial in self.hidden:
            if spots.key not in trial.given:
                continue
            at = np.searchsorted(trial.rows, spots.rows)
            inside = at < len(trial.rows)
            inside[inside] = trial.rows[at[inside]] == spots.rows[inside]
            if not inside.any():
                continue
            found = trial.given[spots.key][(*(axis[inside] for axis in index), at[inside])]
            written = np.full(spots.typed.shape, np.nan)
            written[inside] = found.reshape(len(found), -1)
            mistakes = trial.variant.mistakes
            weight = float(np.prod([mistake.weight for mistake in mistakes]))
            candidate = Candidate(written, weight, REACH + 2 * trial.steps)
            ids = tuple(mistake.id for mistake in mistakes)
            yield Explanation(ids, candidate, trial.variant.names, placed=False)

    def slips(self, spots: Spots) -> Iterator[Explanation]:
        """Try slips of writing at the spots."""
        known = catalogue()
        for slip in (
            *slips_of_digits(spots.due, spots.unit),
            *swapped_components(spots.due),
            *self.copied(spots),
        ):
            mistake: Mistake | None = known.get(slip.id)
            if mistake is not None:
                candidate = Candidate(slip.written, mistake.weight, slip.reach)
                yield Explanation((slip.id,), candidate, slip.names)

    def copied(self, spots: Spots) -> Iterator[Slip]:
        """Yield the values of other quantities at the same place, and the one a step before."""
        key = spots.key
        axes = self.system.axes[key]
        if key not in self.explainer.quantities:
            return
        for other in self.explainer.asked:
            same = self.system.axes[other] == axes and (
                self.system.shapes[other] == self.system.shapes[key]
            )
            if other != key and same:
                names = (("other", placed(other, axes, 0)),)
                yield Slip("slip-other-quantity", self.looked_up(other, spots, 0), names)
        if len(axes) == 1:
            names = (("other", placed(key, axes, -1)),)
            yield Slip("slip-previous-step", self.looked_up(key, spots, -1), names)

    def looked_up(self, key: str, spots: Spots, offset: int) -> Array:
        """Return the student's own values of a quantity, some steps away along the first index."""
        table = self.judge.own_tables[key]
        inside = np.ones(len(spots.rows), dtype=bool)
        index: list[Array] = []
        for axis, span in enumerate(table.box):
            at = spots.positions[:, axis] + (offset if axis == 0 else 0)
            inside &= (span.first <= at) & (at <= span.last)
            index.append(np.clip(at, span.first, span.last) - span.first)
        found = table.data[(*index, spots.rows)].reshape(len(spots.rows), -1)
        # Nobody needs to have copied a 0.
        return np.where(inside[:, None] & (found != 0), found, np.nan)

    def decided(
        self, number: int, spots: Spots, explanations: list[Explanation], first: int
    ) -> tuple[dict[Key, Finding], NDArray[np.bool_]]:
        """Return what is certain, and the spots at which something stays unexplained.

        Those before `first` have been decided on; they only count among what was tried.
        """
        wrong = spots.wrong
        items = Items(
            spots.typed[wrong], spots.due[wrong], spots.unit[wrong], spots.grain[wrong]
        )
        candidates = [
            Candidate(e.candidate.written[wrong], e.candidate.weight, e.candidate.reach)
            for e in explanations
        ]
        chance = chances(items, candidates)
        chance[:first] = np.inf
        limit = FURTHER if first else LIMIT
        sure = certain(chance, limit)
        spot, component = np.nonzero(wrong)
        self.strengthen(chance, sure, spots.rows[spot], explanations, limit)
        found: dict[Key, Finding] = {}
        for item in np.flatnonzero(sure.any(axis=0)):
            which = np.flatnonzero(sure[:, item])
            ordered = sorted(which, key=lambda i: float(chance[i, item]))
            finding = self.finding(number, spots, int(spot[item]), [explanations[i] for i in ordered])
            if finding is not None:
                place = int(spots.rows[spot[item]]), int(spots.numbers[spot[item]] + component[item])
                found[place] = finding
        rest = np.zeros(len(spots.rows), dtype=bool)
        rest[spot[~sure.any(axis=0)]] = True
        return found, rest

    def strengthen(
        self,
        chance: Array,
        sure: NDArray[np.bool_],
        rows: Ints,
        explanations: list[Explanation],
        limit: float,
    ) -> None:
        """Make certain what explains several numbers of one submission."""
        weak = np.isfinite(chance) & ~sure & (chance <= HINT)
        count = np.bincount(rows)
        groups: dict[tuple[int, tuple[str, ...]], list[tuple[int, int]]] = defaultdict(list)
        for i, item in zip(*np.nonzero(weak | sure), strict=True):
            if count[rows[item]] > 1 and explanations[i].mistakes:
                groups[int(rows[item]), explanations[i].mistakes].append((int(i), int(item)))
        for (row, _), members in groups.items():
            best: dict[int, tuple[int, float]] = {}
            for i, item in members:
                if item not in best or chance[i, item] < best[item][1]:
                    best[item] = (i, float(chance[i, item]))
            if len(best) < 2:
                continue
            ordered = sorted(best.items(), key=lambda pair: pair[1][1])
            enough = together([value for _, (_, value) in ordered], int(count[row]), limit)
            for item, (i, _) in ordered[:enough]:
                sure[i, item] = True

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
            names = tuple((name, plain(spread(shift(node, where)))) for name, node in explanation.names)
            possible.setdefault(explanation.mistakes, names)
        possible.pop((), None)
        if not 0 < len(possible) <= MOST_POSSIBLE:
            return None
        return Finding(tuple(possible), tuple(possible.values()))


def placed(key: str, axes: tuple[str, ...], offset: int) -> Ref:
    """Name a quantity at its indices, some steps away along the first."""
    ref, _ = parse_name(key)
    return ref.moved(tuple(At(name, offset if i == 0 else 0) for i, name in enumerate(axes)))
