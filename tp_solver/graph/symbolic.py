"""SymPy's part: derivatives of the functions that authors define. Imported late."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from tp_solver.errors import ModelError
from tp_solver.exercise.exercise import Function
from tp_solver.graph.build import ONE, ZERO, whole
from tp_solver.language.plain import plain
from tp_solver.language.tree import Node, Num, Op, Ref

_TO = {
    "tanh": "tanh",
    "tan": "tan",
    "arctan": "atan",
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "abs": "Abs",
    "sign": "sign",
    "min": "Min",
    "max": "Max",
}
_BACK = {
    "tanh": "tanh",
    "tan": "tan",
    "atan": "arctan",
    "sigmoid": "sigmoid",
    "exp": "exp",
    "log": "log",
    "Abs": "abs",
    "sign": "sign",
}
_COMPARE = {
    "StrictLessThan": "lt",
    "LessThan": "le",
    "StrictGreaterThan": "gt",
    "GreaterThan": "ge",
    "Unequality": "ne",
}


@cache
def derivative_of(function: Function) -> Node:
    """Return the derivative of an author's function, simplified by SymPy, as a formula."""
    import sympy

    argument = sympy.Symbol(function.argument, real=True)
    body = to_sympy(function.body, {function.argument: argument})
    slope = sympy.diff(body, argument)
    return from_sympy(min((slope, sympy.factor(slope)), key=sympy.count_ops))


@cache
def _sigmoid() -> Any:
    """Return σ as a SymPy function that knows its derivative as courses write it."""
    import sympy

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return self * (1 - self)

    return type("sigmoid", (sympy.Function,), {"fdiff": fdiff})


def to_sympy(node: Node, names: dict[str, Any]) -> Any:
    """Turn a formula of numbers into SymPy, exactly: 0.1 is one tenth."""
    import sympy

    match node:
        case Num(value):
            return sympy.Rational(str(value))
        case Ref(name, (), None) if name in names:
            return names[name]
        case Op(op, args):
            below = [to_sympy(arg, names) for arg in args]
            if op in _TO:
                return getattr(sympy, _TO[op])(*below)
            return _SYMPY[op](sympy, *below) if op in _SYMPY else _refuse(node)
    return _refuse(node)


def _refuse(node: Node) -> Any:
    what = f"`{plain(node)}` can't stand in an author's function"
    raise ModelError(
        what,
        "use + - * / ^, exp, log, sqrt, tanh, tan, arctan, sigmoid, relu, softplus, abs, min, max,"
        " clip",
    )


_SYMPY: dict[str, Any] = {
    "add": lambda _, a, b: a + b,
    "sub": lambda _, a, b: a - b,
    "neg": lambda _, a: -a,
    "mul": lambda _, a, b: a * b,
    "matmul": lambda _, a, b: a * b,
    "div": lambda _, a, b: a / b,
    "pow": lambda _, a, b: a**b,
    "sigmoid": lambda _, a: _sigmoid()(a),
    "relu": lambda sympy, a: sympy.Max(a, 0),
    "softplus": lambda sympy, a: sympy.log(1 + sympy.exp(a)),
    "clip": lambda sympy, a, low, high: sympy.Min(sympy.Max(a, low), high),
    "ne": lambda sympy, a, b: sympy.Piecewise((1, sympy.Ne(a, b)), (0, True)),
    "lt": lambda sympy, a, b: sympy.Piecewise((1, a < b), (0, True)),
    "le": lambda sympy, a, b: sympy.Piecewise((1, a <= b), (0, True)),
    "gt": lambda sympy, a, b: sympy.Piecewise((1, a > b), (0, True)),
    "ge": lambda sympy, a, b: sympy.Piecewise((1, a >= b), (0, True)),
}


def from_sympy(expr: Any) -> Node:
    """Turn a SymPy expression of elementary functions into a formula."""
    if expr.is_Rational:
        return _rational(expr)
    if expr.is_Symbol:
        return Ref(str(expr))
    if expr.is_Pow and str(expr.base) == "E":
        return Op("exp", (from_sympy(expr.exp),))
    name = type(expr).__name__
    if name in _BACK:
        return Op(_BACK[name], tuple(from_sympy(arg) for arg in expr.args))
    if name in _WRITTEN:
        return _WRITTEN[name](expr)
    raise ModelError(f"SymPy gives `{expr}`, which has no formula here", "write it otherwise")


def _rational(expr: Any) -> Node:
    if expr < 0:
        return Op("neg", (_rational(-expr),))
    if expr.q == 1:
        return whole(int(expr.p))
    value = Decimal(int(expr.p)) / Decimal(int(expr.q))
    if value * int(expr.q) == int(expr.p) and len(value.as_tuple().digits) < 12:
        return Num(value)
    return Op("div", (whole(int(expr.p)), whole(int(expr.q))))


def _chain(op: str, items: list[Node]) -> Node:
    left = items[0]
    for item in items[1:]:
        if op == "add" and isinstance(item, Op) and item.op == "neg":
            left = Op("sub", (left, item.args[0]))
        else:
            left = Op(op, (left, item))
    return left


def _sum(expr: Any) -> Node:
    terms = sorted(expr.args, key=lambda term: term.could_extract_minus_sign())
    return _chain("add", [from_sympy(term) for term in terms])


def _extremum(expr: Any) -> Node:
    return _chain(type(expr).__name__.lower(), [from_sympy(arg) for arg in expr.args])


def _product(expr: Any) -> Node:
    top, bottom = expr.as_numer_denom()
    if bottom != 1:
        return Op("div", (from_sympy(top), from_sympy(bottom)))
    if expr.could_extract_minus_sign():
        return Op("neg", (from_sympy(-expr),))
    return _chain("mul", [from_sympy(arg) for arg in expr.args])


def _power(expr: Any) -> Node:
    if expr.exp.is_Rational and expr.exp * 2 == 1:
        return Op("sqrt", (from_sympy(expr.base),))
    if expr.exp.is_Rational and expr.exp < 0:
        return Op("div", (ONE, from_sympy(expr.base ** (-expr.exp))))
    return Op("pow", (from_sympy(expr.base), from_sympy(expr.exp)))


def _piecewise(expr: Any) -> Node:
    """Write pieces as values times conditions, in the order SymPy tries them."""
    result: Node = from_sympy(expr.args[-1][0])
    for value, condition in reversed(expr.args[:-1]):
        op = _COMPARE.get(type(condition).__name__)
        if op is None:
            raise ModelError(f"SymPy gives the condition `{condition}`", "write it otherwise")
        test = Op(op, (from_sympy(condition.lhs), from_sympy(condition.rhs)))
        chosen = Op("mul", (test, from_sympy(value)))
        result = Op("add", (chosen, Op("mul", (Op("sub", (ONE, test)), result))))
    return result


_WRITTEN: dict[str, Callable[[Any], Node]] = {
    "Add": _sum,
    "Mul": _product,
    "Pow": _power,
    "Max": _extremum,
    "Min": _extremum,
    "Piecewise": _piecewise,
    "Heaviside": lambda expr: Op("gt", (from_sympy(expr.args[0]), ZERO)),
}
