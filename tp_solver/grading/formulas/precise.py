"""Values at 50 digits and more, real ones only: what has no real value has none.

SymPy is imported when this module is, so import it late: the worker does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

import mpmath
import numpy as np
import sympy  # noqa: TID253 (this module is itself imported late)

from tp_solver.grading.formulas.evaluation import (
    FEWEST,
    Evaluation,
    Values,
    apart,
    drawn,
    ratio_of,
    same_truth,
)
from tp_solver.grading.formulas.problem import Problem
from tp_solver.graph.arrays import Kernel, elementwise, place_slots
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, Shapes
from tp_solver.graph.shapes import elementwise as elementwise_shape
from tp_solver.graph.symbol_functions import DIGITS, OPAQUE, SCALAR
from tp_solver.language.tree import Node

MORE_DIGITS = (DIGITS, 4 * DIGITS, 20 * DIGITS)  # more only where formulas seem to differ
TOLERANCE = mpmath.mpf(10) ** -40
MOST_NUMBERS = 200_000  # at all points together
FEWEST_POINTS = 16
SOME_POINTS = 64  # with more, a few are tried first: most formulas that differ do so there
_HIGHEST = 100  # bits before the point of what stands in exp: beyond e^(10^30) there is no value
_MOST_FACTORS = 1000
_PLAIN = ("add", "sub", "neg", "mul", "detach")  # which Python's operators compute
_NO = mpmath.mpf("nan")


@dataclass(frozen=True)
class Compared:
    """How values compare ("none": they can't tell), at how many points both formulas have one.

    Of comparisons that agree, `ratio` is what the left one's sides are of the right one's; `gap` is
    how far values that are apart lie from each other.
    """

    verdict: Literal["apart", "alike", "none"]
    points: int
    ratio: str = ""
    gap: Any = None


def compared(problem: Problem, most: int, seed: int) -> Compared:
    """Compare two formulas at `most` random points, fewer where they are large.

    Where they seem to differ, they are computed again with more digits: what remains is no
    rounding.
    """
    count = int(np.clip(MOST_NUMBERS // problem.work, FEWEST_POINTS, most))
    if count > SOME_POINTS:
        found = _settled(problem, FEWEST_POINTS, seed)
        if found.verdict == "apart":
            return found
    return _settled(problem, count, seed)


def _settled(problem: Problem, count: int, seed: int) -> Compared:
    names = drawn(problem, count, seed)
    gaps = []
    for digits in MORE_DIGITS:
        with mpmath.workdps(digits):
            found = _compared(_Precise(names, problem.shapes), problem, count)
        if found.verdict != "apart" or found.gap is None:
            return found
        gaps.append(found.gap)
    # Of what is zero, all that rounding leaves is apart from nothing: but it goes with more digits.
    return replace(found, verdict="alike") if gaps[-1] <= TOLERANCE * gaps[-2] else found


def _compared(evaluation: _Precise, problem: Problem, count: int) -> Compared:
    pair = evaluation.values(problem.left, count), evaluation.values(problem.right, count)
    there = tuple(_is_real(side).astype(bool) for side in pair)
    both = there[0] & there[1]
    points = int(both.sum(axis=0).min())
    if (there[0] != there[1])[: count // 2].any():
        return Compared("apart", points)
    if points < FEWEST:
        return Compared("none", points)
    exact = np.zeros(int(both.sum()))
    flat = pair[0][both], pair[1][both]
    differ = apart(flat, (exact, exact), problem, TOLERANCE)
    if differ is None or (differ and same_truth(flat, problem)):
        return Compared("none", points)
    if differ:
        gap = None if problem.relation else abs(flat[0] - flat[1]).max()
        return Compared("apart", points, gap=gap)
    ratio = mpmath.nstr(ratio_of(flat), DIGITS) if problem.relation else ""
    return Compared("alike", points, ratio)


class _Precise(Evaluation):
    """Real numbers of mpmath, as many digits as it is set to."""

    def __init__(self, names: dict[str, Values], shapes: dict[str, Shape]) -> None:
        super().__init__({name: _precisely(v) for name, v in names.items()}, shapes)

    def number(self, value: Decimal) -> Values:
        return np.array(mpmath.mpf(str(value)), dtype=object)

    def kernel(self, op: str, shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        if op in ("min", "max") and len(shapes) == 1:
            return _reduced(_SCALAR[op], len(shapes[0]))
        if op in _SCALAR:
            return elementwise(_SCALAR[op])(shapes, args)
        if op in _WHOLE:
            return _WHOLE[op](shapes, args)
        symbol = OPS[op].symbol
        if symbol in OPAQUE and symbol != "detach":
            return _opaque(OPAQUE[symbol], len(shapes[0]), OPS[op].shape(shapes, args))
        if OPS[op].shape is elementwise_shape and symbol not in _PLAIN:
            return elementwise(_by_sympy(SCALAR[symbol], len(shapes)))(shapes, args)
        return super().kernel(op, shapes, args)


_precisely = np.frompyfunc(mpmath.mpf, 1, 1)


def _finite(value: Any) -> bool:
    """Tell whether a number is neither infinite nor NaN; mpmath's own way takes far longer."""
    return bool(value - value == 0)


_is_real = np.frompyfunc(_finite, 1, 1)


def _scalar(function: Callable[..., Any], arguments: int = 1) -> Any:
    """Make a function of arrays that has no value where an argument or the result has none."""

    def real(*values: Any) -> Any:
        if not all(map(_finite, values)):
            return _NO
        try:
            found = mpmath.mpmathify(function(*values))
        except (ArithmeticError, ValueError):
            return _NO
        return found if isinstance(found, mpmath.mpf) and _finite(found) else _NO

    return np.frompyfunc(real, arguments, 1)


def _by_sympy(function: Callable[..., Any], arguments: int) -> Any:
    """Make a function of arrays of one of SymPy's, for what mpmath has no better way to compute."""

    def value(*items: Any) -> Any:
        exact = function(*(sympy.Float(item, mpmath.mp.dps) for item in items))
        return mpmath.mpmathify(sympy.N(exact, mpmath.mp.dps))

    return _scalar(value, arguments)


def _exp(z: Any) -> Any:
    return mpmath.exp(z) if mpmath.mag(z) <= _HIGHEST else _NO


def _log(z: Any) -> Any:
    return mpmath.log(z) if z > 0 else _NO


def _power(a: Any, b: Any) -> Any:
    if b == 0 or a == 0:
        return 1 if b == 0 else 0 if b > 0 else _NO
    if mpmath.isint(b) and abs(b) <= _MOST_FACTORS:
        return a ** int(b)
    if a > 0:
        return _exp(b * mpmath.log(a))
    if not mpmath.isint(b):
        return _NO
    size = _exp(b * mpmath.log(-a))
    return -size if b % 2 else size


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + _exp(-z)) if z >= 0 else _exp(z) / (1 + _exp(z))


def _softplus(z: Any) -> Any:
    return max(z, 0) + mpmath.log1p(_exp(-abs(z)))


_SCALAR: dict[str, Any] = {
    "div": _scalar(lambda a, b: a / b, 2),
    "pow": _scalar(_power, 2),
    "sigmoid": _scalar(_sigmoid),
    "tanh": _scalar(mpmath.tanh),
    "tan": _scalar(mpmath.tan),
    "arctan": _scalar(mpmath.atan),
    "softplus": _scalar(_softplus),
    "clip": _scalar(lambda z, low, high: min(max(z, low), high), 3),
    "relu": _scalar(lambda z: max(z, 0)),
    "exp": _scalar(_exp),
    "log": _scalar(_log),
    "sqrt": _scalar(lambda z: mpmath.sqrt(z) if z >= 0 else _NO),
    "abs": _scalar(abs),
    "sign": _scalar(mpmath.sign),
    "min": _scalar(min, 2),
    "max": _scalar(max, 2),
    "eq": _scalar(lambda a, b: int(a == b), 2),
    "ne": _scalar(lambda a, b: int(a != b), 2),
    "lt": _scalar(lambda a, b: int(a < b), 2),
    "le": _scalar(lambda a, b: int(a <= b), 2),
    "gt": _scalar(lambda a, b: int(a > b), 2),
    "ge": _scalar(lambda a, b: int(a >= b), 2),
}


def _reduced(function: Any, rank: int) -> Kernel:
    """Make the reduction of all components by a function of two."""

    def kernel(a: Values) -> Values:
        flat = a.reshape((*a.shape[: a.ndim - rank], -1))
        found: Values = function.reduce(flat, axis=-1)
        return found

    return kernel


def _norm(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    total = OPS["sum"].numpy(shapes, args)
    return lambda a: _SCALAR["sqrt"](total(np.asarray(a * a, dtype=object)))


def _mean(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    total, count = OPS["sum"].numpy(shapes, args), int(np.prod(shapes[0]))
    return lambda a: total(a) / count


def _softmax(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    def kernel(a: Values) -> Values:
        exps = _SCALAR["exp"](a - _SCALAR["max"].reduce(a, axis=-1, keepdims=True))
        found: Values = exps / exps.sum(axis=-1, keepdims=True)
        return found

    return kernel


def _log_softmax(_shapes: Shapes, _args: tuple[Node, ...]) -> Kernel:
    def kernel(a: Values) -> Values:
        shifted = a - _SCALAR["max"].reduce(a, axis=-1, keepdims=True)
        found: Values = shifted - _SCALAR["log"](
            _SCALAR["exp"](shifted).sum(axis=-1, keepdims=True)
        )
        return found

    return kernel


def _place(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
    whole, slots = place_slots(args, shapes[0])

    def kernel(value: Values, *_: Values) -> Values:
        lead = value.shape[: value.ndim - len(shapes[0])]
        out = np.full((*lead, *whole), mpmath.mpf(0), dtype=object)
        inside: tuple[Any, ...] = (..., *slots)
        out[inside] = value.reshape(out[inside].shape)
        return out

    return kernel


def _chosen(position: int) -> Callable[[Shapes, tuple[Node, ...]], Kernel]:
    """Make NumPy's own kernel, whose argument at `position` must be whole numbers."""

    def make(shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        op = "one_hot" if position == 0 else "row" if len(shapes[0]) == 2 else "pick"
        kernel = OPS[op].numpy(shapes, args)

        def chosen(*values: Values) -> Values:
            items = list(values)
            items[position] = items[position].astype(float)
            found: Values = kernel(*items)
            return found

        return chosen

    return make


_WHOLE: dict[str, Callable[[Shapes, tuple[Node, ...]], Kernel]] = {
    "norm": _norm,
    "mean": _mean,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "place": _place,
    "one_hot": _chosen(0),
    "row": _chosen(1),
    "pick": _chosen(1),
}


def _opaque(function: Callable[[Any], Any], rank: int, shape: Shape) -> Kernel:
    """Make a function of whole matrices, computed point by point."""

    def value(item: Any) -> Any:
        out = np.full(shape, _NO, dtype=object)
        if not np.all(_is_real(item)):
            return out
        try:
            out[...] = function(item)
        except (ArithmeticError, ValueError, RuntimeError, mpmath.NoConvergence):
            return out
        return out

    def kernel(a: Values) -> Values:
        lead = a.shape[: a.ndim - rank]
        out = np.empty((*lead, *shape), dtype=object)
        for place in np.ndindex(*lead):
            out[place] = value(np.asarray(a[place], dtype=object))[()]
        return out

    return kernel
