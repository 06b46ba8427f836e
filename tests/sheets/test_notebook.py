"""Notebooks: they run, they agree, in NumPy and in PyTorch; nothing typed becomes code."""

from __future__ import annotations

import ast
import importlib.util
import json
import keyword
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.graph.systems import Written, losses, recurrences
from tests.graph.test_ops import CASES
from tests.written import model, text
from tp_solver.catalogue import exercise_files
from tp_solver.errors import UserError
from tp_solver.graph.ops import OPS
from tp_solver.graph.schedule import ground
from tp_solver.graph.shapes import Shapes
from tp_solver.places import exercises_dir
from tp_solver.sheets.notebook import solution_notebook
from tp_solver.sheets.source import Names
from tp_solver.sheets.source_ops import Row, row_of
from tp_solver.solution import Solution, load, loads, solve
from tp_solver.text import languages, words

TORCH = importlib.util.find_spec("torch") is not None
EN = words("en")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
DRIVER = """
import contextlib, io, json, runpy, sys, traceback, warnings
warnings.simplefilter("error", RuntimeWarning)
for path in sys.argv[1:]:
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path(path)
        print(json.dumps([path, out.getvalue(), ""]))
    except Exception:
        print(json.dumps([path, out.getvalue(), traceback.format_exc()]))
"""

# Systems that are hard to get right: what each is about, and its equations and numbers.
HARD: dict[str, str] = {
    "gradients handed down to a loss that is defined too": text(
        ["h[t] = tanh(w * h[t-1] + x[t])", "L = h[3]^2"],
        {"w": 0.5, "h[0]": 0.1, "x": [1, -1, 0.5], "dL/dh[2]": 0.25, "dL/dw": 0.125},
        ["dL/dw", "dL/dh[1]", "dL/dx"],
        {"t": "1..3"},
    ),
    "another name for the same quantity": text(
        ["y = v", "z = y.1", "L = sum(v) * z + sum(y * y)"],
        {"v": [1, 2, 3]},
        ["dL/dy", "dL/dv", "dL/dz"],
    ),
    "a gradient stopped, and asked for beyond": text(
        ["y = detach(v)", "k = 3", "L = sum(v * y) + k^2"],
        {"v": [1.5, 2]},
        ["dL/dv", "dL/dy", "dL/dk"],
    ),
    "Jacobians": text(
        ["h[t] = tanh(W @ h[t-1])", "u = h[3] * s", "m = W @ [s, s]"],
        {"W": [[0.5, -0.2], [0.3, 0.8]], "h[0]": [0.1, 0.7], "s": 2},
        ["dh[3]/dh[0]", "dh[3]/dh[3]", "du/ds", "dh[2]/dh[1]", "dm/ds"],
        {"t": "1..3"},
    ),
    "a gradient inside the forward pass": text(
        ["L = (w * x)^2", "g = dL/dw", "w_new = w - 0.1 * g", "M = (w_new * x)^2 + norm([g, 2])"],
        {"w": 1.5, "x": -0.5},
        ["w_new", "dM/dw_new", "dL/dx"],
    ),
    "a batch, backward in time, with a mask": text(
        [
            "h[b, t] = m[b, t] * tanh(W @ [h[b, t+1], x[b, t]]) + (1 - m[b, t]) * h[b, t+1]",
            "L = mean(b, sum(t, m[b, t] * sum(h[b, t]^2)))",
            "s = first(t, sum(m[1, t]) < 1)",
        ],
        {
            "W": [[0.5, -0.2, 0.4], [0.3, 0.8, -0.6]],
            "h[1..2, 4]": [[0, 0.1], [0.2, 0]],
            "x": [[1, -1, 0.5], [0.3, 0.2, 0.1]],
            "m": [[1, 1, 0], [1, 0, 0]],
        },
        ["h", "dL/dW", "dL/dh", "dL/dx", "s"],
        {"b": "1..2", "t": "1..3"},
    ),
    "names that Python has already": text(
        [
            "np[t] = lambda * np[t-1] + print.2 * C̃",
            "given = np[2] + print.1 + check",
            "L = given^2",
        ],
        {"lambda": 0.5, "np[0]": 1, "print": [2, 3], "C̃": 0.1, "check": 4},
        ["given", "dL/dlambda", "dL/dC_tilde", "dL/dprint"],
        {"t": "1..2"},
    ),
    "ties, bounds and kinks": text(
        [
            "y = max(a, b) + min(a, b) + relu(a - b) + abs(a - b) + clip(a, 0, 2)",
            "L = sum(y * a) + max(a) + min(b)",
        ],
        {"a": [1, 2, 0, 2], "b": [1, 1, 3, 3]},
        ["y", "dL/da", "dL/db"],
    ),
    "functions of an author": text(
        ["h[t] = swish(w * h[t-1]) + 2^(-t) + sqrt(t) + exp(-1)", "L = sum(h[2])"],
        {"w": [1, -2], "h[0]": [0.5, 0.3]},
        ["h", "dL/dw"],
        {"t": "1..2"},
        "functions:\n  swish(z): z * sigmoid(z)",
    ),
    "two steps of training": text(
        [
            "h[n, t] = tanh(w[n-1] * h[n, t-1] + x[t])",
            "L[n] = (h[n, 2] - 1)^2",
            "w[n] = w[n-1] - eta * dL[n]/dw[n-1]",
        ],
        {"h[1..3, 0]": 0.1, "x": [1, -0.5], "w[0]": 0.7, "eta": 0.5},
        ["w", "L", "dL[2]/dh[2, 1]"],
        {"n": "1..3", "t": "1..2"},
    ),
}


def operations() -> dict[str, Solution]:
    """Solve an exercise for every case of every operation, with the gradients it has."""
    found = {}
    for name, cases in CASES.items():
        for i, case in enumerate(cases):
            if case.low < -100:
                continue
            weights = np.random.default_rng(4).uniform(0.5, 1.5, case.shape())
            equations = [f"y = ({case.formula})", "L = sum(c * y) + 0 * sum(a)"]
            asked = ["y", *(f"dL/d{name}" for name in case.shapes if name != case.whole)]
            if not case.differentiable:
                equations[1], asked = "L = sum(c) + 0 * sum(a)", ["y"]
            found[f"{name}-{i}"] = solve(model(equations, case.numbers(5) | {"c": weights}, asked))
    return found


def random_systems() -> dict[str, Solution]:
    """Solve systems drawn at random, the same every time."""
    found: dict[str, Solution] = {}

    @settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=SLOW)
    @given(st.one_of(losses(), recurrences()))
    def gather(written: Written) -> None:
        given_numbers, indices = written.given, written.indices
        drawn = model(written.equations, given_numbers, written.asked, indices, written.extra)
        found["; ".join(written.equations)] = solve(drawn)

    gather()
    return found


def code(notebook: str) -> str:
    """Return all code of a notebook."""
    cells = json.loads(notebook)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def run(folder: Path, sources: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Run programs, each in a namespace of its own; return what each printed, and its error."""
    paths = {}
    for i, (name, program) in enumerate(sources.items()):
        paths[str(folder / f"{i}.py")] = name
        (folder / f"{i}.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-c", DRIVER, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    lines = (json.loads(line) for line in done.stdout.splitlines())
    return {paths[path]: (printed, error) for path, printed, error in lines}


def count(solution: Solution) -> int:
    """Count the numbers that a solution needs, those of its curves left out."""
    drawn = {name for names in solution.model.curves for name in names}
    places = {
        (equation.left.key, ground(equation.left, dict(at)))
        for equation, at in solution.model.order
    }
    needed = {p for p in places if p in solution.needed and p[0] not in drawn}
    return sum(solution.value(*place).size for place in needed)


def shipped() -> dict[str, Solution]:
    return {path.stem: solve(load(path)) for path in sorted(exercises_dir().rglob("*.yaml"))}


def hard() -> dict[str, Solution]:
    return {name: solve(loads(written)) for name, written in HARD.items()}


def assert_agrees(said: str, solution: Solution) -> None:
    total = count(solution)
    assert total > 0
    torch = EN("documents.torch_agree", n=total) if TORCH else EN("documents.no_torch")
    assert said.splitlines() == [EN("documents.agree", n=total), torch]


@pytest.fixture(scope="module")
def flow() -> Solution:
    return solve(load(exercise_files(["tp-2.3"])[0]))


@pytest.mark.parametrize("group", [shipped, hard, operations, random_systems])
def test_notebooks_run_and_agree(group: Callable[[], dict[str, Solution]], tmp_path: Path) -> None:
    solutions = group()
    programs = {name: code(solution_notebook(each, EN)) for name, each in solutions.items()}
    printed = run(tmp_path, programs)
    assert {name: error for name, (_, error) in printed.items() if error} == {}
    assert printed.keys() == solutions.keys()
    for name, (said, _) in printed.items():
        assert_agrees(said, solutions[name])


def test_every_operation_is_tried() -> None:
    assert set(CASES) == set(OPS)


def test_a_wrong_number_is_found(flow: Solution, tmp_path: Path) -> None:
    program = code(solution_notebook(flow, EN))
    wrong = {
        "forward": program.replace("i[t] = sigmoid(z_i[t])", "i[t] = np.tanh(z_i[t])", 1),
        "gradient": program.replace("dL_df[1] = dL_dC[1] *", "dL_df[1] = 1 + dL_dC[1] *", 1),
        "data": program.replace("b_i = 0.1", "b_i = 0.10001", 1),
    }
    assert all(changed != program for changed in wrong.values())
    for _, error in run(tmp_path, wrong).values():
        assert "AssertionError" in error


def test_a_wrong_number_of_torch_is_found(flow: Solution, tmp_path: Path) -> None:
    if not TORCH:
        pytest.skip("no torch here")
    program = code(solution_notebook(flow, EN))
    wrong = program.replace("torch.tanh(C[t])", "torch.tanh(2 * C[t])")
    (said, error), *_ = run(tmp_path, {"wrong": wrong}).values()
    assert said.startswith(EN("documents.agree", n=count(flow)))
    assert "AssertionError" in error


@pytest.mark.parametrize("language", languages())
def test_the_file_is_a_notebook_and_always_the_same(language: str, flow: Solution) -> None:
    made = solution_notebook(flow, words(language))
    assert made == solution_notebook(solve(load(exercise_files(["tp-2.3"])[0])), words(language))
    data = json.loads(made)
    assert (data["nbformat"], data["nbformat_minor"]) == (4, 5)
    ids = [each["id"] for each in data["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", each) for each in ids)
    for each in data["cells"]:
        assert ("outputs" in each) == ("execution_count" in each) == (each["cell_type"] == "code")


def test_nbformat_accepts_it() -> None:
    nbformat: Any = pytest.importorskip("nbformat")
    for path in exercise_files(["tp-2.3", "clipping-sgd", "orthogonal-initialisation"]):
        nbformat.validate(nbformat.reads(solution_notebook(solve(load(path)), EN), as_version=4))


def test_authors_texts_stand_in_markdown_only() -> None:
    evil = 'x"); import os; os.system("id") #'
    written = {"title": f"{evil} title", "text": f"{evil} text", "purpose": f"{evil} purpose"}
    kept = (
        "id: e\ntitle: {title!r}\npurpose: {purpose!r}\nequations: [y = 2 * w]\ngiven: {{w: 1}}\n"
    )
    kept += "questions: [{{id: q.1-a_b, text: {text!r}, answers: [y]}}]\n"
    plain = dict.fromkeys(written, "harmless")
    programs = [
        code(solution_notebook(solve(loads(kept.format(**each))), EN)) for each in (written, plain)
    ]
    assert programs[0] == programs[1]
    assert "os.system" not in programs[0]


@given(st.lists(st.tuples(st.text(max_size=80), st.sampled_from(["", "index", "top"]))))
def test_any_name_becomes_an_identifier_of_its_own(keys: list[tuple[str, str]]) -> None:
    names = Names()
    found = [names.of(key, kind) for key, kind in keys]
    assert found == [names.of(key, kind) for key, kind in keys]
    assert len(set(found)) == len(set(keys))
    for each in found:
        assert each.isascii()
        assert each.isidentifier()
        assert not keyword.iskeyword(each)
        assert each not in {"np", "torch", "sum", "range", "expected", "check", "sigmoid", "dict"}


@pytest.mark.parametrize(
    ("key", "wanted"),
    [("C̃", "C_tilde"), ("dL/dW_f", "dL_dW_f"), ("dL[2]/dh", "dL_2_dh"), ("β_1", "beta_1")],
)
def test_names_read_as_they_are_said(key: str, wanted: str) -> None:
    assert Names().of(key) == wanted


def test_an_operation_without_counterpart_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_tanh(op: str, shapes: Shapes) -> Row | None:
        return None if op == "tanh" else row_of(op, shapes)

    monkeypatch.setattr("tp_solver.sheets.source.row_of", without_tanh)
    solution = solve(model(["y = tanh(w)"], {"w": 1}, ["y"]))
    with pytest.raises(UserError, match="`tanh`"):
        solution_notebook(solution, EN)


def test_long_sums_are_broken_at_their_terms() -> None:
    terms = " + ".join(f"a * b_{n} @ c" for n in range(9)) + " - (a - 2)"
    numbers = {f"b_{n}": [n, 1] for n in range(9)} | {"a": 2, "c": [1, 2]}
    program = code(solution_notebook(solve(model([f"y = {terms}"], numbers, ["y"])), EN))
    assert "y = (\n    a * b_0 @ c\n    + a * b_1 @ c\n" in program
    assert "    - (a - 2)\n)" in program
    ast.parse(program)
