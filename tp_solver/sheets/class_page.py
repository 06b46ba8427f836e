"""The page of a class: marks, questions, where reasoning breaks, mistakes, who needs an eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from tp_solver.grading.misconceptions import catalogue
from tp_solver.grading.record import Item, Record
from tp_solver.grading.report import final_mark
from tp_solver.grading.statistics import ItemStatistics, Statistics, needs_person, places_in_order
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import At, Part, Ref
from tp_solver.sheets.explained import Explained
from tp_solver.sheets.gradebook import status
from tp_solver.sheets.head import Writer
from tp_solver.sheets.html import page
from tp_solver.sheets.lines import formula
from tp_solver.sheets.pictures.histogram import histogram
from tp_solver.sheets.pictures.path import breaks
from tp_solver.sheets.prose import plain_text
from tp_solver.solution import Solution
from tp_solver.text import Words

MOST_STUDENTS = 2000  # that are listed; of more, only those who need an eye
MOST_MISTAKES = 15
BINS = 10
SHADES = 5


Row = tuple[Record, str, bool]  # with the name of the page, and whether the copy counts


@dataclass(frozen=True)
class StudentView:
    """A line of the table of students."""

    name: str
    id: str
    page: str
    mark: str
    status: str
    eye: bool


@dataclass(frozen=True)
class QuestionView:
    """How a class did on a question, as a share and as a bar."""

    number: int
    text: str
    share: str
    width: int


@dataclass(frozen=True)
class MistakeView:
    """A known mistake in a class."""

    title: str
    copies: str
    share: str
    told: Markup
    where: Markup


@dataclass(frozen=True)
class HeatView:
    """Where reasoning breaks: quantities in rows, places of the index in columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Markup, tuple[tuple[str, int] | None, ...]], ...]


@dataclass(frozen=True)
class ItemView:
    """How hard an item was, and how well it tells the strong from the weak."""

    name: Markup
    right: str
    missing: str
    first: str
    discrimination: str


def class_page(
    solution: Solution, items: Sequence[Item], rows: Iterable[Row], total: int, words: Words
) -> str:
    """Return the page of a class of so many submissions; rows are gone through once."""
    return _ClassWriter(solution, items, words).page(rows, total)


class _ClassWriter(Writer):
    def __init__(self, solution: Solution, items: Sequence[Item], words: Words) -> None:
        super().__init__(solution.model, words)
        self.items = items
        self.found = Statistics(items, places_in_order(solution, items))
        self.scale = self.exercise.file.scale

    @cached_property
    def of_items(self) -> list[ItemStatistics]:
        """Return how the class did on each item, once all are counted."""
        return [self.found.item(i) for i in range(len(self.items))]

    def page(self, rows: Iterable[Row], total: int) -> str:
        found, number = self.found, self.words.number
        students, left_out, eyes = self.students(rows, total <= MOST_STUDENTS)
        part = self.scale.out_of / found.out_of if found.out_of else 0.0
        return page(
            "class.html.j2",
            self.words,
            plain_title=plain_text(self.exercise.file.title[self.language]),
            copies=found.copies,
            provisional=found.provisional,
            refused=found.refused,
            mean=number(found.mean * part),
            median=number(found.median * part),
            deviation=number(found.deviation * part),
            out_of=number(self.scale.out_of),
            histogram=histogram(found.distribution(BINS), self.scale.out_of, self.words),
            questions=list(self.questions()),
            heats=list(self.heats()),
            path=breaks(self.model, self.of_items, found.copies, self.words),
            mistakes=list(self.mistakes()),
            items=[self.item_view(each) for each in self.of_items if each.item.key],
            students=students,
            left_out=left_out,
            eyes=eyes,
        )

    def share(self, part: float, whole: float) -> str:
        """Write a share in whole percent."""
        return self.words("class.percent", n=round(100 * part / whole) if whole else 0)

    def questions(self) -> Iterator[QuestionView]:
        for number, asked in enumerate(self.exercise.questions, 1):
            points, out_of, pending = self.found.questions.get(asked.question.id, (0, 0, 0))
            judged = out_of - pending
            share = points / judged if judged else 0.0
            text = plain_text(asked.question.text[self.language])
            # Texts left blank are marked, with 0: alone they say nothing of the question.
            waits = not judged or (pending and asked.question.kind == "text")
            told = self.words("class.not_marked") if waits else self.share(points, judged)
            yield QuestionView(number, text, told, 0 if waits else round(100 * share))

    def heats(self) -> Iterator[HeatView]:
        """Yield tables in the order of the computation: for each, the same indices; gradients last.

        The answers of questions that ask for one number stand with the quantities without index.
        """
        groups: dict[tuple[bool, tuple[str, ...]], dict[str, list[ItemStatistics]]] = {}
        order = sorted(range(len(self.items)), key=lambda i: float(self.found.order[i]))
        for each in (self.of_items[i] for i in order):
            key, asked = each.item.key, each.item.name == each.item.question
            if key:
                kind = (False, ()) if asked else ("/d" in key, self.model.system.axes[key])
                row = each.item.question if asked else key
                groups.setdefault(kind, {}).setdefault(row, []).append(each)
        for (gradients, axes), quantities in sorted(groups.items(), key=lambda pair: pair[0][0]):
            caption = self.words("class.gradients" if gradients else "class.values")
            yield self.heat(caption, axes, quantities)

    def heat(
        self, caption: str, axes: tuple[str, ...], quantities: dict[str, list[ItemStatistics]]
    ) -> HeatView:
        places = sorted({each.item.position for many in quantities.values() for each in many})
        rows = []
        for key, many in quantities.items():
            if many[0].item.name == many[0].item.question:
                drawn = self.name(many[0].item)
            else:
                ref, _ = parse_name(key)
                drawn = formula(ref.moved(tuple(map(At, axes))), self.mark)
            rows.append((drawn, tuple(self.cell(many, place) for place in places)))
        columns = tuple(
            ", ".join(f"{axis} = {i}" for axis, i in zip(axes, place, strict=True))
            or self.words("class.first")
            for place in places
        )
        return HeatView(caption, columns, tuple(rows))

    def cell(self, many: list[ItemStatistics], place: tuple[int, ...]) -> tuple[str, int] | None:
        """Return how many copies have their first slip at a place, and how dark that is."""
        here = [each for each in many if each.item.position == place]
        if not here:
            return None
        first = sum(each.first for each in here)
        share = first / self.found.copies if self.found.copies else 0.0
        return str(first), min(SHADES, -(-int(share * 1000) * SHADES // 500)) if first else 0

    def mistakes(self) -> Iterator[MistakeView]:
        known, explained = catalogue(), Explained(self)
        for each in list(self.found.mistakes())[:MOST_MISTAKES]:
            mistake = known.get(each.id)
            if mistake is None:
                continue
            language = mistake.spoken(self.language)
            title = mistake.title[language]
            told = explained.drawn(mistake.remedy[language], {}, each.id)
            copies = self.share(each.copies, self.found.copies)
            share = self.share(each.answers, self.found.wrong_answers)
            where = self.name(self.items[each.example])
            yield MistakeView(title[:1].upper() + title[1:], copies, share, told, where)

    def name(self, item: Item) -> Markup:
        """Draw the name of an item."""
        if item.name == item.question:
            ids = [asked.question.id for asked in self.exercise.questions]
            return Markup(self.words("solution.question", n=ids.index(item.question) + 1))
        ref: Ref = parse_name(item.name)[0]
        if item.component is None:
            return formula(ref, self.mark)
        at = item.component if isinstance(item.component, tuple) else (item.component,)
        return formula(Part(ref, at), self.mark)

    def item_view(self, each: ItemStatistics) -> ItemView:
        discrimination = each.discrimination
        return ItemView(
            self.name(each.item),
            self.share(each.difficulty or 0, 1) if each.difficulty is not None else "–",
            self.share(each.missing, each.count),
            str(each.first),
            "–" if discrimination is None else self.words.number(discrimination),
        )

    def students(self, rows: Iterable[Row], everyone: bool) -> tuple[list[StudentView], int, int]:
        """Count all; return the students who are listed, how many are not, and need an eye.

        Unless everyone is listed, those are who need an eye.
        """
        listed: list[StudentView] = []
        left_out = eyes = 0
        for record, name, counts in rows:
            if counts:
                self.found.add(record)
            why = needs_person(record)
            eyes += bool(why)
            if (everyone or why) and len(listed) < MOST_STUDENTS:
                listed.append(self.student(record, name, why))
            else:
                left_out += 1
        return listed, left_out, eyes

    def student(self, record: Record, name: str, why: list[str]) -> StudentView:
        mark = "–"
        if record.score is not None:
            final = final_mark(record.score, record.out_of, self.scale)
            mark = f"{self.words.number(final)} / {self.words.number(self.scale.out_of)}"
        return StudentView(
            record.student.name or record.student.id,
            record.student.id,
            f"feedback/{name}" if name else "",
            mark,
            status(record, why, self.words),
            bool(why),
        )
