"""A class whose students have numbers of their own: resumed, sharded, regraded as any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.batch.material import Silent, outputs, request, run
from tests.personal import RNN, family, honest, slipped, with_answers
from tp_solver.batch import plan, work
from tp_solver.batch.job import grade
from tp_solver.batch.merge import merge
from tp_solver.batch.regrade import Again, regrade
from tp_solver.batch.settings import Settings, Shard, source_of
from tp_solver.errors import UserError
from tp_solver.grading.submission import Submission

COUNT = 30
SETTINGS = Settings(language="en", students=tuple(f"e{i}" for i in range(COUNT) if i != 5))


@pytest.fixture(autouse=True)
def _small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COPIES", "REPORTS"):
        monkeypatch.setattr(plan, name, 4)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """Write the exercise, and copies: a file of lines, and a file each."""
    folder = tmp_path_factory.mktemp("variants")
    exercise = folder / "rnn.yaml"
    exercise.write_text(RNN, encoding="utf-8")
    ids = [f"e{i}" for i in range(COUNT)]
    drawn = family(ids)
    below = folder / "copies"
    below.mkdir()
    lines = []
    for row, student in enumerate(ids):
        copy = (slipped if row % 3 == 1 else honest)(drawn, row, student)
        if row % 3 == 2:
            copy = with_answers(copy, h_2="0.5")
        lines.append(line(copy))
    (below / "class.jsonl").write_text("\n".join(lines[:15]), encoding="utf-8")
    for i, text in enumerate(lines[15:]):
        (below / f"z{i:02}.json").write_text(text, encoding="utf-8")
    (below / "zz-nobody.json").write_text('{"answers": {"h[1]": "0.5"}}', encoding="utf-8")
    return exercise, [below]


def line(copy: Submission) -> str:
    """Write a copy as JSON."""
    return json.dumps({"student": {"id": copy.student.id}, "answers": copy.answers})


def reports(folder: Path) -> dict[str, dict]:
    """Return the reports of a run by student."""
    found = json.loads((folder / "report.json").read_text("utf-8"))
    return {report["student"]["id"]: report for report in found}


def test_each_is_marked_against_their_own_numbers(given, tmp_path: Path) -> None:
    outcome = run(*given, tmp_path / "a", SETTINGS)
    found = reports(tmp_path / "a")
    assert outcome.refused == 2
    assert {name for name, report in found.items() if report["refused"]} == {"e5", "zz-nobody"}
    for i in range(0, COUNT, 3):
        assert found[f"e{i}"]["score"] == 6.0
    expected = {found[f"e{i}"]["marks"][0]["expected"] for i in range(COUNT) if i != 5}
    assert len(expected) > COUNT // 2
    page = (tmp_path / "a" / "feedback" / "e1.html").read_text("utf-8")
    w = str(abs(family(["e1"]).numbers[0][2]))  # type: ignore[arg-type]
    assert f"<mn>{w}</mn>" in page.partition("Your data")[2].partition("<section>")[0]


@pytest.mark.parametrize("after", [1, 4])
def test_goes_on_with_the_same_bytes(given, tmp_path: Path, monkeypatch, after: int) -> None:
    run(*given, tmp_path / "whole", SETTINGS)
    marked = work.Worker.run
    judged: list[object] = []

    def failing(self, task):
        if len(judged) == after:
            raise KeyboardInterrupt
        judged.append(task)
        return marked(self, task)

    with monkeypatch.context() as patch:
        patch.setattr(work.Worker, "run", failing)
        with pytest.raises(KeyboardInterrupt):
            run(*given, tmp_path / "again", SETTINGS)
    outcome = run(*given, tmp_path / "again", SETTINGS)
    assert outcome.recognised > 0
    assert outputs(tmp_path / "again") == outputs(tmp_path / "whole")


def test_several_processes_and_shards_give_the_same_bytes(given, tmp_path: Path) -> None:
    run(*given, tmp_path / "whole", SETTINGS)
    run(*given, tmp_path / "two", SETTINGS, jobs=2)
    assert outputs(tmp_path / "two") == outputs(tmp_path / "whole")
    parts = [tmp_path / f"part{i}" for i in (1, 2)]
    for i, part in enumerate(parts, 1):
        exercise, copies = given
        grade(request(exercise, copies, part, SETTINGS, shard=Shard(i, 2)), Silent())
    merge(parts, tmp_path / "merged", Silent())
    assert outputs(tmp_path / "merged") == outputs(tmp_path / "whole")


def test_nobody_moves_when_nothing_has_changed(given, tmp_path: Path) -> None:
    exercise, _ = given
    run(*given, tmp_path / "a", SETTINGS)
    before = outputs(tmp_path / "a")
    _, moved = regrade(Again(source_of(exercise), tmp_path / "a", {}, 1, False), Silent())
    assert moved.count == 0
    after = outputs(tmp_path / "a")
    assert {name: after[name] for name in before} == before


def test_another_list_of_students_is_no_silent_change(given, tmp_path: Path) -> None:
    run(*given, tmp_path / "a", SETTINGS)
    with pytest.raises(UserError, match="--students is not given, was 29"):
        run(*given, tmp_path / "a", Settings(language="en"))


def test_a_list_is_of_no_use_where_all_have_the_same_numbers(given, tmp_path: Path) -> None:
    exercise, copies = given
    same = tmp_path / "same.yaml"
    text = exercise.read_text("utf-8")
    start, end = text.index("variants:"), text.index("precision:")
    same.write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(UserError, match="leave --students out"):
        run(same, copies, tmp_path / "a", SETTINGS)
