"""Time pages: 1,000 steps to HTML, a page of 1,000 formulas in Chromium, the weight of TP pages.

Chromium is driven by Playwright, as in the tests: `pip install -e '.[dev]'`.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from timing import typical

from tests.browser import launched
from tp_solver.catalogue import exercise_files
from tp_solver.sheets.solution_page import solution_html
from tp_solver.solution import load, loads, solve
from tp_solver.text import words

FRENCH = words("fr")
NAMES = "z_f, f, z_i, i, z_C, C_tilde, z_o, o, C, h"
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def exercise(steps: int) -> str:
    """Return a one-unit LSTM whose every quantity is asked for: ten steps a position."""
    inputs = ", ".join(str(round((t * 37 % 19) / 10 - 1, 1)) for t in range(steps))
    weights = "".join(f"  W_{g}: [0.1, -0.4]\n  b_{g}: 0.2\n" for g in "fiCo")
    return (
        f"id: long\ntitle: Long\nindices: {{t: 1..{steps}}}\nuse: lstm\ngiven:\n"
        f"  x: [{inputs}]\n  h[0]: 0\n  C[0]: 0\n{weights}"
        f"precision: {{decimals: 4}}\nquestions:\n"
        f"- {{id: all, text: All., answers: [{NAMES}], points: 20}}\n"
    )


def rendering(steps: int) -> None:
    """Time the steps of a solution and their page."""
    model = loads(exercise(steps))
    count = len(solve(model).steps)
    spent = typical(lambda: solution_html(solve(model), FRENCH))
    print(f"{count:,} steps to HTML: {spent:.2f} s")


def opening(steps: int) -> None:
    """Time a page in Chromium until it is drawn and answers to a click."""
    page_text = solution_html(solve(loads(exercise(steps))), FRENCH)
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        path = Path(folder) / "long.html"
        path.write_text(page_text, encoding="utf-8")
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready")
        page.locator("#detail-results").check()
        page.evaluate(DRAWN)
        spent = time.perf_counter() - start
        formulas = page.locator("math").count()
    print(f"{formulas:,} formulas, {len(page_text) // 1000} KB: interactive after {spent:.2f} s")


def weighing() -> None:
    """Print how heavy each page of the TP is, font and pictures included."""
    for path in exercise_files(["tp"]):
        size = len(solution_html(solve(load(path)), FRENCH).encode())
        print(f"{path.stem:8} {size / 1000:6.0f} KB")


if __name__ == "__main__":
    rendering(100)
    opening(15)
    opening(100)
    weighing()
