"""The shipped cells and updates: every file whole, every option a change, every shape true."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.conftest import ROOT
from tp_solver.exercise.library import Kind, template, template_names
from tp_solver.exercise.model import CellUse, UpdateUse
from tp_solver.exercise.source import parse_yaml
from tp_solver.language.tree import refs

FOLDER = ROOT / "tp_solver" / "exercise"
ALL = [(kind, name) for kind in get_args(Kind) for name in template_names(kind)]
CELLS = template_names("cells")


def test_they_are_found_by_being_there():
    assert {"rnn", "lstm", "gru", "lstm-peephole", "lstm-coupled"} <= set(CELLS)
    assert {"sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"} == set(
        template_names("updates")
    )


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_file_says_what_it_is(kind, name):
    path = FOLDER / kind / f"{name}.yaml"
    source = parse_yaml(path.read_text(encoding="utf-8"), path.name)
    assert not source.issues
    assert source.text.startswith("# "), "a header says what it is and how it reads its names"
    assert source.data["name"] == name
    assert set(source.data["title"]) == {"fr", "en"}
    assert source.data["source"]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_no_option_hides_a_key_of_use(kind, name):
    keys = CellUse.model_fields if kind == "cells" else UpdateUse.model_fields
    assert not set(template(kind, name).options) & set(keys)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_the_first_choice_of_an_option_changes_nothing(kind, name):
    for choices in template(kind, name).options.values():
        first, *others = choices.values()
        assert not first.equations or first.equations != template(kind, name).equations
        assert all(choice.equations or choice.rename for choice in others)


@pytest.mark.parametrize("name", CELLS)
def test_every_weight_has_a_shape(name):
    cell = template("cells", name)
    rules = [*cell.equations, *cell.readout]
    for choices in cell.options.values():
        rules += [rule for choice in choices.values() for rule in choice.equations]
    weights = {ref.name for rule in rules for ref in refs(rule.right) if not ref.index}
    assert weights == set(cell.shapes)
