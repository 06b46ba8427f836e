"""Pages get plain names, each one its own, the same whenever they are given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.batch.material import exercise, run
from tp_solver.batch.names import is_plain, keyed, stem_of
from tp_solver.batch.settings import Settings

IDS = [
    "e1",
    "E1",
    "e1",
    "../../etc/passwd",
    "CON",
    "=cmd()",
    "<script>",
    "日本",
    "学生",
    "é",
    "a b",
]


@given(st.text(), st.text(), st.integers(0, 10**9))
def test_a_name_is_plain_letters(student: str, file: str, rank: int) -> None:
    stem = stem_of(student)
    named = keyed(student, file, rank)
    for text in (stem, named):
        assert all(char.isascii() and (char.isalnum() or char in "-_") for char in text)
        assert len(text.encode()) < 100
    assert named
    if is_plain(student):
        assert stem == student


@pytest.mark.parametrize("name", ["con", "NUL", "com1", "LPT9", "", "a/b", "é"])
def test_what_no_file_may_be_called(name: str) -> None:
    assert not is_plain(name)


def test_every_copy_has_a_page_of_its_own(tmp_path: Path) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    copies = tmp_path / "class.jsonl"
    text = [json.dumps({"student": name, "answers": {"c": "6"}}) for name in IDS]
    copies.write_text("\n".join(text), encoding="utf-8")
    run(path, [copies], out, Settings(language="en", formats=("html",)))
    pages = sorted(page.name for page in (out / "feedback").iterdir())
    assert len({page.lower() for page in pages}) == len(IDS)
    assert "e1.html" in pages
    index = (out / "index.html").read_text(encoding="utf-8")
    assert all(f'href="feedback/{page}"' in index for page in pages)
    (out / "feedback" / "mine.html").write_text("my own notes")
    copies.write_text("\n".join(text[3:]), encoding="utf-8")
    run(path, [copies], out, Settings(language="en", formats=("html",)))
    left = {page.name for page in (out / "feedback").iterdir()}
    assert len(left) == len(IDS) - 3 + 1
    assert "mine.html" in left
    assert "e1.html" not in left
