"""Shapes: what each operation makes of those of its arguments, checked before any number.

A shape is () for a scalar, (n,) for a vector (a column, in products), (m, n) for a matrix.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tp_solver.errors import ModelError
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Num, Op, Over, Part, Ref, Span

Shape = tuple[int, ...]
Shapes = tuple[Shape, ...]
ShapeRule = Callable[[Shapes, tuple[Node, ...]], Shape]


PRODUCT = "for a matrix product write `@`"
LONGEST = 100_000  # axis of a constant
LARGEST = 10_000_000  # number of components of a constant
_SAID = {
    "add": "the sum",
    "sub": "the difference",
    "mul": "the elementwise product",
    "div": "the elementwise quotient",
    "pow": "the power",
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge"), "the comparison"),
    **dict.fromkeys(("min", "max"), "min or max"),
}


class ShapeError(ModelError):
    """Shapes that don't fit in an operation."""


def describe(shape: Shape) -> str:
    """Name a shape for people."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    return f"a {' × '.join(map(str, shape))} matrix"


def elementwise(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Apply to equal shapes; a scalar broadcasts."""
    widest = max(shapes, key=len)
    for shape in shapes:
        if shape not in ((), widest):
            raise _misfit("an elementwise operation", shapes, args)
    return widest


def _applied(op: str, rule: ShapeRule, shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Apply an operation's rule; name the operation where shapes don't fit in it."""
    try:
        return rule(shapes, args)
    except ShapeError:
        if op not in _SAID:
            raise
    raise _misfit(_SAID[op], shapes, args, PRODUCT if op == "mul" and _multiply(shapes) else "")


def _multiply(shapes: Shapes) -> bool:
    left, right = shapes
    return bool(left and right) and left[-1] == right[0]


def matmul(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Multiply matrices and vectors; a scalar scales, or serves as a vector of length one."""
    left, right = shapes
    if not right and len(left) == 2 and left[1] == 1:
        return left[:1]
    if not left and len(right) == 2 and right[0] == 1:
        return right[1:]
    if not left or not right:
        return left or right
    if len(left) == 1 and len(right) == 2 and right[0] == 1:
        return (left[0], right[1])
    if left[-1] != right[0]:
        raise _misfit("the matrix product", shapes, args)
    return left[:-1] + right[1:]


def transpose(shapes: Shapes, _args: tuple[Node, ...]) -> Shape:
    """Turn a vector into a row, a matrix over, a scalar into a 1 × 1 matrix."""
    (shape,) = shapes
    if len(shape) == 2:
        return shape[::-1]
    return (1, shape[0]) if shape else (1, 1)


def concat(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Put vectors and scalars end to end."""
    if any(len(shape) > 1 for shape in shapes):
        raise _misfit("a concatenation of vectors", shapes, args)
    return (sum(shape[0] if shape else 1 for shape in shapes),)


def reduced(_shapes: Shapes, _args: tuple[Node, ...]) -> Shape:
    """Reduce to one number."""
    return ()


def vector_only(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Keep the shape of a vector."""
    if len(shapes[0]) != 1:
        raise _misfit("this function of a vector", shapes, args)
    return shapes[0]


def choice(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Choose one component of a vector: by its position, or the position of the largest."""
    if len(shapes[0]) != 1:
        raise _misfit("this function of a vector", shapes, args)
    if any(shapes[1:]):
        raise _misfit("pick(vector, number)", shapes, args)
    return ()


def extremum(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Reduce one argument to a number, compare two component by component."""
    return () if len(shapes) == 1 else elementwise(shapes, args)


def diag(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make a square matrix of a vector, or the vector of a square matrix's diagonal."""
    (shape,) = shapes
    if len(shape) == 2 and shape[0] == shape[1]:
        return shape[:1]
    if len(shape) == 2:
        raise _misfit("diag", shapes, args)
    return (shape[0], shape[0]) if shape else (1, 1)


def square(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make one number of a square matrix."""
    (shape,) = shapes
    if len(shape) == 1 or (shape and shape[0] != shape[1]):
        raise _misfit("a function of a square matrix", shapes, args)
    return ()


def eigenvalues(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make n rows (real part, imaginary part) of an n × n matrix."""
    square(shapes, args)
    return (shapes[0][0] if shapes[0] else 1, 2)


def orthogonal(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Keep the shape of a matrix that has at least as many rows as columns."""
    (shape,) = shapes
    if len(shape) != 2:
        raise _misfit("a function of a matrix", shapes, args)
    if shape[0] < shape[1]:
        what = f"`{plain(args[0])}` is {describe(shape)}: it has more columns than rows"
        raise ShapeError(what, f"write it transposed: `{plain(Op('transpose', args))}`")
    return shape


def triangular(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make an n × n matrix of an m × n one, m at least n."""
    n = orthogonal(shapes, args)[1]
    return (n, n)


def sizes(shapes: Shapes, _args: tuple[Node, ...]) -> Shape:
    """Make the vector of sizes; a number has the one size 1."""
    return (max(1, len(shapes[0])),)


def literal(node: Node) -> int:
    """Return the whole number that an argument must be written as."""
    if isinstance(node, Num) and node.value == node.value.to_integral_value():
        return int(node.value)
    raise ShapeError(f"`{plain(node)}` must be a whole number", "write it out, e.g. 3")


def sized(_shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make a vector (or matrix) of the sizes written."""
    return _bounded(tuple(literal(arg) for arg in args))


def identity(_shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make a square matrix of the size written."""
    size = literal(args[0])
    return _bounded((size, size))


def placed(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make the shape written as `place(value, size, first)` or with two sizes and firsts."""
    numbers = [literal(arg) for arg in args[1:]]
    axes = len(numbers) // 2
    whole, firsts = _bounded(tuple(numbers[:axes])), numbers[axes:]
    lengths = (*shapes[0], *(1,) * (axes - len(shapes[0])))
    if len(firsts) != axes or len(lengths) != axes:
        raise _misfit("place", shapes, args, "write each size, then where each axis begins")
    for first, length, size in zip(firsts, lengths, whole, strict=True):
        if not 1 <= first <= size - length + 1:
            what = f"{describe(shapes[0])} does not fit at {first} in {describe(whole)}"
            raise ShapeError(what, f"begin between 1 and {size - length + 1}")
    return whole


def one_hot(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Make a vector of the size written second."""
    if shapes[0]:
        raise _misfit("one_hot(number, size)", shapes, args)
    return _bounded((literal(args[1]),))


def _bounded(shape: Shape) -> Shape:
    if any(not 0 < size <= LONGEST for size in shape):
        raise ShapeError(f"the size {shape} is out of bounds", f"choose 1 to {LONGEST}")
    if math.prod(shape) > LARGEST:
        raise ShapeError(f"{describe(shape)} is too large", f"choose {LARGEST} numbers at most")
    return shape


def row(shapes: Shapes, args: tuple[Node, ...]) -> Shape:
    """Choose one row of a table."""
    if len(shapes[0]) != 2 or shapes[1]:
        raise _misfit("row(table, number)", shapes, args)
    return shapes[0][1:]


def part(shape: Shape, select: tuple[int | Span, ...], node: Node) -> Shape:
    """Choose components: a number drops its axis, a range keeps it."""
    if len(select) > max(1, len(shape)):
        todo = "write one number after a dot per axis"
        raise ShapeError(f"`{plain(node)}` has {describe(shape)}", todo)
    kept: list[int] = []
    for size, item in zip(shape or (1,), select, strict=False):
        first, last = (item.first, item.last) if isinstance(item, Span) else (item, item)
        if not 1 <= first <= last <= size:
            what = f"there is no component {last} in {describe(shape)}"
            raise ShapeError(what, f"components go from 1 to {size}")
        if isinstance(item, Span):
            kept.append(last - first + 1)
    return tuple(kept) + shape[len(select) :]


def shape_of(
    node: Node, lookup: Callable[[Ref], Shape], rules: Callable[[str], ShapeRule]
) -> Shape:
    """Infer the shape of a tree, given those of names and the rules of operations."""
    match node:
        case Num():
            return ()
        case Ref():
            return lookup(node)
        case Part(of, select):
            return part(shape_of(of, lookup, rules), select, node)
        case Over(op, _, _, body):
            inner = shape_of(body, lookup, rules)
            if op == "first" and inner:
                raise ShapeError("first(…) needs a condition on numbers", "compare numbers")
            return inner
        case Op(op, args):
            shapes = tuple(shape_of(arg, lookup, rules) for arg in args)
            return _applied(op, rules(op), shapes, args)
    raise ShapeError(f"`{plain(node)}` has no shape", "write an expression")


def _misfit(operation: str, shapes: Shapes, args: tuple[Node, ...], todo: str = "") -> ShapeError:
    pairs = [f"`{plain(arg)}` is {describe(s)}" for arg, s in zip(args, shapes, strict=True)]
    what = f"shapes don't fit in {operation}: {', '.join(pairs)}"
    return ShapeError(what, todo or "check the sizes and the order")


def fits(shape: Shape, wanted: Shape) -> bool:
    """Tell whether a value can stand for a shape: equal but for axes of one, or a scalar."""
    return not shape or [n for n in shape if n != 1] == [n for n in wanted if n != 1]
