"""Equations as SymPy expressions, one symbol a component; values and slopes at 50 digits.

An independent second way: the same equations, other operations, another differentiation. SymPy
is imported when this module is, so import it late.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.components import every, unrolled
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape, literal
from tp_solver.graph.system import System, inline
from tp_solver.language.tree import Node, Num, Op, Over, Part, Ref, Span

DIGITS = 50
LARGEST_EXACT_POWER = 10_000
Symbols = NDArray[Any]  # an object array of SymPy expressions, in the shape of the value


class SymbolicEquation:
    """An equation's right side over symbols for what it reads: values, and slopes by SymPy."""

    def __init__(self, system: System, equation: Equation) -> None:
        self.system = system
        self.equation = equation
        self.reads: dict[Ref, Symbols] = {}
        self.opaque: list[tuple[Symbols, str, Symbols]] = []
        right = unrolled(inline(equation.right, system.functions), most=10**9)
        wanted = system.shapes[equation.left.key]
        value = self.of(right)
        self.value = np.broadcast_to(value, wanted) if not value.shape else value.reshape(wanted)
        self.flat = [symbol for symbols in self.reads.values() for symbol in symbols.ravel()]
        self._values = self._compiled(list(self.value.ravel()))
        self._slopes: dict[Ref, Callable[..., Any]] = {}

    def numbers(self, given: dict[Ref, Any]) -> Any:
        """Compute the value from the values of the names read (object arrays of mpf)."""
        return self._computed(self._values, given, self.value.shape)

    def slopes(self, ref: Ref, given: dict[Ref, Any]) -> Any:
        """Compute ∂value/∂ref: the value's axes, then those of the name."""
        symbols = self.reads[ref]
        if ref not in self._slopes:
            exprs = [sympy.diff(v, s) for v in self.value.ravel() for s in symbols.ravel()]
            self._slopes[ref] = self._compiled(exprs)
        return self._computed(self._slopes[ref], given, self.value.shape + symbols.shape)

    def _computed(
        self, function: Callable[..., Any], given: dict[Ref, Any], shape: tuple[int, ...]
    ) -> Any:
        """Compute numbers; where there are none, as of 1 / 0, NaN, which agrees with nothing."""
        try:
            return np.array(function(*self._flat(given)), dtype=object).reshape(shape)
        except ZeroDivisionError:
            return np.full(shape, float("nan"), dtype=object)

    def _flat(self, given: dict[Ref, Any]) -> list[Any]:
        flat = [v for ref in self.reads for v in np.asarray(given[ref], dtype=object).ravel()]
        given_flat = tuple(flat)
        for _, op, argument in self.opaque:
            matrix = np.array(
                _function(self.flat, list(argument.ravel()))(*given_flat), dtype=object
            )
            result = _SPECTRAL[op](matrix.reshape(argument.shape))
            flat += list(np.asarray(result, dtype=object).ravel())
        return flat

    def _compiled(self, exprs: list[Any]) -> Callable[..., Any]:
        late = [symbol for symbols, _, _ in self.opaque for symbol in symbols.ravel()]
        return _function([*self.flat, *late], exprs)

    def of(self, node: Node) -> Symbols:
        """Turn a formula into an array of SymPy expressions."""
        match node:
            case Num(value):
                return _array(sympy.Rational(str(value)))
            case Ref():
                return self.read(node)
            case Part(of, select):
                return self.part(of, select)
            case Over(_, index, span, body):
                return self.first(index, span, body)
            case Op(op, args):
                return self.op(node, op, args)
        raise AssertionError(node)

    def read(self, ref: Ref) -> Symbols:
        if ref not in self.reads:
            shape = self.system.ref_shape(ref)
            n = len(self.reads)
            symbols = np.empty(shape, dtype=object)
            for place in np.ndindex(*shape):
                symbols[place] = sympy.Symbol(f"v{n}_{'_'.join(map(str, place))}", real=True)
            self.reads[ref] = symbols
        return self.reads[ref]

    def part(self, of: Node, select: tuple[int | Span, ...]) -> Symbols:
        value = self.of(of)
        if not value.shape:
            return value
        key = tuple(slice(s.first - 1, s.last) if isinstance(s, Span) else s - 1 for s in select)
        return np.asarray(value[key], dtype=object)

    def first(self, index: str, span: Span | None, body: Node) -> Symbols:
        """Turn first(n, condition) into nested cases."""
        from tp_solver.graph.schedule import grounded

        assert span is not None
        result: Any = sympy.nan
        for i in range(span.last, span.first - 1, -1):
            condition = self.of(grounded(body, {index: i}))[()]
            result = sympy.Piecewise((i, sympy.Ne(condition, 0)), (result, True))
        return _array(result)

    def op(self, node: Op, op: str, args: tuple[Node, ...]) -> Symbols:
        name = OPS[op].symbol
        if op in _SIZED:
            return _SIZED[op](self, node, args)
        values = [self.of(arg) for arg in args]
        if name in _SPECTRAL:
            shape: Shape = self.system.shape(node)
            symbols = np.empty(shape, dtype=object)
            for place in np.ndindex(*shape):
                label = f"w{len(self.opaque)}_{'_'.join(map(str, place))}"
                symbols[place] = sympy.Symbol(label, real=True)
            self.opaque.append((symbols, name, values[0]))
            return symbols
        if name in _WHOLE:
            return _array(_WHOLE[name](*values))
        return _each(_SCALAR[name], values)


def _function(arguments: list[Any], exprs: list[Any]) -> Callable[..., Any]:
    made: Callable[..., Any] = sympy.lambdify(arguments, exprs, modules="mpmath", cse=True)
    return made


def _array(value: Any) -> Symbols:
    if isinstance(value, np.ndarray):
        return value
    out = np.empty((), dtype=object)
    out[()] = value
    return out


def _each(function: Callable[..., Any], values: list[Symbols]) -> Symbols:
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


_SCALAR: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "neg": lambda a: -a,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": _power,
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "tanh": sympy.tanh,
    "relu": lambda a: sympy.Piecewise((a, a > 0), (0, True)),
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": lambda a: sympy.Piecewise((a, a >= 0), (-a, True)),
    "sign": lambda a: sympy.Piecewise((1, a > 0), (-1, a < 0), (0, True)),
    "minimum": lambda a, b: sympy.Piecewise((a, a <= b), (b, True)),
    "maximum": lambda a, b: sympy.Piecewise((a, a >= b), (b, True)),
    "eq": lambda a, b: _case(sympy.Eq(a, b)),
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


def _extreme(better: Callable[[Any, Any], Any]) -> Callable[[Symbols], Any]:
    def reduce(a: Symbols) -> Any:
        best = a.ravel()[0]
        for item in a.ravel()[1:]:
            best = better(best, item)
        return best

    return reduce


_WHOLE: dict[str, Callable[..., Any]] = {
    "matmul": _matmul,
    "transpose": _transpose,
    "concat": _concat,
    "softmax": _softmax,
    "total": lambda a: sympy.Add(*a.ravel()),
    "mean": lambda a: sympy.Add(*a.ravel()) / a.size,
    "norm": lambda a: sympy.sqrt(sympy.Add(*(x**2 for x in a.ravel()))),
    "diag": _diag,
    "row": _row,
    "size": lambda a: sympy.Integer(max(a.size, 1)),
}


def _filled(number: int) -> Callable[[SymbolicEquation, Node, tuple[Node, ...]], Symbols]:
    def fill(_own: SymbolicEquation, _node: Node, args: tuple[Node, ...]) -> Symbols:
        return np.full(tuple(literal(a) for a in args), sympy.Integer(number), dtype=object)

    return fill


def _place(own: SymbolicEquation, node: Node, args: tuple[Node, ...]) -> Symbols:
    value = own.of(args[0])
    out = np.full(own.system.shape(node), sympy.Integer(0), dtype=object)
    firsts = [literal(arg) - 1 for arg in args[1 + out.ndim :]]
    for place in every(value.shape):
        offsets = [i - 1 for i in place] + [0] * (out.ndim - value.ndim)
        target = tuple(f + o for f, o in zip(firsts, offsets, strict=True))
        out[target] = value[tuple(i - 1 for i in place)]
    return out


def _one_hot(own: SymbolicEquation, _node: Node, args: tuple[Node, ...]) -> Symbols:
    number = own.of(args[0])[()]
    cases = [_case(sympy.Eq(number, i)) for i in range(literal(args[1]))]
    return np.array(cases, dtype=object)


def _extremum(op: str) -> Callable[[SymbolicEquation, Node, tuple[Node, ...]], Symbols]:
    better = _SCALAR["minimum" if op == "min" else "maximum"]

    def make(own: SymbolicEquation, _node: Node, args: tuple[Node, ...]) -> Symbols:
        values = [own.of(arg) for arg in args]
        return _each(better, values) if len(values) == 2 else _array(_extreme(better)(values[0]))

    return make


_SIZED: dict[str, Callable[..., Symbols]] = {
    "ones": _filled(1),
    "zeros": _filled(0),
    "place": _place,
    "one_hot": _one_hot,
    "min": _extremum("min"),
    "max": _extremum("max"),
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


_SPECTRAL: dict[str, Callable[[Any], Any]] = {
    "eigenvalues": _eigenvalues,
    "spectral_radius": _radius,
    "spectral_norm": _spectral_norm,
}
