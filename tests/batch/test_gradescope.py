"""Results for Gradescope: what its specification of results.json allows, for every copy."""

from __future__ import annotations

import json
from pathlib import Path

from tests.batch.material import exercise, lines, outputs, run
from tp_solver.batch.settings import Settings

# https://gradescope-autograders.readthedocs.io/en/latest/specs/
TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format",
    "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format",
    "tags", "visibility", "extra_data",
}  # fmt: skip
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}

SETTINGS = Settings(language="en", formats=("gradescope",))


def handed_in(folder: Path, *submissions: object) -> list[Path]:
    path = folder / "class.jsonl"
    path.write_text("\n".join(map(json.dumps, submissions)), encoding="utf-8")
    return [path]


def ada(**answers: object) -> dict[str, object]:
    return {"student": {"id": "ada"}, "answers": answers}


def results(folder: Path, *submissions: object, settings: Settings = SETTINGS) -> dict[str, dict]:
    run(exercise(folder), handed_in(folder, *submissions), folder / "out", settings)
    found = (folder / "out" / "gradescope").glob("*.json")
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in found}


def test_every_copy_has_results_as_the_specification_has_them(tmp_path: Path) -> None:
    copies = tmp_path / "class.jsonl"
    copies.write_text("\n".join(lines(30)), encoding="utf-8")
    run(exercise(tmp_path), [copies], tmp_path / "out", Settings(formats=("gradescope", "json")))
    reports = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    files = sorted((tmp_path / "out" / "gradescope").glob("*.json"))
    assert len(files) == len(reports) == 30
    scores = []
    for path in files:
        made = json.loads(path.read_text(encoding="utf-8"))
        assert set(made) <= TOP
        assert made["visibility"] in VISIBILITY
        assert made["stdout_visibility"] in VISIBILITY
        assert {made["output_format"], made["test_output_format"]} <= FORMATS
        for test in made["tests"]:
            assert set(test) <= TEST
            assert 0 <= test["score"] <= test["max_score"]
            assert test["output_format"] in FORMATS
            assert test.get("status", "passed") in {"passed", "failed"}
        assert sum(test["score"] for test in made["tests"]) == made["score"]
        scores.append(made["score"])
    assert sorted(scores) == sorted(report["score"] or 0 for report in reports)


def test_a_test_for_each_question_in_the_students_words(tmp_path: Path) -> None:
    found = results(tmp_path, ada(c="6", d="9,5", words="Because."))["ada"]
    numbers, words = found["tests"]
    assert (numbers["score"], numbers["max_score"], numbers["status"]) == (2, 4, "failed")
    assert numbers["name"] == "Question 1 – x"
    assert numbers["output"].splitlines() == [
        "c = 6 → right (2 / 2)",
        "d = 9,5 → to look at again (0 / 2)",
    ]
    assert "status" not in words
    assert words["output"] == "words = Because. → left to a person (0 / 2)"
    assert found["output"].splitlines()[0] == "Points earned: 2 / 6."


def test_why_an_answer_cannot_be_read_is_told_in_the_language_of_the_page(tmp_path: Path) -> None:
    french = Settings(language="fr", formats=("gradescope",))
    found = results(tmp_path, ada(c="≈6", d="7 V"), settings=french)["ada"]
    assert found["tests"][0]["output"].splitlines() == [
        "c ≈6 → juste (2 / 2)",
        "d = 7 V → illisible\u00a0; ce n’est pas un nombre\u00a0: enlevez «\u00a0V\u00a0» (0 / 2)",
    ]


def test_what_was_expected_is_not_given_away(tmp_path: Path) -> None:
    found = results(tmp_path, ada(c="5", d="1"))["ada"]
    assert "6" not in found["tests"][0]["output"]
    assert "7" not in found["tests"][0]["output"]


def test_what_a_student_typed_stays_plain_text(tmp_path: Path) -> None:
    nasty = "</td>\n<script>\u202e`\x1b[31m" + "x" * 5000
    found = results(tmp_path, ada(words=nasty, c=nasty[:40]))["ada"]
    for test in found["tests"]:
        assert test["output_format"] == "text"
        for line in test["output"].splitlines():
            assert len(line) < 400
            assert line.isprintable()
    assert len(found["tests"][1]["output"].splitlines()) == 1


def test_a_copy_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    found = results(tmp_path, {"student": {"id": "bob"}, "nothing": 1})["bob"]
    assert (found["score"], found["tests"]) == (0, [])
    assert "answers:" in found["output"]


def test_ids_of_students_never_bend_the_names_of_files(tmp_path: Path) -> None:
    ids = ["../../x", "Ada", "ada", "con", "é\u0000"]
    found = results(tmp_path, *({"student": {"id": i}, "answers": {"c": "6"}} for i in ids))
    assert len(found) == len(ids)
    assert {"Ada"} <= set(found) <= {name for name in found if name.isascii()}
    assert not (tmp_path / "x.json").exists()


def test_files_of_copies_that_are_gone_are_removed_and_no_others(tmp_path: Path) -> None:
    results(tmp_path, ada(c="6"), {"student": {"id": "bob"}, "answers": {}})
    folder = tmp_path / "out" / "gradescope"
    (folder / "mine.json").write_text("{}")
    assert set(results(tmp_path, ada(c="6"))) == {"ada", "mine"}


def test_a_folder_that_once_had_results_keeps_them_up_to_date(tmp_path: Path) -> None:
    results(tmp_path, ada(c="6"))
    later = results(
        tmp_path, ada(c="6", d="7"), settings=Settings(language="en", formats=("html",))
    )
    assert later["ada"]["score"] == 4
    assert "feedback/ada.html" in outputs(tmp_path / "out")
