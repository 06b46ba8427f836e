"""What all pictures share: the frame with its title and description, numbers, symbols, arrows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import combining

from markupsafe import Markup, escape

from tp_solver.language.notation import FUNCTIONS, LETTERS, MARKS, split_copy, split_name
from tp_solver.language.numerals import MINUS, localised, shown
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Op, Part, Ref, index_text

LONGEST_DESCRIPTION = 1200  # characters: a description is listened to
LOWERED = 4
_ARROWS = {"fwd": "\u20d7", "bwd": "\u20d6"}  # combining arrows, over the letter before them
RAISED = str.maketrans(f"0123456789{MINUS}", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_FENCES = {"norm": "‖", "abs": "|", "spectral_norm": "‖"}
_WIDE, _NARROW = "mwMWCDGOQ∂−≈", "ijltf.,;:|()[]' "


@dataclass(frozen=True)
class Told:
    """What a picture says to who does not see it; `name` makes identifiers unique on the page.

    `spoken` is the title's language, where it is not the page's.
    """

    title: str
    description: str
    name: str
    spoken: str = ""


def framed(parts: Iterable[str], size: tuple[float, ...], told: Told) -> Markup:
    """Put drawn parts into an `<svg>` of a width and height; its corner may stand before them."""
    wide, tall, name = f"{size[-2]:g}", f"{size[-1]:g}", told.name
    start = f"{size[0]:g} {size[1]:g}" if len(size) > 2 else "0 0"
    spoken = f' lang="{told.spoken}"' if told.spoken else ""
    return Markup(
        f'<svg class="plot" viewBox="{start} {wide} {tall}" width="{wide}" height="{tall}" '
        f'role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title"{spoken}>{escape(told.title)}</title>'
        f'<desc id="{name}-desc">{escape(shortened(told.description))}</desc>'
        f"{''.join(parts)}</svg>"
    )


def shortened(text: str, most: int = LONGEST_DESCRIPTION) -> str:
    """Cut a long text at a word, with an ellipsis."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def number(value: float, mark: str, decimals: int = 3) -> str:
    """Write a number as pages do, in plain text: `−0,412`, `5,97·10⁻⁵`."""
    if math.isfinite(value) and value == round(value) and abs(value) < 1e6:
        written: Decimal = Decimal(round(value))
    elif math.isfinite(value):
        written = shown(value, decimals)
    else:
        written = Decimal(repr(value))
    digits, power = localised(written, mark)
    return f"{digits}·10{power.translate(RAISED)}" if power else digits


def text(x: float, y: float, content: str, kind: str = "label", anchor: str = "start") -> str:
    """Draw a line of text; what is no markup is escaped."""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:g}" y="{y:g}"{where}>{escape(content)}</text>'


def symbol(node: Node, whole: bool = False) -> Markup:
    """Draw the name of a quantity, its index as a subscript; `whole` leaves a component out."""
    return Markup("").join(_spans(node, whole, False)[0])


def listed(nodes: Iterable[Node], whole: bool = False) -> Markup:
    """Draw names with commas between."""
    out, low = Markup(), False
    for node in nodes:
        spans, last = _spans(node, whole, False)
        out += (_level(", ", low) if out else Markup()) + Markup("").join(spans)
        low = last
    return out


def equated(node: Node, value: str) -> Markup:
    """Draw a name, a sign of equality and a value."""
    spans, low = _spans(node, False, False)
    return Markup("").join([*spans, _level(f" = {value}", low)])


def _spans(node: Node, whole: bool, low: bool) -> tuple[list[Markup], bool]:
    """Draw a name in pieces; return them and whether the last one is a subscript."""
    match node:
        case Op(op, (Ref() | Part() as inside,)) if op in _FENCES:
            fence, drawn = _FENCES[op], _spans(inside, whole, False)
            closing = _level(fence, drawn[1])
            if op == "spectral_norm":
                return [escape(fence), *drawn[0], closing, _lowered("2")], True
            return [escape(fence), *drawn[0], closing], False
        case Op(op, (Ref() | Part() as inside,)) if op in FUNCTIONS:
            drawn = _spans(inside, whole, False)
            name = FUNCTIONS[op].unicode or op.replace("_", " ")
            return [escape(f"{name}("), *drawn[0], _level(")", drawn[1])], False
        case Part(Ref() as ref, select):
            return _quantity(ref, () if whole else select, low)
        case Ref():
            return _quantity(node, (), low)
    return [escape(plain(node, unicode=True))], False


def _quantity(ref: Ref, chosen: Sequence[object], low: bool) -> tuple[list[Markup], bool]:
    if ref.over is not None:
        top, lowered = _quantity(Ref(ref.name, ref.index), (), False)
        below, last = _quantity(ref.over, chosen, False)
        return [_level("∂", low), *top, _level("/∂", lowered), *below], last
    letter, accent, rest = split_name(ref.name)
    below_it, direction, layer = split_copy(rest)
    base = LETTERS.get(letter, letter) + MARKS.get(accent, "") + _ARROWS.get(direction, "")
    index = [LETTERS.get(below_it, below_it), *map(index_text, ref.index), *map(str, chosen)]
    subscript = ",".join(filter(None, [f"({layer})" if layer else "", *index]))
    back = f' dy="-{LOWERED}"' if low else ""
    own = Markup(f'<tspan{back} class="i">{escape(base)}</tspan>')
    return ([own, _lowered(subscript.replace("-", MINUS))], True) if subscript else ([own], False)


def _lowered(subscript: str) -> Markup:
    kind = "s i" if any(c.isalpha() for c in subscript) else "s"
    return Markup(f'<tspan class="{kind}" dy="{LOWERED}">{escape(subscript)}</tspan>')


def _level(content: str, low: bool) -> Markup:
    """Write after a subscript, back on the line."""
    written = escape(content)
    return Markup(f'<tspan dy="-{LOWERED}">{written}</tspan>') if low else written


def width_of(content: str, size: float = 13) -> float:
    """Estimate how wide a text is drawn: no font is at hand to measure it."""
    units = (0.3 if c in _NARROW else 0.78 if c in _WIDE else 0.56 for c in content)
    return size * sum(units)


def seen(line: Markup) -> int:
    """Count the characters that stand beside each other in a line."""
    return sum(not combining(c) for c in line.striptags())


def arrow(points: Sequence[tuple[float, float]], kind: str = "d-wire", head: float = 7) -> str:
    """Draw a line through points, its corners rounded, with a head where it ends."""
    line = f'<path class="{kind}" d="{rounded(points)}"/>'
    return line + (arrowhead(points[-2], points[-1], kind, head) if head else "")


def arrowhead(before: tuple[float, float], tip: tuple[float, float], kind: str, size: float) -> str:
    """Draw the head of an arrow that comes from a point."""
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    corners = [tip]
    for turn in (math.pi - 0.42, math.pi + 0.42):
        at = angle + turn
        corners.append((tip[0] + size * math.cos(at), tip[1] + size * math.sin(at)))
    drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    return f'<path class="{kind} head" d="M{drawn}z"/>'


def rounded(points: Sequence[tuple[float, float]], radius: float = 8) -> str:
    """Return a path through points with rounded corners."""
    out = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(here, before, radius), _towards(here, after, radius)
        out.append(f"L{start[0]:g} {start[1]:g}Q{here[0]:g} {here[1]:g} {end[0]:g} {end[1]:g}")
    out.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(out)


def _towards(
    here: tuple[float, float], there: tuple[float, float], most: float
) -> tuple[float, float]:
    length = math.dist(here, there)
    share = min(most, length / 2) / length if length else 0.0
    x, y = here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share
    return round(x, 1), round(y, 1)
