"""Every shipped exercise: proved, complete in both languages, held against independent numbers.

Beside each exercise stands `exercises/ID.yaml` with numbers computed by a program that knows
nothing of tp_solver; its first line says which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT
from tp_solver.exercise.exercise import Equation
from tp_solver.exercise.prose import texts
from tp_solver.graph.model import Model, build_model
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Num, Op
from tp_solver.solution import load
from tp_solver.verify import verify

GOLDENS = Path(__file__).parent / "exercises"
SHIPPED = {path.stem: path for path in sorted((ROOT / "exercises").rglob("*.yaml"))}
LEAST_CHANGE = 1e-7  # relative; goldens have at least twelve digits
WRONG = Num(Decimal("0.03125"))  # what the wrong formulas add; exact in binary


def goldens(name: str) -> dict[str, Any]:
    """Read the independent numbers of an exercise."""
    found = YAML(typ="safe", pure=True).load((GOLDENS / f"{name}.yaml").read_text("utf-8"))
    assert found["exercise"] == name
    return dict(found["values"])


def value(model: Model, name: str) -> np.ndarray:
    """Return a quantity (or a question's number) by its name with its index."""
    if name in model.tables:
        return np.asarray(model.tables[name].data)
    ref, _ = parse_name(name)
    place = tuple(at.offset for at in ref.axes if isinstance(at, At))
    table = model.tables[ref.key]
    return np.asarray(table.data[table.slot(place)])


def differs(model: Model, expected: dict[str, Any], by: float) -> list[str]:
    """List the names whose values differ from the goldens by more than a relative amount."""
    found = []
    for name, wanted in expected.items():
        ours, theirs = np.ravel(value(model, name)), np.ravel(np.asarray(wanted, dtype=float))
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=by, atol=1e-11):
            found.append(name)
    return found


@pytest.fixture(scope="module", params=SHIPPED)
def name(request: pytest.FixtureRequest) -> str:
    """Return the id of each shipped exercise."""
    return str(request.param)


@pytest.fixture(scope="module")
def model(name: str) -> Model:
    """Load each shipped exercise."""
    return load(SHIPPED[name])


def test_it_is_proved(model):
    proof = verify(model)
    assert proof.holds, proof
    assert not proof.skipped


def test_it_says_what_it_is_for_in_one_line(name, model):
    file = model.exercise.file
    assert file.id == name
    assert set(file.languages) == {"fr", "en"}
    assert file.purpose is not None
    for language in ("fr", "en"):
        assert "\n" not in file.purpose[language].strip()
        assert len(file.purpose[language]) < 200


def test_every_question_has_a_solution_or_asks_for_values(model):
    for question in model.exercise.file.questions:
        assert question.kind == "values" or question.solution is not None, question.id


def test_it_has_the_values_of_an_independent_program(name, model):
    assert differs(model, goldens(name), 1e-9) == []


def test_the_independent_numbers_cover_what_is_asked(name, model):
    covered = {plain(parse_name(golden)[0]) for golden in goldens(name) if "-" not in golden}
    covered |= set(goldens(name))
    asked = {plain(slot.ref) for slots in model.slots.values() for slot in slots}
    assert asked <= covered


def wrong(model: Model) -> Iterator[tuple[Equation, Model | None]]:
    """Yield the exercise with one formula wrong, for each formula."""
    exercise = model.exercise
    for equation in exercise.equations:
        spoiled = replace(equation, right=Op("add", (equation.right, WRONG)))
        others = tuple(spoiled if e is equation else e for e in exercise.equations)
        places = dict(exercise.places)  # which are known by the equations' identities
        yield equation, build_model(replace(exercise, equations=others, places=places))[0]


def test_a_wrong_formula_would_be_noticed(name, model):
    expected = goldens(name)
    for equation, spoiled in wrong(model):
        assert spoiled is not None, plain(equation.left)
        with np.errstate(all="ignore"):
            assert differs(spoiled, expected, LEAST_CHANGE), plain(equation.left)


def test_every_file_of_numbers_has_its_exercise():
    assert {path.stem for path in GOLDENS.glob("*.yaml")} == set(SHIPPED)
    for path in GOLDENS.glob("*.yaml"):
        assert path.read_text("utf-8").startswith("# "), "where the numbers come from"


def test_numbers_of_the_tp_are_those_of_the_reference(reference):
    theirs = json.loads((reference / "tp_goldens.json").read_text("utf-8"))
    for step in theirs["ex2_1"]["steps"]:
        assert goldens("tp-2.1")[f"h[{step['t']}]"] == pytest.approx(step["h"], rel=1e-12)


def test_french_punctuation_keeps_its_narrow_space(model):
    for text, path in texts(model.exercise.file):
        words = re.sub(r"\$[^$]*\$|```.*?```|`[^`]*`", "x", text.fr or "", flags=re.DOTALL)
        found = re.search(r".{0,20}(?: [;:!?»%]|« ).{0,5}", words)
        assert found is None, path
