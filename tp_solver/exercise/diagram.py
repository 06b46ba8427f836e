"""The picture of a cell, as its file states it: what stands where, and what each wire carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tp_solver.exercise.fields import Text
from tp_solver.language.parse import parse
from tp_solver.language.tree import Ref

Shape = Literal["gate", "linear", "function", "point"]
Place = tuple[float, float]
Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True)
class Symbol:
    """A gate (weights and a function), a linear layer, a function alone, or a pointwise sign.

    `sign` is a function of the language or what is written; `needs` a quantity without which
    the symbol is not drawn.
    """

    kind: Shape
    at: Place
    sign: str
    needs: Ref | None = None


@dataclass(frozen=True)
class Wire:
    """A line through points; `label` is where the name and the value of what it carries begin."""

    path: tuple[Place, ...]
    carries: Ref | None = None
    label: Place | None = None
    head: bool = True
    dashed: bool = False
    needs: Ref | None = None


@dataclass(frozen=True)
class Diagram:
    """A cell's picture: how wide it is, the frame of the cell, what is in it.

    Names and indices are the cell's own until the cell is put into an exercise; `index` is then
    the exercise's index of time, and `layer` and `end` tell copies apart. The wire that carries
    the cell's input is called after it.
    """

    cell: str
    title: Text
    width: float
    frame: Box
    symbols: Mapping[str, Symbol]
    wires: Mapping[str, Wire]
    input: str
    index: str = "t"
    layer: int = 1
    end: str = ""

    def changed(self, other: Change) -> Diagram:
        """Return the picture with symbols and wires of a chosen option in the place of its own."""
        symbols, wires = {**self.symbols, **other.symbols}, {**self.wires, **other.wires}
        return replace(self, symbols=symbols, wires=wires)

    def mapped(self, change: Callable[[Ref], Ref]) -> Diagram:
        """Return the picture with every quantity renamed."""

        def moved(ref: Ref | None) -> Ref | None:
            return None if ref is None else change(ref)

        symbols = {k: replace(s, needs=moved(s.needs)) for k, s in self.symbols.items()}
        wires = {
            k: replace(w, carries=moved(w.carries), needs=moved(w.needs))
            for k, w in self.wires.items()
        }
        return replace(self, symbols=symbols, wires=wires)

    @property
    def backward(self) -> bool:
        """Tell whether the copy goes through time from its end."""
        return self.end in ("bwd", "back")

    def renamed(self, names: Mapping[str, str]) -> Diagram:
        """Return the picture with quantities and functions called otherwise."""
        symbols = {
            key: replace(symbol, sign=names.get(symbol.sign, symbol.sign))
            for key, symbol in self.symbols.items()
        }
        own = replace(self, symbols=symbols)
        return own.mapped(lambda ref: Ref(names.get(ref.name, ref.name), ref.index))


@dataclass(frozen=True)
class Change:
    """The symbols and wires that a choice of an option draws otherwise."""

    symbols: Mapping[str, Symbol]
    wires: Mapping[str, Wire]


def read_diagram(name: str, file: dict[str, Any]) -> Diagram:
    """Read the picture in a cell's file."""
    data = file["diagram"]
    change = read_change(data)
    return Diagram(
        cell=name,
        title=Text.model_validate(file["title"]),
        width=float(data["width"]),
        frame=_box(data["frame"]),
        symbols=change.symbols,
        wires=change.wires,
        input=file["input"],
    )


def read_change(data: dict[str, Any]) -> Change:
    """Read symbols and wires."""
    symbols = {
        key: Symbol(s["kind"], _place(s["at"]), str(s["sign"]), _ref(s.get("needs")))
        for key, s in data.get("symbols", {}).items()
    }
    wires = {
        key: Wire(
            path=tuple(_place(at) for at in w["path"]),
            carries=_ref(w.get("carries")),
            label=_place(w["label"]) if "label" in w else None,
            head=w.get("head", True),
            dashed=w.get("dashed", False),
            needs=_ref(w.get("needs")),
        )
        for key, w in data.get("wires", {}).items()
    }
    return Change(symbols, wires)


def _place(data: Any) -> Place:
    x, y = data
    return float(x), float(y)


def _box(data: Any) -> Box:
    x, y, wide, tall = map(float, data)
    return x, y, wide, tall


def _ref(text: str | None) -> Ref | None:
    if text is None:
        return None
    node = parse(text)
    assert isinstance(node, Ref)
    return node
