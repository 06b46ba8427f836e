"""What spreadsheets open: lines of CSV, a quote before texts they would read as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PASSED = " \u00a0'"  # a quote too: one that was typed is told from the one set before it


def line_writer(delimiter: str) -> Callable[[Iterable[str]], str]:
    """Return what puts cells on a line of CSV."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")

    def line(cells: Iterable[str]) -> str:
        out.seek(0)
        out.truncate()
        writer.writerow(cells)
        return out.getvalue()

    return line


def csv_text(rows: Iterable[Iterable[str]], delimiter: str) -> str:
    """Write rows of cells as CSV."""
    return "".join(map(line_writer(delimiter), rows))


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
