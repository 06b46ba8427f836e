"""The worker starts when needed, ends when it overruns, and is never missed for long."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.grading.formulas.material import decided, put
from tp_solver.grading.formulas.process import MOST_FAILURES, Worker

PROBLEM = put("2 * sigmoid(2 * x) - 1", "tanh(x)")
SQUARE = "(x^2 + y^2 + w^2 + 2 * x * y + 2 * x * w + 2 * y * w)"
ENDLESS = put("(x + y + w)^4000", f"(x + y + w)^3998 * {SQUARE}")


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


def gone(pid: int) -> bool:
    """Tell whether a process has ended within some seconds, no zombie left."""
    for _ in range(400):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def pid_of(worker: Worker) -> int:
    assert worker.process is not None
    return worker.process.pid


def test_it_starts_when_asked_and_stays(worker: Worker) -> None:
    assert worker.process is None
    assert worker.ask(PROBLEM, 64, 20).exact is True
    pid = pid_of(worker)
    assert worker.ask(PROBLEM, 64, 20).exact is True
    assert pid_of(worker) == pid


def test_one_that_overruns_is_killed_and_another_answers(worker: Worker) -> None:
    worker.ask(PROBLEM, 64, 20)
    pid = pid_of(worker)
    reply = worker.ask(ENDLESS, 64, 1.0)
    assert (reply.ended, reply.values, reply.exact) == ("overrun", "alike", None)
    assert reply.error is not None
    assert reply.error < 1e-60
    assert gone(pid)
    assert worker.ask(PROBLEM, 64, 20).exact is True


def test_no_time_at_all_is_an_overrun(worker: Worker) -> None:
    reply = worker.ask(PROBLEM, 64, 0.0)
    assert (reply.ended, reply.values, reply.exact) == ("overrun", None, None)


def test_what_has_no_time_goes_to_a_person(worker: Worker) -> None:
    assert decided("max(x, 0)", "relu(x)", worker=worker, seconds=1e-9).how == "undecided"
    assert not decided("min(x, 0)", "relu(x)", worker=worker, seconds=1e-9).same


def test_a_crash_is_noticed(worker: Worker) -> None:
    worker.ask(PROBLEM, 64, 20)
    assert worker.process is not None
    worker.process.kill()
    worker.process.wait()
    assert worker.ask(PROBLEM, 64, 20).exact is True
    pid = pid_of(worker)
    os.kill(pid, signal.SIGKILL)
    reply = worker.ask(PROBLEM, 64, 20)  # either noticed before, or while it was asked
    assert reply.exact is True or reply.ended == "crashed"
    assert gone(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of memory there")
def test_memory_is_bounded(worker: Worker) -> None:
    reply = worker.ask(ENDLESS, 64, 120)
    assert reply.ended in ("answered", "crashed")
    assert (reply.values, reply.exact) == ("alike", None)


def test_ctrl_c_ends_the_one_who_asks_and_the_worker(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.ask(PROBLEM, 64, 20)
    pid = pid_of(worker)
    os.kill(pid, signal.SIGINT)
    assert worker.ask(PROBLEM, 64, 20).exact is True
    assert pid_of(worker) == pid  # the signal, sent to a whole terminal, is not for it

    def interrupted(_until: float) -> None:
        raise KeyboardInterrupt

    for _ in ("while it is asked", "while it starts"):
        with monkeypatch.context() as patched:
            patched.setattr(worker, "receive", interrupted)
            with pytest.raises(KeyboardInterrupt):
                worker.ask(PROBLEM, 64, 20)
        assert worker.process is None
    assert gone(pid)
    assert worker.ask(PROBLEM, 64, 20).exact is True


def test_where_none_can_start_it_is_left_alone(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    original = worker.start

    def start() -> None:
        started.append(1)
        original()

    monkeypatch.setattr("sys.executable", str(ROOT / "no-python-here"))
    monkeypatch.setattr(worker, "start", start)
    for _ in range(MOST_FAILURES + 3):
        assert worker.ask(PROBLEM, 64, 20).ended == "absent"
    assert len(started) == MOST_FAILURES
    assert decided("max(x, 0)", "relu(x)", worker=worker).digits == 15


SCRIPT = """
from tests.grading.formulas.material import decided
from tp_solver.grading.formulas.process import WORKER
assert decided("2 * x", "x + x").how == "exact"
print(WORKER.process.pid, flush=True)
"""


def run(script: str, folder: Path) -> int:
    """Run an unguarded script as a user of the library would, from any folder."""
    path = folder / "script.py"
    path.write_text(script, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(path)],
        check=False,
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    return int(done.stdout)


def test_it_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    assert gone(run(SCRIPT, tmp_path))


def test_it_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    script = SCRIPT + "import os\nos._exit(0)\n"
    assert gone(run(script, tmp_path))


def test_modules_of_the_current_folder_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('run')", encoding="utf-8")
    script = "import sys\nsys.path.pop(0)\n" + SCRIPT
    assert gone(run(script, tmp_path))


def _in_a_pool(typed: str) -> tuple[str, int]:
    found = decided(typed, "x + x")
    return found.how, os.getpid()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_workers_of_a_pool_may_ask(method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    assert decided("2 * x", "x + x").how == "exact"  # so that a fork finds one that is not its own
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map(_in_a_pool, ["2 * x", "3 * x - x", "x * 4 / 2", "x / 0.5"])
    assert {how for how, _ in found} == {"exact"}
    assert decided("2 * x", "x + x").how == "exact"
