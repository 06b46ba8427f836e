"""Whatever the bytes, a reader gives submissions: sound ones, or refused; it never raises."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_STORED

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.grading.readers.material import ANSWERS, as_zip, every_form, parts, read
from tests.grading.readers.sound import check
from tp_solver.grading.readers import suffixes
from tp_solver.grading.submission import LARGEST_YAML

CORPUS = Path(__file__).parent / "corpus"
ENDINGS = (*suffixes(), ".zip")
SEEDS = every_form(ANSWERS)
BOOK = parts(SEEDS["sheet.xlsx"])
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 9))
HOSTILE = {
    "long": '{"answers": {"a": "' + "1" * 10_000_000 + '"}}',
    "deep": "[" * 10_000,
    "deep-in": '{"answers": {"a": ' + "[" * 10_000 + "]" * 10_000 + "}}",
    "dashes": "- " * 10_000,
    "aliases": BOMB + "answers: {a: *a8}",
    "itself": "answers: &a {a: *a}",
    "tag": "answers: {a: !!python/object/apply:os.system [ls]}",
    "twice": '{"answers": {' + '"a": 1,' * 10_000 + '"a": 1}}',
    "formula": '{"student": "=cmd()", "answers": {"=cmd()": "=cmd()"}}',
    "huge": '{"answers": {"a": 1e999999999, "b": NaN, "c": -Infinity, "d": "9**9**9**9"}}',
    "invisible": '{"student": "\u202ea\u200bb", "answers": {"a\u202e": "1\u200b2"}}',
    "digits": '{"answers": {"a": "١٢٣", "b": "０．５"}}',
    "columns": "student" + ",a" * 100_000,
    "nul": "\0" * 10_000,
    "binary": bytes(range(256)).decode("latin-1") * 100,
    "commas": "," * 100_000,
    "rows": "a\n" * 10_000,
}


def sound(folder: Path, name: str, content: bytes) -> None:
    """Read a file and check all that comes out."""
    found = read(folder, name, content)
    assert found
    for submission in found:
        check(submission)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_under_every_ending(tmp_path: Path, name: str, ending: str) -> None:
    sound(tmp_path, f"a{ending}", HOSTILE[name].encode())


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_files_that_once_made_trouble(tmp_path: Path, path: Path) -> None:
    sound(tmp_path, path.name, path.read_bytes())


@SLOW
@given(st.sampled_from(ENDINGS), st.binary(max_size=2000))
def test_any_bytes(tmp_path: Path, ending: str, content: bytes) -> None:
    sound(tmp_path, f"a{ending}", content)


@SLOW
@given(st.sampled_from(ENDINGS), st.text(" \n\t,;:[]{}\"'-&*!|>?#%@`a1.\\/", max_size=80))
@example(".yaml", "&a [*a]")
def test_any_text_of_marks(tmp_path: Path, ending: str, content: str) -> None:
    sound(tmp_path, f"a{ending}", content.encode())


def spoiled(data: st.DataObject, content: bytes) -> bytes:
    """Change a few places of some content."""
    found = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(found)))
        size = data.draw(st.integers(0, 3))
        found[at : at + size] = data.draw(st.binary(max_size=4))
    return bytes(found)


@SLOW
@given(st.data())
def test_sound_files_spoiled(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SEEDS)))
    sound(tmp_path, name, spoiled(data, SEEDS[name]))


@SLOW
@given(st.data())
def test_workbooks_with_a_part_spoiled(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(BOOK)))
    book = {**BOOK, name: spoiled(data, BOOK[name])}
    sound(tmp_path, "a.xlsx", as_zip(book, ZIP_STORED))


def test_one_byte_too_many(tmp_path: Path) -> None:
    for size, code in ((LARGEST_YAML, None), (LARGEST_YAML + 1, "unreadable-file")):
        text = "answers: {a: 1} #"
        (found,) = read(tmp_path, "a.yaml", text + "\n" * (size - len(text)))
        assert (found.refused and found.refused.code) == code


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("answers: {a: [" + "b," * 200_000 + "]}", "> 5000 ,"),
        ("answers: {a: [" + "{b: 1}," * 6_000 + "]}", "more than 5000 values in one list"),
        ("answers: {a: [" + "b,\n" * 6_000 + "]}", "more than 5000 values in one list"),
        ("answers: {" + "a: 1, " * 1_000 + "}", "`a` is written twice, and so are 50 before"),
        ('answers:\n  b: "\\t"\n' + '  a: "1"\n' * 10_000, "`a` is written twice"),
        ("answers: {a: " + "x" * 500_000 + "}", "> 128 KB"),
        ("answers: {a: " + "xy z " * 100_000 + "}", "> 128 KB"),
        ('answers: {a: "' + "xy z " * 100_000 + '"}', "> 128 KB"),
    ],
)
def test_far_too_much_yaml_is_refused_before_it_is_read(
    text: str, detail: str, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, "a.yaml", text)
    assert found.refused is not None
    assert found.refused.code == "unreadable-file"
    assert detail in dict(found.refused.values)["detail"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- {student: a, answers: {b: 1, b: 2}}\n" * 60, 60),  # a slip of what wrote them
        ("- {student: a, answers: {b: 1}}\n" * 5_100, 5_100),
        ("[" + "{student: a, answers: {b: 1, c: 2, d: 3}}, " * 1_800 + "]", 1_800),
        ('answers: {a: "' + "\u5b57" * 40_000 + '"}', 1),  # an essay without a space
    ],
)
def test_much_that_is_honest_is_read(text: str, count: int, tmp_path: Path) -> None:
    found = read(tmp_path, "a.yaml", text)
    assert len(found) == count
    assert all(one.refused is None for one in found)


def test_a_large_matrix_on_one_line_is_read(tmp_path: Path) -> None:
    row = ", ".join(["0.12345"] * 4096)
    (found,) = read(tmp_path, "a.yaml", f"student: a\nanswers:\n  W: [{row}]\n")
    assert found.refused is None
    assert len(found.answers["W"] or "") == 4096


@pytest.mark.filterwarnings("error")
def test_nothing_is_said_on_the_way(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    sound(tmp_path, "a.yaml", b"answers: {a: &a 1, b: &a 2}")
    sheet = "xl/worksheets/sheet1.xml"
    styles = BOOK["xl/styles.xml"].replace(b"cellStyles", b"nothing")
    book = {**BOOK, "xl/styles.xml": styles, sheet: BOOK[sheet].replace(b"<v>", b"<v>9")}
    sound(tmp_path, "a.xlsx", as_zip(book))
    assert not recwarn.list
