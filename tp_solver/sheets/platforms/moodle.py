"""A solved exercise as a Moodle question bank: what Moodle's XML importer reads.

Formulas in texts are LaTeX between `\\(` and `\\)`, which Moodle's MathJax filter draws; those of
feedback, which Moodle shows in a bubble that no filter reaches, are plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from xml.etree import ElementTree as ET

from markupsafe import escape

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.questions import ChoiceQuestion, TextQuestion
from tp_solver.grading.accepted import Number, numbers
from tp_solver.sheets.platforms.cloze import field, outside
from tp_solver.sheets.platforms.figures import digits, points, weights
from tp_solver.sheets.platforms.fragments import Fragments, tex_ink
from tp_solver.sheets.platforms.told import told
from tp_solver.solution import Solution
from tp_solver.text import Words

# The shares that Moodle lets an answer have, in percent (question_bank::fraction_options).
SHARES = (
    0.0,
    5.0,
    10.0,
    11.11111,
    12.5,
    14.28571,
    16.66667,
    20.0,
    25.0,
    30.0,
    33.33333,
    40.0,
    50.0,
    60.0,
    66.66667,
    70.0,
    75.0,
    80.0,
    83.33333,
    90.0,
    100.0,
)
LONGEST_NAME = 255  # characters
LONGEST_TITLE = 200


def moodle_xml(solution: Solution, words: Words, single: bool = False) -> str:
    """Write a question bank: a category, the statement, the questions.

    What a question asks for is one Cloze question, laid out as the course's table; or, where they
    are to be single, a numerical question for each number.
    """
    return _Bank(solution, words).xml(single)


class _Bank:
    def __init__(self, solution: Solution, words: Words) -> None:
        self.solution, self.words = solution, words
        self.exercise = solution.exercise
        self.fragments = Fragments(solution.model, words, tex_ink)
        self.quiz = ET.Element("quiz")
        self.numbers: dict[str, list[Number]] = {}
        for number in numbers(solution):
            self.numbers.setdefault(number.item.question, []).append(number)

    def xml(self, single: bool) -> str:
        self.category()
        statement = f"{self.fragments.statement()}{self.fragments.digits()}"
        question = self.question("description", self.words("page.statement"), statement)
        _element(question, "defaultgrade", "0")
        for n, asked in enumerate(self.exercise.questions, 1):
            self.asked(n, asked, single)
        ET.indent(self.quiz)
        text = ET.tostring(self.quiz, encoding="unicode", short_empty_elements=False)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'

    def category(self) -> None:
        """Name the category that the questions go into; a slash in a name is doubled."""
        title = self.fragments.title[:LONGEST_TITLE].replace("/", "//")
        question = ET.SubElement(self.quiz, "question", type="category")
        _text(question, "category", f"$course$/top/{title}")

    def question(self, kind: str, name: str, text: str) -> ET.Element:
        """Begin a question."""
        question = ET.SubElement(self.quiz, "question", type=kind)
        _text(question, "name", f"{self.exercise.id} – {name}"[:LONGEST_NAME])
        _text(question, "questiontext", text, html=True)
        return question

    def asked(self, n: int, asked: Asked, single: bool) -> None:
        """Write what an exercise's question becomes."""
        question = asked.question
        name = f"{self.words('solution.question', n=n)} ({question.id})"
        found = self.numbers.get(question.id, [])
        text = self.fragments.prose(question.text)
        if isinstance(question, ChoiceQuestion):
            self.choice(name, text, question)
        elif not found:
            self.essay(name, text, asked)
        elif single or not question.points or (question.kind == "number" and len(found) == 1):
            # without points too: a Cloze question is worth the sum of its weights, and not every
            # version of Moodle can divide by a sum of 0
            for i, number in enumerate(found, 1):
                label = f"{name} {i}/{len(found)}" if len(found) > 1 else name
                self.numerical(label, text, number, asked)
        else:
            self.cloze(name, text, asked, found)

    def cloze(self, name: str, text: str, asked: Asked, found: Sequence[Number]) -> None:
        """Write a question whose numbers are fields of one table."""
        written = [
            (number, field(number, weight, self.told))
            for number, weight in zip(found, weights(found), strict=True)
        ]
        fields = self.fragments.fields(asked, written)
        question = self.question("cloze", name, outside(text) + fields)
        self.rest(question, asked)

    def numerical(self, name: str, text: str, number: Number, asked: Asked) -> None:
        """Write a question for one number."""
        named = self.fragments.name(number)
        question = self.question("numerical", name, f"{text}<p>{named}</p>" if named else text)
        _element(question, "defaultgrade", points(number.item.points))
        if number is self.numbers[asked.question.id][-1]:  # it may tell the others' values
            self.rest(question, asked)
        for stretch in number.stretches:
            answer = _answer(question, digits(stretch.middle), _nearest(100 * stretch.share))
            _element(answer, "tolerance", digits(number.reach(stretch)))
            _text(answer, "feedback", _paragraph(self.told(stretch)), html=True)

    def choice(self, name: str, text: str, question: ChoiceQuestion) -> None:
        """Write a question with choices; one that is wrong takes all points away."""
        made = self.question("multichoice", name, text)
        _element(made, "defaultgrade", points(question.points))
        _text(made, "generalfeedback", self.fragments.prose(question.solution), html=True)
        right = sum(choice.right for choice in question.choices)
        shares = iter(_shared(right))
        _element(made, "single", "true" if right == 1 else "false")
        _element(made, "shuffleanswers", "true")
        _element(made, "answernumbering", "abc")
        wrong = "0" if right == 1 else "-100"
        for choice in question.choices:
            share = next(shares) if choice.right else wrong
            said = self.fragments.prose(choice.text, inline=True)
            _text(_answer(made, said, share, html=True), "feedback", "", html=True)

    def essay(self, name: str, text: str, asked: Asked) -> None:
        """Write a question that a person marks, with what helps them to."""
        question = asked.question
        made = self.question("essay", name, text)
        _element(made, "defaultgrade", points(question.points))
        words = isinstance(question, TextQuestion)
        _element(made, "responseformat", "editor" if words else "plain")
        _element(made, "responserequired", "1")
        _element(made, "responsefieldlines", "10" if words else "3")
        _element(made, "attachments", "0")
        help_ = self.fragments.prose(question.rubric) if isinstance(question, TextQuestion) else ""
        right = [node for node in (asked.answer, *asked.accept) if node is not None]
        formulas = "".join(f"<p>{self.fragments.draw(node)}</p>" for node in right)
        guide = f"{formulas}{help_}{self.fragments.prose(question.solution)}"
        _text(made, "graderinfo", guide, html=True)
        _text(made, "responsetemplate", "", html=True)

    def rest(self, question: ET.Element, asked: Asked) -> None:
        """Write what is shown once a question is answered."""
        said = self.fragments.prose(asked.question.solution)
        _text(question, "generalfeedback", said, html=True)

    @property
    def told(self) -> partial[str]:
        """Return what says what a stretch is told."""
        return partial(told, words=self.words, functions=self.exercise.functions)


def _answer(parent: ET.Element, text: str, share: str, html: bool = False) -> ET.Element:
    form = "html" if html else "moodle_auto_format"
    answer = ET.SubElement(parent, "answer", {"fraction": share, "format": form})
    _element(answer, "text", text)
    return answer


def _text(parent: ET.Element, tag: str, text: str, html: bool = False) -> None:
    made = ET.SubElement(parent, tag, {"format": "html"} if html else {})
    _element(made, "text", text)


def _element(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _shared(count: int) -> list[str]:
    """Share 100 percent between right choices, by shares that Moodle knows."""
    if count <= 10:
        return [_nearest(100 / count)] * count
    tens = max(20 - count, 0)  # evenly would be more than all, or less
    fives = min(count, 20) - tens
    return ["10"] * tens + ["5"] * fives + ["0"] * (count - tens - fives)


def _nearest(percent: float) -> str:
    """Return the nearest share that Moodle lets an answer have, in percent."""
    return f"{min(SHARES, key=lambda share: abs(share - percent)):.7g}"
