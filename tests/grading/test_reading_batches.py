"""A class read at once is read as each student alone: plans change nothing but the speed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.material import shipped
from tp_solver.grading.reading import Reader, read
from tp_solver.grading.report import Student
from tp_solver.grading.submission import Raw, Submission

NAMES = st.sampled_from(
    ["f[1]", "f", "h[1]", "h[1].2", "h[1].1", "C[1..2]", "z_f[2]", "nonsense", "f[9]", "h[0]"]
)
TEXTS = st.sampled_from(["0,5", "0.25", "", "[0,1; 0,2]", "[0.1, 0.2]", "x", "1/2", "[[1], [2]]"])
RAWS: st.SearchStrategy[Raw] = st.one_of(
    TEXTS, st.none(), st.lists(st.one_of(TEXTS, st.none()), max_size=3)
)
SHEETS = st.dictionaries(NAMES, RAWS, max_size=5)


def handed(answers: dict[str, Raw], number: int, ambiguous: bool = False) -> Submission:
    """Hand in a sheet."""
    doubtful = frozenset(list(answers)[:1]) if ambiguous else frozenset()
    return Submission(Student(str(number)), f"{number}.yaml", answers, ambiguous=doubtful)


@settings(max_examples=150, deadline=None)
@given(
    sheets=st.lists(st.tuples(SHEETS, st.booleans()), min_size=1, max_size=4), twice=st.booleans()
)
def test_a_batch_is_read_as_each_alone(
    sheets: list[tuple[dict[str, Raw], bool]], twice: bool
) -> None:
    solution = shipped("tp-2.2")
    handed_in = [handed(sheet, i, doubt) for i, (sheet, doubt) in enumerate(sheets)]
    handed_in += handed_in[:1] if twice else []
    reader = Reader(solution)
    together = reader.read(handed_in)
    for row, submission in enumerate(handed_in):
        alone = read(submission, solution)
        assert alone.remarks[0] == together.remarks[row]
        assert alone.others[0] == together.others[row]
        for key in alone.ids.keys() | together.ids.keys():
            seen = []
            for readings, at in ((alone, 0), (together, row)):
                ids = readings.ids.get(key)
                found = np.zeros(reader.sizes[key], dtype=int) if ids is None else ids[at]
                seen.append(
                    [(readings.tokens.texts[i], readings.tokens.remarks.get(int(i))) for i in found]
                )
            assert seen[0] == seen[1]


def test_texts_are_forgotten_after_very_many() -> None:
    solution = shipped("tp-2.1")
    reader = Reader(solution)
    first = reader.tokens
    reader.read([handed({"f[1]": "0.5"}, 1)])
    assert len(first) == 2
    first.texts += [""] * 1_000_001
    assert reader.read([handed({"f[1]": "0.5"}, 1)]).tokens is not first
