"""Every operation, row by row: shapes, numbers, bounds, exact values, gradients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.written import model
from tp_solver.errors import AuthorError
from tp_solver.graph import symbol_functions as exact
from tp_solver.graph.intervals import Interval
from tp_solver.graph.ops import OPS
from tp_solver.graph.shapes import Shape
from tp_solver.language.notation import FUNCTIONS, INFIX
from tp_solver.language.parse import parse
from tp_solver.language.tree import Node, Num, Op, Ref
from tp_solver.verify import verify


@dataclass(frozen=True)
class Case:
    """A formula of one operation, and the shapes of a and b in it."""

    formula: str
    a: Shape
    b: Shape | None = None
    low: float = -2.0
    high: float = 2.0
    whole: str = ""  # what must be a whole number: a position counted from 0
    differentiable: bool = True

    @property
    def op(self) -> Op:
        """Return the parsed formula."""
        node = parse(self.formula)
        assert isinstance(node, Op)
        return node

    @property
    def shapes(self) -> dict[str, Shape]:
        """Return the shapes of the names."""
        return {"a": self.a} | ({} if self.b is None else {"b": self.b})

    def numbers(self, seed: int, lead: Shape = ()) -> dict[str, Any]:
        """Draw numbers for the names."""
        random = np.random.default_rng(seed)
        return {
            name: random.integers(0, 2, lead + shape).astype(float)
            if name == self.whole
            else random.uniform(self.low, self.high, lead + shape)
            for name, shape in self.shapes.items()
        }

    def arguments(self, values: dict[str, Any], wrap: Any = np.asarray) -> list[Any]:
        """Put values in the place of the operation's arguments."""
        return [
            wrap(np.array(float(arg.value))) if isinstance(arg, Num) else values[named(arg)]
            for arg in self.op.args
        ]

    def argument_shapes(self) -> tuple[Shape, ...]:
        """Return the shapes of the operation's arguments."""
        return tuple(
            () if isinstance(arg, Num) else self.shapes[named(arg)] for arg in self.op.args
        )

    def shape(self) -> Shape:
        """Return the shape that the rule gives."""
        return OPS[self.op.op].shape(self.argument_shapes(), self.op.args)


def named(node: Node) -> str:
    """Return the name that an argument is."""
    assert isinstance(node, Ref)
    return node.name


PAIRS: tuple[tuple[Shape, Shape], ...] = (
    ((), ()),
    ((3,), (3,)),
    ((), (3,)),
    ((2, 3), ()),
    ((2, 2), (2, 2)),
)
ONE: tuple[Shape, ...] = ((), (3,), (2, 3))
PRODUCTS: tuple[tuple[Shape, Shape], ...] = (
    ((), ()), ((), (3,)), ((3,), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 3), (3, 2)),
    ((2,), (2, 3)), ((2,), (1, 3)), ((2, 1), ()), ((), (1, 3)), ((), (2, 3)), ((1, 3), (3,)),
)  # fmt: skip

TALL: tuple[Shape, ...] = ((1, 1), (3, 1), (2, 2), (3, 3), (4, 2))


def pairs(formula: str, **options: Any) -> list[Case]:
    return [Case(formula, a, b, **options) for a, b in PAIRS]


def single(formula: str, shapes: tuple[Shape, ...] = ONE, **options: Any) -> list[Case]:
    return [Case(formula, shape, **options) for shape in shapes]


CASES: dict[str, list[Case]] = {
    "add": pairs("a + b"),
    "sub": pairs("a - b"),
    "neg": single("-a"),
    "mul": pairs("a * b"),
    "div": pairs("a / b", low=0.5),
    "pow": [
        *single("a^2"),
        *single("a^3"),
        *single("a^0.5", low=0.3),
        *pairs("a^b", low=0.3),
    ],
    "matmul": [Case("a @ b", a, b) for a, b in PRODUCTS],
    "transpose": single("a.T"),
    "concat": [Case("[a, b]", a, b) for a, b in (((), ()), ((2,), ()), ((), (2,)), ((2,), (3,)))],
    "sigmoid": single("sigmoid(a)"),
    "tanh": single("tanh(a)"),
    "tan": single("tan(a)", low=-1.2, high=1.2),
    "arctan": single("arctan(a)"),
    "relu": single("relu(a)"),
    "softplus": [*single("softplus(a)"), Case("softplus(a)", (3,), low=-900, high=900)],
    "clip": [
        *single("clip(a, 0.4, 1.1)"),
        Case("clip(a, b, 0.7)", (3,), ()),
        Case("clip(a, b, 0.7)", (), (3,)),
        Case("clip(0.1, a, b)", (2, 3), (2, 3)),
        Case("clip(a, 0.9, 0.2)", (3,)),
    ],
    "exp": single("exp(a)"),
    "log": single("log(a)", low=0.3),
    "sqrt": single("sqrt(a)", low=0.3),
    "abs": single("abs(a)"),
    "sign": single("sign(a)"),
    "softmax": single("softmax(a)", ((1,), (3,))),
    "log_softmax": [
        *single("log_softmax(a)", ((1,), (3,), (7,))),
        Case("log_softmax(a)", (3,), low=-900, high=900),
    ],
    "sum": single("sum(a)"),
    "mean": single("mean(a)"),
    "norm": single("norm(a)"),
    "min": [*single("min(a)"), *pairs("min(a, b)")],
    "max": [*single("max(a)"), *pairs("max(a, b)")],
    "diag": single("diag(a)", ((), (3,), (3, 3))),
    "ones": [Case("ones(3)", ())],
    "zeros": [Case("zeros(3)", ()), Case("zeros(2, 3)", ())],
    "place": [
        Case("place(a, 4, 2)", ()),
        Case("place(a, 5, 2)", (3,)),
        Case("place(a, 3, 4, 2, 1)", ()),
        Case("place(a, 3, 4, 2, 3)", (2,)),
        Case("place(a, 3, 4, 1, 2)", (2, 3)),
    ],
    "eye": [Case("eye(1)", ()), Case("eye(3)", ())],
    "one_hot": [Case("one_hot(a, 3)", (), whole="a", differentiable=False)],
    "row": [Case("row(a, b)", (3, 2), (), whole="b")],
    "pick": [Case("pick(a, b)", (3,), (), whole="b"), Case("pick(a, b)", (2,), (), whole="b")],
    "argmax": single("argmax(a)", ((1,), (3,), (7,))),
    "size": [*single("size(a)"), *pairs("size(a, b)"), Case("size(a, b, a)", (2, 3), (4,))],
    "shape": single("shape(a)"),
    "detach": single("detach(a)"),
    "orthogonal": [Case("orthogonal(a)", s, differentiable=False) for s in TALL],
    "triangular": [Case("triangular(a)", s, differentiable=False) for s in TALL],
    "eigenvalues": [
        Case("eigenvalues(a)", (), differentiable=False),
        Case("eigenvalues(a)", (3, 3), differentiable=False),
    ],
    "spectral_radius": [
        Case("spectral_radius(a)", (), differentiable=False),
        Case("spectral_radius(a)", (3, 3), differentiable=False),
    ],
    "spectral_norm": single("spectral_norm(a)", differentiable=False),
    "eq": pairs("a = b"),
    "ne": pairs("a != b"),
    "lt": pairs("a < b"),
    "le": pairs("a <= b"),
    "gt": pairs("a > b"),
    "ge": pairs("a >= b"),
}
EVERY = [
    pytest.param(case, id=f"{case.formula} {case.a} {case.b or ''}")
    for cases in CASES.values()
    for case in cases
]


def test_every_operation_has_cases_and_every_function_a_row() -> None:
    assert set(CASES) == set(OPS)
    assert set(OPS) == set(FUNCTIONS) | set(INFIX) | {"neg", "transpose", "concat"}
    assert all(case.op.op == name for name, cases in CASES.items() for case in cases)


def test_every_row_has_every_column() -> None:
    functions = exact.SCALAR | exact.WHOLE | exact.OPAQUE | exact.SIZED
    for name, row in OPS.items():
        assert all(map(callable, (row.shape, row.numpy, row.interval, row.rule))), name
        assert row.symbol in functions or name in functions, name
        assert row.roundings in {"none", "one", "terms", "compares"}, name


@pytest.mark.parametrize("case", EVERY)
@pytest.mark.parametrize("lead", [(), (4,), (2, 3)])
def test_the_shape_rule_tells_the_shape_of_the_numbers(case: Case, lead: Shape) -> None:
    kernel = OPS[case.op.op].numpy(case.argument_shapes(), case.op.args)
    made = kernel(*case.arguments(case.numbers(1, lead)))
    np.broadcast_to(made, lead + case.shape())
    assert made.shape in (lead + case.shape(), case.shape())


@pytest.mark.parametrize("case", EVERY)
def test_leading_axes_change_no_number(case: Case) -> None:
    kernel = OPS[case.op.op].numpy(case.argument_shapes(), case.op.args)
    values = case.numbers(2, (2, 3))
    whole = np.broadcast_to(kernel(*case.arguments(values)), (2, 3, *case.shape()))
    for place in np.ndindex(2, 3):
        one = kernel(*case.arguments({name: value[place] for name, value in values.items()}))
        np.testing.assert_allclose(whole[place], one, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("case", EVERY)
@pytest.mark.parametrize("width", [0.0, 1e-6, 0.05, 0.8])
def test_bounds_hold_what_lies_between(case: Case, width: float) -> None:
    if case.op.op in ("eigenvalues", "spectral_radius") and width > 1e-3:
        width = 1e-6  # their bounds are first-order ones
    row = OPS[case.op.op]
    bounds = row.interval(case.argument_shapes(), case.op.args)
    kernel = row.numpy(case.argument_shapes(), case.op.args)
    random = np.random.default_rng(3)
    for seed in range(6):
        middle = case.numbers(seed)
        held = {
            name: Interval.exact(value)
            if name == case.whole
            else Interval(np.maximum(value - width, case.low), value + width)
            for name, value in middle.items()
        }
        out = bounds(*case.arguments(held, Interval.exact))
        for _ in range(20):
            inside = {
                n: i.lo + random.uniform(size=i.lo.shape) * (i.hi - i.lo) for n, i in held.items()
            }
            made = kernel(*case.arguments(inside))
            assert np.all((out.lo <= made) & (made <= out.hi)), (inside, made, out)


@pytest.mark.parametrize("case", EVERY)
def test_values_and_gradients_three_ways(case: Case) -> None:
    weights = np.random.default_rng(4).uniform(0.5, 1.5, case.shape())
    given = case.numbers(5) | {"c": weights}
    equations = [f"y = ({case.formula})", "L = sum(c * y) + 0 * sum(a)"]
    asked = [f"dL/d{name}" for name in case.shapes if name != case.whole]
    if not case.differentiable:
        equations[1], asked = "L = sum(c) + 0 * sum(a)", ["y"]
    proof = verify(model(equations, given, asked))
    assert proof.holds, proof
    assert proof.values is not None
    assert (proof.gradients is None) == (not case.differentiable)


@pytest.mark.parametrize(
    "name", ["eigenvalues", "spectral_radius", "spectral_norm", "orthogonal", "triangular"]
)
def test_what_has_no_rule_is_refused(name: str) -> None:
    equations = [f"L = sum({name}(a))"]
    with pytest.raises(AuthorError, match="can't be differentiated"):
        model(equations, {"a": np.eye(2)}, ["dL/da"])


JACOBIANS = [
    "tanh(a)",
    "tan(a)",
    "arctan(a)",
    "sigmoid(a)",
    "softmax(a)",
    "log_softmax(a)",
    "softplus(a)",
    "clip(a, -0.5, 2)",
    "pick(a, 1) * a",
    "detach(a) * a",
    "-a",
    "a^2",
    "2 * a",
    "a / 2",
    "[a, 1]",
    "a.2..3",
]
JACOBIANS += [
    "m @ a",
    "a @ n",
    "a.1 @ r",
    "k @ a.1",
    "k @ [a.1]",
    "a * sum(a)",
    "a / norm(a)",
    "a * mean(a)",
    "a.1 * a",
    "max(a, 0.1)",
    "a @ a * a",
    "a^(-1)",
]


@pytest.mark.parametrize("formula", JACOBIANS)
def test_jacobians_three_ways(formula: str) -> None:
    given = {"a": [0.4, -0.7, 1.1], "r": [[0.3, 0.2]], "k": [[0.7], [-0.4]]}
    given |= {"m": [[0.3, 0.2, -0.5], [0.7, -0.4, 0.1]], "n": [[0.3, 0.2], [0.7, -0.4], [0.5, 1]]}
    read = {name: value for name, value in given.items() if name in re.findall(r"\b\w\b", formula)}
    proof = verify(model([f"y = {formula}"], read, ["dy/da"]))
    assert proof.holds, proof


@pytest.mark.parametrize(
    "formula",
    [
        "z * sigmoid(z)",
        "max(z, 0.1 * z)",
        "log(1 + exp(z))",
        "exp(-z^2)",
        "z / (1 + abs(z))",
        "sqrt(1 + z^2)",
        "min(max(z, -1), 1)",
        "0.5 * z * (1 + tanh(z))",
        "relu(z)^2",
        "z * arctan(z)",
        "tan(z / 4)",
        "(z > 0) * z + (z <= 0) * (exp(z) - 1)",
    ],
)
def test_an_author_s_function_three_ways(formula: str) -> None:
    extra = f'functions:\n  "act(z)": {formula}\n'
    given = {"a": [0.4, -0.7, 1.6], "w": [[0.3, 0.2, -0.5], [0.7, -0.4, 0.1]]}
    equations = ["y = act(w @ a)", "L = sum(y * act(y)) + act(a.1)"]
    proof = verify(model(equations, given, ["dL/da", "dL/dw"], extra=extra))
    assert proof.holds, proof
