"""Many students' numbers on the batch axis: the same values as for each alone, to the last bits."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.personal import family, own_rnn
from tp_solver.exercise.variants import drawn_numbers
from tp_solver.graph.model import Model
from tp_solver.graph.variants import Family
from tp_solver.solution import load, loads, solve

ULPS = 8  # a matrix product may add in another order


def drawn(model: Model, count: int) -> Family:
    """Draw numbers, whatever they are like."""
    assert model.exercise.variants is not None
    found = [drawn_numbers(model.exercise.variants, f"s{i}") for i in range(count)]
    return Family(model, tuple(found))


TWO_UNITS = """
id: two
title: "Two units"
indices: {t: 1..2}
use: lstm
equations: ["L = sum(h[2]^2) / 2 + sum(q)"]
given:
  x: [[1], [-1]]
  h[0]: 0
  C[0]: [0.5, 0.2]
  W_f: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
  b_f: 1
  W_i: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
  b_i: [0.1, 0.2]
  W_C: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
  b_C: 0.1
  W_o: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
  b_o: 0.2
  q: [3, 4]
  dL/dh[1]: [0.3, -0.2]
variants:
  seed: 1
  draw:
    x: {between: [-1, 1]}
    h[0]: {choose: [0.5, 0.25]}
    b_f: {choose: [1, 2, 3]}
    C[0]: {choose: [1, 2, 3]}
    W_f: {between: [-1, 1], decimals: 3}
    dL/dh[1]: {choose: [0.5, 1.5]}
questions: [{id: q1, text: "?", answers: [h, dL/dW_f, dL/db_f]}]
"""


@pytest.mark.parametrize("source", ["own", "two", "shipped"])
def test_a_batch_has_the_values_of_each_alone(source):
    shipped = ROOT / "exercises" / "lstm" / "lstm-own-numbers.yaml"
    models = {"own": lambda: own_rnn().model, "two": lambda: loads(TWO_UNITS)}
    model = models.get(source, lambda: load(shipped))()
    batch = drawn(model, 30)
    for row in range(30):
        for key, table in solve(batch.of(row)).tables.items():
            found = np.take(batch.tables[key].data, row, axis=len(table.box))
            np.testing.assert_array_max_ulp(found, table.data, maxulp=ULPS)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_row_is_the_same_to_the_last_bit_whoever_is_beside_it(size):
    model = loads(TWO_UNITS)
    batch = drawn(model, 20)
    for start in (0, 5, 13):
        part = Family(model, batch.numbers[start : start + size])
        for key, table in part.tables.items():
            rows = range(start, start + size)
            whole = np.take(batch.tables[key].data, rows, axis=len(table.box))
            assert np.array_equal(whole, table.data, equal_nan=True), key


def test_one_number_stands_for_all_components_in_every_row():
    batch = drawn(loads(TWO_UNITS), 12)
    biases, starts = batch.tables["b_f"].data, batch.tables["h"].data[0]
    assert biases.shape == starts.shape == (12, 2)
    for values in (biases, starts):
        assert (values[:, 0] == values[:, 1]).all()
        assert len(set(values[:, 0].tolist())) > 1


def test_what_is_not_drawn_is_as_given():
    batch = drawn(loads(TWO_UNITS), 5)
    assert (batch.tables["W_i"].data == batch.model.tables["W_i"].data).all()
    assert batch.of(2).tables["q"].data.tolist() == [3, 4]


def test_a_model_of_one_row_shows_its_numbers_as_written():
    batch = family(["e1", "e2"])
    model = batch.of(1)
    assert model.exercise.variants is None
    values = {given.ref.name: given.value for given in model.exercise.givens}
    assert values["x"] == batch.numbers[1][0]
    assert values["b"] == Decimal("0.2")
    (x,) = (known.values for known in model.system.known if known.key == "x")
    assert tuple(x) == batch.numbers[1][0]
    assert model.exercise.own is not None
    assert model.exercise.own.student == "e2"
