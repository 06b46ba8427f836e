"""Random systems of equations, for properties: any shapes, any operations, any direction in time.

Functions stand where they are smooth enough for finite differences: log(1 + u²), never log(u).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tp_solver.graph.shapes import Shape
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span

Draw = Callable[[st.SearchStrategy[Any]], Any]
ONE = Num(Decimal(1))
SMOOTH = ("tanh", "sigmoid", "neg", "square", "cube", "exp", "log", "sqrt", "inverse", "author")
# Kinks are kept away from where chance puts arguments time and again: zeros and ties.
OFF = Num(Decimal("0.31"))
RAMPS = {
    size: Op("concat", tuple(Num(Decimal(n * n) / 8) for n in range(1, size + 1)))
    for size in (1, 2, 3)
}
KINKED = ("relu", "abs", "max", "min")


@dataclass(frozen=True)
class Written:
    """A random exercise: its equations as text, its numbers, what to ask for."""

    equations: list[str]
    given: dict[str, Any]
    asked: list[str]
    indices: dict[str, str]
    extra: str = 'functions:\n  "swish(u)": u * sigmoid(u)\n'


@dataclass
class Formulas:
    """Draws formulas of a wanted shape from named quantities."""

    draw: Draw
    atoms: dict[Shape, list[Node]] = field(default_factory=dict)
    vectors_only: bool = False  # what a Jacobian can pass through

    def having(self, *more: tuple[Node, Shape]) -> Formulas:
        """Return the same with more names to draw from."""
        atoms = {shape: list(nodes) for shape, nodes in self.atoms.items()}
        for node, shape in more:
            atoms.setdefault(shape, []).append(node)
        return Formulas(self.draw, atoms, self.vectors_only)

    def choose(self, *options: Any) -> Any:
        """Draw one of some options."""
        return self.draw(st.sampled_from(options))

    def of(self, shape: Shape, depth: int) -> Node:
        """Draw a formula of a shape."""
        if depth <= 0 or self.choose(*range(5)) == 0:
            return self.atom(shape)
        if self.choose(True, False):
            return self.elementwise(shape, depth - 1)
        if not shape:
            return self.number(depth - 1)
        return (self.vector if len(shape) == 1 else self.matrix)(shape, depth - 1)

    def atom(self, shape: Shape) -> Node:
        """Draw a name of a shape, or make something of names that have others."""
        if shape in self.atoms:
            return self.choose(*self.atoms[shape])
        if not shape:
            return Num(Decimal(self.choose("0.5", "2", "1.25")))
        if len(shape) == 1:
            return Op("concat", tuple(self.atom(()) for _ in range(shape[0])))
        return Op("matmul", (self.atom(shape[:1]), Op("transpose", (self.atom(shape[1:]),))))

    def elementwise(self, shape: Shape, depth: int) -> Node:
        """Draw an operation component by component."""
        kind = self.choose("add", "sub", "mul", "div", "scale", *SMOOTH, *KINKED)
        first = self.of(shape, depth)
        if kind in ("add", "sub", "mul", "div", "max", "min"):
            second = self.of(shape if self.choose(True, True, False) else (), depth)
            if kind == "div":
                return Op("div", (first, _above_one(second)))
            if kind in KINKED:
                second = Op("add", (second, OFF))
            pair = (first, second) if self.choose(True, False) else (second, first)
            return Op(kind, pair)
        if kind == "scale":
            return Op("mul" if len(shape) > 1 else "matmul", (self.of((), depth), first))
        return _applied(kind, first)

    def number(self, depth: int) -> Node:
        """Draw an operation that makes one number of a vector or matrix."""
        size = self.choose(1, 2, 3)
        kind = self.choose("sum", "mean", "norm", "part", "dot", "max", "min", "entry")
        if kind == "part":
            return _part(self.of((size,), depth), (self.choose(*range(1, size + 1)),))
        if kind == "dot":
            return Op("matmul", (self.of((size,), depth), self.of((size,), depth)))
        if kind == "norm":
            return Op("norm", (Op("concat", (self.of((size,), depth), ONE)),))
        if self.vectors_only:
            return Op("sum", (self.of((size,), depth),))
        if kind == "entry":
            return _part(self.of((2, size), depth), (self.choose(1, 2), size))
        if kind in ("max", "min"):
            return Op(kind, (Op("add", (self.of((size,), depth), RAMPS[size])),))
        return Op(kind, (self.of(self.choose((size,), (2, size)), depth),))

    def vector(self, shape: Shape, depth: int) -> Node:
        """Draw an operation that makes a vector."""
        (n,), other = shape, self.choose(1, 2, 3)
        if not self.vectors_only and self.choose(True, False):
            return self.vector_of_matrix(n, other, depth)
        match self.choose("softmax", "product", "concat", "span"):
            case "softmax":
                return Op("softmax", (self.of(shape, depth),))
            case "product":
                if not self.vectors_only:
                    return Op("matmul", (self.of((n, other), depth), self.of((other,), depth)))
                if (n, other) not in self.atoms:
                    return self.atom(shape)
                return Op("matmul", (self.atom((n, other)), self.of((other,), depth)))
            case "concat":
                pieces = self.choose(
                    *((k, n - k) for k in range(n)), *([("one",)] if n == 1 else [])
                )
                return self.concatenation(n, pieces, depth)
            case _:
                first = self.choose(1, 2)
                return _part(self.of((n + 2,), depth), (Span(first, first + n - 1),))

    def vector_of_matrix(self, n: int, other: int, depth: int) -> Node:
        """Draw an operation that makes a vector of a matrix."""
        match self.choose("row_product", "line", "diag", "column"):
            case "row_product":
                other += other == 1  # a vector of one times a row would be an outer product
                return Op("matmul", (self.of((other,), depth), self.of((other, n), depth)))
            case "line":
                return _part(self.of((other, n), depth), (other,))
            case "column":
                return _part(self.of((n, other), depth), (Span(1, n), other))
            case _:
                return Op("diag", (self.of((n, n), depth),))

    def concatenation(self, n: int, pieces: Any, depth: int) -> Node:
        """Draw a concatenation of vectors and scalars."""
        sizes = [k for k in pieces if k != "one"]
        items = [self.of((k,), depth) for k in sizes if k]
        if not sizes or sum(sizes) < n:
            items.append(self.of((), depth))
        return Op("concat", tuple(items))

    def matrix(self, shape: Shape, depth: int) -> Node:
        """Draw an operation that makes a matrix."""
        (m, n), other = shape, self.choose(1, 2, 3)
        kinds = ["product", "outer", "transpose", "lines", *(["diag"] if m == n else [])]
        match self.choose(*kinds):
            case "product":
                return Op("matmul", (self.of((m, other), depth), self.of((other, n), depth)))
            case "outer":
                row = Op("transpose", (self.of((n,), depth),))
                return Op("matmul", (self.of((m,), depth), row))
            case "transpose":
                return Op("transpose", (self.of((n, m), depth),))
            case "lines":
                return _part(self.of((m + 1, n), depth), (Span(2, m + 1),))
            case _:
                return Op("diag", (self.of((n,), depth),))


def _part(node: Node, select: tuple[int | Span, ...]) -> Node:
    return Part(Op("neg", (node,)) if isinstance(node, Part) else node, select)


def _squared(node: Node) -> Node:
    return Op("pow", (node, Num(Decimal(2))))


def _above_one(node: Node) -> Node:
    return Op("add", (ONE, _squared(node)))


def _applied(kind: str, node: Node) -> Node:
    match kind:
        case "square":
            return _squared(node)
        case "cube":
            return Op("pow", (Op("tanh", (node,)), Num(Decimal(3))))
        case "exp":
            return Op("exp", (Op("tanh", (node,)),))
        case "log" | "sqrt":
            return Op(kind, (_above_one(node),))
        case "inverse":
            return Op("div", (ONE, _above_one(node)))
        case "relu" | "abs":
            return Op(kind, (Op("add", (node, OFF)),))
        case "author":
            return Op("swish", (node,))
        case _:
            return Op(kind, (node,))


def _bounded(node: Node) -> Node:
    """Keep a state within reach, so that no recurrence runs away."""
    return Op("tanh", (node,))


def equation(left: Ref, right: Node) -> str:
    """Write an equation."""
    return f"{plain(left)} = {plain(right)}"


T, B = At("t"), At("b")
SIZES = st.integers(1, 3)


@st.composite
def losses(draw: Draw, deepest: int = 3) -> Written:
    """Draw a system with recurrences in both directions, two indices, and a loss."""
    steps, wide = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    shapes: dict[str, Shape] = {
        "h": (draw(SIZES),),
        "e": draw(st.sampled_from([(), (1,), (2,)])),
        "x": draw(st.sampled_from([(), (1,), (2,), (2, 2)])),
        "z": draw(st.sampled_from([(), (2,), (3,), (2, 3)])),
        "W": (draw(SIZES), draw(SIZES)),
        "v": (draw(SIZES),),
        "c": (),
        "q": draw(st.sampled_from([(), (2,)])),
        "u": (2,),
    }

    def reading(**indices: tuple[At, ...]) -> list[tuple[Node, Shape]]:
        return [(Ref(name, index), shapes[name]) for name, index in indices.items()]

    base = Formulas(draw).having(*reading(W=(), v=(), c=()))
    now, before, after = (T,), (At("t", -1),), (At("t", 1),)
    depth = draw(st.integers(1, deepest))
    z = base.having(*reading(x=now, h=before)).of(shapes["z"], depth)
    h = base.having(*reading(x=now, z=now, h=before)).of(shapes["h"], depth)
    e = base.having(*reading(e=after, h=now, z=now)).of(shapes["e"], depth)
    q = base.having(*reading(h=now, u=(B,)))
    q = q.having((Ref("q", (At("t", -1), B)), shapes["q"]))
    inside = base.having(*reading(h=now, e=now, z=now, q=(T, B)))
    summed = Over(
        draw(st.sampled_from(["sum", "mean"])),
        "t",
        None,
        Over(draw(st.sampled_from(["sum", "mean"])), "b", None, inside.of((), depth)),
    )
    ends = [(Ref("h", (At(None, steps),)), shapes["h"]), (Ref("e", (At(None, 1),)), shapes["e"])]
    loss = Op("add", (summed, base.having(*ends).of((), depth)))
    equations = [
        equation(Ref("z", now), z),
        equation(Ref("h", now), _bounded(h)),
        equation(Ref("e", now), _bounded(e)),
        equation(Ref("q", (T, B)), _bounded(q.of(shapes["q"], depth))),
        equation(Ref("L"), loss),
    ]
    return _numbered(draw, equations, shapes, steps, wide)


def _numbered(
    draw: Draw, equations: list[str], shapes: dict[str, Shape], steps: int, wide: int
) -> Written:
    """Give numbers to what equations read, and ask for the gradient of all of it."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places = {
        "h[0]": ("h", ()),
        f"e[{steps + 1}]": ("e", ()),
        "x": ("x", (steps,)),
        f"q[0, 1..{wide}]": ("q", (wide,)),
        "u": ("u", (wide,)),
        "W": ("W", ()),
        "v": ("v", ()),
        "c": ("c", ()),
    }
    right = " ".join(text.partition("=")[2] for text in equations)
    given, asked = {}, []
    for place, (name, lead) in places.items():
        if name in _names(right):
            given[place] = random.uniform(-1.2, 1.2, (*lead, *shapes[name]))
            asked.append(f"dL/d{place}")
    return Written(equations, given, asked, {"t": f"1..{steps}", "b": f"1..{wide}"})


def _names(text: str) -> set[str]:
    spaced = "".join(char if char.isalnum() or char == "_" else " " for char in text)
    return set(spaced.split())


@st.composite
def recurrences(draw: Draw) -> Written:
    """Draw a recurrence of vectors, whose Jacobians are asked for."""
    size, inner, steps = draw(SIZES), draw(SIZES), draw(st.integers(1, 3))
    shapes: dict[str, Shape] = {"h": (size,), "z": (inner,), "W": (inner, size), "v": (inner,)}
    shapes |= {"e": (size,), "u": (2,), "q": (), "c": (), "x": ()}
    base = Formulas(draw, vectors_only=True)
    base = base.having(*((Ref(name), shapes[name]) for name in ("W", "v", "c")))
    before = (Ref("h", (At("t", -1),)), shapes["h"])
    depth = draw(st.integers(1, 3))
    z = base.having(before, (Ref("x", (T,)), ())).of((inner,), depth)
    h = base.having(before, (Ref("z", (T,)), (inner,))).of((size,), depth)
    equations = [equation(Ref("z", (T,)), z), equation(Ref("h", (T,)), _bounded(h))]
    written = _numbered(draw, equations, shapes, steps, 1)
    asked = [name.replace("dL/", f"dh[{steps}]/") for name in written.asked if name != "dL/dW"]
    return Written(equations, written.given, asked, {"t": f"1..{steps}"})
