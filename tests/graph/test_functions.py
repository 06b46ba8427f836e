"""Functions of vectors, choices and sizes, against numbers from PyTorch and from hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.written import model, text
from tp_solver.errors import AuthorError
from tp_solver.graph.intervals import Interval
from tp_solver.graph.ops import OPS
from tp_solver.language.parse import parse
from tp_solver.language.tree import Op
from tp_solver.solution import loads, solve

GIVEN = {"z": [0.4, -0.7, 1.1], "c": [0.3, -1.2, 0.5]}


def value(equations: list[str], given: dict[str, Any], name: str) -> Any:
    """Compute one name."""
    return solve(model(equations, given, [name])).value(name)


@pytest.mark.parametrize(
    ("formula", "values", "gradient"),
    [  # from PyTorch 2, float64
        (
            "softplus(z)",
            [0.9130152523999526, 0.4031860488854579, 1.3873353251154308],
            [0.1796062980337356, -0.3981746733982007, 0.3751300527975588],
        ),
        (
            "log_softmax(z)",
            [-1.2079520141095887, -2.307952014109589, -0.5079520141095887],
            [0.4195234436136994, -1.1602141017969816, 0.7406906581832821],
        ),
        ("clip(z, -0.5, 1.1)", [0.4, -0.5, 1.1], [0.3, 0.0, 0.5]),  # on a bound, it passes
        ("detach(z) * z", [0.16, 0.49, 1.21], [0.12, 0.84, 0.55]),
    ],
)
def test_numbers_of_pytorch(formula: str, values: list[float], gradient: list[float]) -> None:
    equations = [f"y = {formula}", "L = c @ y"]
    np.testing.assert_allclose(value(equations, GIVEN, "y"), values, rtol=1e-14)
    back = value(equations, GIVEN, "dL/dz")
    np.testing.assert_allclose(back, gradient, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("loss", ["-log(pick(softmax(z), 1))", "-pick(log_softmax(z), 1)"])
def test_the_cross_entropy_of_a_class(loss: str) -> None:
    given = {"z": GIVEN["z"]}
    assert value([f"L = {loss}"], given, "L") == pytest.approx(2.307952014109589, rel=1e-14)
    gradient = [0.29880860903424866, -0.9005352544924539, 0.6017266454582053]  # PyTorch
    np.testing.assert_allclose(value([f"L = {loss}"], given, "dL/dz"), gradient, rtol=1e-13)


def test_the_factors_of_a_matrix_by_hand() -> None:
    given = {"A": [[3, 1], [4, 2]]}
    orthogonal = value(["Q = orthogonal(A)"], given, "Q")
    np.testing.assert_allclose(orthogonal, [[0.6, -0.8], [0.8, 0.6]], rtol=1e-14)
    triangular = value(["R = triangular(A)"], given, "R")
    np.testing.assert_allclose(triangular, [[5, 2.2], [0, 0.4]], rtol=1e-13, atol=1e-15)
    given = {"A": [[-2, 0], [0, -3], [0, 0]]}  # whose own diagonal is negative
    orthogonal = value(["Q = orthogonal(A)"], given, "Q")
    np.testing.assert_allclose(orthogonal, [[-1, 0], [0, -1], [0, 0]], atol=1e-15)
    np.testing.assert_allclose(value(["R = triangular(A)"], given, "R"), [[2, 0], [0, 3]])


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("argmax([0.2, 0.7, 0.1])", 1),
        ("argmax([0.5, 0.5, 0.1])", 0),
        ("pick([4, 5, 6], 0)", 4),
        ("pick([4, 5, 6], argmax([1, 2, 3]))", 6),
        ("size(W, [1, 2], 3)", 9),
        ("shape(W)", [2, 3]),
        ("shape(W).2", 3),
        ("shape([1, 2])", [2]),
        ("shape(3)", [1]),
        ("eye(2)", [[1, 0], [0, 1]]),
        ("eye(3) @ W.T", [[1, 4], [2, 5], [3, 6]]),
        ("(2 != 3) + (3 ≠ 3)", 1),
        ("clip(5, -1, 2)", 2),
        ("softplus(1000)", 1000),
        ("log_softmax([0, -1000]).2", -1000),
    ],
)
def test_values_by_hand(formula: str, wanted: Any) -> None:
    found = value([f"y = {formula}", "s = sum(W)"], {"W": [[1, 2, 3], [4, 5, 6]]}, "y")
    np.testing.assert_allclose(found, wanted, rtol=1e-14)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("pick(z, 3)", "has components 0 to 2"),
        ("pick(z, -1)", "has no finite value"),
        ("pick(z, 0.5)", "has components 0 to 2"),
        ("row(z @ [1, 1].T, 3)", "has no finite value"),
        ("one_hot(3, 3) * z", "has no finite value"),
        ("one_hot(0.5, 3) * z", "has no finite value"),
        ("orthogonal(z @ [1, 2].T)", "has no finite value"),
        ("pick(z, z)", r"don't fit in pick\(vector, number\)"),
        ("argmax(z.T)", "don't fit in this function of a vector"),
        ("log_softmax(z.1)", "don't fit in this function of a vector"),
        ("orthogonal(z.T)", r"1 × 3 matrix: it has more columns than rows: .*`z.T.T`"),
        ("triangular(z)", "don't fit in a function of a matrix"),
        ("clip(z, 0, [1, 2])", "don't fit in an elementwise operation"),
        ("z != [1, 2]", "don't fit in the comparison"),
        ("eye(z.1)", "must be a whole number"),
        ("eye(0)", "choose 1 to 100000"),
        ("zeros(100000, 1000)", "choose 10000000 numbers at most"),
    ],
)
def test_what_is_refused(formula: str, said: str) -> None:
    with pytest.raises(AuthorError, match=said):
        model([f"y = ({formula})"], {"z": GIVEN["z"]}, ["y"])


def bounds(formula: str, *items: Interval) -> Interval:
    """Bound the value of one operation."""
    node = parse(formula)
    assert isinstance(node, Op)
    shapes = tuple(item.lo.shape for item in items)
    found: Interval = OPS[node.op].interval(shapes, node.args)(*items)
    return found


def between(lo: Any, hi: Any) -> Interval:
    return Interval(np.array(lo, dtype=float), np.array(hi, dtype=float))


def test_a_position_that_is_not_known_may_choose_each() -> None:
    values, number = between([1, 5, -3], [2, 6, -3]), between(0.9, 2.4)
    found = bounds("pick(v, k)", values, number)
    assert (float(found.lo), float(found.hi)) == (-3, 6)
    table = between([[1, 9], [5, 8], [-3, 7]], [[2, 9], [6, 8], [-3, 7]])
    rows = bounds("row(E, k)", table, number)
    assert (rows.lo.tolist(), rows.hi.tolist()) == ([-3, 7], [6, 8])
    hot = bounds("one_hot(k, 3)", number, between(3, 3))
    assert (hot.lo.tolist(), hot.hi.tolist()) == ([0, 0, 0], [0, 1, 1])


def test_a_rounded_position_is_known() -> None:
    number = between(0.5, 1.5)  # 1, to no decimals
    found = bounds("pick(v, k)", between([1, 5, -3], [2, 6, -3]), number)
    assert (float(found.lo), float(found.hi)) == (5, 6)
    hot = bounds("one_hot(k, 3)", number, between(3, 3))
    assert hot.lo.tolist() == hot.hi.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("lo", "hi", "first", "last"),
    [
        ([0.2, 0.7, 0.1], [0.3, 0.8, 0.2], 1, 1),
        ([0.2, 0.7, 0.1], [0.7, 0.8, 0.9], 0, 2),
        ([0.2, 0.7, 0.1], [0.6, 0.8, 0.9], 1, 2),
        ([0.5, 0.5], [0.5, 0.5], 0, 0),
        ([0.5, 0.4], [0.5, 0.5], 0, 0),
    ],
)
def test_the_positions_that_may_be_of_the_largest(
    lo: list[float], hi: list[float], first: int, last: int
) -> None:
    found = bounds("argmax(v)", between(lo, hi))
    assert (float(found.lo), float(found.hi)) == (first, last)


def test_bounds_of_softmax_where_one_component_may_fall_far() -> None:
    wide = between([-50, -60, -40.1], [0, -50, -40])
    found = bounds("softmax(z)", wide)
    least = np.exp(-50) / (np.exp(-50) + np.exp(-50) + np.exp(-40))
    assert found.lo[0] == pytest.approx(least, rel=1e-12)
    logs = bounds("log_softmax(z)", wide)
    assert logs.lo[0] == pytest.approx(np.log(least), rel=1e-12)


def test_bounds_of_the_factors_are_near() -> None:
    exact = between([[3, 1], [4, 2]], [[3, 1], [4, 2]])
    for formula, wanted in (("orthogonal(A)", -0.8), ("triangular(A)", 2.2)):
        found = bounds(formula, exact)
        assert found.lo[0, 1] <= wanted <= found.hi[0, 1]
        assert found.hi[0, 1] - found.lo[0, 1] < 1e-11
    dependent = bounds("orthogonal(A)", between([[1, 1], [1, 1]], [[1, 1], [1, 1]]))
    assert np.all(dependent.lo <= -0.99)
    assert np.all(dependent.hi >= 0.99)


ASKED = """\
id: sizes
title: {en: Sizes}
languages: [en]
indices: {b: 1..2, t: 1..4}
equations: ["h[b, t] = tanh(W @ h[b, t-1] + x[b, t] * u)"]
given:
  "h[1..2, 0]": 0
  W: [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [0.1, 0.2, 0.3]]
  u: [1, 2, 3]
  x: [[1, 2, 3, 4], [5, 6, 7, 8]]
questions:
  - {id: states, text: {en: a}, answers: [h]}
"""


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("shape(h)", [2, 4, 3]),  # where equations define h: not at t = 0
        ("shape(x)", [2, 4]),
        ("shape(h[1, 2])", [3]),
        ("shape(W)", [3, 3]),
        ("size(h)", 24),
        ("size(W, u, x)", 20),
        ("size(h) / size(h[1, 1])", 8),
        ("shape(h).2 * 3", 12),
        ("sum(t=1..2, size(h))", 48),
    ],
)
def test_the_sizes_of_a_whole_quantity(answer: str, wanted: Any) -> None:
    asked = f'  - {{id: q, kind: number, text: {{en: a}}, answer: "{answer}"}}\n'
    np.testing.assert_array_equal(solve(loads(ASKED + asked)).value("q"), wanted)


def test_the_sizes_of_a_gradient() -> None:
    more = ASKED.replace('u)"]', 'u)", "L = sum(h[2, 4])"]')
    asked = '  - {id: q, kind: number, text: {en: a}, answer: "shape(dL/dh)"}\n'
    np.testing.assert_array_equal(solve(loads(more + asked)).value("q"), [2, 4, 3])


def test_in_an_equation_a_name_needs_its_index() -> None:
    written = text(["h[t] = x[t]", "n = size(h)"], {"x": [1, 2]}, ["n"], {"t": "1..2"})
    with pytest.raises(AuthorError, match="`h`"):
        loads(written)


@pytest.mark.parametrize(
    ("lo", "hi", "wanted"),
    [
        (-0.5, 1.2, (np.tan(-0.5), np.tan(1.2))),
        (2.0, 4.0, (np.tan(2.0), np.tan(4.0))),
        (1.5, 1.6, (-np.inf, np.inf)),
        (-2.0, -1.0, (-np.inf, np.inf)),
        (0.1, 3.3, (-np.inf, np.inf)),
        (np.pi / 2, np.pi / 2, (-np.inf, np.inf)),
    ],
)
def test_the_tangent_has_no_bounds_across_an_asymptote(
    lo: float, hi: float, wanted: tuple[float, float]
) -> None:
    found = bounds("tan(z)", between(lo, hi))
    assert (float(found.lo), float(found.hi)) == pytest.approx(wanted, rel=1e-12)
