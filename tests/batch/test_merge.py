"""The parts of a batch, marked apart and merged, give what one run gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.batch.material import Silent, copies, exercise, lines, outputs, run
from tp_solver.batch.merge import merge
from tp_solver.batch.settings import Settings, Shard
from tp_solver.cli import main
from tp_solver.errors import UserError


def parts_of(tmp_path: Path, count: int, given: tuple) -> list[Path]:
    """Mark all parts of a batch; return their folders."""
    folders = [tmp_path / f"part{i}" for i in range(1, count + 1)]
    for i, folder in enumerate(folders, 1):
        run(*given, folder, shard=Shard(i, count))
    return folders


@pytest.mark.parametrize("count", [1, 2, 3])
def test_merged_parts_are_what_one_run_gives(tmp_path: Path, count: int) -> None:
    given = exercise(tmp_path), copies(tmp_path, 40)
    folders = parts_of(tmp_path, count, given)
    assert not any((folder / "gradebook.csv").exists() for folder in folders)
    merge(folders[::-1], tmp_path / "merged", Silent())
    run(*given, tmp_path / "whole")
    assert outputs(tmp_path / "merged") == outputs(tmp_path / "whole")


def test_rows_of_a_large_table_are_shared_out(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    rows = [f"e{i},{i % 9},{7 if i % 2 else 8},{'x' * 100}" for i in range(1000)]
    table = tmp_path / "class.csv"
    table.write_text("\n".join(["student,c,d,words", *rows]), encoding="utf-8")
    settings = Settings(language="en", formats=("json",))
    counts = []
    for i in (1, 2):
        shard = Shard(i, 2)
        counts.append(run(path, [table], tmp_path / f"{i}", settings, shard=shard).submissions)
    assert counts == [500, 500]
    merge([tmp_path / "1", tmp_path / "2"], tmp_path / "merged", Silent())
    run(path, [table], tmp_path / "whole", settings)
    assert outputs(tmp_path / "merged") == outputs(tmp_path / "whole")


def test_a_merged_batch_goes_on_like_any_other(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 20)
    merge(parts_of(tmp_path, 2, given), tmp_path / "merged", Silent())
    before = outputs(tmp_path / "merged")
    assert run(*given, tmp_path / "merged").recognised == 20
    assert outputs(tmp_path / "merged") == before


def test_what_does_not_belong_together_is_told(tmp_path: Path) -> None:
    given = exercise(tmp_path), copies(tmp_path, 10)
    one, two = parts_of(tmp_path, 2, given)
    out = tmp_path / "out"
    run(*given, tmp_path / "whole")
    for folders, message in (
        ([one], "part 2/2 is missing"),
        ([one, two, two], "part 2/2 is one too many"),
        ([one, tmp_path / "whole"], "is no part of a batch"),
        ([one, tmp_path / "nowhere"], "there are no results in"),
    ):
        with pytest.raises(UserError, match=message):
            merge(folders, out, Silent())
    with pytest.raises(UserError, match="is one of the parts"):
        merge([one, two], one, Silent())
    with pytest.raises(UserError, match="has results already"):
        merge([one, two], tmp_path / "whole", Silent())
    run(*given, tmp_path / "french", Settings(language="fr"), shard=Shard(2, 2))
    with pytest.raises(UserError, match="were not made alike"):
        merge([one, tmp_path / "french"], out, Silent())
    exercise(tmp_path, added="2")
    run(given[0], given[1], tmp_path / "newer", shard=Shard(2, 2))
    with pytest.raises(UserError, match="the exercise file has changed"):
        merge([one, tmp_path / "newer"], out, Silent())
    with pytest.raises(UserError, match="holds part 1/2"):
        run(*given, one)


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = exercise(tmp_path)
    (tmp_path / "class.jsonl").write_text("\n".join(lines(10)), encoding="utf-8")
    start = ["grade", str(path), str(tmp_path / "class.jsonl"), "--format", "jsonl"]
    for i in (1, 2):
        assert main([*start, "--shard", f"{i}/2", "-o", str(tmp_path / f"{i}")]) == 1
    folders = [str(tmp_path / "1"), str(tmp_path / "2")]
    assert main(["merge", *folders, "-o", str(tmp_path / "all")]) == 1
    assert "gradebook.csv" in capsys.readouterr().out
    found = (tmp_path / "all" / "report.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["student"]["name"] for line in found] == [f"=N{i}" for i in range(10)]
    with pytest.raises(SystemExit):
        main([*start, "--shard", "3/2", "-o", str(tmp_path / "3")])
