"""What the tests of pictures share: solved exercises, and how to read a picture."""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

from tests.conftest import ROOT
from tp_solver.solution import Solution, load, loads, solve

SVG = "{http://www.w3.org/2000/svg}"


@cache
def shipped(name: str) -> Solution:
    """Solve a shipped exercise."""
    return solve(load(next((ROOT / "exercises").rglob(f"{name}.yaml"))))


@cache
def recurrent(last: int, cell: str = "lstm", units: int = 1) -> Solution:
    """Solve a small network over a number of steps, with the gradient of its last state."""
    return solve(
        loads(
            f"""
id: drawn
title: t
indices: {{t: 1..{last}}}
use: [{{cell: {cell}, units: {units}, inputs: 1, seed: 1, start: 0}}]
equations: ["L = sum(h[{last}])"]
given: {{x: {{draw: normal, shape: [{last}], seed: 3}}}}
questions: [{{id: a, text: q, answers: ["dL/dh[1]"]}}]
"""
        )
    )


def parsed(picture: str) -> ElementTree.Element:
    """Read a picture as XML, all in one element."""
    spaced = re.sub("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', picture)
    return ElementTree.fromstring(f"<figure>{spaced}</figure>")


def written(picture: str) -> str:
    """Return what is to be read in a picture."""
    return re.sub("<[^>]*>", "", re.sub("<desc.*?</desc>", "", picture))
