"""A solved exercise as an IMS QTI 3.0 package: a test with an item for each question.

A number is compared with the bounds of the stretches that the marker would accept; a choice with
the right choices; formulas and words are left to a person. Every item holds the
statement, so that it can be used by itself. The archive is the same to the byte every time.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import escape

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.questions import ChoiceQuestion, TextQuestion
from tp_solver.grading.accepted import Number, numbers
from tp_solver.sheets.platforms.figures import digits, points
from tp_solver.sheets.platforms.fragments import Fragments, mathml_ink
from tp_solver.sheets.platforms.told import told
from tp_solver.solution import Solution
from tp_solver.text import Words

ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_XSD = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd"
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same time in every archive
_WIDE = 12  # characters a number is expected to have


@dataclass(frozen=True)
class Item:
    """An item of the test: its identifier, its title, its file."""

    id: str
    title: str
    xml: str

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return f"items/{self.id}.xml"


def qti_package(solution: Solution, words: Words) -> bytes:
    """Write a package: manifest, test, items."""
    title = Fragments(solution.model, words, mathml_ink).title
    items = list(_Items(solution, words).all())
    files = {
        "imsmanifest.xml": _manifest(solution.exercise.id, items),
        "test.xml": _test(solution.exercise.id, title, items),
        **{item.file: item.xml for item in items},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), _HEAD + text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Items:
    def __init__(self, solution: Solution, words: Words) -> None:
        self.solution, self.words = solution, words
        self.exercise = solution.exercise
        self.fragments = Fragments(solution.model, words, mathml_ink)
        self.numbers: dict[str, list[Number]] = {}
        for number in numbers(solution):
            self.numbers.setdefault(number.item.question, []).append(number)

    def all(self) -> Iterator[Item]:
        """Yield an item for each question."""
        statement = f"<div>{self.fragments.statement()}</div>"
        for n, asked in enumerate(self.exercise.questions, 1):
            title = f"{self.fragments.title} – {self.words('solution.question', n=n)}"
            body = _Body(asked.question.points)
            text = f"<div>{self.fragments.prose(asked.question.text)}</div>"
            if isinstance(asked.question, ChoiceQuestion):
                self.choice(body, text, asked.question)
            elif asked.question.id in self.numbers:
                self.values(body, text, asked, self.numbers[asked.question.id])
            else:
                self.written(body, text, asked)
            identifier = f"item-{n}"
            yield Item(identifier, title, self.item(identifier, title, statement, body))

    def item(self, identifier: str, title: str, statement: str, body: _Body) -> str:
        """Put an item together."""
        human = ' external-scored="human"' if not body.rules else ""
        rules = "".join(body.rules)
        return (
            f'<qti-assessment-item xmlns="{ITEM}" {_XSI}'
            f' xsi:schemaLocation="{ITEM} {_XSD}/imsqti_asiv3p0_v1p0.xsd"'
            f' identifier="{identifier}" title="{escape(title)}" adaptive="false"'
            f' time-dependent="false" xml:lang="{self.words.language}"'
            ' tool-name="tp_solver">\n'
            f"{''.join(body.responses)}"
            f"{_outcome('SCORE', 'float', 'single', '0', human)}"
            f"{_outcome('MAXSCORE', 'float', 'single', points(body.points))}"
            f"{''.join(_outcome(name, 'identifier', 'single') for name in body.told)}"
            f"<qti-item-body>\n{statement}\n{''.join(body.parts)}\n</qti-item-body>\n"
            + (f"<qti-response-processing>{rules}</qti-response-processing>\n" if rules else "")
            + "\n".join(body.feedback)
            + "</qti-assessment-item>\n"
        )

    def values(self, body: _Body, text: str, asked: Asked, found: Sequence[Number]) -> None:
        """Ask for numbers, laid out as the course's table."""
        cells = []
        for i, number in enumerate(found, 1):
            name = f"R{i}"
            body.responses.append(_response(name, "float", (digits(number.right),)))
            field = f'<qti-text-entry-interaction response-identifier="{name}"'
            cells.append((number, f'{field} expected-length="{_WIDE}" />'))
            body.rules.append(self.rule(body, name, number))
        body.parts += [text, self.fragments.fields(asked, cells), self.fragments.digits()]

    def rule(self, body: _Body, name: str, number: Number) -> str:
        """Compare a number with its stretches, the first that holds it counts."""
        branches = []
        for i, stretch in enumerate(number.stretches):
            tag = "qti-response-else-if" if i else "qti-response-if"
            reach = number.reach(stretch)
            low, high = stretch.middle - reach, stretch.middle + reach
            within = f"{_answered(name)}{_holds('gte', name, low)}{_holds('lte', name, high)}"
            earned = number.item.points * stretch.share
            acts = _add(earned) if earned else ""
            said = told(stretch, self.words, self.exercise.functions)
            if said:
                outcome, mark = f"F_{name}", f"{name}_{i}"
                body.told[outcome] = None
                acts += _set(outcome, _value("identifier", mark))
                body.feedback.append(_modal(outcome, mark, said))
            branches.append(f"<{tag}><qti-and>{within}</qti-and>{acts or _add(0)}</{tag}>")
        return f"<qti-response-condition>{''.join(branches)}</qti-response-condition>\n"

    def choice(self, body: _Body, text: str, question: ChoiceQuestion) -> None:
        """Ask to choose; every right choice and no other earns the points."""
        names = {choice.id: f"C{i}" for i, choice in enumerate(question.choices, 1)}
        right = [names[choice.id] for choice in question.choices if choice.right]
        several = len(right) > 1
        cardinality = "multiple" if several else "single"
        body.responses.append(_response("RESPONSE", "identifier", right, cardinality))
        offered = "".join(
            f'<qti-simple-choice identifier="{names[choice.id]}">'
            f"{self.fragments.prose(choice.text, inline=True)}</qti-simple-choice>\n"
            for choice in question.choices
        )
        body.parts += [
            text,
            '<qti-choice-interaction response-identifier="RESPONSE"'
            f' max-choices="{0 if several else 1}" shuffle="false">\n{offered}'
            "</qti-choice-interaction>",
        ]
        body.rules.append(
            "<qti-response-condition><qti-response-if><qti-match>"
            '<qti-variable identifier="RESPONSE" /><qti-correct identifier="RESPONSE" />'
            "</qti-match>"
            f"{_add(question.points)}</qti-response-if></qti-response-condition>\n"
        )

    def written(self, body: _Body, text: str, asked: Asked) -> None:
        """Ask for a formula or for words, which a person marks."""
        question = asked.question
        lines = "10" if isinstance(question, TextQuestion) else "2"
        body.responses.append(_response("RESPONSE", "string", ()))
        rubric = self.fragments.prose(getattr(question, "rubric", None))
        right = [node for node in (asked.answer, *asked.accept) if node is not None]
        guide = "".join(f"<p>{self.fragments.draw(node)}</p>" for node in right) + rubric
        if guide:
            body.parts.append(
                '<qti-rubric-block use="scoring" view="scorer"><qti-content-body>'
                f"<div>{guide}</div></qti-content-body></qti-rubric-block>"
            )
        body.parts += [
            text,
            '<qti-extended-text-interaction response-identifier="RESPONSE"'
            f' expected-lines="{lines}" />',
        ]


class _Body:
    """What an item is made of, gathered question by question."""

    def __init__(self, points: float) -> None:
        self.points = points
        self.responses: list[str] = []
        self.parts: list[str] = []
        self.rules: list[str] = []
        self.feedback: list[str] = []
        self.told: dict[str, None] = {}  # outcomes that choose a feedback


def _response(name: str, kind: str, right: Sequence[str], cardinality: str = "single") -> str:
    values = "".join(f"<qti-value>{value}</qti-value>" for value in right)
    correct = f"<qti-correct-response>{values}</qti-correct-response>" if right else ""
    return (
        f'<qti-response-declaration identifier="{name}" cardinality="{cardinality}"'
        f' base-type="{kind}">{correct}</qti-response-declaration>\n'
    )


def _outcome(name: str, kind: str, cardinality: str, value: str = "", more: str = "") -> str:
    default = f"<qti-default-value><qti-value>{value}</qti-value></qti-default-value>"
    return (
        f'<qti-outcome-declaration identifier="{name}" cardinality="{cardinality}"'
        f' base-type="{kind}"{more}>{default if value else ""}</qti-outcome-declaration>\n'
    )


def _value(kind: str, value: str) -> str:
    return f'<qti-base-value base-type="{kind}">{value}</qti-base-value>'


def _holds(relation: str, name: str, bound: Decimal) -> str:
    """Compare an answer with a bound: players know this who know no tolerance of `qti-equal`."""
    given = f'<qti-variable identifier="{name}" />'
    return f"<qti-{relation}>{given}{_value('float', digits(bound))}</qti-{relation}>"


def _answered(name: str) -> str:
    """Ask for an answer at all: to some players none is 0."""
    return f'<qti-not><qti-is-null><qti-variable identifier="{name}" /></qti-is-null></qti-not>'


def _set(outcome: str, expression: str) -> str:
    return f'<qti-set-outcome-value identifier="{outcome}">{expression}</qti-set-outcome-value>'


def _add(earned: float) -> str:
    """Add points to the score."""
    so_far = '<qti-variable identifier="SCORE" />'
    return _set("SCORE", f"<qti-sum>{so_far}{_value('float', points(earned))}</qti-sum>")


def _modal(outcome: str, mark: str, text: str) -> str:
    return (
        f'<qti-modal-feedback outcome-identifier="{outcome}" identifier="{mark}"'
        f' show-hide="show"><qti-content-body><p>{escape(text)}</p></qti-content-body>'
        "</qti-modal-feedback>"
    )


def _test(name: str, title: str, items: Sequence[Item]) -> str:
    refs = "".join(
        f'<qti-assessment-item-ref identifier="{item.id}" href="{item.file}" />\n' for item in items
    )
    return (
        f'<qti-assessment-test xmlns="{ITEM}" {_XSI}'
        f' xsi:schemaLocation="{ITEM} {_XSD}/imsqti_asiv3p0_v1p0.xsd"'
        f' identifier="{identified(name)}" title="{escape(title)}" tool-name="tp_solver">\n'
        f"{_outcome('SCORE', 'float', 'single', '0')}"
        '<qti-test-part identifier="part" navigation-mode="nonlinear"'
        ' submission-mode="simultaneous">\n'
        f'<qti-assessment-section identifier="section" title="{escape(title)}" visible="true">\n'
        f"{refs}</qti-assessment-section>\n</qti-test-part>\n"
        '<qti-outcome-processing><qti-set-outcome-value identifier="SCORE"><qti-sum>'
        '<qti-test-variables variable-identifier="SCORE" /></qti-sum></qti-set-outcome-value>'
        "</qti-outcome-processing>\n</qti-assessment-test>\n"
    )


def _manifest(name: str, items: Sequence[Item]) -> str:
    needed = "".join(f'<dependency identifierref="{item.id}" />\n' for item in items)
    own = "".join(
        f'<resource identifier="{item.id}" type="imsqti_item_xmlv3p0" href="{item.file}">'
        f'<file href="{item.file}" /></resource>\n'
        for item in items
    )
    return (
        f'<manifest xmlns="{PACKAGE}" {_XSI}'
        f' xsi:schemaLocation="{PACKAGE} {_XSD}/imsqtiv3p0_imscpv1p2_v1p0.xsd"'
        f' identifier="manifest-{identified(name)}">\n'
        "<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata>\n"
        "<organizations />\n<resources>\n"
        '<resource identifier="test" type="imsqti_test_xmlv3p0" href="test.xml">'
        f'<file href="test.xml" />\n{needed}</resource>\n{own}</resources>\n</manifest>\n'
    )


def identified(name: str) -> str:
    """Return an exercise's id as an identifier of XML, which begins with a letter."""
    return f"tp-{name}"
