"""The command line as a person uses it: files written, words said, exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tp_solver.cli import main, progress

RIGHT = """
student: {id: e1, name: Ada}
answers: {"z[1]": [0.25, 0.2], "h[1]": [0.2449, 0.1974]}
"""


def test_solve_writes_pages_that_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "tp", "-o", str(tmp_path)]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert {"index.html", "tp-1.1.html", "tp-1.2.html", "tp-2.1.html", "tp-2.2.html"} <= names
    assert "index.html" in capsys.readouterr().out


def test_solve_json_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "tp-2.3b", "--format", "json", "-o", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["exercise"] == "tp-2.3b"
    assert data["values"]["C_tilde[1]"] == pytest.approx(0.3799489622552249, abs=1e-15)
    assert data["values"]["dL/dW_f"] == pytest.approx(
        [0.00423876537578, -0.00150990275435], abs=1e-12
    )
    step = next(step for step in data["steps"] if step["name"] == "f[1]")
    assert step == {
        "name": "f[1]",
        "equation": "f[1] = sigmoid(z_f[1])",
        "substituted": "sigmoid(0.20000)",
        "value": pytest.approx(0.549833997312478),
    }


def test_solve_several_as_json_is_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "tp-1.1", "tp-2.1", "--format", "json", "-o", "-"]) == 0
    assert [item["exercise"] for item in json.loads(capsys.readouterr().out)] == [
        "tp-1.1",
        "tp-2.1",
    ]


def test_own_file_and_folder(tmp_path: Path) -> None:
    text = "id: mine\ntitle: x\ngiven: {a: 2}\nequations: [b = 3 * a]\n"
    text += "questions: [{id: q, text: $b$, answers: [b]}]\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert main(["solve", str(tmp_path), "-o", str(tmp_path / "out"), "--lang", "en"]) == 0
    assert "Worked solution" in (tmp_path / "out" / "mine.html").read_text(encoding="utf-8")


def test_unknown_exercise_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "tp-2.4"]) == 2
    assert "did you mean `tp-2." in capsys.readouterr().err


def test_broken_exercise_lists_every_issue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(
        "id: broken\ntitle: x\ngiven: {a: [1.0, 0,5], aa: 1}\nequations: [b = 3 * c]\n"
        "questions: [{id: q, text: x, answers: [d]}]\n",
        encoding="utf-8",
    )
    assert main(["verify", str(path)]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) >= 3
    assert all(line.startswith(f"{path}:") for line in lines)
    assert any(line.startswith(f"{path}:3:18: `0,5` is read as two numbers") for line in lines)


def test_grade_writes_feedback_gradebook_and_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "ada.yaml").write_text(RIGHT, encoding="utf-8")
    (copies / "rubbish.yaml").write_text("{[", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["grade", "tp-1.1", str(copies), "-o", str(out)]) == 1
    assert "rubbish.yaml" in capsys.readouterr().err
    assert (out / "feedback" / "e1.html").is_file()
    rows = (out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 3
    assert rows[1].startswith("e1;Ada;4;")
    reports = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [report["score"] for report in reports] == [4.0, None]
    assert set(reports[0]["marks"][0]) == {
        "question",
        "answer",
        "component",
        "given",
        "verdict",
        "remark",
        "misconception",
        "expected",
        "from_own_values",
        "points",
        "out_of",
    }


def test_a_filled_answer_file_is_never_overwritten(tmp_path: Path) -> None:
    assert main(["sheet", "tp-1.1", "-o", str(tmp_path)]) == 0
    (answers,) = tmp_path.glob("*.yaml")
    filled = answers.read_text(encoding="utf-8").replace("y[1]:", "y[1]: 0.183")
    answers.write_text(filled, encoding="utf-8")
    assert main(["sheet", "tp-1.1", "-o", str(tmp_path)]) == 0
    assert answers.read_text(encoding="utf-8") == filled


def test_grading_again_leaves_no_page_of_an_earlier_run(tmp_path: Path) -> None:
    for name in ("e1", "e2"):
        (tmp_path / f"{name}.yaml").write_text(RIGHT.replace("e1", name), encoding="utf-8")
    out = tmp_path / "out"
    copies = [str(tmp_path / "e1.yaml"), str(tmp_path / "e2.yaml")]
    assert main(["grade", "tp-1.1", *copies, "-o", str(out)]) == 0
    (out / "feedback" / "notes.html").write_text("my own notes", encoding="utf-8")
    assert main(["grade", "tp-1.1", copies[0], "-o", str(out)]) == 0
    assert {path.name for path in (out / "feedback").iterdir()} == {"e1.html", "notes.html"}


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_standard_output_is_what_the_file_would_be(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copies = tmp_path / "class.yaml"
    copies.write_text("\n---".join([RIGHT, RIGHT, RIGHT.replace("e1", "e2")]), encoding="utf-8")
    start = ["grade", "tp-1.1", str(copies), "--format", form]
    assert main([*start, "-o", "-"]) == 0
    printed = capsys.readouterr().out
    assert main([*start, "-o", str(tmp_path)]) == 0
    assert printed == (tmp_path / f"report.{form}").read_text(encoding="utf-8")
    assert printed.count('"student"') == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "-", "--format", "html"], "only json or jsonl goes to standard output"),
        (["-o", "-", "--shard", "1/2"], "a part of a batch needs a folder"),
        (["-o", "OUT", "--format", "pdf"], "`pdf` is none of html, json, jsonl, scores"),
        (["-o", "OUT", "--shard", "0/2"], "`0/2` is no part such as 2/8"),
        (["-o", "OUT", "--jobs", "0"], "`0` is no whole number"),
        (["-o", "OUT", "--out-of", "-5"], "--out-of"),
        (["-o", "OUT", "--round", "x"], "`x` is no number"),
        (["-o", "OUT", "--marks", "nowhere.csv"], "No such file"),
    ],
)
def test_options_that_make_no_sense_are_told(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ada.yaml").write_text(RIGHT, encoding="utf-8")
    arguments = [str(tmp_path / "out") if item == "OUT" else item for item in arguments]
    try:
        status = main(["grade", "tp-1.1", str(tmp_path / "ada.yaml"), *arguments])
    except SystemExit as end:
        status = int(end.code or 0)
    assert status == 2
    assert message in capsys.readouterr().err


def test_the_scale_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "ada.yaml").write_text(RIGHT, encoding="utf-8")
    start = ["grade", "tp-1.1", str(tmp_path / "ada.yaml"), "--format", "json"]
    scale = ["--out-of", "10", "--round", "0.5"]
    assert main([*start, *scale, "-o", str(tmp_path)]) == 0
    (report,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    part = report["score"] / report["out_of"] * 10
    assert report["mark"] == pytest.approx(part, abs=0.25)
    assert report["mark"] * 2 == int(report["mark"] * 2)


def test_progress_is_shown_on_a_terminal_and_only_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    assert list(progress.progress(range(30), "solving")) == list(range(30))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress.Progress("marking", 200.0, " copies") as bar:
        bar.count(50)
        bar.advance(100.0)
    shown = capsys.readouterr().err
    assert "marking [############............]  50%  50 copies" in shown
    assert "left" in shown
    assert shown.endswith("\r")  # and wiped off


def test_the_bar_tells_rate_and_time_left() -> None:
    bar = progress.Progress("marking", 100.0, " copies")
    bar.items, bar.behind = 5000, 25.0
    assert bar.text(10.0).endswith(" 25%  5,000 copies, 500/s, 0:30 left")


def test_one_broken_exercise_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.yaml").write_text("id: broken\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["solve", "tp-1.1", str(tmp_path / "broken.yaml"), "-o", str(out)]) == 1
    assert (out / "tp-1.1.html").is_file()
    assert "broken.yaml:1:1: `title` is missing" in capsys.readouterr().err


def test_a_file_in_the_place_of_the_folder_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    assert main(["solve", "tp-1.1", "-o", str(tmp_path / "out")]) == 2
    assert "is a file, not a folder" in capsys.readouterr().err


def test_check_says_right_or_not_yet_and_never_the_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("answers: {'h[1]': [0.2449, 0.19]}", encoding="utf-8")
    assert main(["check", "tp-1.1", str(path), "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "h[1].1: right" in out
    assert "0.197" not in out


def test_check_reads_typed_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y[1] = 0,1830\nh[1] = [0,3 ; 0.1974]\n\n"))
    assert main(["check", "tp-1.1"]) == 0
    out = capsys.readouterr().out
    assert "y[1]: juste" in out
    assert "h[1].1: pas encore" in out
    assert "h[1].2: juste" in out


def test_verify_prints_the_largest_disagreements(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tp-2.3b"]) == 0
    out = capsys.readouterr().out
    assert "tp-2.3b: proved" in out
    assert "finite differences" in out


@pytest.mark.parametrize(
    "arguments",
    [["grade", "tp-1.1", "nowhere.yaml", "-o", "OUT"], ["grade", "tp", "x.yaml", "-o", "OUT"]],
)
def test_what_cannot_be_done_ends_with_a_message_and_no_traceback(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(tmp_path / "out") if item == "OUT" else item for item in arguments]
    assert main(arguments) in (1, 2)
    error = capsys.readouterr().err
    assert error.strip()
    assert "Traceback" not in error


def test_as_a_module_and_without_sympy() -> None:
    code = (
        "import sys, tp_solver.cli as c;"
        "c.main(['solve', 'tp-2.3b', '--format', 'json', '-o', '-']);"
        "sys.exit('sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "tp_solver", "--version"],
        capture_output=True,
        check=True,
        env=environment,
    )
    assert done.stdout.startswith(b"tp-solver ")


@pytest.mark.parametrize(
    ("copies", "told"),
    [
        (["", ""], ""),
        (["exercise: tp-9.9", ""], "another exercise is named by 1 copy: 0.yaml\n"),
        (
            ["exercise: tp-9.9"] * 4,
            "another exercise is named by 4 copies: 0.yaml, 1.yaml, 2.yaml, …\n",
        ),
        (['exercise: "[\\"other-exercise\\""'], "another exercise is named by 1 copy: 0.yaml\n"),
        (["exercise: tp-1.1/x"], ""),
    ],
)
def test_copies_of_another_exercise_are_told_and_need_a_person(
    copies: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, start in enumerate(copies):
        copy = start + RIGHT.replace("e1", f"e{number}")
        (tmp_path / f"{number}.yaml").write_text(copy, encoding="utf-8")
    status = main(["grade", "tp-1.1", str(tmp_path), "-o", str(tmp_path / "out")])
    assert (status, capsys.readouterr().err) == (int(bool(told)), told)


def test_copies_that_are_not_there_are_told_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ada.yaml").write_text(RIGHT, encoding="utf-8")
    given = [str(tmp_path / name) for name in ("ada.yaml", "nowhere", "*.yaml")]
    assert main(["grade", "tp-1.1", *given, "-o", str(tmp_path / "out")]) == 2
    assert f"there is no `{given[1]}`, `{given[2]}`: check the path" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_copy_that_is_there_and_cannot_be_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ada.yaml").symlink_to(tmp_path / "nowhere.yaml")
    out = tmp_path / "out"
    assert main(["grade", "tp-1.1", str(tmp_path / "ada.yaml"), "-o", str(out)]) == 1
    assert "ada.yaml: " in capsys.readouterr().err
    assert (out / "gradebook.csv").exists()


def test_a_reader_of_standard_output_that_leaves_early_is_no_trouble(tmp_path: Path) -> None:
    many = "\n---".join(RIGHT.replace("e1", f"e{number}") for number in range(60))
    (tmp_path / "class.yaml").write_text(many, encoding="utf-8")
    start = [sys.executable, "-m", "tp_solver", "grade", "tp-1.1", str(tmp_path / "class.yaml")]
    run = subprocess.Popen(
        [*start, "-o", "-", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.read(10)
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait() == 2
