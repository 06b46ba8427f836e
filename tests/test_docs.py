"""Every example in the documentation works as written."""

from __future__ import annotations

import re
from math import exp, log, log1p, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tp_solver.exercise.library import template, template_names
from tp_solver.exercise.model import (
    CellUse,
    Credit,
    Draw,
    ExerciseFile,
    Rule,
    UpdateUse,
    VariantsFile,
)
from tp_solver.exercise.questions import Question
from tp_solver.exercise.source import parse_yaml
from tp_solver.language.limits import AUTHOR, STUDENT
from tp_solver.language.notation import FUNCTIONS, INFIX, OVER, SPELLINGS
from tp_solver.language.numerals import read_number
from tp_solver.language.parse import parse, parse_name
from tp_solver.language.tree import At
from tp_solver.solution import loads, solve
from tp_solver.verify import verify

FENCE = re.compile(r"^```([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
COOKBOOK = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
LONGEST_RECIPE = 24  # lines of an exercise; the first, which shows much at once, has up to 40


def blocks(*kinds: str) -> list[Any]:
    """Find the fenced blocks of some kinds in README and docs/, each as a test's parameter.

    Those of the French pages are the same: `test_docs_languages.py` sees to that.
    """
    every: list[Path] = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    pages = [page for page in every if not page.name.endswith(".fr.md")]
    return [
        pytest.param(match[2], id=f"{page.name}-{i}")
        for page in pages
        for i, match in enumerate(FENCE.finditer(page.read_text(encoding="utf-8")))
        if match[1].strip() in kinds
    ]


def cells(text: str) -> list[str]:
    """Return what the tables of a page show as typed, in their first two columns."""
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    return [typed for row in rows for cell in row for typed in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("text", blocks("yaml exercise"))
def test_exercises_are_proved(text):
    model = loads(text)
    assert model.exercise.questions
    assert verify(model).holds


# Computed by hand, but for PyTorch's GRU: torch.nn.GRU in float64.
EXPECTED: dict[str, dict[str, Any]] = {
    "gru-pytorch": {"h[2]": 0.35268731308528334},
    "left-right": {"m": [[1, 1, 0, 0], [0, 0, 1, 1]]},
    "masks": {"n": [3, 1], "q": [[1, 1, 1, 0], [1, 0, 0, 0]]},
    "packed": {"data": [4, 5, 6, 7, 3, 2], "batch_sizes": [3, 2, 1]},
    "batch": {"sizes": [3, 4, 2]},
    "one-hot": {"x": [[0, 0, 1], [1, 0, 0]], "d": [0, 0]},
    "padding-row": {"dL/dE": [[0, 0], [-0.3, 0.4], [0.5, -0.6]]},
    "bce": {"L_s": (log1p(exp(2)) - 2 + log1p(exp(-1)) + log1p(exp(0.5))) / 3},
    "masked-losses": {
        "L_sum": log(2 * 4 / 0.8 / 0.9),
        "L_token": log(2 * 4 / 0.8 / 0.9) / 4,
        "L_sequence": (log(2 * 4 / 0.8) / 3 - log(0.9)) / 2,
    },
    "perplexity": {"P": 4},
    "accuracy": {"a": 0.75},
    "clipping": {"g_v": [1, -0.5, 1], "g_n": [x / sqrt(25.25) for x in (3, -0.5, 4)]},
    "global-norm": {"g_norm": 3, "W_new": [[1 - 0.2 / 3, 0], [0, 1 + 0.1 / 3]]},
    "momentum": {"w": [0.9, 0.72, 0.486]},
    "nesterov": {"w": [0.81, 0.5751, 0.327321]},
    "decay": {"g_w": -1, "g_decay_w": -0.995, "w_new": 0.5995},
    "adamw": {"W_new": [0.999 - 0.1 / (1 + 2e-8), -1.998 + 0.1 / (1 + 1e-7)]},
    "orthogonal": {"Q": [[0.6, -0.8], [0.8, 0.6]], "R": [[5, 2.2], [0, 0.4]]},
    "counting": {"gate": 32, "all": 128},
    "dimensions": {"weights": [4, 7], "states": [5, 4]},
}


@pytest.mark.parametrize("recipe", EXPECTED)
def test_recipes_give_independent_numbers(recipe):
    (text,) = (m[2] for m in FENCE.finditer(COOKBOOK) if m[2].startswith(f"id: {recipe}\n"))
    solution = solve(loads(text))
    for name, expected in EXPECTED[recipe].items():
        found = np.array(asked(solution, name))
        assert found.reshape(np.shape(expected)) == pytest.approx(np.array(expected), abs=1e-12)


def asked(solution, name):
    """Return the values that the questions ask for under a name, at one place or at all."""
    ref, _ = parse_name(name)
    place = tuple(at.offset for at in ref.axes if isinstance(at, At))
    slots = [slot for some in solution.model.slots.values() for slot in some]
    return [
        solution.value(slot.key, slot.position)
        for slot in slots
        if slot.key == ref.key and place in ((), slot.position)
    ]


@pytest.mark.parametrize("text", blocks("formula"))
def test_formulas_parse(text):
    for line in text.splitlines():
        assert parse(line) is not None


@pytest.mark.parametrize("text", blocks("yaml submission", "json submission"))
def test_submissions_read(text):
    source = parse_yaml(text, "submission.yaml")
    assert not source.issues
    assert source.data["student"]["id"]
    for name, value in source.data["answers"].items():
        assert parse_name(name)
        for item in value if isinstance(value, list) else [value]:
            assert read_number(str(item)) is not None


def test_every_formula_of_the_tables_parses():
    marks = {"²", "ᵀ"}  # letters to Python, operators here
    typed = [text for text in cells(LANGUAGE) if re.match(r"[\w∂]", text) and text not in marks]
    assert len(typed) > 40
    for text in typed:
        assert parse(text) is not None


def test_every_function_is_documented():
    typed = cells(LANGUAGE)
    documented = {text.partition("(")[0] for text in typed}
    assert set(FUNCTIONS) | set(OVER) <= documented
    assert {name for name in SPELLINGS if name != "Σ"} <= documented


def test_every_operator_is_documented():
    typed = set(cells(LANGUAGE))
    for infix in INFIX.values():
        assert infix.ascii in typed
        assert infix.unicode in typed or infix.unicode == infix.ascii


def test_the_limits_are_those_documented():
    for number in (AUTHOR.length, AUTHOR.operators, AUTHOR.depth, AUTHOR.digits):
        assert re.search(rf"\b{number}\b", LANGUAGE)
    for number in (STUDENT.length, STUDENT.operators, STUDENT.depth):
        assert re.search(rf"\b{number}\b", LANGUAGE)
    assert f"1e{AUTHOR.exponent}" in LANGUAGE


@pytest.mark.parametrize("model", [ExerciseFile, Credit, Question, CellUse, UpdateUse])
def test_every_key_is_documented(model):
    for name in model.model_fields:
        assert f"`{name}`" in FORMAT


def test_every_key_of_a_draw_is_documented():
    for name in Draw.model_fields:
        assert f"`{name}" in FORMAT


def test_every_key_of_variants_is_documented():
    part = FORMAT.partition("### Variants")[2].partition("###")[0]
    for name, field in (*VariantsFile.model_fields.items(), *Rule.model_fields.items()):
        assert f"`{field.alias or name}`" in part


@pytest.mark.parametrize("kind", ["cells", "updates"])
def test_every_cell_and_update_is_documented_with_its_options(kind):
    for name in template_names(kind):
        link = f"| [`{name}`](../tp_solver/exercise/{kind}/{name}.yaml) |"
        (row,) = (line for line in FORMAT.splitlines() if line.startswith(link))
        for option, choices in template(kind, name).options.items():
            assert f"`{option}`" in row
            for choice in choices:
                assert f"`{choice}`" in row


@pytest.mark.parametrize("page", ["cookbook.md", "cookbook.fr.md"])
def test_the_contents_of_the_cookbook_are_its_headings(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    listed = re.findall(r"^- \[([^]]+)]\(#([^)]+)\)", text, re.MULTILINE)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [title for title, _ in listed] == headings
    for title, anchor in listed:
        assert re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") == anchor


def test_recipes_are_short():
    first, *rest = (match[2].count("\n") for match in FENCE.finditer(COOKBOOK))
    assert first < 40
    assert max(rest) <= LONGEST_RECIPE


def test_links_lead_somewhere():
    for page in (ROOT / "docs").glob("*.md"):
        for link in re.findall(r"]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_kind_of_question_is_documented():
    for kind in ("values", "number", "expression", "choice", "text"):
        assert f"| `{kind}`" in FORMAT
