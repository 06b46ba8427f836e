"""Marking again tells who moved, from what to what, and why."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.batch.material import Silent, copies, exercise, outputs, run
from tp_solver.batch import work
from tp_solver.batch.regrade import Again, regrade
from tp_solver.batch.settings import Shard, source_of
from tp_solver.cli import main
from tp_solver.errors import UserError


def again(path: Path, folder: Path, dry: bool = False, **options):
    """Mark again."""
    return regrade(Again(source_of(path), folder, options, 1, dry), Silent())


def moved_in(folder: Path) -> list[dict[str, str]]:
    """Read who moved."""
    text = (folder / "regrade.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("jobs", [1, 2])
def test_who_moved_and_why(tmp_path: Path, jobs: int) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    given = copies(tmp_path, 20)
    run(path, given, out)
    exercise(tmp_path, added="3")
    _, moved = regrade(Again(source_of(path), out, {}, jobs), Silent())
    rows = {row["student"]: row for row in moved_in(out)}
    assert moved.count == len(moved_in(out)) > 0
    assert rows["e2"]["why"] == "d: to look at again → right (0 → 2)"
    assert (rows["e2"]["points before"], rows["e2"]["points after"]) == ("2 / 6", "4 / 6")
    assert (rows["e2"]["before"], rows["e2"]["after"]) == ("6.75 / 20", "13.25 / 20")
    assert (rows["e2"]["change"], rows["e6"]["change"]) == ("+6.5", "-6.75")
    page = (out / "regrade.html").read_text(encoding="utf-8")
    assert all(f">{by}</td>" in page for by in ("+6.5", "−6.75"))
    assert rows["e6"]["why"] == "d: right → to look at again (2 → 0)"
    assert "e1" not in rows
    run(path, given, tmp_path / "fresh")
    left = {k: v for k, v in outputs(out).items() if not k.startswith("regrade")}
    assert left == outputs(tmp_path / "fresh")
    assert "regrade.html" in outputs(out)


def test_credit_rules_move_points_alone(tmp_path: Path) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    (tmp_path / "a.json").write_text('{"student": "e", "answers": {"c": "5", "d": "6"}}')
    run(path, [tmp_path / "a.json"], out)
    path.write_text(path.read_text() + "credit: {carried: 0.5}\n")
    _, moved = again(path, out)
    (change,) = moved.first[0].changes
    assert (change.name, change.old, change.new) == ("d", "carried", "carried")
    assert (change.old_points, change.new_points) == (2.0, 1.0)
    assert moved_in(out)[0]["why"] == "d: 2 → 1"
    assert moved_in(out)[0]["change"] == "-3.5"


def test_a_dry_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    run(path, copies(tmp_path, 20), out)
    before = outputs(out)
    kept = (out / "results.sqlite").read_bytes()
    exercise(tmp_path, added="2")
    assert main(["regrade", str(path), "-o", str(out), "--dry-run"]) == 0
    assert "would move: " in capsys.readouterr().out
    assert outputs(out) == before
    assert (out / "results.sqlite").read_bytes() == kept


def test_nobody_moves_without_a_change(tmp_path: Path) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    given = copies(tmp_path, 20)
    run(path, given, out)
    before = outputs(out)
    assert again(path, out)[1].count == 0
    assert outputs(out) == before
    assert run(path, given, out).recognised == 20


def test_what_is_stopped_leaves_the_old_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    given = copies(tmp_path, 20)
    run(path, given, out)
    before = outputs(out)
    exercise(tmp_path, added="2")

    def stop(self, key, page):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(work.Worker, "write", stop)
        with pytest.raises(KeyboardInterrupt):
            again(path, out)
    assert {k: v for k, v in outputs(out).items() if not k.startswith(".")} == before
    assert again(path, out)[1].count > 0
    run(path, given, tmp_path / "fresh")
    left = {k: v for k, v in outputs(out).items() if not k.startswith("regrade")}
    assert left == outputs(tmp_path / "fresh")


def test_new_and_dropped_questions(tmp_path: Path) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    (tmp_path / "a.json").write_text('{"student": "e", "answers": {"c": "6", "d": "7"}}')
    run(path, [tmp_path / "a.json"], out)
    path.write_text(path.read_text().replace("answers: [c, d]", "answers: [c]"))
    _, moved = again(path, out)
    assert [(c.name, c.old, c.new) for c in moved.first[0].changes] == [
        ("c", "correct", "correct"),
        ("d", "correct", None),
    ]
    assert "d: right → not marked (2 → 0)" in moved_in(out)[0]["why"]


def test_options_stay_unless_given(tmp_path: Path) -> None:
    path, out = exercise(tmp_path), tmp_path / "out"
    run(path, copies(tmp_path, 5), out)
    again(path, out)
    assert 'lang="en"' in (out / "feedback" / "e1.html").read_text(encoding="utf-8")
    again(path, out, language="fr")
    assert 'lang="fr"' in (out / "feedback" / "e1.html").read_text(encoding="utf-8")


def test_a_part_of_a_batch_stays_one(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    given = copies(tmp_path, 10)
    run(path, given, tmp_path / "part", shard=Shard(1, 2))
    exercise(tmp_path, added="2")
    again(path, tmp_path / "part")
    assert not (tmp_path / "part" / "gradebook.csv").exists()
    assert run(path, given, tmp_path / "part", shard=Shard(1, 2)).recognised > 0


def test_where_there_is_nothing_to_mark_again(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    with pytest.raises(UserError, match="there are no results"):
        again(path, tmp_path)
    run(path, copies(tmp_path, 5), tmp_path / "out")
    path.write_text(path.read_text().replace("id: small", "id: other"))
    with pytest.raises(UserError, match="holds marks for small"):
        again(path, tmp_path / "out")
