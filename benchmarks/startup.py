"""Time `solve` of one exercise over a process that only imports what it builds on."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from timing import compare

EXERCISE = "tp-2.1"
IMPORTS = "import numpy, jinja2, pydantic; from pydantic import BaseModel"
LOOK = """
import sys
from tp_solver.cli import main
try:
    main(["solve", "{exercise}", "-o", "{folder}"])
except SystemExit as end:
    assert not end.code, end.code
sys.exit("sympy" in sys.modules)
"""


def run(*command: str) -> None:
    """Run a command in a process of its own."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Compare, and check that SymPy was not needed."""
    with tempfile.TemporaryDirectory() as folder:
        script = str(Path(sys.executable).with_name("tp-solver"))
        command = (script, "solve", EXERCISE, "-o", folder)
        imports = (sys.executable, "-c", IMPORTS)
        ours, bare, ratio = compare(lambda: run(*command), lambda: run(*imports))
        print(f"solve {EXERCISE}: {ours:.3f} s; importing alone: {bare:.3f} s; ratio {ratio:.2f}")
        run(sys.executable, "-c", LOOK.format(exercise=EXERCISE, folder=folder))
        print("SymPy was not imported")


if __name__ == "__main__":
    main()
