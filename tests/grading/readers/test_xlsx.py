"""Workbooks: digits as shown, formulas never computed, several sheets, bombs."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.grading.readers.material import Cells, as_xlsx, as_zip, parts, read, wide
from tp_solver.grading.readers.cells import number_text
from tp_solver.grading.submission import FLAT, STEEPEST

HEAD: Cells = [["student", "a"]]


def changed(book: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Replace something in a part of a workbook."""
    found = parts(book)
    assert old in found[part]
    return as_zip({**found, part: found[part].replace(old, new)})


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.5498, "General", "0.5498"),
        (0.38, "0.000", "0.380"),
        (0.38, "#,##0.000", "0.380"),
        (0.38, "0.00##", "0.38"),
        (0.5498, "0.00", "0.5498"),  # never fewer digits than the cell holds
        (5, "General", "5"),
        (5.0, "General", "5"),
        (5, "0.00", "5.00"),
        (-0.5, '0.000" V"', "-0.500"),
        (0.55, "0%", "55%"),
        (0.555, "0.00%", "55.50%"),
        (0.000123, "0.00E+00", "1.23e-4"),
        (0.00012, "0.00E+00", "1.20e-4"),
        (0, "0.00E+00", "0.00e0"),
        (1e-7, "General", "1e-07"),
        (1e-7, "0.00", "0.0000001"),
        (1e300, "General", "1e+300"),
        (0.1 + 0.2, "General", "0.30000000000000004"),
        (1.5, "0.0;[Red]-0.0", "1.5"),
        (1.5, '"0.0000 "0.00', "1.50"),
        (float("inf"), "0.00", "inf"),
    ],
)
def test_numbers_keep_the_digits_shown(value: float, form: str, text: str) -> None:
    assert number_text(value, form) == text


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.5498, "General", "0.5498"),
        (0.38, "0.000", "0.380"),
        ("0,5498", "@", "0,5498"),
        ("0.500", "@", "0.500"),
        ("1_000", "General", "1_000"),
        (True, "General", "true"),
        ("=A1+1", "General", "=A1+1"),  # written by a program: it keeps no value
        (datetime.date(2026, 5, 1), "d/m/yyyy", "2026-05-01 00:00:00"),
        (46143, "d/m/yyyy", "2026-05-01 00:00:00"),
        (0.5, "h:mm", "12:00:00"),
        ("#DIV/0!", "General", "#DIV/0!"),
    ],
)
def test_cells(tmp_path: Path, value: Any, form: str, text: str) -> None:
    book = as_xlsx({"A": [["student", "name", "a", "b"], ["e1", "Ada", value, 7]]}, {"C2": form})
    (found,) = read(tmp_path, "a.xlsx", book)
    assert found.answers == {"a": text, "b": "7"}


def test_a_formula_counts_by_the_value_that_was_kept(tmp_path: Path) -> None:
    book = as_xlsx({"A": [*HEAD, ["e1", "=1+1"]]})
    kept = changed(book, "xl/worksheets/sheet1.xml", b"<v />", b"<v>2</v>")
    (found,) = read(tmp_path, "a.xlsx", kept)
    assert found.answers == {"a": "2"}


def test_identifiers_typed_as_numbers(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a.xlsx", as_xlsx({"A": [*HEAD, [21234567, 1]]}))
    assert found.student.id == "21234567"


def test_one_student_a_sheet(tmp_path: Path) -> None:
    sheet: Cells = [["student"], ["answer", "value"], ["a", 1]]
    found = read(tmp_path, "a.xlsx", as_xlsx({"Ada": sheet, "Zoé": sheet}))
    assert [submission.student.id for submission in found] == ["Ada", "Zoé"]
    assert [submission.place for submission in found] == ["Ada", "Zoé"]
    found = read(tmp_path, "a.xlsx", as_xlsx({"G 1": wide({"a": "1"}), "G 2": wide({"a": "2"})}))
    assert [submission.place for submission in found] == ["G 1!2", "G 2!2"]


def test_a_sheet_whose_title_nobody_can_see(tmp_path: Path) -> None:
    sheet: Cells = [["student"], ["answer", "value"], ["a", 1]]
    found = read(tmp_path, "a.xlsx", as_xlsx({"\u200b": sheet, "\u200c": sheet}))
    assert [submission.student.id for submission in found] == ["1", "2"]


def test_sheets_of_something_else_are_told_once(tmp_path: Path) -> None:
    rows: Cells = [*HEAD, ["e1", 1], ["e2", 2]]
    scratch: Cells = [["my", "sums"], [1, 2]]
    found = read(tmp_path, "a.xlsx", as_xlsx({"x": scratch, "A": rows, "empty": []}))
    assert [submission.student.id for submission in found] == ["e1", "e2"]
    assert [dict(remark.values) for remark in found[0].remarks] == [{"name": "x"}]
    assert found[1].remarks == ()
    (none,) = read(tmp_path, "a.xlsx", as_xlsx({"x": scratch, "empty": []}))
    assert none.refused is not None
    assert none.refused.code == "no-header"


BOOK = as_xlsx({"A": [*HEAD, ["e1", 1]]})
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04", "unreadable-file"),
        (b"\xd0\xcf\x11\xe0" + bytes(5000), "unreadable-file"),
        (BOOK[:-100], "unreadable-file"),
        (as_zip({"a.txt": "x"}), "unreadable-file"),
        (as_zip({"xl/worksheets/sheet1.xml": bytes(FLAT * 8)}), "unpacks-too-large"),
        (as_zip({"../[Content_Types].xml": "x"}), "bad-path"),
        (
            changed(BOOK, "xl/workbook.xml", b"<workbook", ENTITIES + b"<workbook"),
            "unreadable-file",
        ),
        (
            changed(BOOK, "xl/worksheets/sheet1.xml", b"<worksheet", ENTITIES + b"<worksheet"),
            "unreadable-file",
        ),
        (
            changed(BOOK, "xl/worksheets/sheet1.xml", b'r="2"', b'r="99999999999999"'),
            "unreadable-file",
        ),
        (changed(BOOK, "xl/worksheets/sheet1.xml", b"<v>1</v>", b"<v>x</v>"), "unreadable-file"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    found = read(tmp_path, "a.xlsx", content)
    assert [submission.refused.code for submission in found if submission.refused] == [code]


def test_cells_far_out_are_no_table(tmp_path: Path) -> None:
    part = "xl/worksheets/sheet1.xml"
    far = changed(BOOK, part, b'r="B1"', b'r="XFD1"')
    for book in (far, changed(far, part, b'ref="A1:B2"', b'ref="A1:XFD1048576"')):
        (found,) = read(tmp_path, "a.xlsx", book)
        assert found.refused is not None
        assert found.refused.code == "too-many"


def test_the_bounds_leave_room_for_honest_workbooks(tmp_path: Path) -> None:
    names = [f"h[{n}].{c}" for n in range(1, 101) for c in (1, 2)]
    rows: Cells = [["student", *names], *([f"e{n}", *["0,5498"] * 200] for n in range(30))]
    found = read(tmp_path, "a.xlsx", as_xlsx({"A": rows}))
    assert len(found) == 30
    assert all(submission.refused is None for submission in found)
    blank: Cells = [["answer", "value"], *([name] for name in names * 10)]
    packed = as_xlsx({"A": blank})
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        ratios = [i.file_size / i.compress_size for i in archive.infolist() if i.compress_size]
    assert max(ratios) < STEEPEST
