"""Derivative rules of what looks at whole vectors and matrices: sums, norms, softmax, choices."""

from __future__ import annotations

from tp_solver.graph.build import whole
from tp_solver.graph.rules import Gradient, Jacobian, Local, identity, partials, refuse
from tp_solver.language.tree import Node, Num, Op, Span


def concat(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Hand each piece its own components."""
    back: list[Node | None] = []
    start = 1
    for i in range(len(local.args)):
        shape = local.shape(i)
        size = shape[0] if shape else 1
        span = Span(start, start + size - 1)
        back.append(layout.part(g, span) if shape else layout.entry(g, start))
        start += size
    return back


def total(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass a sum's gradient to every component."""
    ones = Op("ones", tuple(whole(n) for n in local.shape(0)))
    if isinstance(layout, Jacobian):
        return [layout.through(g, local.build.transpose(ones))]
    return [local.build.mul(g, ones) if local.shape(0) else g]


def mean(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass a mean's gradient to every component, divided by their count."""
    count = 1
    for n in local.shape(0):
        count *= n
    (back,) = total(layout, g, local)
    return [local.build.div(back, whole(count)) if back else None]


def norm(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back v / ‖v‖."""
    unit = local.build.div(local.args[0], local.out)
    if isinstance(layout, Jacobian):
        return [layout.through(g, local.build.transpose(unit))]
    return [local.build.mul(g, unit)]


def softmax(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back s ⊙ (G − sum(G ⊙ s)); as a Jacobian diag(s) − s × sᵀ."""
    build, s = local.build, local.out
    if isinstance(layout, Jacobian):
        outer = build.matmul(s, build.transpose(s))
        return [layout.through(g, build.sub(build.diag(s), outer))]
    return [build.mul(s, build.sub(g, build.sum(build.mul(g, s))))]


def log_softmax(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back G − sum(G) · softmax; as a Jacobian I − 𝟏 × softmaxᵀ."""
    build, s = local.build, Op("softmax", local.args)
    if isinstance(layout, Jacobian):
        (size,) = local.shape_out
        outer = build.matmul(Op("ones", (whole(size),)), build.transpose(s))
        return [layout.through(g, build.sub(identity(size), outer))]
    spread = build.mul(build.sum(g), s)
    if isinstance(g, Op) and g.op == "neg":  # as of a cross-entropy: softmax − one_hot
        return [build.add(build.neg(spread), g)]
    return [build.sub(g, spread)]


def extremum(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back to where the extremum is reached; equal components share, as in PyTorch."""
    reaches, beats = ("ge", "gt") if local.node.op == "max" else ("le", "lt")
    if len(local.args) == 2:
        a, b = local.args
        both = partials(lambda _: Op(reaches, (a, b)), lambda _: Op(beats, (b, a)))
        return both(layout, g, local)
    if isinstance(layout, Jacobian):
        return refuse(layout, g, local)
    if not local.shape(0):
        return [g]
    reached = Op("eq", (local.args[0], local.out))
    return [local.build.mul(g, local.build.div(reached, local.build.sum(reached)))]


def row(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back to the row that was chosen, zero to the others."""
    if isinstance(layout, Jacobian):
        return refuse(layout, g, local)
    hot = Op("one_hot", (local.args[1], whole(local.shape(0)[0])))
    return [local.build.matmul(hot, local.build.transpose(g)), None]


def pick(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back to the component that was chosen, zero to the others."""
    hot = Op("one_hot", (local.args[1], whole(local.shape(0)[0])))
    if isinstance(layout, Jacobian):
        return [layout.through(g, local.build.transpose(hot)), None]
    return [local.build.mul(hot, g), None]


def diag(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back the diagonal (a vector's gradient), or a diagonal matrix."""
    if isinstance(layout, Jacobian):
        return refuse(layout, g, local)
    return [Op("diag", (g,)), *(None for _ in local.args[1:])]


def place(layout: Gradient, g: Node, local: Local) -> list[Node | None]:
    """Pass back the components that were placed."""
    if isinstance(layout, Jacobian):
        return refuse(layout, g, local)
    numbers = [int(arg.value) for arg in local.args[1:] if isinstance(arg, Num)]
    firsts, shape = numbers[len(numbers) // 2 :], local.shape(0)
    spans = [
        Span(first, first + shape[i] - 1) if i < len(shape) else first
        for i, first in enumerate(firsts)
    ]
    return [local.build.part(g, tuple(spans)), *(None for _ in numbers)]
