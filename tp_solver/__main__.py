"""Run the command line as `python -m tp_solver`."""

import sys

from tp_solver.cli import run

sys.exit(run())
