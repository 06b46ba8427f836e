"""Solutions as Markdown and as LaTeX: what they say, what they escape, whether TeX sets them."""

from __future__ import annotations

import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tp_solver.catalogue import exercise_files
from tp_solver.language.latex import latex
from tp_solver.language.measure import width
from tp_solver.language.parse import parse
from tp_solver.language.tree import Value
from tp_solver.sheets.content import Relation, content
from tp_solver.sheets.document import chunks
from tp_solver.sheets.latex_format import solution_latex
from tp_solver.sheets.markdown_format import solution_markdown
from tp_solver.sheets.tex_lines import Page, one_line, rows
from tp_solver.sheets.tex_prose import tex_prose
from tp_solver.sheets.tex_text import tex
from tp_solver.solution import Solution, load, loads, solve
from tp_solver.text import languages, words

ENGINES = ("pdflatex", "xelatex")
# What only one engine's fonts hold, or what ends a run, must have been replaced.
FIT_FOR_BOTH = re.compile(r"[\x0a\x20-\x7e\u00a1-\u017f‘’‚“”„–—•†‡‰€™‹›]*")
PAGE = Page(42.0, ".", scales=True)
HOSTILE = r"""
id: hostile
title: "100 % of \\input{/etc/passwd} & #1 ~ ^ _ {"
intro: |
  <script>alert(1)</script> ![x](https://example.org/x.png) `\write18{ls}` [a\%b_c](https://e.org/a_b%20c#d&e)

  1. one
     - two --- « trois », œuvre, naïveté → ≤ é ∂ ⊙ ℝ 😀 \\ \end{document} $w$ costs \$5
       - three
         - four
           - five

  | [a] | b |
  |---|--:|
  | [1] | $w$ |

      code  with_#special {chars}

  $w + w$
equations: ["y = w * w", "long = w + w + w + w + w + w + w + w + w + w + w + w + w + w + w + w"]
given: {w: -2.5}
questions:
  - {id: q, text: "What is $y$?", answers: [y, long]}
  - id: c
    kind: choice
    text: "Which? [x]"
    choices: [{id: a, text: "[$w$] %"}, {id: b_, text: "none", right: true}]
    solution: "Because \\\\[2cm] it is."
"""


@pytest.fixture(scope="module", params=exercise_files(["tp", "masked-loss"]), ids=lambda p: p.stem)
def solution(request: pytest.FixtureRequest) -> Solution:
    return solve(load(request.param))


@pytest.fixture(scope="module")
def hostile() -> Solution:
    return solve(loads(HOSTILE))


def unescaped(text: str, char: str) -> int:
    return len(re.findall(rf"(?<!\\)(?:\\\\)*{re.escape(char)}", text))


def assert_balanced(source: str) -> None:
    """Every environment is closed in order, every brace too."""
    opened: list[str] = []
    for act, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", source):
        if act == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    assert unescaped(source, "{") == unescaped(source, "}")


@pytest.mark.parametrize("language", languages())
def test_latex_is_whole_and_fit_for_every_engine(solution: Solution, language: str) -> None:
    source = solution_latex(solution, words(language))
    body = source.split(r"\begin{document}")[1]
    assert_balanced(source.split(r"\setlength{\parindent}")[1].split(r"\begin{document}")[1][:-16])
    assert FIT_FOR_BOTH.fullmatch(body)
    assert not re.search(r"[0-9],[0-9]{3,}", re.sub(r"\\operatorname\{[^}]*\}", "", body))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("make", [solution_latex, solution_markdown])
def test_every_answer_is_there_as_shown(make, language: str, solution: Solution) -> None:
    said = words(language)
    text = make(solution, said).replace(r"\cr", r"\\")
    for slots in solution.model.slots.values():
        for slot in slots:
            shown = Value(solution.shown(solution.value(slot.key, slot.position)))
            assert latex(shown, said.mark) in text, slot


def test_every_format_shows_the_steps_of_the_page(solution: Solution) -> None:
    chosen = content(solution)
    steps = [step for q in chosen.questions for group in q.groups for step in group.steps]
    steps += [step for group in chosen.further for step in group.steps]
    assert len({step.order for step in steps}) == len(steps)
    source, markdown = (make(solution, words("fr")) for make in (solution_latex, solution_markdown))
    for step in steps:
        assert f"{latex(step.ref, ',')} & = " in source
        assert f"{latex(step.ref, ',')} & = " in markdown


def test_author_text_is_no_command_of_tex(hostile: Solution) -> None:
    source = solution_latex(hostile, words("en"))
    body = source.split(r"\begin{document}")[1]
    assert r"\input" not in body
    assert r"\write" not in body
    assert body.count(r"\end{document}") == 1
    assert "(U+1F600)" in body
    assert r"\ensuremath{\rightarrow}" in body
    assert r"\$5" in body
    assert_balanced(body.removesuffix("\\end{document}\n"))


def test_author_text_is_no_html_in_markdown(hostile: Solution) -> None:
    text = solution_markdown(hostile, words("en"))
    assert r"\<script>" in text
    assert "![" not in text
    assert r"\$5" in text
    assert r"`\write18{ls}`" in text


@given(st.text())
def test_any_text_is_escaped(text: str) -> None:
    escaped = tex(text)
    assert FIT_FOR_BOTH.fullmatch(escaped.replace("\t", ""))
    for special in "%#&$_":
        assert unescaped(escaped, special) == 0
    assert unescaped(escaped, "{") == unescaped(escaped, "}")
    assert not any(pair in escaped for pair in ("--", "''", ",,", "?`", "!`"))


@given(st.text(max_size=200))
def test_any_markdown_becomes_balanced_latex(text: str) -> None:
    assert_balanced(tex_prose(text.replace("$", ""), PAGE))


def test_a_formula_alone_in_its_paragraph_is_displayed() -> None:
    drawn = tex_prose("So\n\n$a + b$.\n\nand $a / b$ too", PAGE)
    assert r"\[ a + b . \]".replace(" ", "") in drawn.replace(" ", "").replace("{", "").replace(
        "}", ""
    )
    assert r"and $\frac" in drawn


def test_long_formulas_break_at_signs_and_keep_their_terms() -> None:
    node = parse(" + ".join(f"a_{n} * b_{n}" for n in range(40)) + " - c * d")
    lines = rows(Relation("=", node), 40.0, PAGE)
    assert 2 < len(lines) < 20
    assert lines[0].startswith("= ")
    assert all(
        line.startswith(r"\quad {} +") or line.startswith(r"\quad {} -") for line in lines[1:]
    )
    together = " ".join(line.removeprefix(r"\quad ").replace("{} ", "", 1) for line in lines)
    assert together.replace("{} ", "").split() == f"= {latex(node)}".split()


def test_a_subtracted_sum_keeps_its_brackets_where_it_breaks() -> None:
    node = parse("a - (b - c) * (d + e) - (-f)")
    drawn = " ".join(rows(Relation("=", node), 6.0, PAGE))
    assert drawn.count(r"\left(") == 3


def test_wide_and_tall_matrices_are_scaled() -> None:
    wide = Value((tuple(Decimal("0.1234") for _ in range(40)),))
    tall = Value(tuple(Decimal(1) for _ in range(90)))
    assert one_line(wide, PAGE).startswith(r"\resizebox{42.0em}")
    assert one_line(tall, PAGE).startswith(r"\resizebox{!}")
    assert one_line(Value(Decimal(1)), PAGE) == "1"


def test_width_follows_the_typeset_formula() -> None:
    assert width(parse("a / b")) < width(parse("a + b"))
    assert width(parse("tanh(a)")) > width(parse("a"))
    row = (Decimal("0.5"),) * 3
    assert width(Value((row,) * 9)) == width(Value((row,)))  # rows add nothing to the width


@given(st.lists(st.floats(0.1, 50), max_size=30), st.floats(1, 60))
def test_chunks_hold_every_column_once_and_fit(columns: list[float], room: float) -> None:
    found = chunks(columns, room)
    assert [i for chunk in found for i in chunk] == list(range(len(columns)))
    for chunk in found:
        assert len(chunk) <= 1 or sum(columns[i] for i in chunk) <= room


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["hostile", "tp-2.1", "masked-loss"])
def test_tex_sets_it(engine: str, name: str, hostile: Solution, tmp_path: Path) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"no {engine} here")
    chosen = hostile if name == "hostile" else solve(load(exercise_files([name])[0]))
    language = "fr" if engine == "pdflatex" else "en"
    (tmp_path / "a.tex").write_text(solution_latex(chosen, words(language)), encoding="utf-8")
    command = [engine, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    log = (tmp_path / "a.log").read_text(encoding="utf-8", errors="replace")
    assert run.returncode == 0, log[-2000:]
    assert "Missing character" not in log
    assert name == "hostile" or r"Overfull \hbox" not in log
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
