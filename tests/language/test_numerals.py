"""Numbers as people write them: rounding half up, the mark of the page, strict reading."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tp_solver.language.latex import latex
from tp_solver.language.mathml import mathml_row
from tp_solver.language.numerals import half_up, localised, quickly, read_number, shown, significant
from tp_solver.language.plain import plain
from tp_solver.language.tree import Num, Value

TYPED = YAML(typ="safe").load(
    (Path(__file__).parent / "cases" / "numbers.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("typed", "value", "last_place"), TYPED["read"])
def test_read(typed, value, last_place):
    found = read_number(typed)
    assert found is not None
    assert (found.value, found.last_place) == (Decimal(value), last_place)
    assert found.decimals == max(0, -last_place)


@pytest.mark.parametrize("typed", TYPED["refused"])
def test_refused(typed):
    assert read_number(typed) is None


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (0.12345, 4, "0.1235"),  # the binary value lies below: rounded as written
        (2.675, 2, "2.68"),
        (-0.00001, 4, "0.0000"),
        (-0.0, 4, "0.0000"),
        (0.00005, 4, "0.0001"),
        (1e22, 1, "10000000000000000000000.0"),
        (Decimal("0.99995"), 4, "1.0000"),
    ],
)
def test_half_up(value, decimals, text):
    assert f"{half_up(value, decimals):f}" == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 3, "0"),
        (-0.0, 3, "0"),
        (0.54983, 3, "0.550"),
        (9.996, 3, "10.0"),
        (0.09996, 3, "0.100"),
        (123456.0, 3, "123000"),
        (-5.965e-5, 3, "-0.0000597"),
    ],
)
def test_significant(value, digits, text):
    assert f"{significant(value, digits):f}" == text


@pytest.mark.parametrize(
    ("value", "decimals", "comma"),
    [
        (0.54983, 4, ("0,5498", "")),
        (-0.25, 4, ("\u22120,2500", "")),
        (0.0000597, 4, ("5,97", "\u22125")),
        (0.00012, 4, ("0,0001", "")),
        (5.678, 0, ("6", "")),
        (0.456, 1, ("0,5", "")),
        (0.0, 4, ("0,0000", "")),
        (-0.0, 4, ("0,0000", "")),
        (1.23456e20, 4, ("1,2346", "20")),
        (123456789.0, 2, ("123456789,00", "")),
    ],
)
def test_shown(value, decimals, comma):
    assert localised(shown(value, decimals), ",") == comma


@pytest.mark.parametrize(
    ("value", "text"),
    [("-0", "0"), ("-0.00", "0.00"), ("Infinity", "∞"), ("-Infinity", "\u2212∞"), ("NaN", "?")],
)
def test_unusual_numbers(value, text):
    assert localised(Decimal(value), ".") == (text, "")
    for draw in (plain, mathml_row, latex):
        assert draw(Value(Decimal(value)))


decimals = st.builds(
    lambda digits, power: Decimal(digits).scaleb(power),
    st.integers(-(10**15), 10**15),
    st.integers(-30, 12),
)


@settings(max_examples=300, deadline=None)
@given(decimals, st.sampled_from(".,"))
def test_what_is_shown_is_read_back(value, mark):
    digits, power = localised(value, mark)
    found = read_number(f"{digits} × 10^{power}" if power else digits)
    assert found is not None
    assert found.value == value
    assert found.last_place == value.as_tuple().exponent or value.as_tuple().exponent > 0


@settings(max_examples=300, deadline=None)
@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_never_minus_zero(value, digits):
    rounded = half_up(value, digits)
    assert abs(rounded - Decimal(repr(value))) * 2 <= Decimal(1).scaleb(-digits)
    assert rounded != 0 or not rounded.is_signed()
    assert not localised(rounded, ",")[0].startswith("\u22120,0") or rounded != 0


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text):
    found = read_number(text)
    assert found is None or found.value.is_finite()


def test_a_number_prints_alike_everywhere():
    number = Num(Decimal("0.5"))
    assert mathml_row(number, ",") == "<mn>0,5</mn>"
    assert latex(number, ",") == "0{,}5"
    assert plain(number) == "0.5"


@settings(max_examples=2000)
@given(
    st.one_of(
        st.floats(1e-7, 1e7),
        st.decimals("0.0001", "100000", places=5).map(float),
        st.decimals("0.0001", "1000", places=3).map(lambda d: float(d) + 0.0005),
    ),
    st.integers(0, 12),
)
def test_what_is_written_quickly_is_what_is_shown(size: float, decimals: int) -> None:
    written = quickly(size, decimals)
    if written is not None:
        digits, power = localised(shown(size, decimals), ".")
        assert (written, "") == (digits, power)


@pytest.mark.parametrize(
    ("size", "decimals", "text"),
    [
        (0.12345, 4, None),  # a half, which binary rounding would cut off
        (0.5, 0, None),
        (2.5, 0, None),
        (0.12346, 4, "0.1235"),
        (1.0, 4, "1.0000"),
        (0.00004, 4, None),
        (1e6, 2, None),
        (float("nan"), 2, None),
        (float("inf"), 2, None),
    ],
)
def test_halves_are_left_to_decimal_arithmetic(size, decimals, text):
    assert quickly(size, decimals) == text
