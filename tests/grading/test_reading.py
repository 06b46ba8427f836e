"""Typed numbers and names: nothing is misread silently, and nothing unreadable stops the rest."""

from __future__ import annotations

import pytest

from tests.grading.material import given_marks, graded, mark_of, shipped, submission
from tp_solver.exercise.model import Precision
from tp_solver.grading.reading import read
from tp_solver.grading.report import Report, Verdict
from tp_solver.grading.submission import Raw
from tp_solver.grading.tokens import Tokens
from tp_solver.grading.typed import unpacked
from tp_solver.sheets.remarks import worded
from tp_solver.text import languages, words

SPACES = ("\u00a0", "\u202f", "\u2009", " ")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0,5498", "0.5498"),
        ("0.5498", "0.5498"),
        (".5498", "0.5498"),
        ("  0,5498\t", "0.5498"),
        ("\u00a00,5498\u202f", "0.5498"),
        ("+0.5", "0.5"),
        ("-0,25", "-0.25"),
        ("\u22120.25", "-0.25"),
        ("1,2e-3", "0.0012"),
        ("1.2E-3", "0.0012"),
        ("1,2e\u22123", "0.0012"),
        ("1,2 × 10^-3", "0.0012"),
        *[(f"1{space}234{space}567,5", "1234567.5") for space in SPACES],
        ("007", "7"),
        ("-0", "0"),
        ("1/2", "0.5"),
        ("-3 / 4", "-0.75"),
        ("\u22125/8", "-0.625"),
    ],
)
def test_numbers_as_people_type_them(typed: str, value: str) -> None:
    readings = read(submission({"f[1]": typed}), shipped("tp-2.1"))
    token = int(readings.ids["f"].max())
    assert readings.tokens.arrays[0][token] == float(value)
    assert readings.tokens.texts[token] == typed


@pytest.mark.parametrize(
    "typed",
    [
        *("1 2", "1 23", "12 34", "1  234", "1_000", "1'000", "0x10", "0b1", "1e", "e5", ".", ","),
        *(
            "nan",
            "NaN",
            "inf",
            "-Infinity",
            "∞",
            "1e999999999",
            "1e400",
            "1e-",
            "--1",
            "+-1",
            "- 1",
        ),
        *(
            "٣",
            "０.５",
            "²",
            "½",
            "1.2.3",
            "1,2,3",
            "1.234,5",
            "0,5.1",
            "1/0",
            "1/2/3",
            "1,5/2",
            "50%",
            "2*3",
            "=1+1",
        ),
        *(
            "0.5\u200b",
            "\u202e0.5",
            "0.5\x00",
            "x\u2014y",
            "1\n2",
            "true",
            "None",
            "__import__('os')",
        ),
        *("9" * 61, "0." + "1" * 100_000, "1" * 10_000_000, "(" * 10_000, "9**9**9**9", "f[1]"),
    ],
)
def test_what_is_no_number_is_unreadable_and_kept(typed: str) -> None:
    report = graded(shipped("tp-2.1"), {"f[1]": typed, "i[1]": "0.5"})
    mark = mark_of(report, "f[1]")
    assert mark.verdict is Verdict.UNREADABLE
    assert mark.given == typed[: len(mark.given or "")]
    assert mark.given
    assert mark_of(report, "i[1]").verdict is Verdict.CORRECT


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0", None, []])
def test_blanks_are_missing(typed: Raw) -> None:
    assert mark_of(graded(shipped("tp-2.1"), {"f[1]": typed}), "f[1]").verdict is Verdict.MISSING


def verdicts(report: Report) -> dict[str, str]:
    """Return the verdict of each component given, by its name."""
    found = {}
    for mark in given_marks(report):
        at = mark.component if isinstance(mark.component, list) else [mark.component]
        found[mark.answer + "".join(f".{i}" for i in at if i)] = mark.verdict.value
    return found


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"h[1].2": "0.0628"}, {"h[1].2": "correct"}),
        ({"h[1]": ["0.0613", None]}, {"h[1].1": "correct"}),
        ({"h[1]": ["0.0613", "?"]}, {"h[1].1": "correct", "h[1].2": "unreadable"}),
        ({"h[1]": ["0.0613"]}, {"h[1].1": "unreadable", "h[1].2": "unreadable"}),
        ({"h[1]": "0.0613"}, {"h[1].1": "unreadable", "h[1].2": "unreadable"}),
        ({"h[1]": [["0.0613"], ["0.0628"]]}, {"h[1].1": "correct", "h[1].2": "correct"}),
        ({"h[1]": "[0,0613; 0,0628]"}, {"h[1].1": "correct", "h[1].2": "correct"}),
        ({"h[1]": "[0.0613,0.0628]"}, {"h[1].1": "correct", "h[1].2": "correct"}),
        ({"h[1]": " [0,0613, ?] "}, {"h[1].1": "correct", "h[1].2": "unreadable"}),
        ({"h": "[[0,0613; 0,0628]]"}, {"h[1].1": "correct", "h[1].2": "correct"}),
        ({"h[1]": "[1,2]"}, {"h[1].1": "unreadable", "h[1].2": "unreadable"}),
        ({"h[1]": "[" * 2000}, {"h[1].1": "unreadable", "h[1].2": "unreadable"}),
        ({" h[ 1 ].1 ": "0.0613"}, {"h[1].1": "correct"}),
        ({"C̃[1].2": "0.2070"}, {"C_tilde[1].2": "correct"}),
        ({"h": [["0.0613", "0.0628"]]}, {"h[1].1": "correct", "h[1].2": "correct"}),
    ],
)
def test_names_components_and_lists(answers: dict[str, Raw], found: dict[str, str]) -> None:
    assert verdicts(graded(shipped("tp-2.2"), answers)) == found


def test_a_name_without_its_index_stands_for_the_whole_range() -> None:
    report = graded(shipped("tp-2.1"), {"z_f": ["0,2", "0,1108", ""], "f[1..2]": ["0.5498", "0.5"]})
    found = {"z_f[1]": "correct", "z_f[2]": "correct", "f[1]": "correct", "f[2]": "correct"}
    assert verdicts(report) == found
    report = graded(shipped("tp-2.1"), {"z_f": ["0.2", "0.1108"]})
    assert set(verdicts(report).values()) == {"unreadable"}
    assert mark_of(report, "z_f[3]").given == "[0.2, 0.1108]"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("F[1]", "f[1]"),
        ("Ctilde[1]", "C_tilde[1]"),
        ("f1", "f[1]"),
        ("f[4]", None),
        ("f[t]", None),
        ("f[1].2", None),
        ("f[1..9]", None),
        ("<script>", None),
        ("=cmd()", None),
        ("../../x", None),
        ("(" * 10_000, None),
        ("a.__class__", None),
        ("", None),
    ],
)
def test_unknown_names_are_reported_with_a_suggestion(name: str, near: str | None) -> None:
    report = graded(shipped("tp-2.1"), {name: "0.5", "i[1]": "0.5"})
    assert verdicts(report) == {"i[1]": "correct"}
    (remark,) = report.remarks
    assert remark.code in ("unknown-answer", "unknown-answer-near")
    assert dict(remark.values)["name"] == name[:80]
    assert near is None or dict(remark.values)["near"] == near


def test_the_same_answer_twice_under_two_spellings() -> None:
    report = graded(shipped("tp-2.1"), {"C_tilde[1]": "0.3799", "C̃[1]": "0.5"})
    assert [remark.code for remark in report.remarks] == ["conflict"]
    report = graded(shipped("tp-2.1"), {"C_tilde[1]": "0.3799", "C̃[1]": "0.3799"})
    assert not report.remarks


@pytest.mark.parametrize(
    ("typed", "more"),
    [
        ("0.5498.", "."),
        ("≃ 0.5498", "≃"),
        (": 0.5498", ":"),
        ("0,1108 V", "V"),
        ("-0,1108mV", "mV"),
        ("≈ 0,5 V", None),
        ("55%", None),
        ("1/2/3", None),
        ("1e", None),
        ("1 2", None),
        ("0x10", None),
        ("=1+1", None),
    ],
)
def test_what_to_remove_around_a_number(typed: str, more: str | None) -> None:
    mark = mark_of(graded(shipped("tp-2.1"), {"f[1]": typed}), "f[1]")
    assert mark.verdict is Verdict.UNREADABLE
    assert mark.remark is not None
    assert mark.remark.code == ("extra" if more else "not-a-number")
    assert dict(mark.remark.values).get("extra") == more


@pytest.mark.parametrize(
    ("pasted", "value"),
    [
        ("≈\n0,5498", 0.5498),
        ("= 0.5498", 0.5498),
        ("~0.5498", 0.5498),
        ("~ −0,0486", -0.0486),
        ("≈\n−\n0,0486", -0.0486),
        ("≈\n1,00\n×\n10\n−\n9", 1e-9),
        ("1,00 × 10⁻⁹", 1e-9),
        ("=\n−\n2,5\n×\n10\n16", -2.5e16),
    ],
)
def test_a_value_copied_from_a_page_is_read(pasted: str, value: float) -> None:
    tokens = Tokens(Precision(decimals=4))
    number = tokens.ids[pasted]
    assert tokens.arrays[0][number] == value


@pytest.mark.parametrize(
    "text", ["1,00×10−9", "=≈ 1", "= =1", "~", "~~1", "~≈ 1", "0,5\n0,6", "1\n−\n2", "≈"]
)
def test_what_nobody_copies_is_no_number(text: str) -> None:
    tokens = Tokens(Precision(decimals=4))
    assert tokens.ids[text] in tokens.remarks


def test_a_vector_copied_from_a_page_is_read() -> None:
    assert unpacked("≈\n[\n0,4240\n−\n0,1510\n]") == ["0,4240", "−0,1510"]
    assert unpacked("~[0,4240; −0,1510]") == ["0,4240", "−0,1510"]


@pytest.mark.parametrize(
    ("name", "code", "near"),
    [
        ("H[1].1", "unknown-answer-near", "h[1].1"),
        ("h_1.1", "unknown-answer-near", "h[1].1"),
        ("h1.1", "unknown-answer-near", "h[1].1"),
        ("h1", "unknown-answer-near", "h[1]"),
        ("c[1]", "unknown-answer-near", "C[1]"),
        ("Z_F[1]", "unknown-answer-near", "z_f[1]"),
        ("h[1].3", "no-component", "h[1]"),
        ("h[1].1.1", "no-component", "h[1]"),
        ("h[0].1", "given-value", None),
        ("h[0]", "given-value", None),
        ("x", "given-value", None),
        ("W_f.1.1", "given-value", None),
    ],
)
def test_what_is_said_of_names_of_vectors(name: str, code: str, near: str | None) -> None:
    report = graded(shipped("tp-2.2"), {name: "3"})
    (remark,) = report.remarks
    assert (remark.code, dict(remark.values).get("near")) == (code, near)
    assert not list(given_marks(report))
    for language in languages():
        assert name in worded(remark, words(language))


def test_thousands_of_unknown_names_are_all_remarked_on() -> None:
    report = graded(shipped("tp-2.2"), {f"qwertzui{n}": "1" for n in range(5000)})
    assert len(report.remarks) == 5000


@pytest.mark.parametrize(
    ("name", "near"), [("H[1].1", "h[1]"), ("h_1.1", "h[1]"), ("y[1]", None), ("hh[1]", "h[1]")]
)
def test_suggestions_where_there_are_no_components(name: str, near: str | None) -> None:
    (remark,) = graded(shipped("tp-2.1"), {name: "3"}).remarks
    assert dict(remark.values).get("near") == near
