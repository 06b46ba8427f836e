"""Files as they come: each ends in a report, none stops the batch, nothing in them is executed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.grading.material import given_marks, shipped
from tp_solver.cli import main
from tp_solver.grading.marking import grade
from tp_solver.grading.readers import read_submissions, skipped_files, submission_files
from tp_solver.grading.report import Report
from tp_solver.grading.submission import LONGEST_NAME
from tp_solver.sheets.remarks import refused, worded
from tp_solver.text import languages, words

GOOD = '"f[1]": 0.5498'
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 9))


def reports(folder: Path, name: str, content: str | bytes) -> list[Report]:
    """Write a file and mark what is in it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return grade(shipped("tp-2.1"), read_submissions(path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.yaml", f"answers: {{{GOOD}}}"),
        ("comma.yaml", "student: {id: e1, name: Ada L.}\nanswers:\n  f[1]: 0,5498\n"),
        ("bom.yaml", f"answers: {{{GOOD}}}".encode("utf-8-sig")),
        ("utf16.yaml", f"answers: {{{GOOD}}}".encode("utf-16")),
        ("latin.yaml", f"student: Zoé\nanswers: {{{GOOD}}}".encode("latin-1")),
        ("crlf.yaml", "answers:\r\n  f[1]: 0,5498\r\n"),
        ("plain.json", f'{{"answers": {{{GOOD}}}}}'),
        ("text.JSON", '{"student": {"id": 7}, "answers": {"f[1]": "0,5498"}}'),
        ("bom.json", f'{{"answers": {{{GOOD}}}}}'.encode("utf-8-sig")),
        ("list.json", f'[{{"student": "a", "answers": {{{GOOD}}}}}]'),
    ],
)
def test_readable_files(tmp_path: Path, name: str, content: str | bytes) -> None:
    (report,) = reports(tmp_path, name, content)
    (mark,) = given_marks(report)
    assert (mark.answer, mark.verdict.value) == ("f[1]", "correct")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.yaml", "", "empty"),
        ("blank.json", " \n\t", "empty"),
        ("comment.yaml", "# nothing\n", "unreadable-file"),
        ("words.yaml", "hello", "not-a-submission"),
        ("number.json", "3", "not-a-submission"),
        ("list.yaml", "[]", "not-a-submission"),
        ("other.yaml", "a: 1", "not-a-submission"),
        ("answers.yaml", "answers: [1, 2]", "not-a-submission"),
        ("null.json", '{"answers": null}', "not-a-submission"),
        ("cut.json", '{"answers": {"f[1]": 0.5', "unreadable-file"),
        ("tab.yaml", "answers:\n\tf[1]: 1", "unreadable-file"),
        ("documents.yaml", "a\n---\n" * 2000, "unreadable-file"),
        ("bomb.yaml", BOMB + "answers: {a: *a8}", "unreadable-file"),
        ("binary.yaml", bytes(range(256)) * 20, "unreadable-file"),
        ("zip.yaml", b"PK\x03\x04" + bytes(range(128, 256)), "unreadable-file"),
        ("big.yaml", b'answers: {"f[1]": "' + b"1" * 10_000_000 + b'"}', "unreadable-file"),
        ("deep.json", "[" * 10_000 + "]" * 10_000, "unreadable-file"),
        ("deep.yaml", "[" * 10_000 + "]" * 10_000, "unreadable-file"),
        ("open.yaml", "{" * 10_000, "unreadable-file"),
        ("dashes.yaml", "- " * 10_000, "unreadable-file"),
        ("deepish.json", '{"answers": {"f[1]": ' + "[" * 900 + "]" * 900 + "}}", "unreadable-file"),
        (
            "many.json",
            json.dumps({"answers": {f"x{n}": "1" for n in range(6000)}}),
            "too-many",
        ),
    ],
)
def test_refused_files_say_why(tmp_path: Path, name: str, content: str | bytes, code: str) -> None:
    (report,) = reports(tmp_path, name, content)
    assert report.refused is not None
    assert report.refused.code == code
    assert report.score is None
    assert all(refused(report.refused, words(language)) for language in languages())


def test_directories_missing_files_and_files_without_permission(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    locked = tmp_path / "locked.yaml"
    locked.write_text("answers: {}")
    locked.chmod(0)
    tries = [tmp_path / "folder.yaml", tmp_path / "missing.yaml"]
    tries += [locked] if not os.access(locked, os.R_OK) else []
    for path in tries:
        (found,) = read_submissions(path)
        assert found.refused is not None
        assert found.refused.code == "unreadable-file"


def test_a_folder_gives_its_submissions_and_no_links(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.json", "c.YML", "notes.txt", ".hidden.pdf"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "d.yaml").write_text("{}")
    (tmp_path / "link.yaml").symlink_to("/etc/hostname")
    found = submission_files([tmp_path])
    assert [path.name for path in found] == ["a.json", "b.yaml", "c.YML", "d.yaml"]
    skipped = {path.name: remark for path, remark in skipped_files([tmp_path])}
    assert {name: remark.code for name, remark in skipped.items()} == {
        "notes.txt": "other-suffix",
        "link.yaml": "link",
    }
    for language in languages():
        assert all(refused(remark, words(language)) for remark in skipped.values())


def test_one_bad_file_stops_no_other(tmp_path: Path) -> None:
    contents = ["answers: {" + GOOD + "}", "", "[", "answers: {" + GOOD + "}", BOMB, "3"]
    for n, content in enumerate(contents):
        (tmp_path / f"{n}.yaml").write_text(content)
    submissions = (s for path in submission_files([tmp_path]) for s in read_submissions(path))
    found = grade(shipped("tp-2.1"), submissions)
    assert [report.file for report in found] == [f"{n}.yaml" for n in range(6)]
    assert [report.refused is None for report in found] == [True, False, False, True, False, False]


def test_many_submissions_in_one_file(tmp_path: Path) -> None:
    first, second = (f"{start}answers: {{{GOOD}}}\n" for start in ("- student: a\n  ", "- "))
    content = f"{first}- 3\n{second}- student: a\n  answers: {{}}\n"
    found = reports(tmp_path, "all.yaml", content)
    assert [report.student.id for report in found] == ["a", "all-2", "all-3", "a"]
    assert [report.refused is None for report in found] == [True, False, True, True]
    assert "same-student" in {remark.code for remark in found[0].remarks}


def test_several_documents_in_one_file(tmp_path: Path) -> None:
    good = f"student: a\nanswers: {{{GOOD}}}\n"
    found = reports(tmp_path, "all.yaml", f"%YAML 1.2\n---\n{good}--- # next\n{good}---\n[\n---\n")
    assert [report.student.id for report in found] == ["a", "a", "all-3"]
    assert [report.refused is None for report in found] == [True, True, False]
    assert dict(found[2].refused.values)["detail"].startswith("10:")  # type: ignore[union-attr]
    (report,) = reports(tmp_path, "one.yaml", f"# mine\n---\nanswers: {{{GOOD}}}\n...\n")
    assert report.student.id == "one"
    assert [mark.verdict.value for mark in given_marks(report)] == ["correct"]


@pytest.mark.parametrize(
    "typed", ["1e400", "+0.5498", ".5498", "5.498e-1", "010", "0.50", "0,5498", "1_0", "0.5498."]
)
def test_numbers_are_kept_as_typed(tmp_path: Path, typed: str) -> None:
    for content in (f"f[1]: {typed} # so", f"f[1..1]: [{typed}]", f"f[1]: &a {typed}"):
        if "," in typed and "[" in content.partition(":")[2]:
            continue  # which YAML splits
        (report,) = reports(tmp_path, "x.yaml", f"answers:\n  {content}\n")
        assert [mark.given for mark in given_marks(report)] == [typed], content


def test_vectors_with_decimal_commas_that_yaml_splits(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("answers:\n  h[1]: [0,0613; 0,0628]\n  C[1]: '[0,1106; 0,1117]'\n")
    (report,) = grade(shipped("tp-2.2"), read_submissions(path))
    found = [(mark.given, mark.verdict.value) for mark in given_marks(report)]
    typed = ("0,1106", "0,1117", "0,0613", "0,0628")
    assert sorted(found) == sorted((text, "correct") for text in typed)


def test_identifiers_are_kept_as_typed(tmp_path: Path) -> None:
    for student in ("{id: 007, name: 1.50}", "007"):
        for start in ("", "- "):
            content = f"{start}student: {student}\n{' ' * len(start)}answers: {{}}\n"
            (report,) = reports(tmp_path, "x.yaml", content)
            assert report.student.id == "007"


@pytest.mark.parametrize(
    ("exercise", "codes"),
    [("", []), ("exercise: tp-2.1\n", []), ("exercise: 2.10\n", ["other-exercise"])],
)
def test_the_exercise_a_file_names(tmp_path: Path, exercise: str, codes: list[str]) -> None:
    (report,) = reports(tmp_path, "x.yaml", f"{exercise}student: a\nanswers: {{{GOOD}}}\n")
    assert [remark.code for remark in report.remarks] == codes
    assert report.refused is None
    for language in languages():
        assert all("2.10" in worded(remark, words(language)) for remark in report.remarks)


@pytest.mark.parametrize(
    ("name", "content", "typed", "remark"),
    [
        ("nan.json", '{"answers": {"f[1]": NaN}}', "NaN", "not-a-number"),
        ("inf.json", '{"answers": {"f[1]": -Infinity}}', "-Infinity", "not-a-number"),
        ("far.json", '{"answers": {"f[1]": 1e999999999}}', "1e999999999", "not-a-number"),
        ("long.json", '{"answers": {"f[1]": ' + "9" * 9000 + "}}", "9", "too-long"),
        ("true.yaml", "answers: {'f[1]': true}", "true", "not-a-number"),
        ("date.yaml", "answers: {'f[1]': 2024-01-01}", "2024-01-01", "not-a-number"),
        ("hex.yaml", "answers: {'f[1]': 0x10}", "0x10", "not-a-number"),
        ("under.yaml", "answers: {'f[1]': 1_000}", "1_000", "not-a-number"),
        ("map.yaml", "answers: {'f[1]': {a: 1}}", "{…}", "not-a-number"),
        (
            "tag.yaml",
            "answers: {'f[1]': !!python/object/apply:os.system [ls]}",
            "ls",
            "not-a-number",
        ),
        ("comma.yaml", "answers: {'f[1]': [0,5498]}", "[0, 5498]", "ambiguous"),
        ("half.json", '{"answers": {"f[1]": "\\ud800"}}', "\ufffd", "not-a-number"),
    ],
)
def test_values_that_are_no_numbers(
    tmp_path: Path, name: str, content: str, typed: str, remark: str
) -> None:
    (report,) = reports(tmp_path, name, content)
    (mark,) = given_marks(report)
    assert (mark.given or "").startswith(typed)
    assert mark.verdict.value == "unreadable"
    assert mark.remark is not None
    assert mark.remark.code == remark


@pytest.mark.parametrize("name", ["twice.json", "twice.yaml"])
def test_a_repeated_key_is_remarked(tmp_path: Path, name: str) -> None:
    (report,) = reports(tmp_path, name, f'{{"student": "a", "answers": {{{GOOD}, "f[1]": 0.6}}}}')
    assert [r.code for r in report.remarks] == ["twice"]
    assert next(given_marks(report)).given == "0.5498"


HOSTILE = (
    "../../x",
    "/etc/passwd",
    "..",
    ".",
    "",
    "CON",
    "nul",
    "com1",
    "a/b",
    "a\\b",
    "=cmd()",
    "<script>alert(1)</script>",
    "\u202etxt.exe",
    "é" * 300,
    "a" * 3000,
    "\x00",
    "-rf",
    "\ud800",
    "ADA",
    "ada",
)


def test_hostile_text_flows_through_unexecuted(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for n, text in enumerate(HOSTILE):
        data = {"student": {"id": text, "name": text}, "answers": {"f[1]": text, text: text}}
        (folder / f"{n}.json").write_text(json.dumps(data))
    found = grade(
        shipped("tp-2.1"), [s for p in submission_files([folder]) for s in read_submissions(p)]
    )
    assert len(found) == len(HOSTILE)
    assert all(len(report.student.id) <= LONGEST_NAME for report in found)
    for language in languages():
        assert all(worded(r, words(language)) for report in found for r in report.remarks)
    assert main(["grade", "tp-2.1", str(folder), "-o", str(out), "--lang", "en"]) in (0, 1)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}
    for page in out.rglob("*.html"):
        assert "<script>alert" not in page.read_text(encoding="utf-8")
    for line in (out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines():
        assert not line.startswith(("=", "+", "@", '"='))
