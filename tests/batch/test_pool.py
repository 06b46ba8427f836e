"""Several processes: what becomes of them when one of them, or their parent, comes to an end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.material import exercise, lines, outputs
from tp_solver.cli import main

TASKS = Path("/proc/self/task")
pytestmark = pytest.mark.skipif(
    not TASKS.joinpath(str(os.getpid()), "children").exists(), reason="no list of processes here"
)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Start a run with two processes; yield it and them once they write pages."""
    path = exercise(tmp_path)
    (tmp_path / "class.jsonl").write_text("\n".join(lines(16000)), encoding="utf-8")
    command = [sys.executable, "-m", "tp_solver", *arguments(tmp_path, path), "--jobs", "2"]
    run = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while not any((tmp_path / "out").glob(".pages/*")) and time.monotonic() < until:
        time.sleep(0.01)
    found = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    yield run, [int(pid) for pid in found]
    if run.poll() is None:
        run.kill()
    run.communicate()


def arguments(folder: Path, path: Path, out: str = "out") -> list[str]:
    """Return a command without the number of processes."""
    given = [str(path), str(folder / "class.jsonl"), "-o", str(folder / out)]
    return ["grade", *given, "--format", "html", "--lang", "en"]


def ended(pid: int) -> bool:
    """Tell whether a process is at an end, waited for or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state.rpartition(")")[2].split()[0] == "Z"


def whole(folder: Path) -> None:
    """Let the run go on, and hold what it wrote against a run by one process."""
    path = folder / "small.yaml"
    assert main(arguments(folder, path)) == 1
    assert main([*arguments(folder, path, "alone"), "--jobs", "1"]) == 1
    assert outputs(folder / "out") == outputs(folder / "alone")


def test_a_process_that_dies_is_told(
    tmp_path: Path, started: tuple[subprocess.Popen[str], list[int]]
) -> None:
    run, workers = started
    os.kill(workers[-1], signal.SIGKILL)
    _, told = run.communicate(timeout=60)
    assert run.returncode == 2
    assert "a process that marks has died" in told
    assert "Traceback" not in told
    whole(tmp_path)


def test_no_process_outlives_its_parent(
    tmp_path: Path, started: tuple[subprocess.Popen[str], list[int]]
) -> None:
    run, workers = started
    run.kill()
    run.wait()
    until = time.monotonic() + 20
    while not all(map(ended, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert all(map(ended, workers))
    whole(tmp_path)


def test_ctrl_c_ends_them_all(
    tmp_path: Path, started: tuple[subprocess.Popen[str], list[int]]
) -> None:
    run, workers = started
    os.killpg(run.pid, signal.SIGINT)
    _, told = run.communicate(timeout=60)
    assert run.returncode == 2
    assert told == "stopped; run the same command again to go on\n"
    assert all(map(ended, workers))
    whole(tmp_path)
