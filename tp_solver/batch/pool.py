"""Tasks done by this process or by several, a bounded number of them at a time, in order."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain
from multiprocessing import connection, get_context, parent_process
from typing import TYPE_CHECKING

import numpy as np

from tp_solver.batch.work import File, Job, Marked, Task, Worker
from tp_solver.errors import UserError

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

MANY = 1000  # submissions from which several processes are worth their start
AHEAD = 2  # tasks waiting for each process
COLLECT_AFTER = 100_000
KEPT = 31 * 1024 * 1024  # bytes: just under the most that glibc learns to keep
_worker: list[Worker] = []  # of a process of the pool, made before it was forked


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def done(job: Job, tasks: Iterable[Task], jobs: int | None) -> Iterator[Marked]:
    """Yield the results of tasks in their order; raises UserError where a process dies.

    Without a number of jobs, all cores are used where there are many submissions.
    """
    waiting = iter(tasks)
    first: list[Task] = []
    count = 0
    if jobs is None:
        for task in waiting:
            first.append(task)
            count += len(task)
            if count >= MANY:
                break
        jobs = cores() if count >= MANY else 1
    everything = chain(first, waiting)
    with _lasting_memory():
        yield from _alone(job, everything) if jobs == 1 else _together(job, everything, jobs)


def _alone(job: Job, tasks: Iterable[Task]) -> Iterator[Marked]:
    worker = Worker(job)
    for task in tasks:
        yield worker.run(task)


def _together(job: Job, tasks: Iterable[Task], jobs: int) -> Iterator[Marked]:
    # A fork has all that is loaded already, but is only safe where no other thread is at work.
    alone = sys.platform == "linux" and threading.active_count() == 1
    if alone:
        _worker[:] = [Worker(job).loaded()]
        alone = threading.active_count() == 1
    context = get_context("fork" if alone else "spawn")
    sys.stdout.flush()
    stop = context.Event()
    queue: deque[tuple[Task, Future[Marked]]] = deque()
    with _quiet_numbers():
        pool = ProcessPoolExecutor(jobs, context, _start, (job, stop))
        try:
            for task in tasks:
                queue.append((task, pool.submit(_run, task)))
                if len(queue) > AHEAD * jobs:
                    yield _whole(*queue.popleft())
            while queue:
                yield _whole(*queue.popleft())
        except BrokenProcessPool as error:
            raise UserError(
                "a process that marks has died, perhaps for want of memory: what is marked so far "
                "is kept; run the same command again, with fewer --jobs"
            ) from error
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
            _worker.clear()


@contextmanager
def _lasting_memory() -> Iterator[None]:
    before = gc.get_threshold()
    _keep_memory()
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _quiet_numbers() -> Iterator[None]:
    """Let processes that start now use one thread each for their arrays."""
    name = "OPENBLAS_NUM_THREADS"
    before = os.environ.get(name)
    os.environ[name] = before or "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]


def _keep_memory() -> None:
    """Keep memory for the batches to come.

    Results hold no cycles to look for. And glibc hands arrays of this size back to the system,
    which fills them with zeros anew, unless a block as large was freed before.
    """
    gc.set_threshold(COLLECT_AFTER)
    np.empty(KEPT, dtype=np.uint8)


def _start(job: Job, stop: Event) -> None:
    """Make this process ready: it ends with its parent, whatever becomes of that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells when to stop
    _keep_memory()
    gc.freeze()  # what is there already stays
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if not _worker:  # this process was not forked
        _worker.append(Worker(job))
    _worker[0].stopped = stop.is_set


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _run(task: Task) -> Marked:
    """Mark a task; lines, which the parent has, are not sent back."""
    return [
        (key, result._replace(raw=b"") if isinstance(result.raw, bytes) else result)
        for key, result in _worker[0].run(task)
    ]


def _whole(task: Task, future: Future[Marked]) -> Marked:
    """Return the results of a task with their lines."""
    marked = future.result()
    if all(result.raw for _, result in marked):
        return marked
    lines = {item.unit: item.raw for item in task if not isinstance(item, File)}
    return [
        (key, result if result.raw else result._replace(raw=lines[key.unit]))
        for key, result in marked
    ]
