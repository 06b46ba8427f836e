"""Students who handed in more than once: which copy counts, and what is said of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from tp_solver.batch.store import REFUSED, Store
from tp_solver.grading.report import Remark


class Copy(NamedTuple):
    """One of several copies of a student."""

    student: str
    id: int
    file: str
    place: str
    score: float | None
    has: int

    @property
    def title(self) -> str:
        """Return the file's name, and where in it the copy stands."""
        return f"{self.file} ({self.place})" if self.place else self.file


class Fate(NamedTuple):
    """What becomes of a copy that is not its student's only one."""

    counts: bool
    remark: Remark


def fates(store: Store, policy: str) -> dict[int, Fate]:
    """Return, by the id of the submission, what becomes of each copy that is not the only one."""
    rows = store.connection.execute(
        "SELECT student, id, file, place, score, has FROM submission WHERE student IN"
        " (SELECT student FROM submission GROUP BY student HAVING count(*) > 1)"
        " ORDER BY student, input, number, part"
    )
    found: dict[int, Fate] = {}
    for _, group in groupby((Copy(*row) for row in rows), key=lambda copy: copy.student):
        found |= dict(_fates(list(group), policy))
    return found


def _fates(copies: Sequence[Copy], policy: str) -> Iterator[tuple[int, Fate]]:
    best = chosen(copies, policy)
    for i, copy in enumerate(copies):
        other = copies[1 if i == 0 else 0]
        if policy == "all" or copy is best:
            yield copy.id, Fate(True, Remark("same-student", (("name", other.title),)))
        else:
            yield copy.id, Fate(False, Remark("not-counted", (("name", best.title),)))


def chosen(copies: Sequence[Copy], policy: str) -> Copy:
    """Return the copy that counts: of those that can be marked, if any can."""
    readable = [copy for copy in copies if not copy.has & REFUSED] or list(copies)
    if policy == "best":
        return max(readable, key=lambda copy: copy.score or 0.0)
    return readable[-1 if policy == "last" else 0]
