"""A run that is ended early goes on where it stopped, and ends with the same bytes."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.batch.material import Silent, copies, exercise, lines, outputs, request, run
from tp_solver.batch import outputs as outputs_module
from tp_solver.batch import plan, work
from tp_solver.batch.job import grade
from tp_solver.batch.settings import Settings
from tp_solver.cli import main
from tp_solver.errors import UserError
from tp_solver.grading import marking
from tp_solver.grading.reading import Gathering


@pytest.fixture(autouse=True)
def _small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COPIES", "REPORTS"):
        monkeypatch.setattr(plan, name, 5)


def test_two_runs_are_the_same(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 40)
    first = run(*given, tmp_path / "a")
    assert first.submissions == 40
    assert first.pages == 40 - first.refused
    run(*given, tmp_path / "b")
    assert outputs(tmp_path / "a") == outputs(tmp_path / "b")
    assert {"gradebook.csv", "index.html", "report.json", "to-mark.csv"} <= set(
        outputs(tmp_path / "a")
    )


class Boom(Exception):
    """Ends a run."""


@pytest.mark.parametrize("after", [0, 1, 3, 6])
def test_goes_on_after_an_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    given = exercise(tmp_path), copies(tmp_path, 40)
    run(*given, tmp_path / "whole")
    marked = work.Worker.run
    judged: list[object] = []

    def failing(self, task):
        if len(judged) == after:
            raise Boom
        judged.append(task)
        return marked(self, task)

    with monkeypatch.context() as patch:
        patch.setattr(work.Worker, "run", failing)
        with pytest.raises(Boom):
            run(*given, tmp_path / "again")
    assert not (tmp_path / "again" / "gradebook.csv").exists()
    outcome = run(*given, tmp_path / "again")
    assert (outcome.recognised > 0) == (after > 0)
    assert outputs(tmp_path / "again") == outputs(tmp_path / "whole")


def test_goes_on_after_a_kill(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    (tmp_path / "class.jsonl").write_text("\n".join(lines(3000)), encoding="utf-8")
    command = [sys.executable, "-m", "tp_solver", "grade", str(path), str(tmp_path / "class.jsonl")]
    command += ["-o", str(tmp_path / "killed"), "--lang", "en", "--jobs", "1"]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    # Reports are stored 1024 at a time: so the first ones are, when there are 1100 pages.
    while len(list((tmp_path / "killed").glob(".pages/*"))) < 1100 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(started.pid, signal.SIGKILL)
    assert started.wait() == -signal.SIGKILL
    told = [
        subprocess.run(command, check=False, capture_output=True, text=True).stdout
        for _ in range(2)  # the second time, all is there
    ]
    assert [line.splitlines()[0] for line in told] == [
        f"marked already: {count} of 3,000 copies" for count in ("1,024", "3,000")
    ]
    arguments = ["grade", str(path), str(tmp_path / "class.jsonl"), "--lang", "en"]
    assert main([*arguments, "-o", str(tmp_path / "whole")]) == 1
    assert outputs(tmp_path / "killed") == outputs(tmp_path / "whole")
    assert not list((tmp_path / "killed").glob("*-journal"))


def test_nothing_is_judged_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = exercise(tmp_path), copies(tmp_path, 20)
    run(*given, tmp_path / "out")
    before = outputs(tmp_path / "out")
    monkeypatch.setattr(work.Worker, "run", None)
    assert run(*given, tmp_path / "out").recognised == 20
    assert outputs(tmp_path / "out") == before


def test_what_changed_came_or_went_is_noticed(tmp_path: Path) -> None:
    path, (folder,) = exercise(tmp_path), copies(tmp_path, 20)
    run(path, [folder], tmp_path / "out")
    text = (folder / "z001.json").read_text(encoding="utf-8")
    (folder / "z001.json").write_text(text.replace("Because", "Since"), encoding="utf-8")
    (folder / "z002.json").unlink()
    (folder / "a.json").write_text('{"student": "new", "answers": {"c": "6"}}', encoding="utf-8")
    outcome = run(path, [folder], tmp_path / "out")
    assert (outcome.submissions, outcome.recognised, outcome.dropped) == (20, 18, 2)
    run(path, [folder], tmp_path / "fresh")
    assert outputs(tmp_path / "out") == outputs(tmp_path / "fresh")


def test_a_page_that_is_missing_is_made_again(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 20)
    run(*given, tmp_path / "out")
    before = outputs(tmp_path / "out")
    (tmp_path / "out" / "feedback" / "e1.html").unlink()
    assert run(*given, tmp_path / "out").recognised == 19
    assert outputs(tmp_path / "out") == before


def test_the_same_file_given_twice_is_two_copies(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    (tmp_path / "a.json").write_text('{"student": "e", "answers": {"c": "6"}}', encoding="utf-8")
    for _ in range(2):
        outcome = run(path, [tmp_path / "a.json"] * 2, tmp_path / "out")
        assert outcome.submissions == 2


def test_another_state_is_not_mixed_in(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 10)
    run(*given, tmp_path / "out")
    with pytest.raises(UserError, match=r"--lang is fr, was en.*regrade EXERCISE -o"):
        run(*given, tmp_path / "out", Settings(language="fr"))
    exercise(tmp_path, added="2")
    with pytest.raises(UserError, match="the exercise file has changed"):
        run(*given, tmp_path / "out")
    text = given[0].read_text(encoding="utf-8").replace("id: small", "id: other")
    given[0].write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="holds marks for small"):
        run(*given, tmp_path / "out")


def test_formats_add_up(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 10)
    run(*given, tmp_path / "out", Settings(language="en", formats=("jsonl",)))
    assert "report.jsonl" in outputs(tmp_path / "out")
    assert not (tmp_path / "out" / "feedback").exists()
    run(*given, tmp_path / "out", Settings(language="en", formats=("html",)))
    assert {"report.jsonl", "index.html", "feedback/e1.html"} <= set(outputs(tmp_path / "out"))


def test_several_processes_give_the_same(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 40)
    run(*given, tmp_path / "one", jobs=1)
    run(*given, tmp_path / "two", jobs=2)
    assert outputs(tmp_path / "one") == outputs(tmp_path / "two")


@pytest.mark.parametrize("step", ["read", "judged"])
def test_one_bad_copy_costs_no_other_its_marks(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = exercise(tmp_path), copies(tmp_path, 20)
    judge, add = marking.Marker.judge, Gathering.add

    def failing_to_judge(self, readings):
        if any(one.student.id == "e8" for one in readings.submissions):
            raise ValueError("a slip of the marker")
        return judge(self, readings)

    def failing_to_read(self, submission):
        if submission.student.id == "e8":
            raise ValueError("a slip of the marker")
        return add(self, submission)

    if step == "read":
        monkeypatch.setattr(Gathering, "add", failing_to_read)
    else:
        monkeypatch.setattr(marking.Marker, "judge", failing_to_judge)
    outcome = run(*given, tmp_path / "out")
    codes = [why.code for _, why in outcome.refusals]
    assert codes.count("not-marked") == 1
    assert outcome.submissions == 20
    table = (tmp_path / "out" / "gradebook.csv").read_text(encoding="utf-8")
    assert "a slip of the marker" in table


def test_a_full_disk_is_told_and_what_is_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = exercise(tmp_path), copies(tmp_path, 20)
    run(*given, tmp_path / "whole")
    write = work.Worker.write
    written: list[object] = []

    def full(self, key, page):
        if len(written) == 7:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "page.html")
        written.append(page)
        write(self, key, page)

    with monkeypatch.context() as patch:
        patch.setattr(work.Worker, "write", full)
        with pytest.raises(UserError, match=r"No space left.*kept; make room and run the same"):
            run(*given, tmp_path / "out")
    assert run(*given, tmp_path / "out").recognised == 5
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")


def test_an_output_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = exercise(tmp_path), copies(tmp_path, 20)
    run(*given, tmp_path / "out")
    before = outputs(tmp_path / "out")

    def full(items):
        yield "[\n"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(outputs_module, "listed", full)
    with pytest.raises(UserError, match="No space left"):
        run(*given, tmp_path / "out")
    assert outputs(tmp_path / "out") == before


def test_two_runs_at_once_are_told_apart(tmp_path: Path) -> None:
    from tp_solver.batch.store import FILE, Store

    given = exercise(tmp_path), copies(tmp_path, 10)
    run(*given, tmp_path / "out")
    with Store.open(tmp_path / "out" / FILE), pytest.raises(UserError, match="another run"):
        run(*given, tmp_path / "out")


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 10)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.sqlite").write_text("my own notes, long enough" * 99)
    with pytest.raises(UserError, match="is no file of results"):
        run(*given, tmp_path / "out")
    assert (tmp_path / "out" / "results.sqlite").read_text().startswith("my own")


def test_ctrl_c_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, (folder,) = exercise(tmp_path), copies(tmp_path, 20)

    def stop(self, task):
        raise KeyboardInterrupt

    arguments = ["grade", str(path), str(folder), "-o", str(tmp_path / "out"), "--jobs", "1"]
    with monkeypatch.context() as patch:
        patch.setattr(work.Worker, "run", stop)
        assert main(arguments) == 2
    assert "run the same command again" in capsys.readouterr().err
    assert main(arguments) == 1


@pytest.mark.parametrize("policy", ["all", "first", "last", "best"])
def test_which_copy_of_a_student_counts(tmp_path: Path, policy: str) -> None:
    path = exercise(tmp_path)
    given = []
    for name, c in (("a", "5"), ("b", "6"), ("c", "4")):
        one = tmp_path / f"{name}.json"
        one.write_text(f'{{"student": "e1", "answers": {{"c": "{c}"}}}}', encoding="utf-8")
        given.append(one)
    settings = replace(Settings(language="en"), duplicates=policy)
    grade(request(path, given, tmp_path / "out", settings), Silent())
    table = (tmp_path / "out" / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == 4
    counted = ["not counted" not in line for line in table[1:]]
    right = {
        "all": [True, True, True],
        "first": [True, False, False],
        "last": [False, False, True],
        "best": [False, True, False],
    }
    assert counted == right[policy]


def test_what_waits_for_a_person_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "class.jsonl"
    answers: list[dict[str, str]] = [{"c": "6"}, {"words": "So."}, {"d": "0"}, {"c": "5"}]
    copies = ({"student": {"id": f"e{i}"}, "answers": one} for i, one in enumerate(answers))
    path.write_text("\n".join(map(json.dumps, copies)), encoding="utf-8")
    outcome = run(exercise(tmp_path), [path], tmp_path / "out")
    assert (outcome.pending, outcome.implausible, outcome.other) == (1, 1, 0)
