"""The JSON Schema that editors use: published, in step, and true of the shipped exercises."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT
from tp_solver.exercise.schema import exercise_schema

PUBLISHED = ROOT / "docs" / "exercise.schema.json"
SHIPPED = sorted((ROOT / "exercises").rglob("*.yaml"))


@pytest.fixture(scope="module")
def validator():
    """Return a validator of the published schema."""
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def plain_yaml(text: str) -> Any:
    """Read YAML as an editor does."""
    return YAML(typ="safe", pure=True).load(text)


def test_it_is_published():
    expected = json.dumps(exercise_schema(), indent=2, ensure_ascii=False) + "\n"
    assert PUBLISHED.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_exercises_are_valid(validator, path):
    text = path.read_text(encoding="utf-8")
    assert [error.message for error in validator.iter_errors(plain_yaml(text))] == []
    first = text.partition("\n")[0]
    _, _, published = first.partition("yaml-language-server: $schema=")
    assert (path.parent / published).resolve() == PUBLISHED, "editors complete this file"


def test_it_completes_the_kinds_of_questions():
    schema = exercise_schema()
    names = [
        option["$ref"].rpartition("/")[2]
        for option in schema["properties"]["questions"]["items"]["oneOf"]
    ]
    kinds = {schema["$defs"][name]["properties"]["kind"]["const"] for name in names}
    assert kinds == {"values", "number", "expression", "choice", "text"}


@pytest.mark.parametrize(
    "change",
    [
        "colour: red",
        "precision: {decimal: 3}",
        "languages: [de]",
        "indices: {t: 3}",
        "given: {x: text}",
        "equations: y = x",
        "questions: []",
        "questions: [{id: q, text: hello}]",
        "questions: [{id: q, kind: nombre, text: hello}]",
    ],
)
def test_it_refuses_what_the_loader_refuses(validator, change):
    data = plain_yaml('id: a\ntitle: "A"\nquestions: [{id: q, text: "?", answers: [x]}]\n')
    assert validator.is_valid(data)
    assert not validator.is_valid({**data, **plain_yaml(change)})
