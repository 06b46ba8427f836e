"""The diagram of a cell, drawn as its file states it, with the values of each step on its wires."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from tp_solver.exercise.diagram import Diagram, Symbol
from tp_solver.language.notation import FUNCTIONS
from tp_solver.language.tree import Ref, Span
from tp_solver.sheets.pictures.svg import Told, arrow, framed, text
from tp_solver.sheets.pictures.unrolled import columns_of
from tp_solver.sheets.pictures.values import MOST_COMPONENTS, Shown, Values
from tp_solver.sheets.prose import foreign
from tp_solver.text import Words

PRINTED_ALL = 3  # up to here paper shows every step, beyond only one
LINE = 15
HALF = {"gate": (28, 16), "linear": (28, 16), "function": (26, 14), "point": (12, 12)}


def steps_shown(span: Span) -> list[int]:
    """Choose the positions whose values are drawn."""
    return [step for step in columns_of(span) if step is not None]


def cell(diagram: Diagram, values: Values, name: str) -> Markup:
    """Draw a cell with a panel for each step; one is chosen without a script."""
    words, exercise = values.words, values.solution.exercise
    title, caption = _title(diagram, words)
    steps = steps_shown(exercise.indices[diagram.index])
    if diagram.backward:
        steps.reverse()
    panels = []
    for i, step in enumerate(steps):
        told = Told(f"{title}, {diagram.index} = {step}", "", f"{name}-{i + 1}")
        panels.append(_panel(diagram, values, step, told, f"{name}-frame", drawn=i == 0))
    kept = " every" if len(steps) <= PRINTED_ALL else ""
    choices = "".join(_choice(diagram.index, step, i, name) for i, step in enumerate(steps))
    legend = words("pictures.step")
    return Markup(
        f'<fieldset class="stepper{kept}"><legend>{escape(legend)}</legend>{choices}'
        f'<div class="panels scroll">{"".join(panels)}</div></fieldset>'
        f"<figcaption>{caption}. {escape(words('pictures.cell_legend'))}</figcaption>"
    )


def _title(diagram: Diagram, words: Words) -> tuple[str, Markup]:
    """Name a picture, as text and for a page, where a name in another language is marked."""
    name, spoken = diagram.title.told(words.language)
    title = words("pictures.cell", name="§")
    if diagram.end or diagram.layer > 1:
        title = words("pictures.copy", title=title, output=_output(diagram))
    drawn = escape(name) if spoken == words.language else foreign(escape(name), spoken)
    return title.replace("§", name), escape(title).replace("§", drawn)


def _output(diagram: Diagram) -> str:
    """Name the last quantity of a picture, which tells copies of a cell apart."""
    carried = [wire.carries.name for wire in diagram.wires.values() if wire.carries]
    return carried[-1]


def _choice(index: str, step: int, i: int, name: str) -> str:
    checked = " checked" if i == 0 else ""
    own = f"{name}-choice-{i + 1}"
    return (
        f'<input type="radio" name="{name}" id="{own}"{checked}>'
        f'<label for="{own}"><i>{escape(index)}</i> = {step}</label>'
    )


def _panel(
    diagram: Diagram, values: Values, step: int, told: Told, frame: str, drawn: bool
) -> Markup:
    """Draw one step; the first panel holds what all have in common, the others refer to it."""
    place = {diagram.index: step}
    labels: list[str] = []
    said: list[str] = []
    for wire in diagram.wires.values():
        shown = wire.carries and values.shown(wire.carries, place)
        if shown and wire.label:
            labels += _label(wire.label, shown)
            said.append(shown.told)
    parts = [
        f'<g id="{frame}">{"".join(_frame(diagram, values))}</g>'
        if drawn
        else f'<use href="#{frame}"/>',
        f'<g class="labels">{"".join(labels)}</g>',
    ]
    description = values.words("pictures.wires", values="; ".join(said))
    return framed(parts, _view(diagram, values), Told(told.title, description, told.name))


def _view(diagram: Diagram, values: Values) -> tuple[float, float, float, float]:
    """Return what is seen: as high as what is drawn needs."""
    drawn = [wire for wire in diagram.wires.values() if _there(wire.needs, values)]
    heights = [y for wire in drawn for _, y in wire.path]
    heights += [wire.label[1] + MOST_COMPONENTS * LINE for wire in drawn if wire.label]
    top = min(diagram.frame[1], *heights) - 8
    return 0, top, diagram.width, max(heights) + 8 - top


def _label(at: tuple[float, float], shown: Shown) -> Iterator[str]:
    for i, line in enumerate(shown.drawn()):
        yield f'<text x="{at[0]:g}" y="{at[1] + i * LINE:g}">{line}</text>'


def _frame(diagram: Diagram, values: Values) -> Iterator[str]:
    """Draw what is the same at every step."""
    x, y, wide, tall = diagram.frame
    yield f'<rect class="d-cell" x="{x:g}" y="{y:g}" width="{wide:g}" height="{tall:g}" rx="14"/>'
    for wire in diagram.wires.values():
        if _there(wire.needs, values):
            kind = "d-wire d-dashed" if wire.dashed else "d-wire"
            yield arrow(wire.path, kind, 7 if wire.head else 0)
    for symbol in diagram.symbols.values():
        if _there(symbol.needs, values):
            yield _symbol(symbol)


def _there(needed: Ref | None, values: Values) -> bool:
    return needed is None or values.has(needed.key)


def _symbol(symbol: Symbol) -> str:
    x, y = symbol.at
    across, down = HALF[symbol.kind]
    function = FUNCTIONS.get(symbol.sign)
    sign = (function.unicode or symbol.sign) if function else symbol.sign
    across = max(across, 4 * len(sign) + 6) if symbol.kind != "point" else across
    if symbol.kind == "point":
        shape = f'<circle class="d-point" cx="{x:g}" cy="{y:g}" r="{across}"/>'
    else:
        corner = 14 if symbol.kind == "function" else 4
        shape = (
            f'<rect class="d-{symbol.kind}" x="{x - across:g}" y="{y - down:g}" '
            f'width="{2 * across:g}" height="{2 * down}" rx="{corner}"/>'
        )
    return shape + text(x, y + 5, sign, "d-sign", "middle")
