"""Reads question banks as Moodle's importer does, and marks answers as its questions do.

Written from what these files of Moodle 4 do: question/format/xml/format.php (elements and their
defaults), question/format.php (shares), question/engine/bank.php (the list of shares),
question/type/multianswer/questiontype.php (the Cloze language) and
question/type/numerical/question.php (which answer a number meets). Whatever the importer would
refuse, or read as something else than is meant, is an AssertionError.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

# Decimals of the fractions of question_bank; negative ones are allowed too.
FRACTIONS = (
    0, 1, 0.9, 0.8333333, 0.8, 0.75, 0.7, 0.6666667, 0.6, 0.5, 0.4, 0.3333333, 0.3, 0.25, 0.2,
    0.1666667, 0.1428571, 0.125, 0.1111111, 0.1, 0.05,
)  # fmt: skip
MATCH = 1e-5  # of an imported fraction and one of the list
FORMATS = {"moodle_auto_format", "html", "plain_text", "wiki_like", "markdown"}
RESPONSES = {"editor", "editorfilepicker", "plain", "monospaced", "noinline"}
TYPES = {"category", "description", "cloze", "numerical", "multichoice", "essay"}

FRACTION = r"=|%(-?[0-9]+(?:[.,][0-9]*)?)%"
ANSWER = r".+?(?<!\\)(?<!&)(?<!&amp;)(?=[~#}]|$)"
FEEDBACK = r".*?(?<!\\)(?=[~}]|$)"
ALTERNATIVE = rf"({FRACTION})?({ANSWER})(#({FEEDBACK}))?"
NUMBER = r"-?(([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]+)?)"
NUMERICAL = rf"^({NUMBER})(:{NUMBER})?$"
KINDS = (
    "(NUMERICAL|NM)|(MULTICHOICE|MC)|(MULTICHOICE_V|MCV)|(MULTICHOICE_H|MCH)|(SHORTANSWER|SA|MW)"
    "|(SHORTANSWER_C|SAC|MWC)|(MULTICHOICE_S|MCS)|(MULTICHOICE_VS|MCVS)|(MULTICHOICE_HS|MCHS)"
    "|(MULTIRESPONSE|MR)|(MULTIRESPONSE_H|MRH)|(MULTIRESPONSE_S|MRS)|(MULTIRESPONSE_HS|MRHS)"
)
FIELD = re.compile(rf"\{{([0-9]*):({KINDS}):({ALTERNATIVE}(~{ALTERNATIVE})*)\}}", re.DOTALL)
ALTERNATIVES = 16  # the group of a field's alternatives


@dataclass(frozen=True)
class Answer:
    """An accepted number: the share it earns, how far it reaches, what is said of it."""

    value: float
    tolerance: float
    fraction: float
    feedback: str

    def holds(self, number: float) -> bool:
        """Tell whether a number is within the tolerance, as qtype_numerical_answer does."""
        reach = self.tolerance + 1e-14 * max(1.0, abs(self.value))
        return self.value - reach <= number <= self.value + reach


@dataclass(frozen=True)
class Field:
    """What is filled in: its weight, its accepted numbers in order."""

    mark: float
    answers: tuple[Answer, ...]

    def marked(self, number: float) -> tuple[float, str]:
        """Return the share and the feedback of a number: the first answer that holds it counts."""
        for answer in self.answers:
            if answer.holds(number):
                return answer.fraction, answer.feedback
        return 0.0, ""


@dataclass(frozen=True)
class Question:
    """A question of the bank; `text` of a Cloze has `{#1}` in the place of its fields."""

    kind: str
    name: str
    text: str
    mark: float
    fields: tuple[Field, ...]
    element: ET.Element


def read_bank(text: str) -> list[Question]:
    """Read a bank; the category comes first."""
    quiz = ET.fromstring(text)
    assert quiz.tag == "quiz"
    assert {child.tag for child in quiz} == {"question"}
    return [_question(element) for element in quiz]


def _question(element: ET.Element) -> Question:
    kind = element.attrib["type"]
    assert kind in TYPES
    if kind == "category":
        path = _text(element.find("category"))
        assert path.startswith("$course$/top/")
        return Question(kind, path, "", 0, (), element)
    name = _text(element.find("name"))
    assert 0 < len(name) <= 255
    text = _html(element, "questiontext")
    _html(element, "generalfeedback", "")
    mark = float(element.findtext("defaultgrade", "1"))
    fields: tuple[Field, ...] = ()
    if kind == "cloze":
        text, fields = read_cloze(text)
        mark = sum(field.mark for field in fields)
    elif kind == "numerical":
        fields = (Field(mark, tuple(_numerical(element))),)
    elif kind == "multichoice":
        _multichoice(element)
    elif kind == "essay":
        assert element.findtext("responseformat") in RESPONSES
        _html(element, "graderinfo")
    return Question(kind, name, text, mark, fields, element)


def _text(element: ET.Element | None) -> str:
    assert element is not None
    found = element.find("text")
    assert found is not None
    assert len(found) == 0
    return (found.text or "").strip()


def _html(element: ET.Element, tag: str, default: str | None = None) -> str:
    found = element.find(tag)
    if found is None:
        assert default is not None
        return default
    assert found.attrib.get("format", "html") in FORMATS
    return _text(found)


def read_cloze(text: str) -> tuple[str, tuple[Field, ...]]:
    """Take the fields out of a text, as qtype_multianswer_extract_question does."""
    fields: list[Field] = []
    while (match := FIELD.search(text)) is not None:
        assert match[3], "not a numerical field"
        fields.append(Field(float(match[1] or 1), tuple(_alternatives(match[ALTERNATIVES]))))
        text = text.replace(match[0], f"{{#{len(fields)}}}", 1)
    assert fields
    for field in fields:
        assert any(answer.fraction == 1 for answer in field.answers)
    return text, tuple(fields)


def _alternatives(text: str) -> Iterator[Answer]:
    while match := re.search(f"~?{ALTERNATIVE}", text, re.DOTALL):
        fraction = 1.0 if match[1] == "=" else float((match[2] or "0").replace(",", ".")) / 100
        feedback = html.unescape(match[5] or "").replace(r"\}", "}").replace(r"\#", "#")
        number = re.search(NUMERICAL, match[3], re.DOTALL)
        assert number is not None, match[3]
        yield Answer(float(number[1]), float(number[6] or 0), fraction, feedback)
        text = text.split(match[0], 1)[1]


def _numerical(element: ET.Element) -> Iterator[Answer]:
    answers = element.findall("answer")
    assert max(_fraction(answer) for answer in answers) == 1
    for answer in answers:
        value = _text_of(answer)
        assert re.fullmatch(NUMBER, value)
        tolerance = answer.findtext("tolerance", "0")
        yield Answer(float(value), float(tolerance), _fraction(answer), _html(answer, "feedback"))


def _multichoice(element: ET.Element) -> None:
    fractions = [_fraction(answer) for answer in element.findall("answer")]
    assert len(fractions) >= 2
    assert all(map(_text_of, element.findall("answer")))
    if element.findtext("single", "true") == "true":
        assert max(fractions) == 1
    else:
        assert abs(sum(f for f in fractions if f > 0) - 1) < 0.01


def _text_of(answer: ET.Element) -> str:
    return (answer.findtext("text") or "").strip()


def _fraction(answer: ET.Element) -> float:
    found = float(answer.attrib["fraction"]) / 100
    assert any(abs(abs(found) - fraction) < MATCH for fraction in FRACTIONS), found
    return found
