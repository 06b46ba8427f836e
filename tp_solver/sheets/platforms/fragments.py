"""An exercise in pieces of HTML that platforms put into pages of their own.

Pieces are well-formed as XML too, have no styles and no classes of ours, and draw their formulas
with whatever ink the platform reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from markupsafe import escape

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.fields import Text
from tp_solver.grading.accepted import Number
from tp_solver.graph.model import Model, Slot
from tp_solver.language.latex import latex
from tp_solver.language.mathml import mathml_row
from tp_solver.language.notation import fold_name
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Op, Part
from tp_solver.sheets import prose
from tp_solver.sheets.head import digits_text, title_of
from tp_solver.sheets.rows import (
    asked_slots,
    by_indices,
    by_name,
    domain_text,
    equations_by_domain,
    given_nodes,
    position_nodes,
    standing,
)
from tp_solver.text import Words

Ink = Callable[[Node, str], str]
Place = tuple[str, tuple[int, ...]]
Cell = tuple[Number, str]
MATHML = "http://www.w3.org/1998/Math/MathML"


def tex_ink(node: Node, mark: str) -> str:
    r"""Draw a formula as MathJax reads it: LaTeX between `\(` and `\)`, escaped for HTML.

    Braces that are seen are written as words: what unquotes `\}` must not touch them.
    """
    drawn = latex(node, mark).replace(r"\{", r"\lbrace ").replace(r"\}", r"\rbrace ")
    return str(escape(rf"\({drawn}\)"))


def mathml_ink(node: Node, mark: str) -> str:
    """Draw a formula as MathML, its namespace said, its plain spelling beside it."""
    spelled = escape(plain(node, unicode=True))
    return f'<math xmlns="{MATHML}" alttext="{spelled}">{mathml_row(node, mark)}</math>'


class Fragments:
    """Draws the pieces of one exercise."""

    def __init__(self, model: Model, words: Words, ink: Ink) -> None:
        self.model, self.exercise, self.words = model, model.exercise, words
        self.ink = ink

    @property
    def title(self) -> str:
        """Return the exercise's title as plain text."""
        return title_of(self.model, self.words)

    def draw(self, node: Node) -> str:
        """Draw a formula."""
        return self.ink(node, self.words.mark)

    def prose(self, text: Text | None, inline: bool = False) -> str:
        """Render a text of the exercise; nothing for none."""
        if text is None:
            return ""
        said = text[self.words.language]
        functions = self.exercise.functions
        return str(prose.html(said, self.words.mark, functions, inline, draw=self.ink))

    def statement(self) -> str:
        """Draw what is known: the introduction, the equations that are shown, the data."""
        file, words = self.exercise.file, self.words
        pieces = [self.prose(file.intro)]
        if equations := "".join(self.equations(set(map(fold_name, file.hidden)))):
            pieces += [f"<h4>{escape(words('solution.model'))}</h4>", equations]
        if data := "".join(self.data()):
            pieces += [f"<h4>{escape(words('solution.data'))}</h4>", f"<ul>{data}</ul>"]
        return "".join(pieces)

    def digits(self) -> str:
        """Say how many digits are asked for."""
        digits = digits_text(self.exercise, self.words)
        return f"<p>{escape(self.words('statement.precision', digits=digits))}</p>"

    def equations(self, hidden: set[str]) -> Iterator[str]:
        """Yield the model's equations, gathered by where they hold."""
        for domain, equations in equations_by_domain(self.exercise.equations, hidden).items():
            if where := domain_text(domain, self.words, self.draw, escape):
                yield f"<p>{where}{escape(self.words('solution.colon'))}</p>"
            drawn = (self.draw(Op("eq", (each.left, each.right))) for each in equations)
            yield f"<ul>{''.join(f'<li>{each}</li>' for each in drawn)}</ul>"

    def data(self) -> Iterator[str]:
        """Yield the given numbers."""
        for given in self.exercise.givens:
            drawn = " ; ".join(map(self.draw, given_nodes(self.model, given)))
            yield f"<li>{drawn}</li>"

    def name(self, number: Number) -> str:
        """Draw the name of a number; nothing where the question itself names it."""
        item = number.item
        if item.name == item.question:
            return ""
        ref, _ = parse_name(item.name)
        return self.draw(Part(ref, number.at) if number.at else ref)

    def fields(self, asked: Asked, cells: Sequence[Cell]) -> str:
        """Lay out what is to be filled in as the course does: rows quantities, columns positions.

        `cells` has the numbers that the question asks for, each with its field.
        """
        slots = asked_slots(asked, self.model)
        own: dict[Place, list[Cell]] = {}
        for number, field in cells:
            own.setdefault((number.item.key, number.item.position), []).append((number, field))
        if not slots:
            return "".join(f"<p>{_stacked(found)}</p>" for found in own.values())
        return "".join(self.table(group, own) for group in by_indices(slots, self.model))

    def table(self, slots: list[Slot], cells: Mapping[Place, list[Cell]]) -> str:
        """Draw a table to fill in."""
        places = sorted({slot.position for slot in slots})
        head = ""
        if len(places) > 1:
            corner = escape(self.words("solution.quantity"))
            across = "".join(
                f'<th scope="col">{self.heading(slots[0].key, place)}</th>' for place in places
            )
            head = f'<thead><tr><th scope="col">{corner}</th>{across}</tr></thead>'
        rows = []
        for name, asked in by_name(slots):
            filled = "".join(
                f"<td>{_stacked(cells[asked[p].key, p]) if p in asked else '–'}</td>"
                for p in places
            )
            rows.append(f'<tr><th scope="row">{self.draw(name)}</th>{filled}</tr>')
        return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"

    def heading(self, key: str, place: tuple[int, ...]) -> str:
        """Draw a position of a quantity's indices: `t = 2`."""
        return ", ".join(map(self.draw, position_nodes(standing(self.model, key, place))))


def _stacked(cells: Iterable[Cell]) -> str:
    """Put the fields of one quantity under each other; a matrix's row stays a row."""
    rows: dict[int, list[str]] = {}
    for number, cell in cells:
        rows.setdefault(number.at[0] if number.at else 0, []).append(cell)
    return "<br />".join(" ".join(row) for row in rows.values())
