"""Equations as SymPy expressions, one symbol a component; values and slopes at 50 digits.

An independent second way: the same equations, other operations, another differentiation. SymPy
is imported when this module is, so import it late.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.components import unrolled
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape
from tp_solver.graph.symbol_functions import (
    DIGITS,
    OPAQUE,
    SCALAR,
    SIZED,
    WHOLE,
    Symbols,
    array,
    each,
)
from tp_solver.graph.system import System, inline
from tp_solver.language.tree import Node, Num, Op, Over, Part, Ref, Span

__all__ = ["DIGITS", "SymbolicEquation"]


class SymbolicEquation:
    """An equation's right side over symbols for what it reads: values, and slopes by SymPy."""

    def __init__(self, system: System, equation: Equation) -> None:
        self.system = system
        self.equation = equation
        self.reads: dict[Ref, Symbols] = {}
        self.opaque: list[tuple[str, Symbols, int]] = []  # function, argument, symbols before it
        self.late: list[Any] = []  # symbols of what opaque functions give
        right = unrolled(inline(equation.right, system.functions), most=10**9)
        wanted = system.shapes[equation.left.key]
        value = self.of(right)
        self.value = np.broadcast_to(value, wanted) if not value.shape else value.reshape(wanted)
        self.flat = [symbol for symbols in self.reads.values() for symbol in symbols.ravel()]
        self._opaque = [
            (op, argument, _function([*self.flat, *self.late[:before]], list(argument.ravel())))
            for op, argument, before in self.opaque
        ]
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
        for op, argument, function in self._opaque:
            values = np.array(function(*flat), dtype=object).reshape(argument.shape)
            flat += list(np.asarray(OPAQUE[op](values), dtype=object).ravel())
        return flat

    def _compiled(self, exprs: list[Any]) -> Callable[..., Any]:
        return _function([*self.flat, *self.late], exprs)

    def of(self, node: Node) -> Symbols:
        """Turn a formula into an array of SymPy expressions."""
        match node:
            case Num(value):
                return array(sympy.Rational(str(value)))
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
        """Find first(n, condition) among the conditions, which SymPy is not to look into."""
        from tp_solver.graph.schedule import grounded

        assert span is not None
        places = range(span.first, span.last + 1)
        holds = [self.of(grounded(body, {index: i}))[()] for i in places]
        found = self.held("first", np.array(holds, dtype=object), ())
        return array(span.first + found[()])

    def op(self, node: Op, op: str, args: tuple[Node, ...]) -> Symbols:
        name = OPS[op].symbol
        if op in SIZED:
            return SIZED[op](self.of, node, self.system.shape(node))
        values = [self.of(arg) for arg in args]
        if name in OPAQUE:
            return self.held(name, values[0], self.system.shape(node))
        if name in WHOLE:
            return array(WHOLE[name](*values))
        return each(SCALAR[name], values)

    def held(self, name: str, argument: Symbols, shape: Shape) -> Symbols:
        """Stand symbols of their own for what a function gives that SymPy is not to look into."""
        symbols = np.empty(shape, dtype=object)
        for place in np.ndindex(*shape):
            label = f"w{len(self.opaque)}_{'_'.join(map(str, place))}"
            symbols[place] = sympy.Symbol(label, real=True)
        self.opaque.append((name, argument, len(self.late)))
        self.late += list(symbols.ravel())
        return symbols


def _function(arguments: list[Any], exprs: list[Any]) -> Callable[..., Any]:
    made: Callable[..., Any] = sympy.lambdify(arguments, exprs, modules="mpmath", cse=True)
    return made
