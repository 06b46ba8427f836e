"""Archives as hostile people make them: what is bad is refused, all the rest is read."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.readers.material import as_zip, read
from tp_solver.grading.readers import inputs
from tp_solver.grading.readers.archive import BrokenArchive, entries, inflated
from tp_solver.grading.readers.inputs import Input, Skipped
from tp_solver.grading.submission import FLAT, LARGEST_INFLATED, MOST_MEMBERS, Submission

GOOD = "student: ada\nanswers: {a: 1}\n"


def codes(found: list[Submission]) -> dict[str, str]:
    """Tell what became of each file."""
    return {s.file.partition("/")[2]: s.refused.code if s.refused else "read" for s in found}


@pytest.mark.parametrize(
    "name",
    [
        "../../x.yaml",
        "a/../../x.yaml",
        "/etc/x.yaml",
        "\\\\server\\x.yaml",
        "C:\\x.yaml",
        "..\\x.yaml",
        "CON.yaml",
        "a/NUL/x.yaml",
        "com1.txt.yaml",
        "a\0.yaml",
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, "all.zip", as_zip({name: GOOD, "good.yaml": GOOD}))
    assert sorted(codes(found).values()) == ["bad-path", "read"]
    assert {path.name for path in tmp_path.rglob("*")} == {"all.zip"}


@pytest.mark.parametrize(
    "name", ["\u202elmay.x", "é" * 150, "=cmd()", "<script>", "a\nb", "…" * 400, " "]
)
def test_odd_names_are_shown_harmlessly_and_read(tmp_path: Path, name: str) -> None:
    (found,) = read(tmp_path, "all.zip", as_zip({f"{name}/answers.yaml": "answers: {a: 1}\n"}))
    assert found.refused is None
    assert found.file.isprintable()
    assert len(found.file) <= 300
    assert found.student.id.isprintable()


def test_links_and_folders_and_archives_in_archives(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "link.yaml@": "/etc/passwd",
        "folder.yaml/": "",
        "inner.zip": as_zip({"a.yaml": GOOD}),
        "notes.pdf": "x",
        "__MACOSX/._good.yaml": b"\0\5\x16\7",
        "~$book.xlsx": "x",
        "good.yaml": GOOD,
    }
    path = tmp_path / "all.zip"
    path.write_bytes(as_zip(members))
    found = list(inputs([path]))
    assert {i.file: i.why.code for i in found if isinstance(i, Skipped)} == {
        "all.zip/link.yaml": "link",
        "all.zip/notes.pdf": "other-suffix",
    }
    assert {i.file: i.refused.code for i in found if isinstance(i, Input) and i.refused} == {
        "all.zip/inner.zip": "nested-archive"
    }
    assert [i.file for i in found if isinstance(i, Input) and not i.refused] == [
        "all.zip/good.yaml"
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [("a.pdf", "other-suffix"), ("l.yaml@", "link"), ("__MACOSX/._a", "empty"), ("d/", "empty")],
)
def test_an_archive_of_something_else_is_refused(tmp_path: Path, name: str, code: str) -> None:
    (found,) = read(tmp_path, "copies.zip", as_zip({name: "x"}))
    assert found.refused is not None
    assert (found.file, found.refused.code) == ("copies.zip", code)


def test_two_members_of_one_name(tmp_path: Path) -> None:
    twice = as_zip({"a.yaml": GOOD, "b.yaml": GOOD}).replace(b"b.yaml", b"a.yaml")
    found = read(tmp_path, "all.zip", twice)
    assert [s.refused and s.refused.code for s in found] == [None, "member-twice"]


def patched(archive: bytes, field: int, value: bytes) -> bytes:
    """Write over a field of the first entry of an archive's directory."""
    at = archive.index(b"PK\1\2") + field
    return archive[:at] + value + archive[at + len(value) :]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (8, struct.pack("<H", 1), "encrypted"),
        (10, struct.pack("<H", 14), "unreadable-file"),  # LZMA
        (10, struct.pack("<H", 99), "unreadable-file"),
        (24, struct.pack("<L", LARGEST_INFLATED + 1), "unpacks-too-large"),
        (24, struct.pack("<L", FLAT + 1), "unpacks-too-large"),  # of a few bytes
        (24, struct.pack("<L", 10), "unreadable-file"),  # more than it declares
        (24, struct.pack("<L", 1000), "unreadable-file"),  # less than it declares
        (20, struct.pack("<L", 3), "unreadable-file"),
        (16, struct.pack("<L", 7), "unreadable-file"),  # another checksum
        (42, struct.pack("<L", 5), "unreadable-file"),  # elsewhere
    ],
)
def test_members_that_lie(tmp_path: Path, field: int, value: bytes, code: str) -> None:
    archive = patched(as_zip({"bad.yaml": GOOD, "good.yaml": GOOD}), field, value)
    assert codes(read(tmp_path, "all.zip", archive)) == {"bad.yaml": code, "good.yaml": "read"}


def test_a_bomb_stops_no_other(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "bomb.yaml": bytes(20_000_000),
        "bomb.csv": b"a" * 60_000_000,
        "good.yaml": GOOD,
    }
    found = read(tmp_path, "all.zip", as_zip(members))
    assert codes(found) == {
        "bomb.csv": "unpacks-too-large",
        "bomb.yaml": "unpacks-too-large",
        "good.yaml": "read",
    }


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"PK",
        b"PK\x05\x06" + bytes(18) + b"x",  # an empty one, and a byte
        bytes(100),
        b"\x1f\x8b" + bytes(100),
        as_zip({"a.yaml": GOOD})[:-30],
        as_zip({}),
        as_zip({"a.yaml": GOOD}).replace(b"PK\1\2", b"PK\1\3"),
    ],
)
def test_a_broken_archive_is_one_refused_submission(tmp_path: Path, archive: bytes) -> None:
    (found,) = read(tmp_path, "copies.zip", archive)
    assert found.refused is not None
    assert found.refused.code in ("unreadable-file", "empty")
    assert (found.file, found.student.id) == ("copies.zip", "copies")


def test_an_archive_that_announces_too_much_is_not_looked_into() -> None:
    archive = as_zip({"a.yaml": GOOD})
    end = archive.index(b"PK\5\6")
    size = struct.pack("<L", 100_000)
    with pytest.raises(BrokenArchive):
        list(entries(io.BytesIO(archive[: end + 12] + size + archive[end + 16 :])))
    many = archive[: end + 10] + b"\xff\xff" + archive[end + 12 :]
    assert len(list(entries(io.BytesIO(many)))) <= MOST_MEMBERS


@given(st.binary(max_size=5000), st.booleans(), st.integers(1, 700))
def test_members_are_read_as_they_were_packed(content: bytes, stored: bool, piece: int) -> None:
    archive = as_zip({"a": content}, 0 if stored else 8)
    (entry,) = entries(io.BytesIO(archive))
    with inflated(io.BytesIO(archive), entry.member) as stream:
        found = b"".join(iter(lambda: stream.read(piece), b""))
    assert found == content


@given(st.data())
def test_a_damaged_archive_gives_the_content_or_an_error(data: st.DataObject) -> None:
    content = b"answers: {a: 1}\n" * 20
    archive = bytearray(as_zip({"a": content}))
    archive[data.draw(st.integers(0, len(archive) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        for entry in entries(io.BytesIO(archive)):
            with inflated(io.BytesIO(archive), entry.member) as stream:
                assert entry.bad or stream.read() in (content, b"")
    except OSError:
        pass
