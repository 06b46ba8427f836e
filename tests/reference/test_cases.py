"""Every case of the reference folder against the shipped cells and updates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.reference.networks import many_to_one, sequences, tokens
from tests.reference.optimisers import optimiser
from tests.reference.written import Case, Written, leaves

NAMES = sorted(path.stem for path in (ROOT.parent / "shared/reference/cases").glob("*.json"))
COUNTERS = ("step",)  # how often an optimiser was called: no quantity of an exercise


def builder(case: Case) -> Callable[[Case], Iterator[Written]]:
    """Find who writes a case, by what it is given."""
    for key, found in (
        ("gradients", optimiser),
        ("tokens", tokens),
        ("G_output", sequences),
        ("y", many_to_one),
    ):
        if key in case["inputs"]:
            return found
    raise LookupError(f"nothing in tests/reference writes the case {case['name']}: add a builder")


def read(reference: Path, name: str) -> Any:
    """Read a case."""
    return json.loads((reference / "cases" / f"{name}.json").read_text())


def compare(case: Case) -> None:
    """Hold every expected number of a case against the solutions of its exercises."""
    expected = dict(leaves(case["expected"]))
    missing = {path for path in expected if path[-1] not in COUNTERS}
    tolerance = case["tolerance"]
    for written in builder(case)(case):
        solution = written.solved()
        for path, reading in written.readings.items():
            wanted = np.asarray(expected[path], dtype=float)
            ours = np.asarray(reading(solution)).reshape(wanted.shape)
            np.testing.assert_allclose(
                ours, wanted, tolerance["rel"], tolerance["abs"], err_msg=" ".join(path)
            )
            missing.discard(path)
    assert not missing, "expected numbers that no exercise was held against"


@pytest.mark.parametrize("name", NAMES or ["every case"])
def test_case(reference: Path, name: str) -> None:
    compare(read(reference, name))


def test_every_case_has_a_builder(reference: Path) -> None:
    assert NAMES, f"{reference} has no cases"
    assert all(builder(read(reference, name)) for name in NAMES)
