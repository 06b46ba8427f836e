"""Points that a person gave, in the place of what the machine found or left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tp_solver.grading.report import Judged, Mark, Remark, Report, Score, Verdict


def with_person(report: Report, person: Mapping[str, Judged]) -> Report:
    """Return a report with the points that a person gave to some of its questions."""
    if not person or report.refused is not None:
        return report
    scores = tuple(
        Score(s.question, min(person[s.question].points, s.out_of), s.out_of)
        if s.question in person
        else s
        for s in report.scores
    )
    return replace(report, scores=scores, person=person, make=lambda: _judged_marks(report, person))


def _judged_marks(report: Report, person: Mapping[str, Judged]) -> tuple[Mark, ...]:
    """Give each mark of a question that a person judged its part of the points."""
    found = []
    for mark in report.marks:
        judged = person.get(mark.question)
        if judged is None:
            found.append(mark)
            continue
        whole = sum(m.out_of for m in report.marks if m.question == mark.question)
        share = mark.out_of / whole if whole else 0.0
        alone = mark.verdict in (Verdict.PENDING, Verdict.MISSING)
        remark = Remark("by-person", (("comment", judged.comment),))
        found.append(
            replace(
                mark,
                verdict=Verdict.MARKED if alone else mark.verdict,
                points=judged.points * share,
                remark=remark,
            )
        )
    return tuple(found)
