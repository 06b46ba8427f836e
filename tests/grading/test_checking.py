"""A student's own check: right or not yet, and no number that the student did not type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.material import SHIPPED, shipped, submission
from tests.grading.students import Student
from tp_solver.cli import main
from tp_solver.grading.checking import checked_lines, prompt, summary, typed_answers
from tp_solver.grading.report import Report, Verdict
from tp_solver.grading.submission import Raw
from tp_solver.text import languages, words

_NUMBER = re.compile(r"[-−]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+−]?[0-9]+)?")
TYPED: st.SearchStrategy[Raw] = st.one_of(
    st.decimals(-2, 2, places=4).map(str),
    st.sampled_from(["0,5498", "0.5", "1 2", "?", "[0,5]", "1e-3", "<b>", "abc", ""]),
    st.lists(st.sampled_from(["0.1", "x", "0,25"]), max_size=3),
)


def named(name: str) -> list[str]:
    """List what an exercise asks for, each by its name."""
    return list(Student(shipped(name).model, 4).submission().answers)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), exercise=st.sampled_from(SHIPPED))
def test_a_check_gives_nothing_away(data: st.DataObject, exercise: str) -> None:
    names = st.sampled_from([*named(exercise), "f[9]", "nonsense", "dL/dq"])
    answers = data.draw(st.dictionaries(names, TYPED, max_size=6))
    lines, report = checked_lines(shipped(exercise), submission(answers))
    for line in lines:
        told = f"{line.code} {line.remark.code if line.remark else ''}"
        assert not _NUMBER.search(told)
        for _, value in line.remark.values if line.remark else ():
            assert not isinstance(value, float)  # a shape or a position at most
    assert len(lines) == sum(mark.verdict is not Verdict.MISSING for mark in report.marks)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_printed_holds_no_number_of_the_key(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    answers = data.draw(st.dictionaries(st.sampled_from(named("tp-2.1")), TYPED, max_size=8))
    text = "answers:\n" + "".join(f"  {name}: {_yaml(typed)}\n" for name, typed in answers.items())
    path = tmp_path_factory.mktemp("check") / "mine.yaml"
    path.write_text(text if answers else "answers: {}\n", encoding="utf-8")
    printed = _printed(
        ["check", "tp-2.1", str(path), "--lang", data.draw(st.sampled_from(["fr", "en"]))]
    )
    *lines, summary = printed.splitlines()
    for line in lines:
        told = line.partition(": ")[2]
        for number in _NUMBER.findall(told):
            assert float(number.replace(",", ".")) in (0.5, 0), line  # the advice on writing 0.5
    assert {float(number) for number in _NUMBER.findall(summary)} <= set(range(100))


def _yaml(typed: object) -> str:
    if isinstance(typed, list):
        return "[" + ", ".join(map(_yaml, typed)) + "]"
    return f'"{typed}"'


def _printed(arguments: list[str]) -> str:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        assert main(arguments) == 0
    return out.getvalue()


def test_answers_typed_line_by_line() -> None:
    lines = ["f[1] = 0,5498", "i[1]: 0.4", "z_f = [0,2; 0,1108; 0]", "", "o[1] = 1"]
    found, report = checked_lines(shipped("tp-2.1"), typed_answers(lines))
    codes = {line.name: line.code for line in found}
    assert codes["f[1]"] == "right"
    assert codes["i[1]"] == "not_yet"
    assert (codes["z_f[1]"], codes["z_f[2]"], codes["z_f[3]"]) == ("right", "right", "not_yet")
    assert "o[1]" not in codes
    assert not report.remarks


def test_a_value_that_follows_from_a_wrong_one_says_so() -> None:
    answers = typed_answers(["C[1] = 0.2500", "h[1] = 0.1407"])
    lines, _ = checked_lines(shipped("tp-2.1"), answers)
    assert [line.code for line in lines] == ["not_yet", "follows"]


def test_too_few_digits_are_said_and_blanks_counted() -> None:
    answers = typed_answers(["z_i[2] = 0.08", "i[2]: 0.52", "f[1] = 0.5498", "H[1] = 1"])
    lines, report = checked_lines(shipped("tp-2.1"), answers)
    assert {line.name: line.code for line in lines} == {
        "z_i[2]": "imprecise",
        "i[2]": "imprecise",
        "f[1]": "right",
    }
    assert [remark.code for remark in report.remarks] == ["unknown-answer-near"]
    counts = summary(report)
    assert (counts.code, dict(counts.values)) == (
        "counts",
        {"right": 1, "total": 30, "missing": 27},
    )
    assert summary(Report(report.student, "-")).code == "summary"


@pytest.mark.parametrize("language", languages())
def test_what_is_said_before_typing_and_at_the_end(language: str) -> None:
    start = prompt(shipped("tp-2.1"))
    assert "z_f[1] = 0" in words(language)(f"check.{start.code}", **dict(start.values))
    _, report = checked_lines(shipped("tp-2.1"), typed_answers(["f[1] = 0.5498"]))
    end = summary(report)
    said = words(language)(f"check.{end.code}", **dict(end.values))
    assert re.findall(r"\d+", said) == ["1", "30", "29"]


def test_formulas_typed_line_by_line() -> None:
    assert typed_answers(["q: dL/dh[2] = h[2] - y", "f[1] = a: b", "alone"]).answers == {
        "q": "dL/dh[2] = h[2] - y",
        "f[1]": "a: b",
        "alone": "",
    }


def test_a_file_that_is_no_submission(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.yaml").write_text("a: 1\n")
    assert main(["check", "tp-2.1", str(tmp_path / "x.yaml")]) != 0
    assert "Traceback" not in capsys.readouterr().err
