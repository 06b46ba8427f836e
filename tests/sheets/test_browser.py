"""The pages in a real Chromium: layout on a phone, glyphs, print, dark, assistive technology."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tp_solver.catalogue import exercise_files
from tp_solver.cli import main
from tp_solver.exercise.model import Precision
from tp_solver.grading.tokens import Tokens
from tp_solver.grading.typed import unpacked
from tp_solver.sheets.files import write_sheets, write_solutions
from tp_solver.solution import load, solve
from tp_solver.text import words

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SUBMISSION = """
student: {id: "../../x", name: "<script>document.title='hacked'</script> Ada"}
answers:
  f[1]: 0,5498
  i[1]: 0.61
  C[1]: 0,2318
  h[1]: "=cmd()"
  f[2]: 1.7
  C_tilde[2]: 0.5552
---
student: {id: e2, name: Bo}
answers: {"z_f[1]": 0.2, "f[1]": 0.1974, "C_tilde[1]": 0.5987, "h[3]": "1 2", "o[1]": 0}
---
student: {id: e3, name: Cleo}
answers: {}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write every kind of page there is."""
    folder = tmp_path_factory.mktemp("pages")
    models = [load(path) for path in exercise_files(["tp"])]
    solutions = [solve(model) for model in models]
    write_solutions(solutions, folder / "solutions", "html", words("fr"))
    write_sheets(models, folder / "sheets", words("en"))
    (folder / "x.yaml").write_text(SUBMISSION, encoding="utf-8")
    for language in ("fr", "en"):
        out = str(folder / f"grades-{language}")
        assert main(["grade", "tp-2.1", str(folder / "x.yaml"), "-o", out, "--lang", language]) < 2
    return sorted(folder.rglob("*.html"))


@pytest.fixture(scope="module")
def phone(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    yield page
    page.close()


OVERFLOWING = """() => {
  const wide = [];
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.right <= innerWidth + 1 || element.matches('.skip')) continue;
    let parent = element.parentElement, scrolls = false;
    while (parent && parent !== document.body) {
      if (getComputedStyle(parent).overflowX !== 'visible') scrolls = true;
      parent = parent.parentElement;
    }
    if (!scrolls) wide.push(element.outerHTML.slice(0, 120));
  }
  return [document.documentElement.scrollWidth, wide];
}"""


def test_no_page_scrolls_sideways_on_a_phone(pages: list[Path], phone: Page) -> None:
    for path in pages:
        phone.goto(path.as_uri())
        width, wide = phone.evaluate(OVERFLOWING)
        assert width <= 390, (path.name, wide)
        assert wide == [], path.name


def test_no_page_fetches_anything_or_complains(pages: list[Path], chromium: Browser) -> None:
    page = chromium.new_page()
    requested: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in pages:
        page.goto(path.as_uri())
        assert page.title() != "hacked"
    own = {path.as_uri() for path in pages}
    assert [url for url in requested if url not in own and not url.startswith("data:")] == []
    assert complaints == []
    page.close()


MISSING_GLYPHS = """async () => {
  await document.fonts.ready;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 40;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const drawn = (character, font) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = '24px ' + font;
    pen.fillText(character, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const family = '"TP Math", "Adobe Blank Missing"';
  const blank = drawn('\\uE123', family);
  const used = new Set();
  for (const token of document.querySelectorAll('math mi, math mn, math mo'))
    for (const character of token.textContent) used.add(character);
  const invisible = new Set([' ', '\\u2061', '\\u2062', '\\u2063', '\\u00a0']);
  return [...used].filter(c => !invisible.has(c) && drawn(c, family) === blank);
}"""


def test_formulas_use_the_embedded_font_and_miss_no_glyph(
    pages: list[Path], chromium: Browser
) -> None:
    page = chromium.new_page()
    for path in pages:
        page.goto(path.as_uri())
        if page.locator("math").count() == 0:
            continue
        assert page.evaluate("document.fonts.ready.then(f => f.check('16px \"TP Math\"'))")
        assert page.evaluate(MISSING_GLYPHS) == [], path.name
    page.close()


def test_brackets_stretch_round_matrices(pages: list[Path], chromium: Browser) -> None:
    page = chromium.new_page()
    path = next(p for p in pages if p.name == "tp-2.2.html" and p.parent.name == "solutions")
    page.goto(path.as_uri())
    heights = page.evaluate(
        """() => [...document.querySelectorAll('.data math mrow')]
          .filter(row => row.querySelector(':scope > mtable'))
          .map(row => [row.firstElementChild.getBoundingClientRect().height,
                       row.querySelector('mtable').getBoundingClientRect().height])"""
    )
    assert heights
    assert all(bracket >= 0.8 * table for bracket, table in heights)
    page.close()


def test_print_opens_every_fold_and_hides_the_contents(
    pages: list[Path], chromium: Browser
) -> None:
    page = chromium.new_page()
    path = next(p for p in pages if p.name == "tp-1.2.html" and p.parent.name == "solutions")
    page.goto(path.as_uri())
    folds = """[...document.querySelectorAll('details .steps')].map(steps =>
      steps.checkVisibility({contentVisibilityAuto: true}) && steps.getBoundingClientRect().height
    )"""
    closed = page.evaluate(folds)
    assert closed
    assert not any(closed)
    page.emulate_media(media="print")
    page.wait_for_function(f"({folds}).every(height => height > 20)")
    assert page.evaluate("getComputedStyle(document.querySelector('.side')).display") == "none"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()


CONTRAST = """() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = text => text.match(/[\\d.]+/g).map(
    (n, i) => text.startsWith('color(') && i < 3 ? 255 * n : +n);
  const low = [];
  const texts = 'p, li, th, td, .badge, summary, h1, h2, h3, a, .value span';
  for (const element of document.querySelectorAll(texts)) {
    if (!element.textContent.trim() || element.matches('.skip')) continue;
    const paper = of => numbers(getComputedStyle(of).backgroundColor);
    let behind = element;
    while (behind && paper(behind)[3] === 0) behind = behind.parentElement;
    const back = behind ? paper(behind) : [255, 255, 255];
    const fore = numbers(getComputedStyle(element).color);
    const [a, b] = [luminance(fore), luminance(back)].sort((x, y) => y - x);
    const what = element.className + ' ' + element.textContent.trim().slice(0, 40);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(what);
  }
  return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(pages: list[Path], chromium: Browser, scheme: str) -> None:
    page = chromium.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    for path in pages:
        page.goto(path.as_uri())
        assert page.evaluate(CONTRAST) == [], path.name
    page.close()


def test_pages_have_landmarks_headings_and_described_pictures(
    pages: list[Path], chromium: Browser
) -> None:
    page = chromium.new_page()
    for path in pages:
        page.goto(path.as_uri())
        assert page.locator("main h1").count() == 1, path.name
        levels = page.evaluate(
            "[...document.querySelectorAll('main h1, main h2, main h3')].map(h => +h.tagName[1])"
        )
        assert all(b - a <= 1 for a, b in pairwise(levels)), path.name
        assert page.evaluate(
            "[...document.querySelectorAll('svg')].every(s => s.querySelector('title').textContent"
            " && s.querySelector('desc').textContent)"
        )
        assert page.evaluate(
            "[...document.querySelectorAll('table')].every(t => t.querySelector('th[scope]'))"
        )
    page.close()


# A heading that is a formula counts as empty there: axe does not read MathML, browsers do.
AXE = "only => axe.run({runOnly: only, rules: {'empty-table-header': {enabled: false}}})"
AXE_RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast"],
}


@pytest.mark.parametrize("scheme", AXE_RULES)
def test_axe_finds_nothing_against_wcag(pages: list[Path], chromium: Browser, scheme: str) -> None:
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    kinds = [p for p in pages if p.stem in ("index", "tp-2.1") or p.parent.name == "feedback"]
    assert len({path.parent for path in kinds}) == 6
    page = chromium.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    for path in kinds:
        page.goto(path.as_uri())
        page.evaluate(axe.read_text(encoding="utf-8"))
        found = page.evaluate(AXE, AXE_RULES[scheme])
        assert found["passes"], path.name
        told = [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]
        assert told == [], path.name
    page.close()


def visible(page: Page, selector: str) -> bool:
    """Tell whether any element of a kind can be seen."""
    return any(element.is_visible() for element in page.locator(selector).all())


def test_the_reader_chooses_the_level_of_detail(pages: list[Path], chromium: Browser) -> None:
    page = chromium.new_page()
    path = next(p for p in pages if p.name == "tp-2.2.html" and p.parent.name == "solutions")
    page.goto(path.as_uri())
    sights = (".components", ".step", ".results, .final")
    seen = {}
    for level in ("components", "steps", "results"):
        page.locator(f"#detail-{level}").check()
        for media in ("screen", "print"):
            page.emulate_media(media=media)
            seen[level, media] = [visible(page, sight) for sight in sights]
        page.emulate_media(media="screen")
    for media in ("screen", "print"):
        assert seen["components", media] == [True, True, True]
        assert seen["steps", media] == [False, True, True]
        assert seen["results", media] == [False, False, True]
    page.locator("#detail-results").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("#detail-steps").is_checked()
    assert visible(page, ".step")
    page.close()


def test_values_stand_in_one_column(pages: list[Path], chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    path = next(p for p in pages if p.name == "tp-2.1.html" and p.parent.name == "solutions")
    page.goto(path.as_uri())
    columns = page.evaluate(
        """() => [...document.querySelectorAll('.steps')].map(steps =>
          ['.name', '.work', '.value'].map(kind => new Set(
            [...steps.querySelectorAll(':scope > .step > ' + kind)].map(box =>
              Math.round(kind === '.name' ? box.getBoundingClientRect().right
                                          : box.getBoundingClientRect().left))).size))"""
    )
    assert columns
    assert all(count == 1 for steps in columns for count in steps), columns
    page.close()


COPIED = """() => [...document.querySelectorAll('.step > .value')].map(value => {
  const range = document.createRange();
  range.selectNodeContents(value);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return getSelection().toString();
})"""


def test_a_value_copied_from_the_page_is_read_as_an_answer(
    pages: list[Path], chromium: Browser
) -> None:
    page = chromium.new_page()
    path = next(p for p in pages if p.name == "tp-2.3b.html" and p.parent.name == "solutions")
    page.goto(path.as_uri())
    copied = [text for text in page.evaluate(COPIED) if text]  # none of what is folded
    steps = [step.value for step in solve(load(exercise_files(["tp-2.3b"])[0])).steps]
    known = np.concatenate([np.ravel(value) for value in steps])
    tokens = Tokens(Precision(decimals=5))
    assert len(copied) > 40
    for text in copied:
        raw = unpacked(text)
        for each in raw if isinstance(raw, list) else [raw]:
            number = tokens.ids[str(each)]
            assert np.abs(known - tokens.arrays[0][number]).min() <= 0.5e-5 + 1e-12, text
    page.close()
