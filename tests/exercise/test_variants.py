"""Numbers drawn for students: the same for ever, fair to every option, told apart by a code."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.personal import own_rnn
from tp_solver.exercise.variants import Steps, code_of, drawn_numbers, folded_id


def variants():
    """Return what the exercise draws."""
    found = own_rnn().exercise.variants
    assert found is not None
    return found


def test_a_draw_is_what_the_documentation_says():
    """As docs/variants.md has it, written out anew."""

    def bytes_of(name: str, student: str, attempt: int) -> bytes:
        return hashlib.shake_256(f"7\n{attempt}\n{name}\n{student}".encode()).digest(8)

    for student, attempt in (("e1", 0), ("é 2", 0), ("e1", 3)):
        x, u, w, _ = drawn_numbers(variants(), student, attempt)
        options = (("1.5", "-2", "1.2"), ("2", "-1.1", "1.4"), ("-1.5", "2", "0.9"))
        assert x == tuple(
            map(Decimal, options[int.from_bytes(bytes_of("x", student, attempt)) % 3])
        )
        four = ("-0.7", "-0.5", "0.5", "0.7")
        assert u == Decimal(four[int.from_bytes(bytes_of("u", student, attempt)) % 4])
        steps = int.from_bytes(bytes_of("w", student, attempt)) % 61
        assert w == Decimal(60 + steps) / 100


def test_draws_of_long_ago_are_found_again():
    """A change of these would put every class before wrong numbers."""
    assert drawn_numbers(variants(), "e1234") == (
        (Decimal("-1.5"), Decimal("2"), Decimal("0.9")),
        Decimal("0.5"),
        Decimal("1.09"),
        Decimal("0.4"),
    )


def test_every_option_comes_as_often_as_the_others():
    draws = [drawn_numbers(variants(), f"e{i}") for i in range(4000)]
    counts = Counter(u for _, u, _, _ in draws)
    assert len(counts) == 4
    assert all(850 < count < 1150 for count in counts.values())
    assert len({w for _, _, w, _ in draws}) == 61
    assert len(set(draws)) > 1500  # of 2196


@pytest.mark.parametrize("same", ["E1234", " e1234 ", "e1234"])
def test_an_id_is_read_without_case_and_blanks(same):
    assert drawn_numbers(variants(), same) == drawn_numbers(variants(), "e1234")


def test_an_id_is_the_same_however_its_accents_are_composed():
    assert folded_id("É Zoe\u0308") == folded_id("e\u0301 zoë")


@given(st.text(max_size=30))
def test_any_text_is_an_id(student):
    assert drawn_numbers(variants(), student) == drawn_numbers(variants(), folded_id(student))
    assert folded_id(folded_id(student)) == folded_id(student)


@settings(deadline=None)
@given(st.integers(-500, 500), st.integers(0, 60), st.integers(0, 3))
def test_steps_lie_within_their_bounds(low, width, decimals):
    first, last = Decimal(low) / 10, Decimal(low + width) / 10
    steps = Steps(first, last, decimals)
    unit = Decimal(1).scaleb(-decimals)
    assert all(first <= value <= last and value % unit == 0 for value in steps)
    whole = [k for k in range(-60, 90) if first <= k <= last]
    assert {Decimal(k) for k in whole} <= set(steps)
    assert list(steps) == sorted(set(steps))


def test_a_code_tells_numbers_from_others_and_not_their_spelling():
    one, other = drawn_numbers(variants(), "a"), drawn_numbers(variants(), "b")
    assert code_of(one) != code_of(other)
    assert code_of((Decimal("1.50"),)) == code_of((Decimal("1.5"),))
    assert code_of((Decimal("-0.0"),)) == code_of((Decimal(0),))
