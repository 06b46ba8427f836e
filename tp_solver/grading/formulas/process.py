"""The worker as its user sees it: started when needed, asked, killed when it overruns.

A plain child process, no `multiprocessing.Process`: that would run a caller's script again, and
is refused to the workers of a pool. What goes through the pipes is JSON and formulas as text.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import RLock, Thread
from typing import IO, Any, Literal

from tp_solver.grading.formulas.problem import Problem

MODULE = "tp_solver.grading.formulas.worker"
START_SECONDS = 60.0
MOST_FAILURES = 3  # to start in all, after which it is left alone


@dataclass(frozen=True)
class Reply:
    """What the worker found before it ended; `seconds` are those of its answer."""

    ended: Literal["answered", "overrun", "crashed", "absent"]
    values: Literal["apart", "alike", "none"] | None = None
    points: int = 0
    error: float | None = None
    exact: bool | None = None
    seconds: float = 0.0


class Worker:
    """One child process that answers problems, one at a time."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.process: subprocess.Popen[str] | None = None
        self.lines: SimpleQueue[str] = SimpleQueue()
        self.failures = 0
        atexit.register(self.stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Leave the process to the one that started it: this is a fork of that one."""
        self.lock = RLock()
        self.process = None

    def ask(self, problem: Problem, points: int, seconds: float) -> Reply:
        """Have a problem answered within so many seconds; a start comes on top of them."""
        with self.lock:
            if not self.started():
                return Reply("absent")
            begun = time.monotonic()
            request = {"problem": problem.line, "points": points, "seconds": seconds}
            ended, found = self.exchange(request, begun + seconds)
            return Reply(ended, **found, seconds=time.monotonic() - begun)

    def exchange(
        self, request: dict[str, Any], until: float
    ) -> tuple[Literal["answered", "overrun", "crashed"], dict[str, Any]]:
        """Send a request and gather what comes back; whatever goes wrong, the process is gone."""
        found: dict[str, Any] = {}
        answered = False
        try:
            self.send(request)
            while not answered:
                part = self.receive(until)
                answered = part.pop("last", False)
                found |= part
        except TimeoutError:
            return "overrun", found
        except OSError:
            return "crashed", found
        finally:
            if not answered:
                self.stop()
        return "answered", found

    def send(self, request: dict[str, Any]) -> None:
        """Write a request; raises OSError where nobody reads."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def receive(self, until: float) -> dict[str, Any]:
        """Return the next part; raises TimeoutError, and OSError where the process has ended."""
        try:
            line = self.lines.get(timeout=max(0.0, until - time.monotonic()))
        except Empty as error:
            raise TimeoutError from error
        if not line.endswith("\n"):
            raise BrokenPipeError
        part: dict[str, Any] = json.loads(line)
        return part

    def started(self) -> bool:
        """Start the process where it is not running; tell whether it runs."""
        if self.process is not None and self.process.poll() is None:
            return True
        self.stop()
        if self.failures >= MOST_FAILURES:
            return False
        ready = False
        try:
            self.start()
            self.receive(time.monotonic() + START_SECONDS)
            ready = True
        except OSError:  # nothing to run here, or it ended, or it took too long
            self.failures += 1
        finally:
            if not ready:
                self.stop()
        return ready

    def start(self) -> None:
        """Run the worker with this process's path, and nothing of the current folder."""
        root = str(Path(__file__).resolve().parents[3])
        path = os.pathsep.join([root, *(entry for entry in sys.path if entry)])
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.lines = SimpleQueue()
        self.process = subprocess.Popen(
            [sys.executable or "python", "-P", "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="ascii",
            env={**os.environ, **threads, "PYTHONPATH": path},
        )
        Thread(target=_pass_on, args=(self.process.stdout, self.lines), daemon=True).start()

    def stop(self) -> None:
        """Kill the process, where there is one, and wait for its end."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()
        try:
            if process.stdin is not None:
                process.stdin.close()
        except OSError:  # what was not yet written has no reader
            return


def _pass_on(stream: IO[str] | None, lines: SimpleQueue[str]) -> None:
    """Pass on lines until the stream ends, then an empty one."""
    assert stream is not None
    with stream:
        for line in stream:
            lines.put(line)
    lines.put("")


WORKER = Worker()
