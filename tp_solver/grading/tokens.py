"""Typed texts as numbers, each read once however many students typed it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tp_solver.exercise.model import Precision
from tp_solver.grading.report import Remark
from tp_solver.grading.rounding import asks, significant_digits, unit, written_place
from tp_solver.grading.submission import LONGEST_ANSWER
from tp_solver.grading.typed import copied, extra
from tp_solver.language.numerals import Typed, read_number

BLANK, LIST = 0, -1
LARGEST = 10**100
_FRACTION = re.compile(r"\s*([+\-−]?)([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*")

Ids = NDArray[np.int32]
Floats = NDArray[np.float64]


class _Known(dict[str | None, int]):
    """Ids by text; one that is asked for first is made by a function."""

    def __init__(self, make: Callable[[str], int]) -> None:
        super().__init__({None: BLANK})
        self.make = make

    def __missing__(self, text: str | None) -> int:
        assert text is not None
        found = self[text] = self.make(text)
        return found


class Tokens:
    """Every text typed so far: an id, the number it is, the unit of its last digit.

    `ids[text]` is 0 for a blank and -1 for a text that is a list in brackets. A text that is no
    number has an id too, NaN for a value, and a remark that says why.
    """

    def __init__(self, precision: Precision) -> None:
        self.precision = precision
        self.ids = _Known(self._make)
        self.texts: list[str] = [""]
        self.remarks: dict[int, Remark] = {}
        self._values: list[float] = [np.nan]
        self._units: list[float] = [np.nan]
        self._digits: list[int] = [0]
        self._refused: dict[tuple[str, Remark], int] = {}
        self._arrays: tuple[Floats, Floats, NDArray[np.int8]] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def arrays(self) -> tuple[Floats, Floats, NDArray[np.int8]]:
        """Return by id: the values, the units of the last digits, how many digits count."""
        if self._arrays is None or len(self._arrays[0]) != len(self.texts):
            self._arrays = (
                np.array(self._values),
                np.array(self._units),
                np.array(self._digits, dtype=np.int8),
            )
        return self._arrays

    def refused(self, text: str, remark: Remark) -> int:
        """Return the id of a text that is not read, for a reason that lies outside of it."""
        found = self._refused.get((text, remark))
        if found is None:
            found = self._refused[text, remark] = self._add(text, remark=remark)
        return found

    def _make(self, text: str) -> int:
        stripped = copied(text)
        if not stripped:
            return BLANK
        if stripped[0] == "[" and stripped[-1] == "]":
            return LIST
        return self.number(text)

    def number(self, text: str) -> int:
        """Return the id of a text that is read as a number or not at all."""
        typed = read_number(copied(text))
        if typed is None:
            value = _fraction(text)
            if value is None:
                return self._add(text, remark=_no_number(text))
            return self._add(text, value, float(unit(value, asks(self.precision), self.precision)))
        if abs(typed.value) > LARGEST:
            return self._add(text, remark=Remark("too-large"))
        decimal = self.precision.decimals is not None
        place = typed.last_place if decimal else written_place(typed)
        return self._add(text, float(typed.value), 10.0**place, self._counted(typed, decimal))

    def _counted(self, typed: Typed, decimal: bool) -> int:
        """Count the digits that tell how somebody works; none where a number does not tell."""
        if decimal:
            return min(typed.decimals, 100)
        return min(significant_digits(typed, asks(self.precision)), 100) if typed.value else 0

    def _add(
        self,
        text: str,
        value: float = np.nan,
        last: float = np.nan,
        digits: int = 0,
        remark: Remark | None = None,
    ) -> int:
        number = len(self.texts)
        self.texts.append(text[:LONGEST_ANSWER])
        self._values.append(value)
        self._units.append(last)
        self._digits.append(digits)
        if remark is not None:
            self.remarks[number] = remark
        return number


def _fraction(text: str) -> float | None:
    """Read a quotient of whole numbers, `2/3`; None where the text is anything else."""
    match = _FRACTION.fullmatch(text) if len(text) <= LONGEST_ANSWER else None
    if match is None or not int(match[3]):
        return None
    value = int(match[2]) / int(match[3])
    return -value if match[1] in ("-", "−") else value


def _no_number(text: str) -> Remark:
    """Say why a text is no number."""
    if len(text) > LONGEST_ANSWER:
        return Remark("too-long")
    more = extra(text)
    return Remark("extra", (("extra", more),)) if more else Remark("not-a-number")
