"""docs/sheets.md says what `sheet` writes and how it lays answers out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tp_solver.cli import main
from tp_solver.cli.sheet import FORMATS, USUAL
from tp_solver.sheets.blocks import MOST_COLUMNS, WIDEST
from tp_solver.sheets.chromium import VARIABLE
from tp_solver.sheets.statement_page import MOST_ACROSS

PAGE = (ROOT / "docs" / "sheets.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^tp-solver (.+)$", PAGE, re.MULTILINE)


def test_the_formats_are_documented_with_the_files_they_write(tmp_path: Path) -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (`tp-2\.1[^|]*) \|", PAGE, re.MULTILINE))
    assert set(listed) == set(FORMATS)
    assert f"`{','.join(USUAL)}` where silent" in PAGE
    assert main(["sheet", "tp-2.1", "-o", str(tmp_path)]) == 0
    named = {file for form in USUAL for file in re.findall(r"`([^`]+)`", listed[form])}
    assert {path.name for path in tmp_path.iterdir()} == named


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))  # which is shown with a browser elsewhere
    arguments = shlex.split(command.replace("…", "").replace("tp ", "tp-1.1 "))
    arguments[arguments.index("-o") + 1] = str(tmp_path / "out")
    assert main(arguments) == (1 if "pdf" in command else 0)
    assert list((tmp_path / "out").iterdir())


def test_the_limits_are_those_documented() -> None:
    for words in (
        f"more than {MOST_COLUMNS} columns",
        f"more than {MOST_ACROSS} columns",
        f"up to {WIDEST} columns",
        f"`{VARIABLE}`",
    ):
        assert words in " ".join(PAGE.split())


def test_a_format_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["sheet", "tp-1.1", "--format", "html,doc"])
    assert end.value.code == 2
    assert "`doc` is none of html, yaml, xlsx, csv, pdf" in capsys.readouterr().err
