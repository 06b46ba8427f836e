"""Texts that a spreadsheet would read as formulas: a quote is set before them, and taken off."""

from __future__ import annotations

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PASSED = " \u00a0'"  # a quote too: one that was typed is told from the one set before it


def safe(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula.

    >>> safe("=1+1"), safe("e1")
    ("'=1+1", 'e1')
    """
    clean = text.replace("\x00", "")
    return f"'{clean}" if clean.lstrip(_PASSED).startswith(DANGEROUS) else clean


def bare(text: str) -> str:
    """Return a text as it was before it was made safe.

    >>> bare("'=1+1"), bare("'e1")
    ('=1+1', "'e1")
    """
    return text[1:] if text.startswith("'") and safe(text[1:]) == text else text
