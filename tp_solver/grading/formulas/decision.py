"""Whether a formula is one of those accepted, and how that was decided.

In this order: the same up to the order of terms; told apart at random points in float64; then, in
a process that is killed when it overruns, told apart at 50 digits, proved by SymPy, or neither.
Two formulas agree when they have equal values wherever both have real ones, and when they have
them at the same points where every name is positive: `sqrt(x)^2` and `log(x*y)` are `x` and
`log(x) + log(y)`, which a person would accept though they have values at more or fewer points
among the negative ones; `sqrt(x^2)` is not `x`, and `log(x-5) - log(x-5) + x` is not either.

Where values alone decide, a wrong "same" has a probability of at most `error`. For rational
formulas that is a theorem (see `residues`). For others it rests on an assumption: formulas that
differ do so, by more than one part in 10^9, at a twentieth at least of the points drawn where both
have values; each of n points then misses the difference with probability 19/20. A difference that
shows only beyond 3, only below 0.15, or at fewer points, may stay unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tp_solver.errors import ModelError
from tp_solver.grading.formulas.normal import normal
from tp_solver.grading.formulas.problem import (
    Problem,
    Unusable,
    check_names,
    posed,
    spelled,
)
from tp_solver.grading.formulas.process import WORKER, Reply, Worker
from tp_solver.grading.formulas.screen import Screened, screened
from tp_solver.graph.system import System
from tp_solver.language.tree import Node, refs

SECONDS = 2.0  # of the worker's time for all accepted formulas together
SHARE = 1 / 20  # of the points at which formulas that differ are assumed to differ
MOST_ERROR = 1e-6  # where the error may be larger, a person decides
PRECISE_POINTS = 64  # at 50 digits
MANY_PRECISE_POINTS = 512  # where float64 is of little use
PRECISE, FLOAT64 = 50, 15


@dataclass(frozen=True)
class Decision:
    """Whether two formulas agree, and how that was decided.

    "identical": up to the order of terms; "exact": proved; "values": at `points` random points, at
    most with `digits` digits, a "same" being wrong with probability `error`; "undecided": a person
    must decide.
    """

    same: bool
    how: Literal["identical", "exact", "values", "undecided"]
    error: float = 0.0
    points: int = 0
    digits: int = 0


UNDECIDED = Decision(same=False, how="undecided")
DIFFERENT = Decision(same=False, how="values")


def decide(
    typed: Node,
    accepted: Sequence[Node],
    system: System,
    worker: Worker = WORKER,
    seconds: float = SECONDS,
) -> Decision:
    """Decide whether a formula is equivalent to one of those accepted.

    Raises UnknownName and TooLarge of what was typed; one whose shapes don't fit is different.
    """
    if typed in accepted:
        return Decision(same=True, how="identical")
    check_names(typed, {ref for node in accepted for ref in refs(node)}, system)
    decisions: list[Decision] = []
    doubtful: list[tuple[Problem, Screened]] = []
    for problem in _problems(typed, accepted, system):
        if problem is None:
            decisions.append(UNDECIDED)
        elif normal(problem.left, problem.shapes) == normal(problem.right, problem.shapes):
            return Decision(same=True, how="identical")
        else:
            seen = screened(problem)
            if seen.verdict == "truth":
                decisions.append(UNDECIDED)
            elif seen.verdict != "apart":
                doubtful.append((problem, seen))
    for problem, seen in doubtful:
        enough = seen.verdict == "alike" and seen.points >= MANY_PRECISE_POINTS
        points = PRECISE_POINTS if enough else MANY_PRECISE_POINTS
        reply = worker.ask(problem, points, seconds) if seconds > 0 else Reply("overrun")
        seconds -= reply.seconds
        decision = _concluded(seen, reply)
        if decision.same:
            return decision
        decisions.append(decision)
    return UNDECIDED if UNDECIDED in decisions else DIFFERENT


def _problems(typed: Node, accepted: Iterable[Node], system: System) -> Iterable[Problem | None]:
    """Yield what is to be decided with each accepted formula; None for one of no use."""
    try:
        own = spelled(typed, system)
    except ModelError:
        return
    for node in accepted:
        try:
            problem = posed(own, _usable(node, system), system)
        except Unusable:
            yield None
        except ModelError:
            return
        else:
            if problem is not None:
                yield problem


def _usable(node: Node, system: System) -> Node:
    try:
        return spelled(node, system)
    except ValueError as error:
        raise Unusable(str(error)) from error


def _concluded(seen: Screened, reply: Reply) -> Decision:
    """Put together what float64 showed and what the worker found."""
    if reply.values == "apart" or reply.exact is False:
        return DIFFERENT
    if reply.exact:
        return Decision(same=True, how="exact")
    alike = seen.verdict == "alike"
    if reply.values == "alike":
        points = reply.points + (seen.points if alike else 0)
        return _by_values(points, PRECISE, reply.error)
    if reply.values is None and reply.ended in ("crashed", "absent"):
        if alike:
            return _by_values(seen.points, FLOAT64)
        if not seen.domains:
            return DIFFERENT
    return UNDECIDED


def _by_values(points: int, digits: int, bound: float | None = None) -> Decision:
    error = (1 - SHARE) ** points
    error = error if bound is None else min(error, bound)
    if error > MOST_ERROR:
        return UNDECIDED
    return Decision(same=True, how="values", error=error, points=points, digits=digits)
