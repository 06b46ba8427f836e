"""How things are spelled: operators, functions, letters with accents, Greek. Data only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple


class Infix(NamedTuple):
    """An infix operator: how tightly it binds, and its spellings."""

    level: int
    ascii: str
    unicode: str
    latex: str


COMPARE, ADD, NEGATE, MULTIPLY, POWER, ATOM = 1, 2, 3, 4, 5, 6

INFIX = {
    "eq": Infix(COMPARE, "=", "=", "="),
    "ne": Infix(COMPARE, "!=", "≠", r"\neq"),
    "lt": Infix(COMPARE, "<", "<", "<"),
    "le": Infix(COMPARE, "<=", "≤", r"\leq"),
    "gt": Infix(COMPARE, ">", ">", ">"),
    "ge": Infix(COMPARE, ">=", "≥", r"\geq"),
    "add": Infix(ADD, "+", "+", "+"),
    "sub": Infix(ADD, "-", "−", "-"),
    "mul": Infix(MULTIPLY, "*", "⊙", r"\odot"),
    "matmul": Infix(MULTIPLY, "@", "×", r"\times"),
    "div": Infix(MULTIPLY, "/", "/", "/"),
    "pow": Infix(POWER, "^", "^", "^"),
}

# Every spelling a person may type for an infix operator.
TYPED = {
    **{infix.ascii: op for op, infix in INFIX.items()},
    **{infix.unicode: op for op, infix in INFIX.items()},
    "==": "eq",
    "**": "pow",
    "·": "mul",
    "∘": "mul",
    "⋅": "mul",
    "∗": "mul",
    "÷": "div",
    "∕": "div",
}


@dataclass(frozen=True)
class Function:
    """A built-in function: how many arguments, and how it is written."""

    fewest: int
    most: int
    unicode: str | None = None
    latex: str | None = None


MANY = 64  # arguments of a function that takes any number of them

FUNCTIONS = {
    "sigmoid": Function(1, 1, "σ", r"\sigma"),
    "tanh": Function(1, 1, latex=r"\tanh"),
    "tan": Function(1, 1, latex=r"\tan"),
    "arctan": Function(1, 1, latex=r"\arctan"),
    "relu": Function(1, 1, "ReLU", r"\operatorname{ReLU}"),
    "softplus": Function(1, 1),
    "exp": Function(1, 1, latex=r"\exp"),
    "log": Function(1, 1, latex=r"\log"),
    "sqrt": Function(1, 1, "√"),
    "abs": Function(1, 1),
    "sign": Function(1, 1),
    "clip": Function(3, 3),
    "softmax": Function(1, 1),
    "log_softmax": Function(1, 1),
    "sum": Function(1, 1, "∑", r"\textstyle\sum"),
    "mean": Function(1, 1),
    "norm": Function(1, 1),
    "min": Function(1, 2, latex=r"\min"),
    "max": Function(1, 2, latex=r"\max"),
    "argmax": Function(1, 1),
    "diag": Function(1, 1),
    "eye": Function(1, 1),
    "ones": Function(1, 1),
    "zeros": Function(1, 2),
    "place": Function(3, 5),
    "one_hot": Function(2, 2),
    "row": Function(2, 2),
    "pick": Function(2, 2),
    "size": Function(1, MANY),
    "shape": Function(1, 1),
    "detach": Function(1, 1),
    "orthogonal": Function(1, 1),
    "triangular": Function(1, 1),
    "eigenvalues": Function(1, 1),
    "spectral_radius": Function(1, 1, "ρ", r"\rho"),
    "spectral_norm": Function(1, 1),
}

# Functions that may run over the range of an index: `sum(t, …)`.
OVER = {"sum": r"\sum", "mean": r"\operatorname{mean}", "first": r"\operatorname{first}"}

SPELLINGS = {
    "sigma": "sigmoid",
    "σ": "sigmoid",
    "ReLU": "relu",
    "√": "sqrt",
    "∑": "sum",
    "Σ": "sum",
    "ln": "log",
    "ρ": "spectral_radius",
    "rho": "spectral_radius",
    "th": "tanh",
}

GREEK = {
    unicodedata.name(chr(code)).split()[-1].lower().replace("lamda", "lambda"): chr(code)
    for code in (*range(0x3B1, 0x3C2), *range(0x3C3, 0x3CA))
}
GREEK_CAPITALS = {
    unicodedata.name(chr(code)).split()[-1].capitalize().replace("Lamda", "Lambda"): chr(code)
    for code in (0x393, 0x394, 0x398, 0x39B, 0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9)
}
LETTERS = {**GREEK, **GREEK_CAPITALS}
SPELLED = {letter: name for name, letter in LETTERS.items()} | {"ϵ": "epsilon", "ϕ": "phi"}

ACCENTS = {"\u0303": "tilde", "\u0302": "hat", "\u0304": "bar", "\u0307": "dot"}
MARKS = {name: mark for mark, name in ACCENTS.items()}

SUPERSCRIPTS = {digit: str(value) for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}


def fold_name(text: str) -> str:
    """Return the ASCII spelling of a typed name: `C̃` is `C_tilde`, `β1` is `beta1`."""
    if text.isascii():
        return text
    out: list[str] = []
    for char in unicodedata.normalize("NFD", text):
        if char in ACCENTS:
            out.append("_" + ACCENTS[char])
        else:
            out.append(SPELLED.get(char, char))
    return "".join(out)


def split_name(name: str) -> tuple[str, str, str]:
    """Split a name into letter, accent and subscript: `C_tilde` is ("C", "tilde", "")."""
    parts = name.split("_")
    base, accent, rest = parts[0], "", parts[1:]
    if rest and rest[0] in MARKS:
        accent, rest = rest[0], rest[1:]
    numbered = re.fullmatch(r"([A-Za-z]+?)([0-9]+)", base)
    if numbered and (len(numbered[1]) == 1 or numbered[1] in LETTERS):
        base, rest = numbered[1], [numbered[2], *rest]
    return base, accent, "_".join(part for part in rest if part)


_COPY = re.compile(r"(?P<rest>.*?)(?:(?:^|_)(?P<end>fwd|bwd))?(?:(?:^|_)l(?P<layer>[0-9]+))?")


def split_copy(subscript: str) -> tuple[str, str, str]:
    """Split a subscript into the rest, a direction and a layer: `f_bwd_l2` is ("f", "bwd", "2")."""
    match = _COPY.fullmatch(subscript)
    assert match is not None
    return match["rest"], match["end"] or "", match["layer"] or ""
