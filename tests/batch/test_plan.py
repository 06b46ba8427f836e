"""How the lines of a large file are dealt out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch.material import Silent, exercise, lines, run
from tp_solver.batch import plan
from tp_solver.batch.job import store_in
from tp_solver.batch.people import People
from tp_solver.batch.plan import Planner
from tp_solver.batch.settings import Settings, Shard
from tp_solver.batch.work import Line
from tp_solver.grading.readers import submission_files


def sizes(folder: Path, count: int, jobs: int) -> list[int]:
    """Return how many lines each task has; all lines are in them, in order."""
    (folder / "all.jsonl").write_text("\n".join(lines(count)), encoding="utf-8")
    settings = Settings(formats=("scores",))
    with store_in(folder / "out") as store:
        planner = Planner(
            store, settings, People(()), folder / "out", Shard(), Silent().advance, jobs
        )
        tasks = list(planner.tasks(submission_files([folder / "all.jsonl"])))
    numbers = [item.number for task in tasks for item in task if isinstance(item, Line)]
    assert numbers == list(range(1, count + 1))
    return [len(task) for task in tasks]


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_last_tasks_are_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(plan, "COPIES", 100)
    monkeypatch.setattr(plan, "CHUNK", 10)
    found = sizes(tmp_path, 730, jobs)
    assert found[0] == 100
    assert all(50 <= size <= 100 for size in found[:-1])
    assert found[-1] <= 100 if jobs == 1 else found[-1] <= 60


def test_the_same_file_in_two_folders_of_one_name_is_two_copies(tmp_path: Path) -> None:
    for name in ("a", "b"):
        below = tmp_path / name / "copies"
        below.mkdir(parents=True)
        (below / "all.jsonl").write_text("\n".join(lines(3)), encoding="utf-8")
        (below / "one.yaml").write_text("student: e\nanswers: {c: 6}\n", encoding="utf-8")
    path = exercise(tmp_path)
    folders = [tmp_path / name / "copies" for name in ("a", "b")]
    for _ in range(2):  # the second time, all is there already
        outcome = run(path, folders, tmp_path / "out")
        assert outcome.submissions == 8
    assert outcome.recognised == 8
