"""Broken exercises: every issue at once, each at its place, each leading to the fix.

Beside each `bad/NAME.yaml`, `bad/NAME.txt` holds what an author is told.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tp_solver.exercise.bounded_yaml import MOST_VALUES
from tp_solver.exercise.load import load_file, load_text
from tp_solver.exercise.source import LARGEST_FILE, parse_yaml, read_yaml

BAD = Path(__file__).parent / "bad"
NAMES = sorted(path.stem for path in BAD.glob("*.yaml"))


def told(path: Path) -> list[str]:
    """Load an exercise file and return its issues as lines, without the file's name."""
    issues = sorted(set(load_file(path)[1]))
    assert all(issue.file == str(path) for issue in issues)
    return [f"{issue.line}:{issue.column}: {issue.what}: {issue.todo}" for issue in issues]


@pytest.mark.parametrize("name", NAMES)
def test_issues(name):
    expected = (BAD / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert told(BAD / f"{name}.yaml") == expected
    assert expected, "a broken exercise has at least one issue"


def test_every_expectation_has_its_exercise():
    assert sorted(path.stem for path in BAD.glob("*.txt")) == NAMES


def test_too_large(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_text("#" * (LARGEST_FILE + 1), encoding="utf-8")
    assert told(path) == [f"1:1: is larger than {LARGEST_FILE // 1024} KB: split the file"]


def test_no_such_file(tmp_path):
    assert told(tmp_path / "none.yaml") == [
        "1:1: can't be read (No such file or directory): check the path"
    ]


def test_a_folder(tmp_path):
    assert "can't be read" in told(tmp_path)[0]


def test_too_many_values():
    source = parse_yaml(f"x: [{'1, ' * MOST_VALUES}1]", "x.yaml")
    assert source.data is None
    assert [issue.what for issue in source.issues] == [f"more than {MOST_VALUES} values"]


def test_nested_too_deeply():
    for text in ("[" * 5_000, "x: " + "[" * 30 + "]" * 30):
        source = parse_yaml(text, "x.yaml")
        assert source.data is None
        assert len(source.issues) == 1


def test_a_byte_order_mark_is_no_character(tmp_path):
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfid: bad\nidd: 2\n")
    assert "2:1: unknown key `idd`: did you mean `id`?" in told(path)


def test_line_ends_of_windows(tmp_path):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"id: bad\r\ntitle: Bad\r\nequations:\r\n  - y = 2 x\r\n")
    assert any(line.startswith("4:") or "`questions` is missing" in line for line in told(path))


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("answer: 1 + tahn(x)", 17),
        ('answer: "1 + tahn(x)"', 18),
        ("answer: '1 + tahn(x)'", 18),
        ("answer: 1 + h + tahn(x)", 21),
        ("text: $tanh(x)$ is not $tahn(x)$", 29),
        ('text: "$x$ then $ tahn(x)$"', 23),
    ],
)
def test_columns_inside_values(written, column):
    rest = "answer: x" if written.startswith("text") else 'text: "?"'
    text = (
        f'id: a\ntitle: "A"\nquestions:\n  - id: q\n    kind: number\n    {written}\n    {rest}\n'
    )
    _, issues = load_text(text)
    assert [(issue.line, issue.what) for issue in issues] == [(6, "unknown function `tahn`")]
    assert text.splitlines()[5][issues[0].column - 1 :].startswith("tahn")
    assert issues[0].column == column


def test_a_missing_file_is_told_by_the_reader(tmp_path):
    source = read_yaml(tmp_path / "none.yaml", "shown.yaml")
    assert source.data is None
    assert source.issues[0].file == "shown.yaml"
