"""The operations: one row each, and nothing about any of them anywhere else in graph/.

A row says what shape comes out, how NumPy and interval arithmetic compute it, which function of
symbols.py computes it exactly, and how a gradient passes back through it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tp_solver.graph import (
    arrays,
    factors,
    intervals,
    intervals_of_vectors,
    rules,
    rules_of_vectors,
    shapes,
)
from tp_solver.graph.arrays import Maker
from tp_solver.graph.shapes import ShapeRule


class Row(NamedTuple):
    """An operation, seen by everything that computes."""

    shape: ShapeRule
    numpy: Maker
    interval: Maker
    symbol: str
    rule: rules.Rule
    roundings: str = "one"  # that a person may do inside: none, one, terms (one each), compares


def _function(
    numpy: Maker, interval: Maker, symbol: str, rule: rules.Rule, roundings: str = "one"
) -> Row:
    return Row(shapes.elementwise, numpy, interval, symbol, rule, roundings)


def _rising(
    function: Callable[..., Any], symbol: str, rule: rules.Rule, roundings: str = "one"
) -> Row:
    make, bounds = arrays.elementwise(function), intervals.rising(function)
    return _function(make, bounds, symbol, rule, roundings)


def _compare(function: Callable[..., Any], interval: Maker, symbol: str) -> Row:
    return _function(arrays.comparison(function), interval, symbol, rules.constant, "compares")


def _exact(shape: ShapeRule, make: Maker, symbol: str, rule: rules.Rule) -> Row:
    return Row(shape, make, intervals.monotone(make), symbol, rule, "none")


def _known(shape: ShapeRule, make: Maker, symbol: str) -> Row:
    return Row(shape, make, intervals_of_vectors.known(make), symbol, rules.constant, "none")


def _chosen(shape: ShapeRule, make: Maker, symbol: str, rule: rules.Rule) -> Row:
    return Row(shape, make, intervals_of_vectors.chosen(make), symbol, rule, "none")


def _factor(shape: ShapeRule, make: Maker, symbol: str, sized: bool) -> Row:
    bounds = intervals_of_vectors.factored(make, sized=sized)
    return Row(shape, factors.independent(make), bounds, symbol, rules.refuse)


def _relu(z: arrays.Array) -> arrays.Array:
    return np.maximum(z, 0.0)


_SUM = arrays.reduction(np.sum)
_MEAN = arrays.reduction(np.mean)
_MIN = arrays.extremum(np.minimum, np.min)
_MAX = arrays.extremum(np.maximum, np.max)
_TIMES = arrays.elementwise(np.multiply)

OPS: dict[str, Row] = {
    "add": _rising(np.add, "add", rules.ADD),
    "sub": _function(arrays.elementwise(np.subtract), intervals.subtract, "sub", rules.SUB),
    "neg": _function(
        arrays.elementwise(np.negative), intervals.negate, "neg", rules.NEG, roundings="none"
    ),
    "mul": _function(_TIMES, intervals.product(_TIMES), "mul", rules.MUL),
    "div": _function(arrays.elementwise(np.divide), intervals.divide, "div", rules.DIV),
    "pow": _function(arrays.elementwise(np.power), intervals.power, "pow", rules.power),
    "matmul": Row(
        shapes.matmul,
        arrays.matmul_kernel,
        intervals.product(arrays.matmul_kernel),
        "matmul",
        rules.matmul,
        "terms",
    ),
    "transpose": _exact(shapes.transpose, arrays.transpose_kernel, "transpose", rules.transpose),
    "concat": _exact(shapes.concat, arrays.concat_kernel, "concat", rules_of_vectors.concat),
    "sigmoid": _rising(arrays.sigmoid, "sigmoid", rules.SIGMOID),
    "tanh": _rising(np.tanh, "tanh", rules.TANH),
    "tan": _function(arrays.elementwise(np.tan), intervals.tan, "tan", rules.TAN),
    "arctan": _rising(np.arctan, "arctan", rules.ARCTAN),
    "relu": _rising(_relu, "relu", rules.RELU, roundings="none"),
    "softplus": _rising(arrays.softplus, "softplus", rules.SOFTPLUS),
    "clip": _rising(arrays.clip, "clip", rules.clip, roundings="none"),
    "exp": _rising(np.exp, "exp", rules.EXP),
    "log": _rising(np.log, "log", rules.LOG),
    "sqrt": _rising(np.sqrt, "sqrt", rules.SQRT),
    "abs": _function(
        arrays.elementwise(np.abs), intervals.absolute, "abs", rules.ABS, roundings="none"
    ),
    "sign": _rising(np.sign, "sign", rules.constant, roundings="none"),
    "softmax": Row(
        shapes.vector_only,
        arrays.softmax_kernel,
        intervals_of_vectors.softmax,
        "softmax",
        rules_of_vectors.softmax,
        "one",
    ),
    "log_softmax": Row(
        shapes.vector_only,
        arrays.log_softmax_kernel,
        intervals_of_vectors.log_softmax,
        "log_softmax",
        rules_of_vectors.log_softmax,
    ),
    "sum": Row(shapes.reduced, _SUM, intervals.monotone(_SUM), "total", rules_of_vectors.total),
    "mean": Row(shapes.reduced, _MEAN, intervals.monotone(_MEAN), "mean", rules_of_vectors.mean),
    "norm": Row(
        shapes.reduced, arrays.norm_kernel, intervals.norm, "norm", rules_of_vectors.norm, "terms"
    ),
    "min": Row(
        shapes.extremum,
        _MIN,
        intervals.monotone(_MIN),
        "minimum",
        rules_of_vectors.extremum,
        roundings="none",
    ),
    "max": Row(
        shapes.extremum,
        _MAX,
        intervals.monotone(_MAX),
        "maximum",
        rules_of_vectors.extremum,
        roundings="none",
    ),
    "diag": _exact(shapes.diag, arrays.diag_kernel, "diag", rules_of_vectors.diag),
    "ones": _known(shapes.sized, arrays.constant_kernel(1.0), "ones"),
    "zeros": _known(shapes.sized, arrays.constant_kernel(0.0), "zeros"),
    "place": _exact(shapes.placed, arrays.place_kernel, "place", rules_of_vectors.place)._replace(
        interval=intervals_of_vectors.placed
    ),
    "eye": _known(shapes.identity, arrays.eye_kernel, "eye"),
    "one_hot": _known(shapes.one_hot, arrays.one_hot_kernel, "one_hot")._replace(
        interval=intervals_of_vectors.one_hot
    ),
    "row": _chosen(shapes.row, arrays.row_kernel, "row", rules_of_vectors.row),
    "pick": _chosen(shapes.choice, arrays.pick_kernel, "pick", rules_of_vectors.pick),
    "argmax": _known(shapes.choice, arrays.argmax_kernel, "argmax")._replace(
        interval=intervals_of_vectors.argmax
    ),
    "size": _known(shapes.reduced, arrays.size_kernel, "size"),
    "shape": _known(shapes.sizes, arrays.shape_kernel, "shape"),
    "detach": _function(arrays.same, arrays.same, "detach", rules.constant, roundings="none"),
    "orthogonal": _factor(shapes.orthogonal, factors.orthogonal_kernel, "orthogonal", sized=False),
    "triangular": _factor(shapes.triangular, factors.triangular_kernel, "triangular", sized=True),
    "eigenvalues": Row(
        shapes.eigenvalues,
        factors.eigenvalues_kernel,
        intervals_of_vectors.perturbed(
            factors.eigenvalues_kernel, intervals_of_vectors.eigenvector_condition
        ),
        "eigenvalues",
        rules.refuse,
    ),
    "spectral_radius": Row(
        shapes.square,
        factors.spectral_radius_kernel,
        intervals_of_vectors.perturbed(
            factors.spectral_radius_kernel, intervals_of_vectors.eigenvector_condition
        ),
        "spectral_radius",
        rules.refuse,
    ),
    "spectral_norm": Row(
        shapes.reduced,
        factors.spectral_norm_kernel,
        intervals_of_vectors.perturbed(factors.spectral_norm_kernel),
        "spectral_norm",
        rules.refuse,
    ),
    "eq": _compare(np.equal, intervals.EQUAL, "eq"),
    "ne": _compare(np.not_equal, intervals.DIFFERENT, "ne"),
    "lt": _compare(np.less, intervals.LESS, "lt"),
    "le": _compare(np.less_equal, intervals.LESS_EQUAL, "le"),
    "gt": _compare(np.greater, intervals.GREATER, "gt"),
    "ge": _compare(np.greater_equal, intervals.GREATER_EQUAL, "ge"),
}
