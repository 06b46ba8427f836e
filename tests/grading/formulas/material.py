"""An exercise whose names formulas are written in, and what is decided of them."""

from __future__ import annotations

from functools import cache

from tests.conftest import ROOT
from tp_solver.grading.answers import expression
from tp_solver.grading.formulas.decision import Decision, decide
from tp_solver.grading.formulas.problem import Problem, posed, spelled
from tp_solver.grading.formulas.process import WORKER, Worker
from tp_solver.grading.report import Mark
from tp_solver.language.parse import parse
from tp_solver.solution import Solution, loads, solve

SYSTEM = solve(
    loads(
        "id: s\ntitle: S\nindices: {t: 1..3}\nfunctions: {'twice(z)': z + z}\n"
        "equations: ['q = x + y + w + f[3] + sum(W @ v) + n', 'L = q^2']\n"
        "given: {n: 1, x: 1, y: 2, w: 3, 'f[1..3]': [1, 2, 3], v: [1, 2], W: [[1, 2], [3, 4]]}\n"
        "questions:\n- {id: all, text: A., answers: [q]}\n"
    )
).model.system


@cache
def direct_path() -> Solution:
    """Solve the shipped exercise whose question `direct-path` asks for a formula."""
    return solve(loads((ROOT / "exercises" / "tp" / "tp-2.3.yaml").read_text(encoding="utf-8")))


def marked(typed: str) -> Mark:
    """Mark a formula typed for the question `direct-path`."""
    asked = next(a for a in direct_path().exercise.questions if a.question.id == "direct-path")
    return expression.mark(asked, typed, direct_path())


def decided(typed: str, *accepted: str, worker: Worker = WORKER, seconds: float = 20.0) -> Decision:
    """Decide between formulas in the system above, with time enough for a busy machine."""
    functions = SYSTEM.functions
    nodes = [parse(text, functions) for text in accepted]
    return decide(parse(typed, functions), nodes, SYSTEM, worker, seconds)


def same(typed: str, accepted: str) -> bool:
    """Tell whether two formulas are decided to be equivalent."""
    return decided(typed, accepted).same


def put(typed: str, accepted: str) -> Problem:
    """Put the problem of two formulas."""
    nodes = [spelled(parse(text, SYSTEM.functions), SYSTEM) for text in (typed, accepted)]
    problem = posed(nodes[0], nodes[1], SYSTEM)
    assert problem is not None
    return problem
