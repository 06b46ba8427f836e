"""The pictures of a worked solution: those asked for in their order, light, legible everywhere."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.conftest import ROOT
from tests.sheets.pictures.material import parsed, shipped
from tp_solver.errors import AuthorError
from tp_solver.sheets.html import stylesheet
from tp_solver.sheets.pictures.gallery import gallery
from tp_solver.solution import loads, solve
from tp_solver.text import languages, words

SHIPPED = sorted(path.stem for path in (ROOT / "exercises").rglob("*.yaml"))
OWN = """
id: own
title: t
indices: {t: 1..4}
USE
given: {u: [1, 2, 3, 4]}
PLOTS
questions: [{id: a, text: q, answers: [s]}]
"""
EQUATIONS = (
    'equations: ["s[0] = 0", "a[t] = 2 * s[t-1] + u[t]", "r[t] = tanh(a[t])", "s[t] = r[t] * u[t]"]'
)
CELL = "use: {cell: rnn, units: 1, inputs: 1, seed: 1, start: 0, rename: {h: s, x: u}}"
HEADS = {"cell": "stepper", "unrolled": "d-net", "gates": "shade", "graph": "g"}


def kinds(use: str, plots: str = "") -> list[str]:
    """Tell which kinds of pictures an exercise has."""
    solution = solve(loads(OWN.replace("USE", use).replace("PLOTS", plots)))
    found = []
    for picture in gallery(solution, words("en")):
        classes = set(re.findall(r'class="([a-z-]+)', picture))
        found.append(next((k for k, head in HEADS.items() if head in classes), "curves"))
    return found


def test_they_come_in_the_order_of_the_author():
    curve = "{title: c, over: t, show: ['s[t]']}"
    asked = f"plots: [{{kind: graph}}, {curve}, {{kind: gates}}, {{kind: unrolled}}]"
    assert kinds(EQUATIONS, asked) == ["graph", "curves", "gates", "unrolled"]
    assert kinds(EQUATIONS, f"plots: [{{kind: none}}, {curve}]") == ["curves"]


def test_where_the_author_is_silent_what_fits_is_drawn():
    assert kinds(CELL) == ["cell"]
    assert kinds(EQUATIONS) == ["graph"]
    assert kinds(CELL, "plots: [{title: c, over: t, show: ['s[t]']}]") == ["cell", "curves"]
    assert kinds(CELL.replace("units: 1", "units: 4")) == []


def test_what_is_told_in_another_language_is_marked():
    asked = (
        "languages: [en]\nplots: [{kind: graph, title: {en: Graph}},"
        " {title: {en: 'Two $s$'}, over: t, show: ['s[t]']}]"
    )
    solution = solve(loads(OWN.replace("USE", EQUATIONS).replace("PLOTS", asked)))
    graph, curves = gallery(solution, words("fr"))
    assert '<p class="meta"><span lang="en">Graph</span></p>' in graph
    assert 'lang="en">Two s</title>' in curves
    assert '<figcaption><span lang="en">Two <math' in curves
    assert not any("lang=" in picture for picture in gallery(solution, words("en")))


def test_the_name_of_a_cell_in_another_language_is_marked():
    solution = solve(loads(OWN.replace("USE", CELL).replace("PLOTS", "")))
    other = replace(words("en"), language="de")
    (picture,) = gallery(solution, other)
    (caption,) = re.findall("<figcaption>(.*)</figcaption>", picture)
    assert re.match(r'[^<]*<span lang="en">[^<]+</span>[^<]*$', caption)
    assert "§" not in picture


@pytest.mark.parametrize(
    "plot",
    [
        "{kind: cell}",
        "{kind: cell, over: t}",
        "{title: c, over: t}",
        "{kind: curves, title: c}",
        "{kind: tree}",
    ],
)
def test_what_a_kind_does_not_have_is_refused(plot):
    with pytest.raises(AuthorError) as caught:
        loads(OWN.replace("USE", EQUATIONS).replace("PLOTS", f"plots: [{plot}]"))
    assert all(":6:" in str(issue) or ":7:" in str(issue) for issue in caught.value.issues)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("language", languages())
def test_pictures_of_shipped_exercises_are_whole_and_light(name, language):
    pictures = list(gallery(shipped(name), words(language)))
    ids = [i for picture in pictures for i in re.findall(r' id="([^"]*)"', picture)]
    assert len(ids) == len(set(ids))
    for picture in pictures:
        root = parsed(re.sub("<input([^>]*) checked>|<input([^>]*)>", "", picture))
        assert len(picture) <= 10 * 1024
        for drawn in root.iter("{http://www.w3.org/2000/svg}svg"):
            title, desc = list(drawn)[:2]
            assert drawn.get("role") == "img"
            assert drawn.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
            assert title.text
            assert desc.text
            assert len(desc.text) <= 1202
            if language == "fr":
                assert not re.search(r"\d\.\d", desc.text)


OVERLAPS = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  if (!frame.width) return [];
  const texts = [...svg.querySelectorAll("text:not(.number)")].filter(t => t.textContent.trim());
  const boxes = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
  return boxes.flatMap(([name, a], i) => [
    ...(a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 ||
        a.bottom > frame.bottom + 1 ? [name + " leaves the picture"] : []),
    ...boxes.slice(i + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5).map(([o]) => name + " on " + o),
  ]);
})"""
SIZES = """() => [...document.querySelectorAll("svg text, svg tspan")]
  .filter(t => t.getBoundingClientRect().width)
  .map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"""


@pytest.mark.parametrize("name", ["tp-1.1", "tp-2.1", "tp-2.3", "gru-against-lstm", "masked-loss"])
def test_labels_lie_apart_and_can_be_read_on_a_phone(chromium, name):
    drawn = "".join(
        f'<figure class="picture">{picture}</figure>'
        for picture in gallery(shipped(name), words("fr"))
    )
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    page.set_content(f"<style>{stylesheet()}</style><main>{drawn}</main>")
    assert page.evaluate(OVERLAPS) == []
    assert min(page.evaluate(SIZES)) >= 10.9
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


# What is written upon what: the least contrast of texts with the shapes below them, as the browser
# blends their colours with the page.
CONTRAST = """() => {
  const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const seen = (fill, opacity) => {
    for (const [colour, alpha] of [[getComputedStyle(document.body).backgroundColor, 1],
                                   [fill, opacity]]) {
      pen.globalAlpha = alpha; pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("g")].map(g => {
    const [below, text] = [g.firstChild, g.lastChild].map(n => getComputedStyle(n));
    const both = [seen(below.fill, +below.fillOpacity), seen(text.fill, 1)].sort((a, b) => a - b);
    return [g.getAttribute("class"), (both[1] + 0.05) / (both[0] + 0.05)];
  }).filter(([, ratio]) => !(ratio >= 4.5));
}"""
LOOKS = ["n given", "n made", "n asked", "n ok", "n ca", "n ba", "n no", "n b1", "n b5"]
SHADES = ["pos v1", "pos v8", "neg v4", "neg v8"]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_texts_stand_out_from_what_is_below_them(chromium, scheme):
    nodes = [f'<svg class="plot g"><g class="{k}"><rect/><text>h</text></g></svg>' for k in LOOKS]
    nodes += [
        f'<svg class="plot g"><g class="{k}"><rect/><text class="m">h</text></g></svg>'
        for k in ("n ok", "n ca", "n ba")
    ]
    nodes += [
        f'<figure class="picture"><svg class="plot"><g><path class="shade {k}"/>'
        '<text class="number">1</text></g></svg></figure>'
        for k in SHADES
    ]
    nodes += [
        f'<svg class="plot"><g><rect class="d-{k}"/><text class="d-sign">s</text></g></svg>'
        for k in ("gate", "linear", "function", "point")
    ]
    page = chromium.new_page(color_scheme="dark" if scheme == "dark" else "light")
    page.emulate_media(media="print" if scheme == "print" else "screen")
    page.set_content(f"<style>{stylesheet()}</style><main>{''.join(nodes)}</main>")
    assert page.evaluate(CONTRAST) == []
    page.close()
