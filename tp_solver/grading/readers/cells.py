"""A workbook's cell as the text that a person typed or sees in it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from tp_solver.grading.submission import LONGEST_RAW

MOST_DECIMALS = 30  # from here on a power of ten is written
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')  # what a number format shows as it is
_DECIMALS = re.compile(r"\.(0+)")
_SCIENTIFIC = re.compile(r"[0#?](?:\.(0*)[#?]*)?E[+-]", re.IGNORECASE)


def cell_text(cell: Any) -> str:
    """Return the text of a cell of openpyxl's; a number with all the digits it holds or shows.

    A formula is its own text; a date is written as one, and is no number.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:LONGEST_RAW]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value, str(cell.number_format or ""))
    return str(getattr(value, "text", None) or value)[:LONGEST_RAW]


def number_text(value: float, form: str) -> str:
    """Write a number that a cell holds with the digits that its format shows, and never fewer.

    >>> number_text(0.38, "0.000"), number_text(0.5498, "0.00"), number_text(0.55, "0%")
    ('0.380', '0.5498', '55%')
    """
    typed = repr(value)
    exact = Decimal(typed)
    if not exact.is_finite():
        return typed
    if typed.endswith(".0"):
        typed, exact = typed[:-2], Decimal(typed[:-2])
    form = _LITERAL.sub("", form.partition(";")[0])
    if match := _SCIENTIFIC.search(form):
        return _scientific(exact, len(match[1] or ""))
    match = _DECIMALS.search(form)
    shown = len(match[1]) if match else 0
    if "%" in form:
        return f"{_padded(exact * 100, shown)}%"
    return _padded(exact, shown) if shown else typed


def _padded(exact: Decimal, decimals: int) -> str:
    """Write a number with at least so many decimals."""
    exact = exact.normalize()
    own = max(0, -int(exact.as_tuple().exponent))
    return f"{exact:.{max(own, decimals)}f}" if max(own, decimals) <= MOST_DECIMALS else str(exact)


def _scientific(exact: Decimal, decimals: int) -> str:
    power = exact.adjusted() if exact else 0
    return f"{_padded(exact.scaleb(-power), decimals)}e{power}"
