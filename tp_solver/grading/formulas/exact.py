"""Formulas proved equal, or not, by SymPy: a difference written as one fraction, and expanded.

Every name is a real number. Three rules hold wherever both of their sides have a real value, and
make one form of what can be written in several: log|u·v| = log|u| + log|v|, |u·v|^r = |u|^r·|v|^r,
tanh z = (e^(2z) - 1) / (e^(2z) + 1). A piece that depends on a condition (relu, abs, max) is
a name of its own: the same pieces cancel, others prove nothing.

SymPy is imported when this module is, so import it late: the worker does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy  # noqa: TID253 (this module is itself imported late)

from tp_solver.grading.formulas.problem import Problem
from tp_solver.graph.shapes import Shape
from tp_solver.graph.symbol_functions import Symbols
from tp_solver.graph.symbols import SymbolicEquation
from tp_solver.graph.system import System
from tp_solver.language.tree import Ref

LARGEST_PRIME = 10_000  # looked for in numbers
_log = sympy.Function("log_of_size")


def proved(problem: Problem, ratio: str = "") -> bool | None:
    """Tell whether two formulas are equal wherever both have a value; None where it is open.

    `ratio` is what the left side of a comparison is of the right one, to 50 digits.
    May take any time and memory.
    """
    expressions = _Expressions(problem.shapes)
    left, right = (expressions.of(side).ravel() for side in (problem.left, problem.right))
    if problem.relation:
        factor = _simple(ratio)
        if factor is None:
            return None
        right = right * factor
    dependent = problem.relation or problem.counts or expressions.met  # names tied to each other
    found = True
    for gap in (a - b for a, b in zip(left, right, strict=True)):
        zero = _zero(gap)
        if zero is None or (not zero and dependent):
            return None
        found = found and zero
    return found


def _simple(ratio: str) -> Any:
    """Return the fraction that a number to 50 digits is, if one with few digits is near it."""
    number = sympy.Rational(ratio)
    near = number.limit_denominator(10**12)
    return near if abs(near - number) < abs(number) / 10**40 else None


class _Expressions(SymbolicEquation):
    """Formulas over one symbol a component; equal parts that SymPy can't look into are one."""

    def __init__(self, shapes: dict[str, Shape]) -> None:
        axes: dict[str, tuple[str, ...]] = dict.fromkeys(shapes, ())
        self.system = System((), (), {}, {}, axes, shapes)
        self.reads: dict[Ref, Symbols] = {}
        self.opaque: list[tuple[str, Symbols, int]] = []
        self.late: list[Any] = []
        self.met: dict[tuple[Any, ...], Symbols] = {}

    def held(self, name: str, argument: Symbols, shape: Shape) -> Symbols:
        """Return the symbols of a function's value, the same ones for the same argument."""
        if name == "detach":
            return argument
        key = name, shape, *(sympy.expand(item) for item in argument.ravel())
        if key not in self.met:
            self.met[key] = super().held(name, argument, shape)
        return self.met[key]


def _zero(gap: Any) -> bool | None:
    """Tell whether an expression is zero; None where it is neither proved nor refuted."""
    if gap == 0:
        return True
    if gap.has(sympy.Float, sympy.nan, sympy.zoo, sympy.oo):
        return None
    if _is_rational(gap):
        return bool(_numerator(gap) == 0)
    gap = _with_pieces_named(gap)
    return True if any(_numerator(form(gap)) == 0 for form in (_exponentials, _sizes)) else None


def _is_rational(expression: Any) -> bool:
    """Tell whether an expression has names, fractions and whole powers only."""
    return all(
        part.is_Symbol or part.is_Rational or part.is_Add or part.is_Mul or part.is_Pow
        for part in sympy.preorder_traversal(expression)
    ) and all(power.exp.is_Integer for power in expression.atoms(sympy.Pow))


def _numerator(expression: Any) -> Any:
    return sympy.expand(sympy.together(expression).as_numer_denom()[0])


def _with_pieces_named(expression: Any) -> Any:
    """Stand symbols for what depends on conditions."""
    pieces = sorted(expression.atoms(sympy.Piecewise), key=sympy.default_sort_key)
    names = (sympy.Symbol(f"piece{i}", real=True) for i in range(len(pieces)))
    return expression.subs(dict(zip(pieces, names, strict=False)))


def _rewritten(expression: Any, *rules: tuple[type, Callable[..., Any]]) -> Any:
    for kind, rule in rules:
        expression = expression.replace(kind, rule)
    return expression


def _exponentials(expression: Any) -> Any:
    """Write powers of e as products, one for each term of the exponent."""
    return _rewritten(expression, (sympy.tanh, _tanh), (sympy.exp, _exp))


def _sizes(expression: Any) -> Any:
    """Write logarithms and roots of products by those of their factors' sizes."""
    expression = expression.replace(sympy.tanh, _tanh)
    expression = expression.replace(_is_root, lambda power: _root(*power.as_base_exp()))
    return _rewritten(expression, (sympy.log, _log_of), (sympy.exp, _exp))


def _tanh(z: Any) -> Any:
    e = sympy.exp(2 * z)
    return (e - 1) / (e + 1)


def _exp(z: Any) -> Any:
    return sympy.Mul(*map(sympy.exp, sympy.Add.make_args(sympy.expand(sympy.cancel(z)))))


def _is_root(part: Any) -> bool:
    return bool(part.is_Pow and not part.exp.is_integer and part.base != sympy.E)


def _root(base: Any, exponent: Any) -> Any:
    """Write |u·v|^r as |u|^r·|v|^r; with a name in the exponent, e^(r·log|u|)."""
    number, rest = exponent.as_coeff_Add()
    if number.is_Integer:
        whole = base**number
    else:
        whole = sympy.Mul(*(size ** (power * number) for size, power in _factors(base)))
    return whole * sympy.exp(rest * _log_of(base))


def _log_of(z: Any) -> Any:
    terms = (
        power * (size.exp if isinstance(size, sympy.exp) else _log(size))
        for size, power in _factors(z)
    )
    return sympy.Add(*terms)


def _factors(expression: Any) -> Iterable[tuple[Any, Any]]:
    """Yield the sizes of an expression's factors with their powers, one form of each."""
    for factor in sympy.Mul.make_args(sympy.factor(sympy.together(expression))):
        if isinstance(factor, sympy.exp):
            yield factor, sympy.Integer(1)
            continue
        base, power = factor.as_base_exp()
        if base.is_Rational and abs(base) != 0:
            primes = sympy.factorrat(abs(base), limit=LARGEST_PRIME)
            yield from ((sympy.Integer(prime), power * count) for prime, count in primes.items())
        else:
            yield sympy.Abs(base), power
