"""Markdown with `$…$` in the equation language, to LaTeX: markdown-it's tokens, one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tp_solver.exercise.prose import MATH
from tp_solver.language.latex import latex
from tp_solver.language.parse import parse
from tp_solver.language.tree import Node
from tp_solver.sheets.prose import markdown
from tp_solver.sheets.tex_lines import Page, one_line
from tp_solver.sheets.tex_text import tex

_KEPT = re.compile("\ue000([0-9]+)\ue001")
_ALONE = re.compile("\ue000([0-9]+)\ue001[.,;:]?")
_CODE_BREAK = re.compile(r"(?<=[.,(_/=])(?=\w)")
_WRAPPED = {
    "em_open": r"\emph{",
    "strong_open": r"\textbf{",
    "em_close": "}",
    "strong_close": "}",
    "softbreak": "\n",
    "hardbreak": "\\\\{}\n",
    "tr_open": "{}",  # a row must not begin with a bracket
    "blockquote_open": "\\begin{quote}\n",
    "blockquote_close": "\\end{quote}\n",
    "heading_open": r"\par\medskip\textbf{",
    "heading_close": "}\\par\n",
    "hr": "\\par\\noindent\\rule{\\linewidth}{0.4pt}\\par\n",
    "thead_close": "\\midrule\n",
    "table_close": "\\bottomrule\n\\end{tabular}\n\\end{center}\n",
}
_LONG_ROW = 72  # characters of a table's row from which its columns are paragraphs
_DEEPEST = 4  # lists in lists that LaTeX allows


def tex_prose(text: str, page: Page, functions: Iterable[str] = (), inline: bool = False) -> str:
    """Write a text of an exercise as LaTeX; nothing in it is a command of TeX."""
    formulas: list[Node] = []

    def keep(match: Any) -> str:
        formulas.append(parse(match[1], functions))
        return f"\ue000{len(formulas) - 1}\ue001"

    source = MATH.sub(keep, text.replace("\ue000", "").replace("\ue001", ""))
    source = source.replace("\\$", "$")
    tokens = markdown().parseInline(source) if inline else markdown().parse(source)
    return _Writer(formulas, page).blocks(tokens).strip()


class _Writer:
    def __init__(self, formulas: Sequence[Node], page: Page) -> None:
        self.formulas, self.page = formulas, page
        self.depth = 0

    def blocks(self, tokens: Sequence[Any]) -> str:
        return "".join(self.block(tokens, i) for i in range(len(tokens)))

    def block(self, tokens: Sequence[Any], i: int) -> str:
        token = tokens[i]
        own: Callable[[Sequence[Any], int], str] | None = getattr(self, token.type, None)
        return own(tokens, i) if own is not None else _WRAPPED.get(token.type, "")

    def inline(self, tokens: Sequence[Any], i: int) -> str:
        """Write a paragraph's text; one that is a single formula stands on a line of its own."""
        token = tokens[i]
        alone = _ALONE.fullmatch(token.content.strip())
        if alone is not None and i and tokens[i - 1].type == "paragraph_open":
            end = token.content.strip()[alone.end(1) + 1 :]
            return rf"\[ {one_line(self.formulas[int(alone[1])], self.page)} {end} \]"
        return self.blocks(token.children or [])

    def bullet_list_open(self, tokens: Sequence[Any], i: int) -> str:
        self.depth += 1
        return self.listed("begin", tokens[i])

    def bullet_list_close(self, tokens: Sequence[Any], i: int) -> str:
        ending = self.listed("end", tokens[i])
        self.depth -= 1
        return ending

    ordered_list_open, ordered_list_close = bullet_list_open, bullet_list_close

    def listed(self, act: str, token: Any) -> str:
        kind = "itemize" if token.type.startswith("bullet") else "enumerate"
        return f"\\{act}{{{kind}}}\n" if self.depth <= _DEEPEST else ""

    def list_item_open(self, tokens: Sequence[Any], i: int) -> str:
        return r"\item{} " if self.depth <= _DEEPEST else r"\par -- "

    def paragraph_close(self, tokens: Sequence[Any], i: int) -> str:
        return "\n" if tokens[i].hidden else "\n\n"

    def text(self, tokens: Sequence[Any], i: int) -> str:
        return self.filled(tokens[i].content)

    def code_inline(self, tokens: Sequence[Any], i: int) -> str:
        pieces = _CODE_BREAK.split(tokens[i].content)
        drawn = r"\allowbreak{}".join(map(self.filled, pieces))
        return rf"\texttt{{{drawn}}}"

    def code_block(self, tokens: Sequence[Any], i: int) -> str:
        lines = tokens[i].content.rstrip("\n").split("\n")
        drawn = [self.filled(line).replace(" ", "~") or "~" for line in lines]
        return "\\begin{quote}\\ttfamily\n" + "\\\\{}\n".join(drawn) + "\n\\end{quote}\n"

    fence = code_block

    def link_open(self, tokens: Sequence[Any], i: int) -> str:
        address = str(tokens[i].attrs.get("href", ""))
        safe = re.sub(r"[^A-Za-z0-9:/?=.,;@!*'()+%#&_~-]", "", address)
        escaped = re.sub(r"([%#&_])", r"\\\1", safe)
        return rf"\href{{{escaped}}}{{"

    def link_close(self, tokens: Sequence[Any], i: int) -> str:
        return "}"

    def table_open(self, tokens: Sequence[Any], i: int) -> str:
        head = [t for t in self.until(tokens, i, "thead_close") if t.type == "th_open"]
        rows = _row_lengths(self.until(tokens, i, "table_close"))
        sides = [_side(str(t.attrs.get("style", ""))) for t in head]
        if max(rows, default=0) > _LONG_ROW:
            width = rf"\dimexpr(\linewidth-{2 * len(head)}\tabcolsep)/{len(head)}\relax"
            sides = [rf"p{{{width}}}"] * len(head)
        columns = "".join(sides)
        return f"\\begin{{center}}\n\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n\\toprule\n"

    def until(self, tokens: Sequence[Any], i: int, closing: str) -> list[Any]:
        end = next(n for n in range(i, len(tokens)) if tokens[n].type == closing)
        return list(tokens[i:end])

    def td_close(self, tokens: Sequence[Any], i: int) -> str:
        last = tokens[i + 1].type == "tr_close"
        return " \\\\\n" if last else " & "

    th_close = td_close

    def filled(self, text: str) -> str:
        """Escape a text and put its formulas back."""
        pieces = _KEPT.split(text)
        return "".join(
            f"${running(self.formulas[int(piece)], self.page.mark)}$" if n % 2 else tex(piece)
            for n, piece in enumerate(pieces)
        )


def running(node: Node, mark: str) -> str:
    """Write a formula for a line of text, which may break inside brackets unless they must grow."""
    text = latex(node, mark)
    if any(tall in text for tall in (r"\frac", "matrix", r"\sqrt")):
        return text
    return text.replace(r"\left", "").replace(r"\right", "")


def _row_lengths(tokens: Sequence[Any]) -> list[int]:
    lengths = [0]
    for token in tokens:
        if token.type == "tr_open":
            lengths.append(0)
        elif token.type == "inline":
            lengths[-1] += len(token.content)
    return lengths


def _side(style: str) -> str:
    return "r" if "right" in style else "c" if "center" in style else "l"
