"""French typography: no-break spaces, guillemets, curly apostrophes, true minus signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT
from tests.text.catalogues import catalogue, texts

EXERCISES = sorted((ROOT / "exercises").rglob("*.yaml"))
CODE = re.compile(r"```.*?```|^ {4}.*?$|`[^`]*`|\$[^$]*\$|\{[^}]*\}", re.DOTALL | re.MULTILINE)
WRONG = {
    "a plain space before a high mark": re.compile(r" [:;!?»%]"),
    "no space before a high mark": re.compile(r"[^\s\u00a0:][:;!?](?=\s|$)(?!\s»)"),
    "no no-break space inside guillemets": re.compile(r"«(?!\u00a0)|(?<!\u00a0)»"),
    "a straight apostrophe": re.compile(r"\w'\w"),
    "three dots for an ellipsis": re.compile(r"\.\.\."),
    "a hyphen for a minus": re.compile(r"(?<![\w-])-\d"),
}


def french(data: Any) -> Iterator[str]:
    """Find every French text of an exercise."""
    if isinstance(data, dict):
        for key, item in data.items():
            if key == "fr":
                yield item
            else:
                yield from french(item)
    elif isinstance(data, list):
        for item in data:
            yield from french(item)


def faults(text: str) -> list[str]:
    """Name what is wrong with the typography of a French text, code and formulas aside."""
    prose = CODE.sub("x", text)
    return [name for name, pattern in WRONG.items() if pattern.search(prose)]


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_exercises_are_set_as_french_is(path):
    texts = [*french(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))]
    assert texts
    assert {text: faults(text) for text in texts if faults(text)} == {}


def test_words_are_set_as_french_is():
    said = {(entry.msgid, text) for entry in catalogue("fr") for text in texts(entry)}
    assert {key: faults(text) for key, text in said if faults(text)} == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Deux choix : a", "a plain space before a high mark"),
        ("Deux choix: a", "no space before a high mark"),
        ("Un « mot »", "no no-break space inside guillemets"),
        ("l'état", "a straight apostrophe"),
        ("et ainsi...", "three dots for an ellipsis"),
        ("entre -1 et 1", "a hyphen for a minus"),
    ],
)
def test_a_fault_is_named(text, fault):
    assert fault in faults(text)


def test_code_and_formulas_are_left_alone():
    assert faults("Avec `a: 'b'`, $z[-1] ?$ et {name}\u00a0: l’état.") == []
