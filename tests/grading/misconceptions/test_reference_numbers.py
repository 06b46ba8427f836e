"""Rewritings against independent numbers of the same mistakes, made consistently."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.written import model
from tp_solver.exercise.exercise import Equation
from tp_solver.grading.misconceptions import catalogue
from tp_solver.grading.misconceptions.kinds import Scope
from tp_solver.grading.misconceptions.variants import variants
from tp_solver.graph.evaluate import evaluate
from tp_solver.graph.schedule import schedule
from tp_solver.language.plain import plain
from tp_solver.language.tree import Span

GIVEN: dict[str, Any] = {
    **{"x": [1, 0.5, -0.3], "h[0]": 0, "C[0]": 0},
    **{"W_f": [0.1, 0.2], "W_i": [0.3, -0.1], "W_C": [0.2, 0.4], "W_o": [0.1, 0.3]},
    **{"b_f": 0, "b_i": 0.1, "b_C": 0, "b_o": 0},
}  # exercise 2.1; its gradients are those of the last hidden state
ASKED = [f"dL/d{kind}_{gate}" for gate in "fiCo" for kind in "Wb"]

# Mistakes whose numbers follow from every rewriting of theirs, and those that were made in some
# equations only: the equations, or the formula that an equation becomes.
EVERYWHERE = [
    *("lstm-no-tanh-on-C", "lstm-sigmoid-on-C", "lstm-candidate-sigmoid", "lstm-concat-order"),
    *("lstm-forgot-bias", "lstm-f-times-candidate", "lstm-swap-f-i", "lstm-i-plus-candidate"),
    *("lstm-forgot-fC", "lstm-forgot-f-factor", "lstm-h-for-C", "lstm-no-recurrence"),
    *("sigmoid-sign", "sigmoid-twice", "bptt-no-dC-next", "bptt-dC-forgot-f", "bptt-tanh-tanh"),
    *("bptt-1-minus-C2", "bptt-sigmoid-of-activation", "bptt-tanh-of-activation"),
    *("bptt-C-current", "bptt-index-wrap", "bptt-h-current", "bptt-only-direct-term"),
    *("bptt-overwrite", "bptt-parentheses", "bptt-o-uses-C", "bptt-forgot-slice"),
]
SOME: dict[str, dict[str, str]] = {
    "lstm-add-instead-of-concat": {"z_f": "", "z_i": "", "z_C": "", "z_o": ""},
    "lstm-wrong-gate-bias": {"z_f": "b_o", "z_i": "b_o"},
    "tanh-twice-forward": {"C_tilde": ""},
    "tan-for-tanh": {"h": "tan("},
    "lstm-gate-order": {"C_tilde": "z_o", "o": "z_C"},
    "bptt-forgot-tanh-derivative": {"dL/dC": ""},
    "bptt-1-plus-tanh2": {"dL/dC": ""},
    "bptt-minus-tanh2": {"dL/dC": ""},
    "bptt-f-no-derivative": {"dL/dz_f": ""},
    "bptt-f-sigmoid-instead-of-derivative": {"dL/dz_f": ""},
    "bptt-bias-copy-paste": {"dL/db_i": "dz_f", "dL/db_C": "dz_f", "dL/db_o": "dz_f"},
    "bptt-forgot-a-gate-in-dh": {"dL/dh": "dz_f[t+1] * W_f.1 + dL/dz_i[t+1] * W_i.1 + dL/dz_C"},
}
# Two mistakes of the catalogue at once, or one by another name: with the weights of another gate
# its bias came too; and where the loss is at the end only, all of dL/dh comes from the next step.
OTHERS: dict[str, dict[str, dict[str, str]]] = {
    "lstm-same-W-all-gates": {"lstm-gate-order": {"f": "z_i", "C_tilde": "z_i", "o": "z_i"}},
    "bptt-no-carry": {"bptt-no-carry": {}, "bptt-no-dC-next": {}},
    "bptt-no-dh-next": {"bptt-no-carry": {"dL/dh": ""}},
}
CASES: dict[str, dict[str, dict[str, str]]] = {
    **{id: {id: {}} for id in EVERYWHERE},
    **{id: {id: where} for id, where in SOME.items()},
    **OTHERS,
}


@cache
def scope() -> Scope:
    loaded = model(["L = h[3]"], GIVEN, ["C", "h", *ASKED], {"t": "1..3"}, "use: lstm")
    return Scope(loaded.system)


def others(whole: Equation, part: Equation) -> Iterator[Equation]:
    """Yield an equation at the positions that a mistake leaves alone."""
    for (index, span), (_, cut) in zip(whole.domain, part.domain, strict=True):
        if cut.first > span.first:
            yield replace(whole, domain=((index, Span(span.first, cut.first - 1)),))
        if cut.last < span.last:
            yield replace(whole, domain=((index, Span(cut.last + 1, span.last)),))


def spoiled(rules: dict[str, dict[str, str]]) -> tuple[Equation, ...]:
    """Make mistakes in every equation in which they are possible, or in some."""
    equations: list[Equation] = []
    changes = 0
    for i, equation in enumerate(scope().system.equations):
        wrong = None
        for id, where in rules.items():
            key = plain(equation.left).partition("[")[0]
            for variant in variants(scope(), i, (catalogue()[id],)):
                text = plain(variant.equation.right)
                if wrong is None and (not where or (key in where and where[key] in text)):
                    wrong = variant.equation
        changes += wrong is not None
        equations += [equation] if wrong is None else [wrong, *others(equation, wrong)]
    assert changes
    return tuple(equations)


@pytest.mark.parametrize("id", CASES)
def test_numbers_of_the_mistake(id: str, reference: Path) -> None:
    met = json.loads((reference / "mistakes.json").read_text(encoding="utf-8"))
    example = next(one["numeric_example"] for one in met if one["id"] == id)
    system = replace(scope().system, equations=spoiled(CASES[id]))
    tables = evaluate(system, schedule(system))
    wrong = example["wrong"]
    if isinstance(wrong, list):
        wrong = {name: [step[name] for step in wrong] for name in ("C", "h")}
    for name, wanted in wrong.items():
        key = name.replace("dL_d", "dL/d")
        table = tables[key]
        first = 1 - table.box[0].first if table.box else 0
        found = table.data[first:] if table.box else table.data
        np.testing.assert_allclose(np.ravel(found), wanted, rtol=1e-11, atol=1e-13)


def test_every_number_of_these_exercises_is_compared(reference: Path) -> None:
    met = json.loads((reference / "mistakes.json").read_text(encoding="utf-8"))
    numbered = {one["id"] for one in met if "wrong" in one.get("numeric_example", {})}
    assert numbered == set(CASES)
