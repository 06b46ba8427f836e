"""Look for bytes that bring a reader of submissions, or of numbers, down.

A script, not a test: it needs atheris (`pip install atheris`), and runs until it finds something or
its time is over. From the top of the checkout, for ten minutes:

    python tests/fuzz/fuzz_readers.py WORK -max_total_time=600 -max_len=4096 -timeout=10

WORK is a folder for what is found worth keeping; it is filled at the start with the same answers in
every form and with tests/grading/readers/corpus. What brings a reader down is written to a file
`crash-…` (put it in that corpus once it is mended, so that a test replays it).

The first byte of an input says which ending the file has, all others are its content; or which
part of a workbook they are, the rest of which is sound.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED

atheris: Any = import_module("atheris")  # which no other part of the project needs

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["tp_solver.grading.readers", "openpyxl", "ruamel.yaml"]):
    import openpyxl  # noqa: F401

    from tests.grading.readers.material import ANSWERS, as_zip, every_form, parts
    from tests.grading.readers.sound import check
    from tp_solver.grading.readers import read_submissions, suffixes
    from tp_solver.language.numerals import read_number

CORPUS = ROOT / "tests" / "grading" / "readers" / "corpus"
BOOK = parts(every_form(ANSWERS, ("sheet.xlsx",))["sheet.xlsx"])
KINDS = (*suffixes(), ".zip", *BOOK)
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))


def one(data: bytes) -> None:
    """Read one input; raises what a reader should not."""
    if not data:
        return
    kind, content = KINDS[data[0] % len(KINDS)], data[1:]
    if kind in BOOK:
        kind, content = ".xlsx", as_zip({**BOOK, kind: content}, ZIP_STORED)
    path = FOLDER / f"x{kind}"
    path.write_bytes(content)
    found = list(read_submissions(path))
    assert found
    for submission in found:
        check(submission)
    read_number(data[1:80].decode("utf-8", "replace"))


def seed(folder: Path) -> None:
    """Put the first inputs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {path.name: path.read_bytes() for path in sorted(CORPUS.iterdir())}
    for name, content in {**every_form(ANSWERS), **kept}.items():
        kind = KINDS.index(Path(name).suffix)
        (folder / f"seed-{name}").write_bytes(bytes([kind]) + content)
    for name, content in BOOK.items():
        kind = KINDS.index(name)
        (folder / f"seed-{Path(name).name}").write_bytes(bytes([kind]) + content)


if __name__ == "__main__":
    seed(Path(sys.argv[1]))
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
