"""Every operation over SymPy expressions; what SymPy is not to look into, over numbers of mpmath.

SymPy is imported when this module is, so import it late.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import sympy  # noqa: TID253 (this module is itself imported late)
from numpy.typing import NDArray

from tp_solver.graph.components import every
from tp_solver.graph.shapes import Shape, literal
from tp_solver.language.tree import Node, Op

DIGITS = 50
LARGEST_EXACT_POWER = 10_000
Symbols = NDArray[Any]  # an object array of SymPy expressions, in the shape of the value


def array(value: Any) -> Symbols:
    """Make an array of one expression; leave an array as it is."""
    if isinstance(value, np.ndarray):
        return value
    out = np.empty((), dtype=object)
    out[()] = value
    return out


def each(function: Callable[..., Any], values: list[Symbols]) -> Symbols:
    """Apply a function of expressions component by component, scalars broadcasting."""
    shape = max((v.shape for v in values), key=len)
    out = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        out[place] = function(*(v[place] if v.shape else v[()] for v in values))
    return out


def _power(a: Any, b: Any) -> Any:
    """Take a power; a huge one of a number not exactly, which would never end."""
    huge = a.is_number and b.is_Integer and abs(b) > LARGEST_EXACT_POWER
    return (sympy.Float(a, DIGITS) if huge else a) ** b


def _case(condition: Any) -> Any:
    return sympy.Piecewise((1, condition), (0, True))


def _lesser(a: Any, b: Any) -> Any:
    return sympy.Piecewise((a, a <= b), (b, True))


def _larger(a: Any, b: Any) -> Any:
    return sympy.Piecewise((a, a >= b), (b, True))


SCALAR: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "neg": lambda a: -a,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": _power,
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "tanh": sympy.tanh,
    "tan": sympy.tan,
    "arctan": sympy.atan,
    "softplus": lambda a: sympy.log(1 + sympy.exp(a)),
    "clip": lambda a, low, high: _lesser(_larger(a, low), high),
    "relu": lambda a: sympy.Piecewise((a, a > 0), (0, True)),
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": lambda a: sympy.Piecewise((a, a >= 0), (-a, True)),
    "sign": lambda a: sympy.Piecewise((1, a > 0), (-1, a < 0), (0, True)),
    "minimum": _lesser,
    "maximum": _larger,
    "eq": lambda a, b: _case(sympy.Eq(a, b)),
    "ne": lambda a, b: _case(sympy.Ne(a, b)),
    "lt": lambda a, b: _case(a < b),
    "le": lambda a, b: _case(a <= b),
    "gt": lambda a, b: _case(a > b),
    "ge": lambda a, b: _case(a >= b),
}


def _matmul(a: Symbols, b: Symbols) -> Any:
    """Multiply as the language does, entry by entry."""
    if not b.shape and a.ndim == 2 and a.shape[1] == 1:
        return a[:, 0] * b[()]
    if not a.shape and b.ndim == 2 and b.shape[0] == 1:
        return a[()] * b[0]
    if not a.shape or not b.shape:
        return a * b
    if a.ndim == 1 and b.ndim == 2 and b.shape[0] == 1:
        return np.array([[x * y for y in b[0]] for x in a], dtype=object)
    left = a.reshape((-1, a.shape[-1]))
    right = b.reshape((b.shape[0], -1))
    out = np.empty((left.shape[0], right.shape[1]), dtype=object)
    for i, j in np.ndindex(*out.shape):
        out[i, j] = sympy.Add(*(left[i, k] * right[k, j] for k in range(left.shape[1])))
    return out.reshape(a.shape[:-1] + b.shape[1:])


def _softmax(a: Symbols) -> Any:
    exps = [sympy.exp(x) for x in a]
    return np.array([e / sympy.Add(*exps) for e in exps], dtype=object)


def _log_softmax(a: Symbols) -> Any:
    total = sympy.log(sympy.Add(*map(sympy.exp, a)))
    return np.array([x - total for x in a], dtype=object)


def _transpose(a: Symbols) -> Any:
    return a.T if a.ndim == 2 else a.reshape((1, -1))


def _concat(*items: Symbols) -> Any:
    return np.concatenate([np.atleast_1d(item) for item in items])


def _diag(a: Symbols) -> Any:
    if a.ndim == 2:
        return np.array([a[i, i] for i in range(len(a))], dtype=object)
    out = np.full((a.size, a.size), sympy.Integer(0), dtype=object)
    for i, value in enumerate(a.ravel()):
        out[i, i] = value
    return out


def _row(table: Symbols, k: Symbols) -> Any:
    """Choose a row by cases, since its number is a symbol here."""
    number = k[()]
    cases = [
        sympy.Add(*(_case(sympy.Eq(number, i)) * table[i, j] for i in range(len(table))))
        for j in range(table.shape[1])
    ]
    return np.array(cases, dtype=object)


def _pick(v: Symbols, k: Symbols) -> Any:
    return _row(v[:, None], k)[0]


def _shape(a: Symbols) -> Any:
    return np.array([sympy.Integer(n) for n in a.shape or (1,)], dtype=object)


def _extreme(better: Callable[[Any, Any], Any]) -> Callable[[Symbols], Any]:
    def reduce(a: Symbols) -> Any:
        best = a.ravel()[0]
        for item in a.ravel()[1:]:
            best = better(best, item)
        return best

    return reduce


WHOLE: dict[str, Callable[..., Any]] = {
    "matmul": _matmul,
    "transpose": _transpose,
    "concat": _concat,
    "softmax": _softmax,
    "total": lambda a: sympy.Add(*a.ravel()),
    "mean": lambda a: sympy.Add(*a.ravel()) / a.size,
    "norm": lambda a: sympy.sqrt(sympy.Add(*(x**2 for x in a.ravel()))),
    "diag": _diag,
    "row": _row,
    "pick": _pick,
    "log_softmax": _log_softmax,
    "size": lambda *items: sympy.Integer(sum(a.size for a in items)),
    "shape": _shape,
}


Of = Callable[[Node], Symbols]
Sized = Callable[[Of, Op, Shape], Symbols]  # from the function for arguments, the node, its shape


def _filled(number: int) -> Sized:
    return lambda _of, _node, shape: np.full(shape, sympy.Integer(number), dtype=object)


def _eye(_of: Of, _node: Op, shape: Shape) -> Symbols:
    return _diag(np.full(shape[:1], sympy.Integer(1), dtype=object))  # type: ignore[no-any-return]


def _place(of: Of, node: Op, shape: Shape) -> Symbols:
    value = of(node.args[0])
    out = np.full(shape, sympy.Integer(0), dtype=object)
    firsts = [literal(arg) - 1 for arg in node.args[1 + out.ndim :]]
    for place in every(value.shape):
        offsets = [i - 1 for i in place] + [0] * (out.ndim - value.ndim)
        target = tuple(f + o for f, o in zip(firsts, offsets, strict=True))
        out[target] = value[tuple(i - 1 for i in place)]
    return out


def _one_hot(of: Of, node: Op, shape: Shape) -> Symbols:
    number = of(node.args[0])[()]
    return np.array([_case(sympy.Eq(number, i)) for i in range(shape[0])], dtype=object)


def _extremum(better: Callable[[Any, Any], Any]) -> Sized:
    def make(of: Of, node: Op, _shape: Shape) -> Symbols:
        values = [of(arg) for arg in node.args]
        return each(better, values) if len(values) == 2 else array(_extreme(better)(values[0]))

    return make


SIZED: dict[str, Sized] = {
    "ones": _filled(1),
    "zeros": _filled(0),
    "eye": _eye,
    "place": _place,
    "one_hot": _one_hot,
    "min": _extremum(_lesser),
    "max": _extremum(_larger),
}


def _spectrum(a: Any) -> Any:
    if a.size == 1:
        return [a.ravel()[0]]
    return mpmath.eig(mpmath.matrix(a.tolist()), left=False, right=False)


def _eigenvalues(a: Any) -> Any:
    ordered = sorted(_spectrum(a), key=lambda v: (-mpmath.re(v), -mpmath.im(v)))
    return np.array([[mpmath.re(v), mpmath.im(v)] for v in ordered], dtype=object)


def _radius(a: Any) -> Any:
    return max(abs(v) for v in _spectrum(a))


def _spectral_norm(a: Any) -> Any:
    rows = a.tolist() if a.ndim == 2 else [[x] for x in np.atleast_1d(a)]
    return max(mpmath.svd_r(mpmath.matrix(rows), compute_uv=False))


def _orthogonal(a: Any) -> Any:
    """Orthogonalise the columns one after the other (Gram and Schmidt), as 50 digits allow."""
    found: list[Any] = []
    for column in a.T:
        rest = column
        for direction in found:
            rest = rest - (direction @ rest) * direction
        found.append(rest / mpmath.sqrt(rest @ rest))
    return np.array(found, dtype=object).T


def _triangular(a: Any) -> Any:
    return np.triu(_orthogonal(a).T @ a)


def _argmax(a: Any) -> Any:
    """Find the first of the largest; as cases, SymPy would take minutes over seven components."""
    return mpmath.mpf(max(range(len(a)), key=lambda i: (a[i], -i)))


def _first(holds: Any) -> Any:
    """Find the first condition that holds; as cases within cases, SymPy allows no hundred."""
    return mpmath.mpf(next((i for i, value in enumerate(holds) if value), "nan"))


OPAQUE: dict[str, Callable[[Any], Any]] = {
    "eigenvalues": _eigenvalues,
    "spectral_radius": _radius,
    "spectral_norm": _spectral_norm,
    "orthogonal": _orthogonal,
    "triangular": _triangular,
    "argmax": _argmax,
    "first": _first,
    "detach": lambda a: a,  # a constant to every derivative, whatever it is made of
}
