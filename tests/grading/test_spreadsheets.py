"""Texts made safe for spreadsheets, and read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tp_solver.grading.spreadsheets import bare, safe


@given(st.text(" '=+-@x\t\u00a0", max_size=6))
def test_a_text_made_safe_is_read_back(text: str) -> None:
    assert bare(safe(text)) == text
    assert not safe(text).startswith(("=", "+", "-", "@", "\t"))
