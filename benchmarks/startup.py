"""Time `solve` of one exercise over a process that only imports what it builds on."""

from __future__ import annotations

import subprocess
import sys
import tempfile

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


def python(*arguments: str) -> None:
    """Run Python in a process of its own."""
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Compare, and check that SymPy was not needed."""
    with tempfile.TemporaryDirectory() as folder:
        command = ("-m", "tp_solver", "solve", EXERCISE, "-o", folder)
        ours, bare, ratio = compare(lambda: python(*command), lambda: python("-c", IMPORTS))
        print(f"solve {EXERCISE}: {ours:.3f} s; importing alone: {bare:.3f} s; ratio {ratio:.2f}")
        python("-c", LOOK.format(exercise=EXERCISE, folder=folder))
        print("SymPy was not imported")


if __name__ == "__main__":
    main()
