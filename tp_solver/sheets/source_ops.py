"""Each operation of the equation language as Python source: a row each for NumPy and PyTorch.

In a template `{0}` is the first argument, `{0:a}` the same between brackets unless it is an atom,
`{0:m}` and `{0:r}` as the left and right operand of a product, `{0:n}` a plain number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tp_solver.graph.shapes import Shapes

COMPARE, ADD, MULTIPLY, NEGATE, POWER, ATOM = range(1, 7)  # as Python binds
FLOORS = {"": 0, "a": ATOM, "m": MULTIPLY, "r": MULTIPLY + 1, "n": 0}

INFIX = {
    "add": ("+", ADD),
    "sub": ("-", ADD),
    "mul": ("*", MULTIPLY),
    "div": ("/", MULTIPLY),
    "pow": ("**", POWER),
}
COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
# Their results stay the same when other numbers move a little: PyTorch gives them no gradient.
STEADY = frozenset({*COMPARISONS, "detach", "one_hot", "argmax", "ones", "zeros", "eye", "sign"})


class Code(NamedTuple):
    """A template, how tightly it binds, and the names of the functions that it calls."""

    template: str
    level: int = ATOM
    calls: tuple[str, ...] = ()


class Row(NamedTuple):
    """An operation in both libraries."""

    numpy: Code
    torch: Code


def _both(name: str, torch: str = "") -> Row:
    return Row(Code(f"np.{name}({{0}})"), Code(f"torch.{torch or name}({{0}})"))


def _own(name: str, arguments: str = "{0}") -> Row:
    code = Code(f"{name}({arguments})", calls=(name,))
    return Row(code, code)


_TWO = {
    "min": Row(Code("np.minimum({0}, {1})"), Code("least({0}, {1})", calls=("least",))),
    "max": Row(Code("np.maximum({0}, {1})"), Code("greatest({0}, {1})", calls=("greatest",))),
}
_ROWS = {
    "sigmoid": Row(Code("sigmoid({0})", calls=("sigmoid",)), Code("torch.sigmoid({0})")),
    "relu": Row(Code("relu({0})", calls=("relu",)), Code("torch.relu({0})")),
    **{name: _both(name) for name in ("tanh", "tan", "arctan", "exp", "log", "sqrt", "abs")},
    **{name: _both(name) for name in ("sign", "sum", "mean")},
    "softplus": Row(Code("np.logaddexp(0, {0})"), Code("softplus({0})", calls=("softplus",))),
    "clip": Row(Code("np.clip({0}, {1}, {2})"), Code("clip({0}, {1}, {2})", calls=("clip",))),
    "softmax": Row(Code("softmax({0})", calls=("softmax",)), Code("torch.softmax({0}, 0)")),
    "log_softmax": Row(
        Code("log_softmax({0})", calls=("log_softmax",)), Code("torch.log_softmax({0}, 0)")
    ),
    "norm": _both("linalg.norm"),
    "min": _both("min", "amin"),
    "max": _both("max", "amax"),
    "one_hot": Row(Code("np.eye({1})[int({0:n})]"), Code("torch.eye({1:n})[int({0:n})]")),
    "row": Row(Code("{0:a}[int({1:n})]"), Code("{0:a}[int({1:n})]")),
    "pick": Row(Code("{0:a}[int({1:n})]"), Code("{0:a}[int({1:n})]")),
    "argmax": Row(Code("float(np.argmax({0}))"), Code("float(torch.argmax({0}))")),
    "eye": Row(Code("np.eye({0})"), Code("torch.eye({0:n})")),
    "detach": Row(Code("{0:a}"), Code("{0:a}.detach()")),
    "orthogonal": _own("orthogonal"),
    "triangular": _own("triangular"),
    "eigenvalues": _own("eigenvalues"),
}


def _matmul(shapes: Shapes) -> Row:
    left, right = shapes
    if not right and len(left) == 2 and left[1] == 1:
        code = Code("{0:a}[:, 0] * {1:r}", MULTIPLY)
    elif not left and len(right) == 2 and right[0] == 1:
        code = Code("{0:m} * {1:a}[0]", MULTIPLY)
    elif not left or not right:
        code = Code("{0:m} * {1:r}", MULTIPLY)
    elif len(left) == 1 and len(right) == 2 and right[0] == 1:
        return Row(Code("np.outer({0}, {1:a}[0])"), Code("torch.outer({0}, {1:a}[0])"))
    else:
        code = Code("{0:m} @ {1:r}", MULTIPLY)
    return Row(code, code)


def _transpose(shapes: Shapes) -> Row:
    if len(shapes[0]) == 2:
        return Row(Code("{0:a}.T"), Code("{0:a}.T"))
    if shapes[0]:
        return Row(Code("{0:a}[None, :]"), Code("{0:a}[None, :]"))
    return Row(Code("np.reshape({0}, (1, 1))"), Code("torch.reshape({0}, (1, 1))"))


def _diag(shapes: Shapes) -> Row:
    return _both("diag") if shapes[0] else _transpose(shapes)


def _constant(name: str) -> Callable[[Shapes], Row]:
    def made(shapes: Shapes) -> Row:
        sizes = ", ".join(f"{{{i}:n}}" for i in range(len(shapes)))
        sizes = f"({sizes})" if len(shapes) > 1 else sizes
        return Row(Code(f"np.{name}({sizes})"), Code(f"torch.{name}({sizes})"))

    return made


def _concat(shapes: Shapes) -> Row:
    listed = ", ".join(f"{{{i}}}" for i in range(len(shapes)))
    return Row(Code(f"np.hstack([{listed}])"), Code(f"torch.hstack([{listed}])"))


def _radius(shapes: Shapes) -> Row:
    return _own("spectral_radius") if shapes[0] else _both("abs")


def _spectral_norm(shapes: Shapes) -> Row:
    if len(shapes[0]) < 2:
        return _both("linalg.norm")
    return Row(Code("np.linalg.norm({0}, 2)"), Code("torch.linalg.norm({0}, 2)"))


_SHAPED: dict[str, Callable[[Shapes], Row]] = {
    "matmul": _matmul,
    "transpose": _transpose,
    "diag": _diag,
    "ones": _constant("ones"),
    "zeros": _constant("zeros"),
    "concat": _concat,
    "spectral_radius": _radius,
    "spectral_norm": _spectral_norm,
}


def row_of(op: str, shapes: Shapes) -> Row | None:
    """Return the row of an operation on arguments of some shapes; None where it has none."""
    if op in _SHAPED:
        return _SHAPED[op](shapes)
    return _TWO.get(op) if op in _TWO and len(shapes) == 2 else _ROWS.get(op)


_FACTORS = """\
def {name}(a):
    q, r = {lib}.linalg.qr(a)
    signs = {lib}.where({lib}.diagonal(r) < 0, -1.0, 1.0)
    return {result}
"""
_EIGENVALUES = """\
def eigenvalues(a):
    values = np.linalg.eigvals({array})
    values = values[np.lexsort((-values.imag, -values.real))]
    return {made}
"""
_AS_ARRAY = "np.reshape(a, (np.shape(a) or (1, 1)))"

NUMPY_FUNCTIONS = {
    "sigmoid": "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n",
    "relu": "def relu(z):\n    return np.maximum(z, 0)\n",
    "softmax": "def softmax(z):\n    e = np.exp(z - np.max(z))\n    return e / np.sum(e)\n",
    "log_softmax": "def log_softmax(z):\n"
    "    shifted = z - np.max(z)\n"
    "    return shifted - np.log(np.sum(np.exp(shifted)))\n",
    "placed": "def placed(value, shape, where):\n"
    "    out = np.zeros(shape)\n"
    "    out[where] = np.reshape(value, out[where].shape)\n"
    "    return out\n",
    "orthogonal": _FACTORS.format(name="orthogonal", lib="np", result="q * signs"),
    "triangular": _FACTORS.format(name="triangular", lib="np", result="r * signs[:, None]"),
    "eigenvalues": _EIGENVALUES.format(
        array=_AS_ARRAY, made="np.stack([values.real, values.imag], axis=1)"
    ),
    "spectral_radius": "def spectral_radius(a):\n    return np.max(np.abs(np.linalg.eigvals(a)))\n",
}
TORCH_FUNCTIONS = {
    "least": "def least(a, b):  # of equal ones, the first\n"
    "    a, b = torch.as_tensor(a), torch.as_tensor(b)\n"
    "    return torch.where(a <= b, a, b)\n",
    "greatest": "def greatest(a, b):  # of equal ones, the first\n"
    "    a, b = torch.as_tensor(a), torch.as_tensor(b)\n"
    "    return torch.where(a >= b, a, b)\n",
    "softplus": "def softplus(z):\n    return torch.logaddexp(torch.zeros_like(z), z)\n",
    "clip": "def clip(z, low, high):\n"
    "    return torch.clamp(z, torch.as_tensor(low), torch.as_tensor(high))\n",
    "placed": "def placed(value, shape, where):\n"
    "    out = torch.zeros(shape)\n"
    "    out[where] = torch.reshape(value, out[where].shape)\n"
    "    return out\n",
    "orthogonal": _FACTORS.format(name="orthogonal", lib="torch", result="q * signs"),
    "triangular": _FACTORS.format(name="triangular", lib="torch", result="r * signs[:, None]"),
    "eigenvalues": _EIGENVALUES.format(
        array="np.reshape(a.detach().numpy(), (a.shape or (1, 1)))",
        made="torch.tensor(np.stack([values.real, values.imag], axis=1))",
    ),
    "spectral_radius": "def spectral_radius(a):\n"
    "    return torch.max(torch.abs(torch.linalg.eigvals(a)))\n",
}
