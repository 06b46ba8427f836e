"""Reports as JSON: codes and numbers, remarks worded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

from tp_solver.exercise.model import Scale
from tp_solver.grading.marked import Batch
from tp_solver.grading.record import ABSENT, Item
from tp_solver.grading.report import (
    CODES,
    VERDICTS,
    Mark,
    Report,
    Verdict,
    final_mark,
    rounded,
)
from tp_solver.grading.tokens import BLANK
from tp_solver.sheets.json_format import plain_number
from tp_solver.sheets.remarks import refused, worded
from tp_solver.text import Words

encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode


def head_data(report: Report, words: Words) -> dict[str, Any]:
    """Return what a report says of a copy as a whole."""
    return {
        "student": {"id": report.student.id, "name": report.student.name},
        "file": report.file,
        "score": None if report.score is None else rounded(report.score),
        "out_of": rounded(report.out_of),
        "pending": rounded(report.pending),
        "refused": refused(report.refused, words) if report.refused else None,
        "remarks": [worded(remark, words) for remark in report.remarks],
    }


def mark_data(mark: Mark, words: Words) -> dict[str, Any]:
    """Return a mark as plain data; the `reason` of one that can't be read is worded."""
    own = mark.from_own_values
    expected = mark.expected
    unreadable = mark.verdict is Verdict.UNREADABLE and mark.remark is not None
    return {
        "question": mark.question,
        "answer": mark.answer,
        "component": mark.component,
        "given": mark.given,
        "verdict": mark.verdict.value,
        "remark": mark.remark.code if mark.remark else None,
        **({"reason": worded(mark.remark, words)} if unreadable else {}),
        "misconception": mark.misconception,
        "expected": plain_number(expected) if isinstance(expected, float) else expected,
        "from_own_values": plain_number(own) if own is not None else None,
        "points": mark.points,
        "out_of": mark.out_of,
    }


class ReportLines:
    """Writes the reports of one exercise, each on one line; what copies share is written once."""

    def __init__(self, words: Words, scale: Scale) -> None:
        self.words = words
        self.scale = scale
        self.starts: list[str] = []
        self.ends: dict[tuple[int, int, int], tuple[str, str]] = {}

    def line(self, report: Report) -> str:
        """Return a report on one line, without what only the whole class tells."""
        score = report.score
        mark = None if score is None else final_mark(score, report.out_of, self.scale)
        head = encode(head_data(report, self.words))[:-1]
        apart = report.refused is not None or report.person or self.apart(report)
        marks = map(self.alone, report.marks) if apart else self.marks(*report.own)
        return f'{head}, "marks": [{", ".join(marks)}], "mark": {encode(mark)}, "counts": true}}'

    def apart(self, report: Report) -> bool:
        """Tell whether a copy has numbers of its own, so that others expect other values."""
        batch, _ = report.own
        return batch.judge.truth.family is not None

    def alone(self, mark: Mark) -> str:
        return encode(mark_data(mark, self.words))

    def marks(self, batch: Batch, row: int) -> Iterator[str]:
        """Yield the marks of a copy: those of numbers around what was typed and what is own."""
        if not self.starts:
            self.starts = list(map(self.start, batch.marker.items))
        tokens, findings = batch.readings.tokens, batch.findings.get(row, {})
        verdicts, codes = (a[row].tolist() for a in batch.matrix)
        typed, own = batch.typed[row].tolist(), batch.own_values[row].tolist()
        for i, item in enumerate(batch.marker.items):
            if verdicts[i] == ABSENT:
                continue
            if not item.key or i in findings or typed[i] in tokens.remarks:
                yield self.alone(batch.item_mark(row, i))
                continue
            place = (i, verdicts[i], codes[i])
            between, end = self.ends.get(place) or self.rest(batch, *place)
            given = "null" if typed[i] == BLANK else encode(tokens.texts[typed[i]])
            value = repr(own[i]) if isfinite(own[i]) else "null"
            yield f"{self.starts[i]}{given}{between}{value}{end}"

    def start(self, item: Item) -> str:
        """Write how the mark of an item begins, up to what was typed."""
        at = list(item.component) if isinstance(item.component, tuple) else item.component
        told = encode({"question": item.question, "answer": item.name, "component": at})
        return f'{told[:-1]}, "given": '

    def rest(self, batch: Batch, number: int, verdict: int, code: int) -> tuple[str, str]:
        """Write what comes after what was typed, up to the student's own value, and after it."""
        item, share = batch.marker.items[number], batch.share(verdict, code, None)
        between = {
            "verdict": VERDICTS[verdict].value,
            "remark": CODES[code] or None,
            "misconception": None,
            "expected": plain_number(item.expected),
        }
        after = {"points": item.points * share, "out_of": item.points}
        pieces = f', {encode(between)[1:-1]}, "from_own_values": ', f", {encode(after)[1:]}"
        self.ends[number, verdict, code] = pieces
        return pieces
