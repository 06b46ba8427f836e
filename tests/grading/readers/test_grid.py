"""Tables to fill in: a row a quantity, a column a place of its index, several on one sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.grading.readers.material import Cells, as_csv, as_xlsx, read
from tp_solver.grading.readers import tables
from tp_solver.grading.readers.grid import place_of, placed
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import MOST_ANSWERS

TOP: Cells = [["student", "e1"], ["name", "Ada"], []]


@pytest.mark.parametrize(
    ("heading", "place"),
    [
        ("t = 1", (1,)),
        ("t=1", (1,)),
        (" b = 2, t = -3 ", (2, -3)),
        ("t = −1", (-1,)),
        ("τ = 1", (1,)),
        ("t", None),
        ("t = x", None),
        ("t = 1.5", None),
        ("= 1", None),
        ("1 = 1", None),
        ("t = 1,", None),
        ("t = 12345678", None),
        ("t = 1, " * 60, None),
    ],
)
def test_headings_that_are_places(heading: str, place: tuple[int, ...] | None) -> None:
    assert place_of(heading) == place


@pytest.mark.parametrize("head", ["quantity", "Grandeur", "answer", "réponse", "variable"])
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_table_to_fill_in(tmp_path: Path, head: str, ending: str) -> None:
    rows: Cells = [
        *TOP,
        [head, "t = 1", "t = 2", "unit"],
        ["f", "0,5498", "", "V"],
        ["h.2", "×", "-1e-05", "V"],
        ["dL/dW.1.2", None, "1 2", ""],
    ]
    content = as_csv(rows) if ending == ".csv" else as_xlsx({"A": rows})
    (found,) = read(tmp_path, f"a{ending}", content)
    assert found.student.name == "Ada"
    assert found.answers == {
        "f[1]": "0,5498",
        "f[2]": None,
        "h[2].2": "-1e-05",
        "dL/dW[1].1.2": None,
        "dL/dW[2].1.2": "1 2",
    }


def test_lists_and_tables_in_turn(tmp_path: Path) -> None:
    rows: Cells = [
        *TOP,
        ["Question 1: the gates"],
        ["quantity", "t = 1", "t = 2"],
        ["f", "1", "2"],
        ["i", "", ""],
        [],
        ["Question 2"],
        ["answer", "value"],
        ["a", "3"],
        ["b", ""],
        ["quantity", "b = 1, t = 7"],
        ["z", "4"],
    ]
    for name, content in (("a.csv", as_csv(rows)), ("a.xlsx", as_xlsx({"A": rows}))):
        (found,) = read(tmp_path, name, content)
        assert found.remarks == ()
        assert found.answers == {
            **{"f[1]": "1", "f[2]": "2", "i[1]": None, "i[2]": None},
            **{"a": "3", "b": None, "z[1, 7]": "4"},
        }


def test_an_answer_twice_and_a_value_beside_no_name(tmp_path: Path) -> None:
    rows: Cells = [*TOP, ["quantity", "t = 1"], ["f", "1"], ["f", "2"], ["", "3"]]
    (found,) = read(tmp_path, "a.xlsx", as_xlsx({"A": rows}))
    assert found.answers == {"f[1]": "1"}
    assert [remark.code for remark in found.remarks] == ["twice", "nameless-value"]


def test_a_comma_that_parted_a_number_is_seen(tmp_path: Path) -> None:
    text = as_csv([*TOP, ["quantity", "t = 1", "t = 2"]]) + "f,0,5,0,6\ni,0.5,0.6\n"
    (found,) = read(tmp_path, "a.csv", text)
    assert found.ambiguous == {"f[1]", "f[2]"}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("h,0,5,", {"h[1]", "h[2]"}),
        ("h,0,5", set()),
        ("h,0.5,0.6,", set()),
        ("h,,0,5", {"h[1]", "h[2]"}),
    ],
)
def test_a_number_parted_by_its_comma_is_seen_in_a_row_too_long(
    tmp_path: Path, row: str, found: set[str]
) -> None:
    (copy,) = read(tmp_path, "a.csv", f"quantity,t = 1,t = 2\n{row}\n")
    assert copy.ambiguous == found


def test_a_short_row_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    head = ["student", "quantity", *(f"t = {n}" for n in range(2000))]
    rows: Cells = [head, *([f"e{n}", "h", "1"] for n in range(300))]
    found = read(tmp_path, "a.csv", as_csv(rows))
    assert [len(copy.answers) for copy in found] == [1] * 300


def test_so_many_cells_are_gathered_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_GATHERED", 6)
    rows: Cells = [["student", "quantity", "t = 1", "t = 2"], ["e1", "f", "1", "2"]]
    fitting = [*rows, ["e2", "f", "3", "4"], ["e3", "f", "5"], ["e4", "f"]]
    assert len(read(tmp_path, "a.csv", as_csv(fitting))) == 4
    (found,) = read(tmp_path, "a.csv", as_csv([*fitting, ["e5", "f", "6"]]))
    assert found.refused == Remark("too-many-rows", (("most", 6),))


def test_a_class_may_have_a_table_too(tmp_path: Path) -> None:
    rows: Cells = [["student", "quantity", "t = 1"], ["e1", "f", "1"], ["e2", "f", "2"]]
    found = read(tmp_path, "a.csv", as_csv(rows))
    assert [(s.student.id, s.answers) for s in found] == [
        ("e1", {"f[1]": "1"}),
        ("e2", {"f[1]": "2"}),
    ]


def test_rows_without_a_student_are_nobody_s_where_several_are_named(tmp_path: Path) -> None:
    text = "student,answer,value\ne1,a,1\n,a,2\ne2,a,3\n"
    found = read(tmp_path, "a.csv", text)
    assert [s.answers for s in found] == [{"a": "1"}, {"a": "2"}, {"a": "3"}]
    assert [s.student.id for s in found] == ["e1", "a-3", "e2"]


def test_of_two_values_for_one_answer_the_first_counts(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a.csv", "student,answer,value\n,a,1\ne1,a,2\n,b,3\n")
    assert found.student.id == "e1"
    assert found.answers == {"a": "1", "b": "3"}
    assert [remark.code for remark in found.remarks] == ["twice"]


def test_too_many_answers_are_refused(tmp_path: Path) -> None:
    rows: Cells = [
        ["quantity", *(f"t = {n}" for n in range(1, 101))],
        *([f"x_{n}", *["1"] * 100] for n in range(MOST_ANSWERS // 100 + 1)),
    ]
    (found,) = read(tmp_path, "a.csv", as_csv(rows))
    assert found.refused
    assert found.refused.code == "too-many"


_LABELS = st.from_regex(r"[a-zA-Z_]{1,8}(/d[a-z]{1,3})?(\.[0-9]{1,2}){0,2}", fullmatch=True)
_TEXTS = st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Cf"]), max_size=20)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_text_is_kept_as_typed(tmp_path: Path, data: st.DataObject) -> None:
    dimension = data.draw(st.integers(1, 3))
    place = st.tuples(*[st.integers(-99, 999)] * dimension)
    places = data.draw(st.lists(place, min_size=1, max_size=5, unique=True))
    labels = data.draw(st.lists(_LABELS, min_size=1, max_size=5, unique=True))
    typed = [[data.draw(_TEXTS) for _ in places] for _ in labels]
    heads = [", ".join(f"{n} = {i}" for n, i in zip("bnt", at, strict=False)) for at in places]
    table = [[label, *row] for label, row in zip(labels, typed, strict=True)]
    rows: Cells = [*TOP, ["quantity", *heads], *table]
    expected = {
        placed(label, at): text or None
        for label, row in zip(labels, typed, strict=True)
        for at, text in zip(places, row, strict=True)
        if text.strip() != "×"
    }
    for name, content in (("a.csv", as_csv(rows)), ("b.csv", as_csv(rows, ";"))):
        (found,) = read(tmp_path, name, content)
        assert found.answers == expected, name
