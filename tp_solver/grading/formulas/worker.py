"""The process that may hang: it reads problems as lines of JSON, and writes what it finds.

Run as `python -m tp_solver.grading.formulas.worker`, and started by `process` alone. For each
problem it writes several lines, what comes fast first, and "last" in the last one: a kill loses
only what was not yet found.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any

MEMORY = 1 << 30
DEEPEST = 10_000
SECONDS_OVER = 3  # of computing, beyond its time, after which the process ends by itself


def serve() -> None:
    """Answer problems until there are no more; prints of libraries go to stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this process
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    sys.setrecursionlimit(DEEPEST)
    from tp_solver.grading.formulas import answers

    _limit("RLIMIT_AS", MEMORY)
    _tell(out, {"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        _limit("RLIMIT_CPU", int(time.process_time() + request["seconds"]) + SECONDS_OVER)
        for found in answers.answers(request["problem"], request["points"]):
            _tell(out, found)


def _tell(out: Any, found: dict[str, Any]) -> None:
    out.write(json.dumps(found) + "\n")
    out.flush()


def _limit(kind: str, most: int) -> None:
    """Set a limit of this process, where the system has such limits."""
    with suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        which = getattr(resource, kind)
        hard = resource.getrlimit(which)[1]
        resource.setrlimit(which, (most if hard < 0 else min(most, hard), hard))


if __name__ == "__main__":
    serve()
