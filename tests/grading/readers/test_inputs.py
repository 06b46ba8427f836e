"""Folders and files as they lie about: what is found, whose it is, what is passed over."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.grading.readers.material import as_zip
from tp_solver.grading.readers import (
    Input,
    Skipped,
    inputs,
    read_submissions,
    skipped_files,
    submission_files,
    suffixes,
)

GOOD = "answers: {a: 1}\n"


def tree(folder: Path, *names: str) -> Path:
    """Write files with one answer each."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD)
    return folder


def students(*paths: Path) -> dict[str, str]:
    """Tell whose each input is found to be."""
    return {i.file: i.owner.student.id for i in submission_files(paths)}


PLATFORM = (
    "Ada Lovelace_1234567_assignsubmission_file_/answers.yaml",
    "Zoé Üst_7654321_assignsubmission_file_answers.yaml",
    "lovelaceada_12345_67890_answers.yaml",
    "turingalan_LATE_23456_67891_answers-1.yaml",
    "TP2_jdoe_attempt_2026-03-01-10-00-00_answers.yaml",
)


def test_what_learning_platforms_hand_out(tmp_path: Path) -> None:
    folder = tree(tmp_path / "copies", *PLATFORM)
    archive = tmp_path / "copies.zip"
    archive.write_bytes(as_zip(dict.fromkeys(PLATFORM, GOOD)))
    for path in (folder, archive):
        found = [s for i in submission_files([path]) for s in read_submissions(i)]
        told = {(s.student.id, s.student.name): [r.code for r in s.remarks] for s in found}
        assert told == {
            ("1234567", "Ada Lovelace"): [],
            ("7654321", "Zoé Üst"): [],
            ("12345", "lovelaceada"): [],
            ("23456", "turingalan"): ["late"],
            ("jdoe", ""): [],
        }


def test_the_file_itself_comes_before_its_name(tmp_path: Path) -> None:
    path = tree(tmp_path, PLATFORM[0]) / PLATFORM[0]
    for text, student, codes in (
        ("student: {id: '', name: ''}\n", "1234567", []),
        ("student:\n", "1234567", []),
        ("student: e1\n", "e1", []),
        ("student: {id: e1, name: A. Lovelace}\n", "e1", []),
        ("student: {id: e1, name: Alan Turing}\n", "e1", ["other-student"]),
    ):
        path.write_text(text + GOOD)
        (found,) = (s for i in submission_files([tmp_path]) for s in read_submissions(i))
        assert (found.student.id, [r.code for r in found.remarks]) == (student, codes)


@pytest.mark.parametrize(
    ("names", "owners"),
    [
        (["ada.yaml", "bob.yaml"], ["ada", "bob"]),
        (["Ada/answers.yaml", "Bob/answers.csv"], ["Ada", "Bob"]),
        (["Ada/tp-2.1-reponses.yaml"], ["Ada"]),
        (["Ada/tp2.yaml", "Bob/tp2.yaml"], ["Ada", "Bob"]),
        (["Ada/mine.yaml", "Bob/his.yaml"], ["Ada", "Bob"]),
        (["group/ada.yaml", "group/bob.yaml", "other/eve.yaml"], ["ada", "bob", "eve"]),
        (["group/Ada/answers (1).yaml", "group/Bob/answers.yaml"], ["Ada", "Bob"]),
    ],
)
def test_plain_folders(tmp_path: Path, names: list[str], owners: list[str]) -> None:
    assert list(students(tree(tmp_path, *names)).values()) == owners
    archive = tmp_path / "x.zip"
    archive.write_bytes(as_zip(dict.fromkeys(names, GOOD)))
    assert list(students(archive).values()) == owners


def test_files_given_one_by_one(tmp_path: Path) -> None:
    tree(tmp_path, "Ada/answers.yaml", "Bob/answers.yaml", "eve.yaml")
    paths = sorted(tmp_path.rglob("*.yaml"))
    assert students(*paths) == {
        "Ada/answers.yaml": "Ada",
        "Bob/answers.yaml": "Bob",
        "eve.yaml": "eve",
    }


def test_an_archive_named_after_its_student(tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(as_zip({"answers.yaml": GOOD}))
    outer = tmp_path / "Zoé Üst_7654321_assignsubmission_file_"
    outer.mkdir()
    (outer / "mine.zip").write_bytes(as_zip({"in/answers.yaml": GOOD}))
    assert sorted(students(tmp_path).values()) == ["7654321", "ada"]


def test_what_is_passed_over_is_told(tmp_path: Path) -> None:
    tree(tmp_path, "a.yaml", "b.pdf", ".DS_Store", "~$c.xlsx", "__MACOSX/._a.yaml", "d.yaml/e.csv")
    (tmp_path / "link.yaml").symlink_to("/etc/hostname")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.yaml")
    assert [i.file for i in submission_files([tmp_path])] == ["a.yaml", "d.yaml/e.csv", "pipe.yaml"]
    skipped = {path.name: remark for path, remark in skipped_files([tmp_path])}
    assert {name: remark.code for name, remark in skipped.items()} == {
        "b.pdf": "other-suffix",
        "link.yaml": "link",
        "loop": "link",
    }
    known = dict(skipped["b.pdf"].values)["known"]
    assert known.split(", ") == [*suffixes(), ".zip"]


@pytest.mark.parametrize(
    "name", ["pipe.yaml", "folder.csv", "missing.json", "a\0b.yaml", "é" * 300]
)
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    if name == "pipe.yaml":
        os.mkfifo(tmp_path / name)
    elif name == "folder.csv":
        (tmp_path / name).mkdir()
    (found,) = read_submissions(tmp_path / name)
    assert found.refused is not None
    assert found.refused.code in ("unreadable-file", "other-suffix")
    assert found.student.id


@pytest.mark.parametrize("suffix", [*suffixes(), ".zip"])
def test_empty_files_are_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").touch()
    (found,) = read_submissions(tmp_path / f"a{suffix}")
    assert found.refused is not None
    assert found.student.id == "a"


def test_other_files_given_by_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (found,) = read_submissions(tmp_path / "a.pdf")
    assert found.refused is not None
    assert found.refused.code == "other-suffix"


def test_folders_without_permission_are_told(tmp_path: Path) -> None:
    tree(tmp_path, "in/a.yaml", "b.yaml")
    (tmp_path / "in").chmod(0)
    try:
        if os.access(tmp_path / "in", os.R_OK):
            pytest.skip("this user may read everything")
        found = list(inputs([tmp_path]))
    finally:
        (tmp_path / "in").chmod(0o700)
    assert [i.file for i in found if isinstance(i, Skipped)] == ["in"]
    assert [i.file for i in found if isinstance(i, Input)] == ["b.yaml"]


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xe9t\xe9.yaml"
    with open(name, "w") as file:  # noqa: PTH123 - a path of bytes
        file.write(GOOD)
    (found,) = (s for i in submission_files([tmp_path]) for s in read_submissions(i))
    assert found.refused is None
    found.file.encode()
    found.student.id.encode()


def test_a_file_that_is_gone_when_it_is_read(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    archive.write_bytes(as_zip({"a.yaml": GOOD}))
    listed = submission_files([tree(tmp_path, "b.yaml"), archive])
    shutil.rmtree(tmp_path)
    found = [s for i in listed for s in read_submissions(i)]
    assert [s.refused.code for s in found if s.refused] == ["unreadable-file"] * 3


def test_the_order_is_that_of_the_names(tmp_path: Path) -> None:
    names = ("b.yaml", "a.yaml", "c/a.yaml", "B.yaml")
    tree(tmp_path, *names)
    assert [i.file for i in submission_files([tmp_path])] == [
        "B.yaml",
        "a.yaml",
        "b.yaml",
        "c/a.yaml",
    ]
    archive = tmp_path / "x.zip"
    archive.write_bytes(as_zip(dict.fromkeys(names, GOOD)))
    found = [i.file.removeprefix("x.zip/") for i in submission_files([archive])]
    assert found == ["B.yaml", "a.yaml", "b.yaml", "c/a.yaml"]
