"""The same answers in every form, and files made to order."""

from __future__ import annotations

import csv
import io
import json
import stat
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tp_solver.grading.readers import read_submissions
from tp_solver.grading.submission import Submission

ANSWERS: dict[str, str | None] = {
    "f[1]": "0,5498",
    "f[2]": "0.380",
    "h[1].2": "-1e-05",
    "dL/dW_f.1": "1 2",
    "a": "1_000",
    "b": "0x1F",
    "c": "−0,5",
    "d": None,
    "q": "[0,1; 0,2]",
    "e": "1e5",
}
Cells = Sequence[Sequence[object]]


def read(folder: Path, name: str, content: str | bytes) -> list[Submission]:
    """Write a file and read what is in it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_submissions(path))


def as_csv(rows: Cells, delimiter: str = ",") -> str:
    """Write rows as a spreadsheet does."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def as_xlsx(sheets: Mapping[str, Cells], formats: Mapping[str, str] | None = None) -> bytes:
    """Write a workbook; `formats` has the number formats of cells of the first sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for cell, form in (formats or {}).items():
        book.worksheets[0][cell].number_format = form
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_zip(members: Mapping[str, str | bytes], packed: int = ZIP_DEFLATED) -> bytes:
    """Write an archive; the names are written as they are, a link where one ends with `@`."""
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), ZipFile(out, "w", packed) as archive:
        for name, content in members.items():
            info = ZipInfo("x")
            info.filename = name.removesuffix("@")
            info.compress_type = packed
            if name.endswith("@"):
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
    return out.getvalue()


def parts(archive: bytes) -> dict[str, bytes]:
    """Unpack an archive, a workbook for one."""
    with ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def wide(answers: Mapping[str, str | None]) -> Cells:
    """Lay answers out as a table with one student."""
    return [["student", "name", *answers], ["e1", "Ada", *answers.values()]]


def long(answers: Mapping[str, str | None]) -> Cells:
    """Lay answers out one a row."""
    rows = [["e1", "Ada", name, value] for name, value in answers.items()]
    return [["student", "name", "answer", "value"], *rows]


def sheet(answers: Mapping[str, str | None]) -> Cells:
    """Lay answers out as an answer sheet."""
    head: Cells = [["student", "e1"], ["name", "Ada"], [], ["answer", "value"]]
    return [*head, *([name, value] for name, value in answers.items())]


def every_form(
    answers: Mapping[str, str | None], endings: tuple[str, ...] = ("",)
) -> dict[str, bytes]:
    """Write answers in every form there is, by the file's name, or in those of some endings."""
    data = json.dumps({"student": {"id": "e1", "name": "Ada"}, "answers": answers})
    tables = {"wide": wide(answers), "long": long(answers), "sheet": sheet(answers)}
    forms = {"a.yaml": data, "a.yml": data, "a.json": f"[{data}]"}
    forms |= {"a.jsonl": f"{data}\n", "a.ndjson": data}
    for name, rows in tables.items():
        forms[f"{name}.csv"] = as_csv(rows)
        forms[f"{name}-semicolon.csv"] = as_csv(rows, ";")
        forms[f"{name}.tsv"] = as_csv(rows, "\t")
    found = {name: text.encode() for name, text in forms.items()}
    found |= {f"bom-{name}": text.encode("utf-8-sig") for name, text in forms.items()}
    marked = {name: text for name, text in forms.items() if not name.endswith(("jsonl", "ndjson"))}
    found |= {f"utf16-{name}": text.encode("utf-16") for name, text in marked.items()}
    for ending in ("xlsx", "xlsm"):
        if ending in "".join(endings) or "" in endings:
            found |= {f"{name}.{ending}": as_xlsx({"A": rows}) for name, rows in tables.items()}
    return {name: content for name, content in found.items() if name.endswith(endings)}
