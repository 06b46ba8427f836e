"""The sizes of a whole indexed quantity: `shape(h)` and `size(h)` where h has an index."""

from __future__ import annotations

import math

from tp_solver.graph.asked import asked_extent
from tp_solver.graph.build import whole
from tp_solver.graph.shapes import Shape
from tp_solver.graph.system import System
from tp_solver.language.tree import Node, Op, Ref, transform


def with_sizes(node: Node, system: System) -> Node:
    """Write out `shape` and `size` of names that have an index and are written without.

    The lengths of the index ranges come first, then the shape at one position.
    """

    def change(part: Node) -> Node | None:
        match part:
            case Op("shape", (Ref() as ref,)) if _whole(ref, system):
                return Op("concat", tuple(map(whole, _shape(ref, system))))
            case Op("size", args) if any(_whole(arg, system) for arg in args):
                return whole(sum(math.prod(_shape(arg, system)) for arg in args))
        return None

    return transform(node, change)


def _whole(node: Node, system: System) -> bool:
    """Tell whether a formula is a name without its index."""
    if not isinstance(node, Ref) or node.axes:
        return False
    return bool(system.axes.get(node.over.name if node.over else node.name))


def _shape(node: Node, system: System) -> Shape:
    shape = system.shape(node)
    if not isinstance(node, Ref) or not _whole(node, system):
        return shape
    extent = asked_extent(system, node.over.name if node.over else node.name)
    return (*(span.last - span.first + 1 for span in extent), *shape)
