"""The computation graph: the equations' own dependences; the answers of a copy and a class."""

from __future__ import annotations

import re

import pytest

from tests.grading.material import submission
from tests.grading.students import Student
from tests.sheets.pictures.material import parsed, recurrent, shipped, written
from tp_solver.grading.marked import Batch
from tp_solver.grading.marking import Marker
from tp_solver.grading.statistics import Statistics, places_in_order
from tp_solver.grading.submission import Raw
from tp_solver.language.plain import plain
from tp_solver.sheets.entities import escaped_words
from tp_solver.sheets.feedback import FeedbackWriter
from tp_solver.sheets.pictures.graph import graph
from tp_solver.sheets.pictures.network import Network, of_places, overview
from tp_solver.sheets.pictures.path import Path, breaks
from tp_solver.solution import Solution
from tp_solver.text import languages, words


def linked(network: Network) -> set[str]:
    """Spell the edges of a graph."""
    names = [plain(ref) for ref in network.nodes]
    return {f"{names[e.source]} {e.step:+d} {names[e.target]}" for e in network.edges}


def test_edges_are_what_the_equations_read():
    assert linked(overview(shipped("tp-2.3").model)) == {
        *(f"x[t] +0 z_{gate}[t]" for gate in "fiCo"),
        *(f"h[t] -1 z_{gate}[t]" for gate in "fiCo"),
        *(f"z_{gate}[t] +0 {gate}[t]" for gate in "fio"),
        "z_C[t] +0 C_tilde[t]",
        "f[t] +0 C[t]",
        "C[t] -1 C[t]",
        "i[t] +0 C[t]",
        "C_tilde[t] +0 C[t]",
        "o[t] +0 h[t]",
        "C[t] +0 h[t]",
    }


def test_what_is_not_asked_is_passed_through():
    model = shipped("tp-2.3").model
    chosen = [("h", (1,)), ("h", (2,)), ("C", (2,))]
    assert linked(of_places(model, chosen)) == {
        "h[1] -1 C[2]",
        "h[1] -1 h[2]",
        "C[2] +0 h[2]",
    }


def test_time_backwards_is_told_from_time_forwards():
    edges = linked(overview(shipped("rnn-bidirectional").model))
    assert "h_fwd[t] -1 z_fwd[t]" in edges
    assert "h_bwd[t] +1 z_bwd[t]" in edges


def test_a_graph_does_not_grow_with_the_sequence():
    few, many = (overview(recurrent(last).model) for last in (3, 60))
    assert few.nodes == many.nodes
    assert linked(few) == linked(many)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", ["tp-1.1", "tp-2.2", "gru-by-hand", "optimisers"])
def test_a_picture_names_every_quantity(name, language):
    model = shipped(name).model
    found = graph(model, words(language), "g")
    assert found is not None
    picture, _ = found
    parsed(picture)
    assert picture.count('<g class="n ') == len(overview(model).nodes)
    assert len(picture) < 11_000
    told = picture.split("<desc")[1].split("</desc>")[0]
    assert "h[t] ←" in told or name == "optimisers"


def marked(name: str, *changes: dict[str, Raw]) -> tuple[Solution, Batch]:
    """Mark right answers in which some are changed."""
    solution = shipped(name)
    right = dict(Student(solution.model, 4, manner="answers").submission().answers)
    handed = [submission(right | change, f"s{i}") for i, change in enumerate(changes)]
    return solution, Marker(solution).judged(handed)


def looks(picture: str) -> dict[str, tuple[str, str]]:
    """Read the sign of every node by its name."""
    found: dict[str, tuple[str, str]] = {}
    for kind, inside in re.findall(r'<g class="n (\w*)">(.*?)</g>', picture):
        name, *sign = re.findall(r"<text.*?</text>", inside)
        found[written(name)] = (kind, written(sign[0]) if sign else "")
    return found


def test_a_copy_shows_each_verdict_and_where_it_first_went_wrong():
    solution, batch = marked("tp-1.1", {"h[2]": ["0.3", "0.4"], "y[1]": ""}, {})
    path = Path(solution.model, batch.marker.items, escaped_words(words("fr")))
    picture = path.figure(batch, 0)
    assert picture.isascii()
    assert (
        looks(picture)
        == {
            "h1": ("ok", "&#10003;"),
            "h2": ("ba", "&#10007;"),
            "h3": ("ok", "&#10003;"),
            "y1": ("no", "&#8211;"),
            "y2": ("ok", "&#10003;"),
            "y3": ("ok", "&#10003;"),
        }
        or looks(picture)["h3"][0] == "ca"
    )
    told = picture.split("<desc")[1].split("</desc>")[0]
    assert "h[2], calcul&#233; &#224; partir de h[1]" in told
    assert picture.count('class="left"') == 1
    assert path.figure(batch, 1) == "", "nothing is wrong in it"


def test_signs_say_what_the_marks_say():
    solution, batch = marked("tp-2.3", {"dL/dC[1]": "0.25"}, {"dL/df[1]": "x"}, {"dL/dW_f": ""})
    path = Path(solution.model, batch.marker.items, escaped_words(words("en")))
    assert path.drawn is not None
    for row in range(2):
        picture = path.figure(batch, row)
        assert len(picture) < 8 * 1024
        verdicts = {mark.answer: mark.verdict.value for mark in batch.report(row).marks}
        signs = {"correct": "ok", "carried": "ca", "missing": "no"}
        seen = [kind for kind, _ in looks(picture).values()]
        own = [signs.get(verdicts[plain(ref)], "ba") for ref in path.drawn.network.nodes]
        assert seen == own
        slip = written(FeedbackWriter(solution, words("en")).page(batch.report(row)))
        assert "leaves the path" in slip
    assert path.figure(batch, 2) == "", "a blank is no mistake"


def test_a_class_shows_how_many_first_went_wrong_where():
    solution, batch = marked(
        "tp-2.3", {"dL/dC[1]": "0.25"}, {"dL/dC[1]": "7"}, {"dL/df[1]": "3"}, {}
    )
    items = batch.marker.items
    found = Statistics(items, places_in_order(solution, items))
    for row in range(4):
        found.add(batch.record(row))
    of_items = [found.item(i) for i in range(len(items))]
    picture = breaks(solution.model, of_items, found.copies, words("fr"))
    counts = {name: int(sign) for name, (_, sign) in looks(picture).items() if sign}
    assert counts == {"∂L/∂C1": 2, "∂L/∂f1": 1}
    assert "∂L/∂C[1] : 2" in picture.replace("\u00a0", " ").replace("\u202f", " ")
    untouched = Statistics(items, places_in_order(solution, items))
    nothing = [untouched.item(i) for i in range(len(items))]
    assert breaks(solution.model, nothing, 0, words("fr")) == ""


def test_questions_for_one_number_have_no_graph():
    solution = shipped("tp-1.2")
    marker = Marker(solution)
    path = Path(solution.model, marker.items, words("fr"))
    assert path.drawn is None
    assert path.figure(marker.judged([submission({}, "a")]), 0) == ""
