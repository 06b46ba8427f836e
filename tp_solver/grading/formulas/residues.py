"""Rational formulas compared modulo a large random prime: exact, whatever their degree.

Two rational functions that differ have a difference N / D with N other than zero. At a point
drawn modulo a prime p of 256 bits N vanishes with probability at most degree / p (the lemma of
Schwartz and Zippel); all of N vanishes modulo p only if p divides each of its coefficients, and a
coefficient of h bits has fewer than h / 255 such divisors among more than 2^247 primes. So the
probability that two formulas that differ agree is at most (degree + h) / 2^254.
"""

from __future__ import annotations

import math
import operator
import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from tp_solver.grading.formulas.evaluation import Evaluation, Values
from tp_solver.grading.formulas.problem import Problem
from tp_solver.graph.arrays import Kernel, place_slots
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shapes
from tp_solver.language.tree import Node, Num, Op

BITS = 256
CASES = 2 ** (BITS - 2)
LARGEST_POWER = 10**12
MOST_FACTORS = 40
TRIES = 5  # points drawn where a denominator vanishes
_ALLOWED = (
    *("add", "sub", "neg", "mul", "div", "pow", "matmul", "transpose", "concat", "sum", "mean"),
    *("diag", "ones", "zeros", "eye", "place", "size", "shape", "detach"),
)


_SMALL = math.prod(n for n in range(3, 500, 2) if all(n % d for d in range(3, n, 2)))  # primes
_FOLDED = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "pow": operator.pow}


class NotRational(ValueError):
    """A formula with other operations than those of fractions."""


@dataclass(frozen=True)
class Residue:
    """A fraction modulo p, and what is known of the formula that it is a value of.

    `top` and `bottom` bound the degrees of numerator and denominator, `high` and `low` the bits of
    the sum of the sizes of their coefficients.
    """

    value: int
    prime: int
    top: int = 0
    bottom: int = 0
    high: int = 0
    low: int = 0

    def __add__(self, other: Any) -> Residue:
        other = self.of(other)
        return Residue(
            (self.value + other.value) % self.prime,
            self.prime,
            max(self.top + other.bottom, other.top + self.bottom),
            self.bottom + other.bottom,
            max(self.high + other.low, other.high + self.low) + 1,
            self.low + other.low,
        )

    def __mul__(self, other: Any) -> Residue:
        other = self.of(other)
        return Residue(
            self.value * other.value % self.prime,
            self.prime,
            self.top + other.top,
            self.bottom + other.bottom,
            self.high + other.high,
            self.low + other.low,
        )

    def power(self, exponent: int) -> Residue:
        """Return a whole power; raises ValueError where there is none."""
        value = pow(self.value, exponent, self.prime)
        sizes = self.top, self.bottom, self.high, self.low
        if exponent < 0:
            sizes = self.bottom, self.top, self.low, self.high
        return Residue(value, self.prime, *(size * abs(exponent) for size in sizes))

    def __neg__(self) -> Residue:
        return self * -1

    def __sub__(self, other: Any) -> Residue:
        return -self.of(other) + self

    def __truediv__(self, other: Any) -> Residue:
        return self.of(other).power(-1) * self

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Residue:
        return -self + self.of(other)

    def __rtruediv__(self, other: Any) -> Residue:
        return self.power(-1) * self.of(other)

    def of(self, other: Any) -> Residue:
        """Return a number as a residue of the same prime."""
        return other if isinstance(other, Residue) else residue(Fraction(other), self.prime)


def residue(number: Fraction, prime: int) -> Residue:
    """Return a fraction modulo a prime."""
    value = number.numerator * pow(number.denominator, -1, prime) % prime
    high, low = abs(number.numerator).bit_length(), (number.denominator - 1).bit_length()
    return Residue(value, prime, high=high, low=low)


def identical(problem: Problem, seed: int) -> tuple[bool, float] | None:
    """Tell whether two rational formulas are the same, and the probability of a wrong yes.

    A no is certain. None where they are not rational, where they compare, or where the bound of
    the probability says nothing.
    """
    if problem.relation or problem.counts:
        return None
    draw = random.Random(seed)
    for _ in range(TRIES):
        try:
            return _identical(problem, draw)
        except NotRational:
            return None
        except ValueError:  # a denominator that vanishes here
            continue
    return None


def _identical(problem: Problem, draw: random.Random) -> tuple[bool, float] | None:
    prime = _prime(draw)
    names: dict[str, Values] = {}
    for name, shape in problem.shapes.items():
        names[name] = np.empty((1, *shape), dtype=object)
        for place in np.ndindex(1, *shape):
            names[name][place] = Residue(draw.randrange(prime), prime, top=1)
    fractions = _Fractions(names, problem.shapes)
    fractions.prime = prime
    pair = (fractions.values(side, 1).ravel() for side in (problem.left, problem.right))
    gaps = [residue(Fraction(0), prime) + a - b for a, b in zip(*pair, strict=True)]
    if any(gap.value for gap in gaps):
        return False, 0.0
    chances = max(gap.top + gap.bottom + gap.high + gap.low for gap in gaps)
    return (True, chances / CASES) if chances < CASES else None


def _prime(draw: random.Random) -> int:
    import sympy

    while True:
        number = draw.getrandbits(BITS - 1) | 1 << BITS - 1 | 1
        likely = math.gcd(number, _SMALL) == 1 and pow(2, number - 1, number) == 1
        if likely and sympy.isprime(number):
            return number


class _Fractions(Evaluation):
    """Fractions modulo a prime; raises NotRational."""

    prime = 0

    def number(self, value: Decimal) -> Values:
        return np.array(residue(Fraction(value), self.prime), dtype=object)

    def kernel(self, op: str, shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        if op not in _ALLOWED:
            raise NotRational(op)
        if op == "pow":
            exponent = _constant(args[1])
            return lambda a, _: np.frompyfunc(lambda one: one.power(exponent), 1, 1)(a)
        if op == "mean":
            total, count = OPS["sum"].numpy(shapes, args), math.prod(shapes[0])
            return lambda a: total(a) / count
        if op == "place":
            return self.placed(shapes, args)
        return super().kernel(op, shapes, args)

    def placed(self, shapes: Shapes, args: tuple[Node, ...]) -> Kernel:
        whole, slots = place_slots(args, shapes[0])
        zero = residue(Fraction(0), self.prime)

        def kernel(value: Values, *_: Values) -> Values:
            out = np.full((*value.shape[: value.ndim - len(shapes[0])], *whole), zero, dtype=object)
            inside: tuple[Any, ...] = (..., *slots)
            out[inside] = value.reshape(out[inside].shape)
            return out

        return kernel


def _constant(node: Node) -> int:
    """Return the whole number that an exponent comes to; raises NotRational."""
    match node:
        case Num(value) if value == value.to_integral_value() and abs(value) <= LARGEST_POWER:
            return int(value)
        case Op("neg", (inner,)):
            return -_constant(inner)
        case Op(op, (left, right)) if op in _FOLDED:
            a, b = _constant(left), _constant(right)
            if op != "pow" or 0 <= b <= MOST_FACTORS:
                found = _FOLDED[op](a, b)
                if abs(found) <= LARGEST_POWER:
                    return int(found)
    raise NotRational(repr(node))
