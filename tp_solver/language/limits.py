"""How large a formula may be: bounded before anything is built from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How large a formula may be: characters, nesting, operators, digits, exponent."""

    length: int = 2000
    depth: int = 40
    operators: int = 120
    digits: int = 40
    exponent: int = 300


AUTHOR = Limits()
STUDENT = Limits(length=300, depth=20, operators=60)
