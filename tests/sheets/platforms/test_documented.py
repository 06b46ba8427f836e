"""The commands and the autograder of docs/platforms.md, run as they are written there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import ROOT
from tp_solver.cli import main
from tp_solver.sheets.platforms.moodle import SHARES

PAGE = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
COPY = 'student: {id: e1234, name: "Ada L."}\nanswers: {"f[1]": "0,5987", "z_f[1]": 0.2}\n'


def block(language: str, beginning: str) -> str:
    """Return the fenced block of a language that holds some text."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (one,) = (text for text in found if beginning in text)
    return one


def test_the_commands_write_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "ada.yaml").write_text(COPY, encoding="utf-8")
    for line in block("sh", "--format moodle").splitlines():
        command, written = line.split("#")
        assert main(command.split()[1:]) == 0
        assert (tmp_path / written.strip()).is_file()
    assert ET.parse(tmp_path / "bank" / "tp-2.1.moodle.xml").getroot().tag == "quiz"
    assert zipfile.is_zipfile(tmp_path / "bank" / "tp-2.1.qti.zip")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash to run the script")
def test_the_autograder_gives_the_line_that_is_shown(tmp_path: Path) -> None:
    script = block("bash", "results.json")
    for old, new in {
        "/opt/tp/bin/tp-solver": f"{sys.executable} -m tp_solver",
        "/autograder": str(tmp_path),
        "/tmp/marks": str(tmp_path / "marks"),
    }.items():
        script = script.replace(old, new)
    (tmp_path / "source").mkdir()
    (tmp_path / "submission").mkdir()
    shutil.copy(ROOT / "exercises" / "tp" / "tp-2.1.yaml", tmp_path / "source" / "exercise.yaml")
    (tmp_path / "submission" / "answers.yaml").write_text(COPY, encoding="utf-8")
    subprocess.run(
        ["bash", "-c", script], check=True, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    )
    made = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert block("text", "0,5987").strip() in made["tests"][0]["output"].splitlines()


def test_the_shares_of_moodle_are_those_listed() -> None:
    listed = re.search(r"earn (0, 5,.*?) %:", PAGE, re.DOTALL)
    assert listed is not None
    assert [float(n) for n in re.findall(r"[\d.]+", listed[1])] == list(SHARES)
