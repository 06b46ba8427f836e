"""A worked solution as a Jupyter notebook that computes it again and checks that all agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tp_solver.exercise.exercise import Equation
from tp_solver.exercise.questions import ChoiceQuestion
from tp_solver.language.tree import Node, Op
from tp_solver.sheets.markdown_format import MarkdownDocument, joined
from tp_solver.sheets.notebook_code import Cells
from tp_solver.sheets.program import BACKWARD, BOTH, FORWARD, Block
from tp_solver.sheets.rows import equations_by_domain
from tp_solver.solution import Solution
from tp_solver.text import Words

_TITLES = {
    FORWARD: "documents.forward",
    BACKWARD: "documents.backward",
    BOTH: "documents.training",
}
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def solution_notebook(solution: Solution, words: Words) -> str:
    """Return a notebook (format 4.5) as JSON; the author's texts stand in Markdown cells only.

    Raises UserError where an operation of the exercise has no counterpart in NumPy or PyTorch.
    """
    cells = [
        cell(kind, number, source)
        for number, (kind, source) in enumerate(_Writer(solution, words).cells(), 1)
    ]
    notebook = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def cell(kind: str, number: int, source: str) -> dict[str, Any]:
    """Make a cell; `hidden` is code that is folded away."""
    lines = source.splitlines(keepends=True)
    identity = {"id": f"cell-{number:03}"}
    if kind == "markdown":
        return {"cell_type": "markdown", **identity, "metadata": {}, "source": lines}
    folded = {"jupyter": {"source_hidden": True}} if kind == "hidden" else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        **identity,
        "metadata": folded,
        "outputs": [],
        "source": lines,
    }


class _Writer(MarkdownDocument):
    def __init__(self, solution: Solution, words: Words) -> None:
        super().__init__(solution, words)
        self.code = Cells(solution)

    def cells(self) -> Iterator[tuple[str, str]]:
        """Yield the cells in their order: their kind and source."""
        yield "markdown", joined([*self.head(), self.word("documents.notebook")])
        yield "markdown", joined(self.statement())
        yield from self.introduced("documents.data", self.code.data())
        blocks = list(self.code.numpy_blocks())  # before the functions that they turn out to call
        yield from self.introduced("documents.functions", self.code.functions())
        before = ""
        for block, source in blocks:
            yield "markdown", joined(self.explained(block, block.kind != before))
            yield "code", source
            before = block.kind
        yield "markdown", self.word("documents.expected")
        yield "hidden", self.code.expected()
        yield "code", self.code.compared(self.words("documents.agree"))
        yield from self.introduced(
            "documents.torch", self.code.torch_import(self.words("documents.no_torch"))
        )
        yield "code", self.code.torch_solution()
        yield "code", self.code.torch_compared(self.words("documents.torch_agree"))

    def introduced(self, key: str, source: str) -> Iterator[tuple[str, str]]:
        yield "markdown", self.word(key)
        yield "code", source

    def statement(self) -> Iterator[str]:
        for number, asked in enumerate(self.exercise.questions, 1):
            yield from self.asked(asked.question, number)
            if isinstance(asked.question, ChoiceQuestion):
                yield self.choices(asked.question, told=False)

    def explained(self, block: Block, titled: bool) -> Iterator[str]:
        """Write the equations of a block, by where they hold."""
        if titled:
            yield f"## {self.word(_TITLES[block.kind])}"
        for domain, equations in equations_by_domain(block.equations).items():
            if domain:
                yield self.where(domain)
            yield self.aligned(map(self.equation, equations))

    def equation(self, equation: Equation) -> Node:
        """Return an equation, that of a question's number without a name."""
        if equation.left.name.partition("~")[0] in self.model.answered:
            return equation.right
        return Op("eq", (equation.left, equation.right))
