"""How fair marks are, on simulated students: run `python benchmarks/fairness.py [students]`.

Each student works an exercise through by hand with 4 decimals, rounding every answer. One third
is honest to the end; one third makes one known mistake at a random step and carries on honestly
from it; one third slips at one step by 1 to 50 % and carries on. Reported are the shares that the
issue of fairness is about, and how many students they are of.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.grading.students import Student, round_at
from tp_solver.catalogue import exercise_files
from tp_solver.grading.marking import Marker
from tp_solver.grading.misconceptions.certainty import LIMIT
from tp_solver.grading.misconceptions.kinds import Scope
from tp_solver.grading.misconceptions.variants import Variant, variants
from tp_solver.grading.report import Mark, Report, Verdict
from tp_solver.graph.schedule import ground
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import Node, Ref
from tp_solver.solution import Solution, loads, solve

EXERCISES = ("tp-1.1", "tp-2.1", "tp-2.2", "tp-2.3b", "gru-by-hand", "bug-5-no-carry")
DIGITS = 4
APART = Decimal("0.0002")  # two units: nearer, a number can't be told from another
FINE = (Verdict.CORRECT, Verdict.CARRIED)
Place = tuple[str, tuple[int, ...]]


@dataclass
class Planted(Student):
    """A student who takes one equation for another at one place; all else is honest."""

    at_place: Place = ("", ())
    variant: Variant | None = None
    due: object = None

    def work(self, left: Ref, right: Node, at: dict[str, int]) -> None:
        """Work out one equation, or what it is taken for."""
        if (left.key, ground(left, at)) == self.at_place and self.variant is not None:
            super().work(left, right, at)
            due = self.known[self.at_place].copy()
            try:
                super().work(left, self.variant.equation.right, at)
            except (ArithmeticError, KeyError):  # it reads what comes later, or has no value
                return
            self.due = due
            return
        super().work(left, right, at)


@dataclass
class Counts:
    """How many students of one sort there were, and what became of them."""

    found: Counter[str] = field(default_factory=Counter)

    def share(self, what: str, of: str) -> str:
        """Return a share as text."""
        total = self.found[of]
        return f"{self.found[what] / total:8.2%}  of {total}" if total else "       -"


def text_of(name: str) -> str:
    """Return a shipped exercise that asks for four decimals."""
    (path,) = exercise_files([name])
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("precision:")]
    at = kept.index("questions:")
    return "\n".join([*kept[:at], f"precision: {{decimals: {DIGITS}}}", *kept[at:]])


class Class:
    """The simulated students of one exercise."""

    def __init__(self, name: str, draw: random.Random) -> None:
        self.solution: Solution = solve(loads(text_of(name)))
        self.model = self.solution.model
        self.draw = draw
        self.marker = Marker(self.solution)
        self.order = {
            (e.left.key, ground(e.left, dict(at))): i for i, (e, at) in enumerate(self.model.order)
        }
        self.asked = [
            (slot.key, slot.position)
            for asked in self.model.exercise.questions
            if asked.question.kind == "values"
            for slot in self.model.slots[asked.question.id]
            if (slot.key, slot.position) in self.order
        ]
        self.scope = Scope(self.model.system)
        self.variants: dict[int, list[Variant]] = {}

    def number_of(self, place: Place) -> int:
        """Return the number of the equation that defines a place."""
        equation, _ = self.model.order[self.order[place]]
        return self.model.system.equations.index(equation)

    def variants_at(self, place: Place) -> list[Variant]:
        """Return what known mistakes make of the equation at a place."""
        number = self.number_of(place)
        if number not in self.variants:
            self.variants[number] = variants(self.scope, number)
        at = dict(self.model.order[self.order[place]][1])
        return [
            v
            for v in self.variants[number]
            if all(span.first <= at[name] <= span.last for name, span in v.equation.domain)
        ]

    def report(self, student: Student) -> Report:
        """Mark one student."""
        (report,) = self.marker.reports([student.submission()])
        return report

    def place_of(self, mark: Mark) -> Place:
        """Return the place of a mark."""
        if mark.answer == mark.question:
            return mark.answer, ()
        ref, _ = parse_name(mark.answer)
        return ref.key, ground(ref, {})

    def judge(self, report: Report, place: Place, counts: Counts) -> list[Mark]:
        """Count whether the first wrong step was found and the later ones credited."""
        wrong = [
            m for m in report.marks if m.verdict not in (*FINE, Verdict.MISSING, Verdict.PENDING)
        ]
        places = {self.place_of(mark) for mark in wrong}
        counts.found["all"] += 1
        if places and min(places, key=lambda p: self.order.get(p, 10**6)) == place:
            counts.found["first found"] += 1
        counts.found["later credited"] += places <= {place}
        return [mark for mark in wrong if self.place_of(mark) == place]

    def planted(self, seed: int, counts: Counts) -> None:
        """Let one student make a known mistake."""
        place = self.draw.choice(self.asked)
        known = self.variants_at(place)
        if not known:
            return
        variant = self.draw.choice(known)
        student = Planted(
            self.model, DIGITS, manner="answers", seed=seed, at_place=place, variant=variant
        )
        if student.due is None:
            return
        written, due = np.asarray(student.known[place]), np.asarray(student.due)
        differs = np.abs(written.astype(float) - due.astype(float)) > float(APART)
        if not differs.any():
            counts.found["not to be seen"] += 1
            return
        marks = self.judge(self.report(student), place, counts)
        others = self.near(place, student, variant, known)
        named = any(m.finding and (variant.ids in m.finding.possible) for m in marks)
        surely = any(
            m.finding and variant.ids in m.finding.possible and len(m.finding.possible) <= 2
            for m in marks
        )
        counts.found["named"] += named
        if others > 1:
            return
        counts.found["apart"] += 1
        counts.found["named apart"] += surely
        if self.informative(due, written, len(known)):
            counts.found["telling"] += 1
            counts.found["named telling"] += surely

    def near(self, place: Place, student: Planted, variant: Variant, known: list[Variant]) -> int:
        """Count the other mistakes that would have given the same numbers to two units."""
        found = {}
        written = np.asarray(student.known[place]).astype(float)
        for other in known:
            if other.equation.right == variant.equation.right:
                if other.ids != variant.ids:
                    found[other.ids] = True
                continue
            twin = Planted(
                self.model,
                DIGITS,
                manner="answers",
                at_place=place,
                variant=other,
                seed=student.seed,
            )
            gap = np.abs(np.asarray(twin.known[place]).astype(float) - written)
            if (gap <= float(APART)).all():
                found[other.ids] = True
        return len(found)

    def informative(self, due: np.ndarray, written: np.ndarray, tried: int) -> bool:  # type: ignore[type-arg]
        """Tell whether four decimals leave room enough for chance to be unlikely."""
        due, written = due.astype(float), written.astype(float)
        room = 2 * np.maximum(np.abs(written - due), np.abs(due) / 2)
        return bool((tried * 10.0**-DIGITS / np.maximum(room, 1e-9)).min() <= LIMIT)

    def slipped(self, seed: int, counts: Counts) -> None:
        """Let one student slip at one component by 1 to 50 %."""
        place = self.draw.choice(self.asked)
        shape = self.model.system.shapes[place[0]]
        spot = tuple(self.draw.randrange(n) for n in shape)
        factor = Decimal(1 + self.draw.choice((1, -1)) * self.draw.uniform(0.01, 0.5))
        seen: list[bool] = []

        def change(here: Place, at: tuple[int, ...], value: Decimal) -> Decimal:
            if here != place or at != spot:
                return value
            moved = round_at(value * factor, -DIGITS, ROUND_HALF_UP)
            seen.append(abs(moved - value) > APART)
            return moved

        student = Student(self.model, DIGITS, manner="answers", seed=seed, change=change)
        if not any(seen):
            counts.found["not to be seen"] += 1
            return
        marks = self.judge(self.report(student), place, counts)
        counts.found["accused"] += any(mark.finding for mark in marks)

    def honest(self, seed: int, counts: Counts) -> None:
        """Let one student be honest."""
        manner = self.draw.choice(("every", "answers", "full"))
        report = self.report(Student(self.model, DIGITS, manner=manner, seed=seed))
        counts.found["all"] += 1
        counts.found["accused"] += any(mark.finding for mark in report.marks)
        fine = (*FINE, Verdict.MISSING, Verdict.PENDING)
        counts.found["full marks"] += all(mark.verdict in fine for mark in report.marks)


def main() -> None:
    """Simulate, mark and report."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 900
    draw = random.Random(7)
    planted, slipped, honest = Counts(), Counts(), Counts()
    classes = [Class(name, draw) for name in EXERCISES]
    for seed in range(number // 3):
        group = classes[seed % len(classes)]
        group.planted(seed, planted)
        group.slipped(seed, slipped)
        group.honest(seed, honest)
    print("a known mistake planted, the rest carried")
    print("  first wrong step found      ", planted.share("first found", "all"))
    print("  all later steps credited    ", planted.share("later credited", "all"))
    print("  named at all                ", planted.share("named", "all"))
    print("  named, at most two, apart   ", planted.share("named apart", "apart"))
    print("  … and four decimals tell    ", planted.share("named telling", "telling"))
    print("  too close to the right one  ", planted.found["not to be seen"])
    print("a slip of 1 to 50 %, the rest carried")
    print("  first wrong step found      ", slipped.share("first found", "all"))
    print("  all later steps credited    ", slipped.share("later credited", "all"))
    print("  accused of a known mistake  ", slipped.share("accused", "all"))
    print("honest to the end")
    print("  full marks                  ", honest.share("full marks", "all"))
    print("  accused of a known mistake  ", honest.share("accused", "all"))


if __name__ == "__main__":
    main()
