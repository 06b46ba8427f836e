"""The same input gives the same bytes in every process, whatever seed its hashes have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

SCRIPT = """
import sys
from pathlib import Path
from tp_solver.cli import main
from tp_solver.sheets.formats import FORMATS

out = Path(sys.argv[1])
for name in ("tp-2.1", "rnn-bidirectional"):
    for form in sorted(FORMATS.keys() - {"pdf", "moodle-numerical"}):
        main(["solve", name, "-o", str(out / "solve"), "--format", form])
main(["solve", "tp", "rnn", "gru", "lstm", "training", "bugs", "-o", str(out / "pages")])
main(["sheet", "tp-2.2", "masked-loss", "-o", str(out / "sheet")])
main(["sheet", "lstm-own-numbers", "--variants", "2", "-o", str(out / "own")])
copy = out / "copy.yaml"
copy.write_text("student: e1\\nanswers: {'f[1]': 0.9, 'C[1]': 0.3, 'h[1]': 0.1, 'f[2]': 0.2}")
main(["grade", "tp-2.1", str(copy), "-o", str(out / "grade"), "--format", "html,json"])
"""


def made(folder: Path, seed: str) -> dict[str, bytes]:
    """Run some commands in a process of their own; return what they wrote, by name."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not run.returncode, run.stderr
    found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))}
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if path.is_file() and path.suffix != ".sqlite"
    }


def test_hash_seeds_change_nothing(tmp_path: Path) -> None:
    first, second = (made(tmp_path / seed, seed) for seed in ("1", "3"))
    assert len(first) > 25
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
