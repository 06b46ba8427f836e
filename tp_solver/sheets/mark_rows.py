"""The rows of a table of marks: drawn once for an exercise, with holes for what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from tp_solver.grading.hints import WRONG
from tp_solver.grading.marked import Batch
from tp_solver.grading.record import ABSENT, Item
from tp_solver.grading.report import CODES, VERDICTS, Finding, Judged, Mark, Verdict
from tp_solver.grading.statistics import first_of, places_in_order
from tp_solver.grading.tokens import Tokens
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import Part, Value
from tp_solver.sheets.entities import entities, escaped
from tp_solver.sheets.explained import Explained
from tp_solver.sheets.lines import formula
from tp_solver.sheets.remarks import worded
from tp_solver.sheets.step_patterns import number_pattern
from tp_solver.solution import displayed

if TYPE_CHECKING:
    from tp_solver.grading.marking import Marker
    from tp_solver.sheets.feedback import FeedbackWriter

WRONG_ONES = np.isin(np.arange(256), [VERDICTS.index(verdict) for verdict in WRONG])
REDONE = np.isin(np.arange(256), [VERDICTS.index(v) for v in (*WRONG, Verdict.CARRIED)])
SAID = CODES.index("own-values")  # which the verdict says already
MOST_KNOWN, LONGEST_KNOWN = 50_000, 1000  # rows that are remembered, characters of one
HOLE = "\0"  # in the place of what was expected
Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Looks:
    """How the rows of a batch look: numbers, of all copies, then by item.

    Rows look the same where the same text was typed for the same item, and marked alike; those
    that known mistakes explain have -1, for they are not remembered. `first` has the wrong item of
    each copy that is worked out before the others, -1 where none is wrong.
    """

    batch: Batch
    looks: NDArray[np.int64]
    first: list[int]


class MarkRows:
    """What the rows of all copies have in common; lists go by the number of the item."""

    def __init__(self, writer: FeedbackWriter, marker: Marker) -> None:
        self.writer = writer
        self.words = writer.words
        self.items = marker.items
        self.explained = Explained(writer)
        self.names = [str(self.name(item)) for item in self.items]
        self.heads = [f'<tr><th scope="row">{n}</th><td class="typed">' for n in self.names]
        self.expected = [str(self.value(item)) for item in self.items]
        self.order = np.array(places_in_order(writer.solution, self.items), dtype=float)
        self.tails: list[dict[int, tuple[str, str]]] = [{} for _ in self.items]
        self.hole = number_pattern(writer.mark)
        self.known: dict[int, str] = {}
        self.tokens: Tokens | None = None
        self.looks: Looks | None = None

    def looks_of(self, batch: Batch) -> Looks:
        """Return how the rows of a batch look, found once."""
        if self.looks is None or self.looks.batch is not batch:
            tokens = batch.readings.tokens
            if len(self.known) >= MOST_KNOWN or tokens is not self.tokens:
                self.known.clear()
                self.tokens = tokens
            self.looks = self.all_looks(batch)
        return self.looks

    def all_looks(self, batch: Batch) -> Looks:
        verdict, code = batch.matrix
        looks = (batch.typed.astype(np.int64) << 8 | verdict) << 8 | code
        looks = looks * len(self.items) + np.arange(len(self.items))
        for row, found in batch.findings.items():
            looks[row, list(found)] = -1
        return Looks(batch, looks, first_of(WRONG_ONES[verdict], self.order).tolist())

    def name(self, item: Item) -> Markup:
        """Draw the name of what a mark is for; a question's answer has a number only."""
        if item.name == item.question:
            ids = [asked.question.id for asked in self.writer.exercise.questions]
            label = self.words("solution.question", n=ids.index(item.question) + 1)
            at = item.component
            told = ", ".join(map(str, at)) if isinstance(at, tuple) else at
            return Markup(label if at is None else f"{label} ({told})")
        ref, _ = parse_name(item.name)
        if item.component is None:
            return entities(formula(ref, self.writer.mark))
        at = item.component if isinstance(item.component, tuple) else (item.component,)
        return entities(formula(Part(ref, at), self.writer.mark))

    def value(self, item: Item) -> Markup:
        """Draw what was expected; nothing for an answer that is no number."""
        if not item.key:
            return Markup()
        shown = displayed(self.writer.exercise, item.expected)
        return entities(formula(Value(shown), self.writer.mark))

    def spelled(self, number: int, value: float) -> str:
        """Draw what was expected of one student alone."""
        numeral = self.writer.numerals.of(value)
        if numeral is None or self.hole is None:
            return str(self.value(replace(self.items[number], expected=value)))
        return self.hole.filled([numeral])

    def tail(self, number: int, verdict: int, code: int, batch: Batch) -> tuple[str, str]:
        """Return how a row goes on after what was typed: before and after what was expected."""
        known, place = self.tails[number], verdict * len(CODES) + code
        if place not in known:
            share = batch.share(verdict, code, None)
            before, _, after = self.rest(number, verdict, code, share, HOLE).partition(HOLE)
            known[place] = before, after
        return known[place]

    def rest(self, number: int, verdict: int, code: int, share: float, expected: str) -> str:
        """Draw a verdict, a note, what was expected, the points."""
        note = "" if code in (0, SAID) else self.words(f"remark.{CODES[code]}")
        out_of = self.items[number].points
        points = self.points(out_of * share, out_of)
        return self.cells(VERDICTS[verdict], note, expected, points)

    def cells(self, verdict: Verdict, note: str, expected: str, points: str) -> str:
        """Draw the last cells of a row."""
        told = f'<div class="note">{escape(note)}</div>' if note else ""
        word = escape(self.words(f"verdict.{verdict.value}"))
        return (
            f'</td><td><span class="badge {verdict.value}">{word}</span>{told}</td>'
            f'<td>{expected}</td><td class="earned">{points}</td></tr>'
        )

    def points(self, earned: float, out_of: float) -> str:
        """Write points out of points."""
        return f"{self.words.number(earned)} / {self.words.number(out_of)}"

    def other(self, number: int, mark: Mark) -> str:
        """Draw the row of an answer that is no number."""
        expected: str = Markup()
        asked = next(a for a in self.writer.exercise.questions if a.question.id == mark.question)
        if asked.answer is not None:
            expected = entities(formula(asked.answer, self.writer.mark))
        elif mark.expected is not None:
            expected = escaped(str(mark.expected))
        note, points = worded(mark.remark, self.words), self.points(mark.points, mark.out_of)
        text = self.writer.typed(mark.given or "")
        return self.heads[number] + text + self.cells(mark.verdict, note, expected, points)

    def explained_row(
        self, number: int, code: int, share: float, finding: Finding, expected: str
    ) -> str:
        """Draw the end of a row whose number known mistakes explain, and what they are."""
        verdict = VERDICTS.index(Verdict.MISCONCEPTION)
        return self.rest(number, verdict, code, share, expected) + self.explained.row(finding)


class Copy:
    """The rows of one copy."""

    def __init__(self, rows: MarkRows, batch: Batch, row: int) -> None:
        self.rows = rows
        self.batch = batch
        self.row = row
        verdicts, codes = batch.matrix
        self.verdicts, self.codes = verdicts[row], codes[row]
        self.tokens = batch.typed[row]
        self.findings = batch.findings.get(row, {})
        self.due = batch.due[row].tolist() if batch.judge.truth.family else None
        self.looks = rows.looks_of(batch).looks[row].tolist()
        self.again = np.flatnonzero(REDONE[self.verdicts]).tolist()

    def expected(self, number: int) -> str:
        """Return what was expected of this student, drawn."""
        if self.due is None or not self.rows.items[number].key:
            return self.rows.expected[number]
        return self.rows.spelled(number, self.due[number])

    def of(self, question: str, judged: Judged | None = None) -> tuple[str, list[Place]]:
        """Return the rows of a question, and the places of steps to work again, in their order.

        `judged` has the points that a person gave in the place of the machine's.
        """
        asked = self.batch.items_of[question]
        known = list(map(self.rows.known.get, map(self.looks.__getitem__, asked)))
        rows = [
            self.drawn(i, judged) if row is None else row
            for i, row in zip(asked, known, strict=True)
        ]
        items, own = self.rows.items, self.batch.judge.exact_own
        again: dict[Place, int] = {}
        for i in self.again:
            item = items[i]
            if item.question == question and item.key in own:
                again[item.key, item.position] = int(self.rows.order[i])
        return "".join(rows), sorted(again, key=again.__getitem__)

    def drawn(self, i: int, judged: Judged | None) -> str:
        """Draw a row; that of a number is remembered, unless it is one student's alone."""
        rows, item, token = self.rows, self.rows.items[i], int(self.tokens[i])
        verdict, code = int(self.verdicts[i]), int(self.codes[i])
        if verdict == ABSENT:
            return ""
        if not item.key:
            mark = self.batch.other(self.row, item.question)
            if judged is not None:
                mark = replace(mark, verdict=Verdict.MARKED, points=judged.points)
            return rows.other(i, mark)
        readings = self.batch.readings
        start = rows.heads[i] + rows.writer.typed(readings.tokens.texts[token])
        finding = self.findings.get(i)
        if token in readings.tokens.remarks:
            row = start + self.unreadable(i)
        elif finding is not None:
            share = self.batch.share(verdict, code, finding)
            return start + rows.explained_row(i, code, share, finding, self.expected(i))
        else:
            before, after = rows.tail(i, verdict, code, self.batch)
            row = f"{start}{before}{self.expected(i)}{after}"
        if self.due is None and len(rows.known) < MOST_KNOWN and len(row) <= LONGEST_KNOWN:
            rows.known[self.looks[i]] = row
        return row

    def unreadable(self, number: int) -> str:
        """Draw the end of a row whose text is no number."""
        rows = self.rows
        remark = self.batch.readings.tokens.remarks[self.tokens[number]]
        points = rows.points(0, rows.items[number].points)
        note = worded(remark, rows.words)
        return rows.cells(Verdict.UNREADABLE, note, self.expected(number), points)
