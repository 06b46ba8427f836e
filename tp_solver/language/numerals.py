"""Numbers as people write and read them: half-up rounding, decimal comma, true minus."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

MINUS = "\u2212"
_TYPED = re.compile(
    r"([+\-−]?)([1-9][0-9]{0,2}(?:[ \u00a0\u202f\u2009][0-9]{3})+|[0-9]*)(?:[.,]([0-9]+))?"
    r"(?:(?:[eE]|[ \u00a0\u202f\u2009]?[×x*·][ \u00a0\u202f\u2009]?10\^)([+\-−]?[0-9]{1,3})"
    r"|[ \u00a0\u202f\u2009]?[×·][ \u00a0\u202f\u2009]?10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))?"
)
_LOWERED = str.maketrans(f"{MINUS}⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-+-0123456789")
_ROUND = Context(prec=400, rounding=ROUND_HALF_UP)
LONGEST = 60
LARGEST = Decimal("1e300")
EXACT = 13  # digits that are surely those of a float, one less for the digit after the last
SMALLEST, MOST = 1e-4, 1e6  # between which a number is written plainly
PLAIN_DIGITS = 15  # from here on a number is written with a power of ten


@dataclass(frozen=True)
class Typed:
    """A number as somebody typed it: its value, and the place of its last written digit."""

    value: Decimal
    last_place: int  # -4 when the last digit written stands for 10^-4

    @property
    def decimals(self) -> int:
        """Count the decimals written."""
        return max(0, -self.last_place)


def read_number(text: str) -> Typed | None:
    """Read a typed number strictly; None where the text is anything else.

    A comma or a point marks decimals; groups of three digits may be set apart by spaces;
    `1,2e-3`, `1,2 × 10^-3` and `1,2 × 10⁻³` are the same.
    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        return None
    match = _TYPED.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    sign = -1 if match[1] in ("-", MINUS) else 1
    whole = re.sub(r"[^0-9]", "", match[2]) or "0"
    decimals = match[3] or ""
    exponent = int((match[4] or match[5] or "0").translate(_LOWERED))
    value = Decimal(sign) * Decimal(f"{whole}.{decimals or '0'}").scaleb(exponent, _ROUND)
    return Typed(value, exponent - len(decimals)) if abs(value) <= LARGEST else None


def half_up(value: float | Decimal, decimals: int) -> Decimal:
    """Round to a number of decimals, halves away from zero, never to `-0`."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), context=_ROUND)
    return abs(rounded) if rounded == 0 else rounded


def significant(value: float | Decimal, digits: int) -> Decimal:
    """Round to a number of significant digits, halves away from zero."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if exact == 0:
        return Decimal(0)
    rounded = half_up(exact, digits - 1 - exact.adjusted())
    if rounded.adjusted() > exact.adjusted():  # 9.996 has become 10.00
        rounded = half_up(exact, digits - 2 - exact.adjusted())
    return rounded


def shown(value: float, decimals: int) -> Decimal:
    """Round for display: to so many decimals, or three digits where these would show none.

    A gradient of 0.0000597 would read 0.0001 at four decimals; it is shown as 5.97e-5. Numbers
    too long to write out keep one digit before the mark, and the decimals after it.
    """
    if abs(value) >= 10.0**PLAIN_DIGITS:
        return significant(value, decimals + 1)
    rounded = half_up(value, decimals)
    if value != 0 and abs(value) < 10.0**-decimals:
        return significant(value, 3)
    return rounded


def quickly(size: float, decimals: int) -> str | None:
    """Write a size as it is shown, with a point: what binary floats are good for, far quicker.

    None where that takes decimal arithmetic: where half up is not what binary rounding does, and
    where a number is not written plainly. A number of so few digits is the only one of them near
    its float, so that a half is recognised by being written out.
    """
    if not max(10.0**-decimals, SMALLEST) <= size < min(10.0 ** (EXACT - decimals), MOST):
        return None
    longer = f"{size:.{decimals + 1}f}"
    if longer[-1] == "5" and float(longer) == size:
        return None
    return f"{size:.{decimals}f}"


def localised(value: Decimal, mark: str) -> tuple[str, str]:
    """Write a decimal number: its digits with the page's mark, and a power of ten or nothing."""
    if not value.is_finite():
        return ("?" if value.is_nan() else "∞" if value > 0 else f"{MINUS}∞"), ""
    value = value if value else abs(value)  # never -0
    exponent = value.adjusted() if value else 0
    scientific = value != 0 and (exponent <= -5 or exponent >= PLAIN_DIGITS)
    digits = f"{value.scaleb(-exponent, _ROUND) if scientific else value:f}"
    text = digits.replace("-", MINUS).replace(".", mark)
    return text, str(exponent).replace("-", MINUS) if scientific else ""
