"""An author's text in Markdown opens no element, for a reader that lets HTML through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tp_solver.sheets.harmless import harmless
from tp_solver.sheets.markdown_format import solution_markdown
from tp_solver.sheets.notebook import solution_notebook
from tp_solver.solution import loads, solve
from tp_solver.text import words

IMAGE = "<img src=x onerror=alert(1)>"
JUDGE: Any = MarkdownIt("commonmark", {"html": True}).enable("table")
HARM = {"html_inline", "html_block", "image"}
PIECES = [IMAGE, "<b>", "< ", "![x](y)", "\\", "`", "``", "```", "~~~", "\n", "\n\n", "    ", "- "]
PIECES += ["> ", "| a | b |\n|---|---|\n| ", "a", " ", "[a](", "<http://a.b>", ")", "!", "$w$", "*"]


def kinds(markdown: str) -> set[str]:
    """Return the kinds of tokens that a text becomes."""
    tokens = JUDGE.parse(markdown)
    inner = (child.type for token in tokens for child in token.children or ())
    return {token.type for token in tokens} | set(inner)


def printed(intro: str, title: str, question: str) -> str:
    """Print an exercise with some texts as Markdown."""
    texts = {"intro": intro, "title": title, "question": question}
    text = {k: '"' + v.replace("\\", "\\\\").replace("\n", "\\n") + '"' for k, v in texts.items()}
    return solution_markdown(
        solve(
            loads(
                f"id: x\ntitle: {text['title']}\nintro: {text['intro']}\nequations: [y = w]\n"
                f"given: {{w: 2}}\nquestions:\n- {{id: q, text: {text['question']}, answers: [y],"
                f" solution: {text['intro']}}}\n"
            )
        ),
        words("en"),
    )


@pytest.mark.parametrize(
    "text",
    [
        f"one ` tick\n\n{IMAGE}\n\nanother ` tick",
        f"\\`{IMAGE}\\`",
        f"\\{IMAGE} and \\\\{IMAGE}",
        f"a\n\n    code\n\nb {IMAGE}",
        f"``` a\n{IMAGE}\n```\n{IMAGE}",
    ],
)
def test_what_looks_like_code_and_is_none(text: str) -> None:
    assert not kinds(harmless(text)) & HARM
    assert not kinds(harmless(text, inline=True)) & HARM


def test_code_is_left_as_it_is() -> None:
    for text in ("`a <b> c`", "``![x](y) ` <b>``", "```\n<b>\n```", "a\n\n    <b>"):
        assert harmless(text) == text
    assert harmless(r"2 < 3 <b> `<b>` ![x](y)") == r"2 \< 3 \<b> `<b>` !\[x](y)"


def test_an_open_fence_ends_with_its_text() -> None:
    assert harmless("a\n```\nb") == "a\n```\nb\n```"
    assert harmless("~~~~\nb\n~~~~") == "~~~~\nb\n~~~~"


lines = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(lines, st.booleans())
@example("- ```\n<b>", False)
@settings(deadline=None, max_examples=300)
def test_no_text_opens_an_element(text: str, inline: bool) -> None:
    found = harmless(text, inline)
    assert not kinds(found) & HARM
    assert not kinds(f"- a) {found}" if inline else f"{found}\n\n{found}") & HARM


@given(lines, lines)
@example("```", f"~~~\n{IMAGE}")
@settings(deadline=None, max_examples=40)
def test_no_text_of_an_exercise_does(intro: str, question: str) -> None:
    intro, question = intro.replace("!", "").replace("$", ""), question.replace("$", "")
    whole = printed(f"i {intro}", f"t {question}", f"q {question}\n\n```\n<b>\n```")
    assert not kinds(whole) & HARM


def test_no_text_in_a_notebook_does() -> None:
    text = f"one ` tick\\n\\n{IMAGE}\\n\\nanother ` tick"
    solution = solve(
        loads(
            f'id: x\ntitle: "{text}"\nintro: "{text}"\nequations: [y = w]\ngiven: {{w: 2}}\n'
            f'questions:\n- {{id: q, text: "{text}", answers: [y]}}\n'
        )
    )
    cells = json.loads(solution_notebook(solution, words("en")))["cells"]
    written = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    assert sum(IMAGE[1:] in source for source in written) == 2
    assert not any(kinds(source) & HARM for source in written)
