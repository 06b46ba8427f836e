"""Cell diagrams: drawn as the file states, with the solution's values, chosen without script."""

from __future__ import annotations

import re

import pytest

from tp_solver.exercise.library import template, template_names
from tp_solver.language.tree import Span, refs
from tp_solver.sheets.pictures.cell import cell, steps_shown
from tp_solver.sheets.pictures.values import Values
from tp_solver.solution import loads, solve
from tp_solver.text import words

EXERCISE = """
id: drawn
title: t
indices: {{t: 1..{last}}}
use: [{{cell: {cell}, units: {units}, inputs: 2, seed: 1, start: 0{options}}}]
given:
  x: {inputs}
precision: {{decimals: 4}}
questions:
  - {{id: a, text: q, answers: [{asked}]}}
"""
INPUTS = [[1, 0.5], [0.2, -0.3], [1, 1], [0, 1], [1, 0], [2, 2], [1, 1], [3, 3]]
CELLS = template_names("cells")


def drawings(name: str, units: int = 1, options: str = "", asked: str = "h", last: int = 8):
    """Draw every picture of an exercise."""
    parts = {"cell": name, "units": units, "options": options, "asked": asked}
    text = EXERCISE.format(**parts, last=last, inputs=INPUTS[:last])
    solution = solve(loads(text))
    values = Values(solution, words("fr"))
    drawn = [cell(d, values, f"p{i}") for i, d in enumerate(solution.exercise.diagrams)]
    return solution, drawn


@pytest.mark.parametrize("name", CELLS)
def test_a_shipped_cell_has_a_picture_of_what_it_computes(name):
    cell_file = template("cells", name)
    assert cell_file.diagram is not None
    carried = {w.carries for w in cell_file.diagram.wires.values() if w.carries}
    made = {rule.left for rule in (*cell_file.equations, *cell_file.readout)}
    read = {ref for rule in cell_file.equations for ref in refs(rule.right) if ref.index}
    assert carried <= made | read
    states = {left for left in made if any(r.name == left.name and r != left for r in read)}
    assert states <= carried, "what a step hands on stands on a wire"


@pytest.mark.parametrize("name", CELLS)
def test_wires_and_symbols_stay_inside(name):
    diagram = template("cells", name).diagram
    assert diagram is not None
    x, y, wide, tall = diagram.frame
    for symbol in diagram.symbols.values():
        assert x < symbol.at[0] < x + wide
        assert y < symbol.at[1] < y + tall
    for wire in diagram.wires.values():
        assert all(0 <= px <= diagram.width for px, _ in wire.path)
        straight = zip(wire.path, wire.path[1:], strict=False)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in straight)


def test_values_stand_on_the_wires():
    solution, (drawn,) = drawings("lstm", last=3)
    panels = drawn.split("<svg ")[1:]
    assert len(panels) == 3
    for t, panel in enumerate(panels, 1):
        for name in ("f", "i", "C_tilde", "o", "C", "h"):
            shown = f"{float(solution.value(name, (t,)).item()):.4f}".replace(".", ",")
            assert f"= {shown.replace('-', '−')}<" in panel
        assert f"C[{t - 1}] = " in panel.split("<desc")[1].split("</desc>")[0]


def test_long_sequences_are_abridged_and_light():
    assert steps_shown(Span(1, 200)) == [1, 2, 3, 198, 199, 200]
    _, (drawn,) = drawings("lstm")
    assert drawn.count("<svg ") == 6
    assert len(drawn) < 13_000


def test_options_change_the_picture():
    new, old = (drawings("gru", options=o)[1][0] for o in ("", ", z: old"))
    assert new != old
    _, after = drawings("gru", options=", weights: two_biases, reset: after")
    assert after == []  # another drawing, which there is not
    assert "ReLU" in drawings("rnn", options=", activation: relu")[1][0]
    assert 'class="i">g<' in drawings("lstm", options=", candidate: g")[1][0]


def test_names_are_those_of_the_exercise():
    _, (drawn,) = drawings("lstm", options=", rename: {h: s}", asked="s")
    assert 'class="i">s<' in drawn
    assert 'class="i">h<' not in drawn
    _, both = drawings("lstm", options=", layers: 2, direction: both", asked="h_fwd_l2")
    assert len(both) == 4
    assert "t = 8" in re.sub("<[^>]*>", "", both[1].split("<svg ")[1])  # backwards in time


def test_a_long_vector_is_shown_by_its_norm():
    solution, (drawn,) = drawings("lstm", units=4)
    size = float((solution.value("h", (1,)) ** 2).sum() ** 0.5)
    assert f"‖h[1]‖ = {size:.4f}".replace(".", ",") in drawn


def test_every_step_can_be_chosen_with_the_keyboard(chromium):
    _, (drawn,) = drawings("gru", last=3)
    from tp_solver.sheets.html import stylesheet

    page = chromium.new_page()
    page.set_content(f"<style>{stylesheet()}</style><main>{drawn}</main>")
    shown = "[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().height > 0)"
    assert page.evaluate(shown) == [True, False, False]
    page.focus("input")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(shown) == [False, True, False]
    fill = "getComputedStyle(document.querySelector('svg use')).display"
    assert page.evaluate(fill) != "none"
    page.emulate_media(media="print")
    assert page.evaluate(shown) == [True, True, True]
    page.close()
