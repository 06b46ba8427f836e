"""The headings of a table: the words that people use for them, and what a layout they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from tp_solver.grading.readers.grid import Place, place_of
from tp_solver.grading.readers.inputs import shown
from tp_solver.grading.readers.people import folded
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import MOST_ANSWERS

# What a column may be called, in French and English; accents, case, blanks and signs don't count.
# The first word of each is the one that messages use.
SPELLINGS = {
    "student": (
        "student, student id, student number, id, id number, identifier, user id, username, login,"
        "sis id, étudiant, étudiante, étudiant·e, identifiant, id étudiant, n° étudiant, matricule,"
        "numéro, numéro étudiant, numéro d'étudiant, élève"
    ),
    "email": "email, email address, adresse email, adresse de courriel, courriel",
    "name": (
        "name, full name, student name, nom, nom complet, nom et prénom, nom prénom, prénom nom"
    ),
    "first": "first name, given name, prénom",
    "last": "last name, surname, family name, nom de famille",
    "answer": "answer, answer name, answers, réponse, réponses, nom de la réponse",
    "asked": "question, quantity, grandeur, variable, item",
    "value": "value, values, given value, valeur, valeurs, valeur donnée, response, résultat",
    "exercise": "exercise, exercise id, exercice, sujet",
    "": "timestamp, horodateur, group, groupe",
}
LONGEST = 40  # characters of a heading that may be a misspelt word
CLOSE = 0.75
MOST_WORDS = 30  # columns that are no answers; headings that are looked at for slips
PAIRED = ("answer", "asked", "value")
_WORDS = {role: words.split(",") for role, words in SPELLINGS.items()}
_ROLES = {folded(word): role for role, words in _WORDS.items() for word in words}
_SHOWN = {folded(word): word.strip() for words in _WORDS.values() for word in words}
_QUANTITY = re.compile(r"[^\W\d].*(?:\[[^\]]*\]|/|\.[0-9])")


@dataclass(frozen=True)
class Layout:
    """Which column of a table holds what; `answers` has the columns of a table with one each.

    `before` has what stands above the headings of an answer sheet: the student, the exercise.
    `places` has the columns of a table to fill in, whose rows are quantities.
    """

    roles: dict[str, int]
    answers: dict[str, int]
    width: int
    twice: tuple[str, ...] = ()
    before: dict[str, str] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)

    @property
    def gathered(self) -> bool:
        """Tell whether the answers of a student stand in several rows."""
        return self.long or bool(self.places)

    @property
    def long(self) -> bool:
        """Tell whether there is one answer a row rather than one student."""
        return {"answer", "value"} <= self.roles.keys()

    @property
    def named(self) -> bool:
        """Tell whether the rows say whose they are."""
        return not {"student", "name", "last"}.isdisjoint(self.roles)


def role(heading: str) -> str | None:
    """Return what a column of some heading holds; None for what is no word for it."""
    return _ROLES.get(folded(heading)) if 0 < len(heading) <= LONGEST else None


def layout(rows: Sequence[Sequence[str]]) -> tuple[int, Layout] | Remark:
    """Find the headings in the first rows of a table: the place of their row, and the layout.

    A remark says why there is none, with the word most likely meant.
    """
    for at, row in enumerate(rows):
        if (at and len(row) > MOST_WORDS) or _width(row) > MOST_ANSWERS + MOST_WORDS:
            continue
        found = columns(row)
        if found.gathered and (at == 0 or not found.named):
            return at, replace(found, before=_before(rows[:at]))
    if rows and _width(rows[0]) > MOST_ANSWERS + MOST_WORDS:
        return Remark("too-many", (("most", MOST_ANSWERS),))
    return _wide(rows[0]) if rows else Remark("empty")


def _width(row: Sequence[str]) -> int:
    """Return the place of the last heading."""
    return next((at for at in range(len(row), 0, -1) if row[at - 1].strip()), 0)


def _wide(row: Sequence[str]) -> tuple[int, Layout] | Remark:
    """Read the headings of a table with one column an answer, or say what they lack."""
    found = columns(row)
    lone = [kind for kind in PAIRED if kind in found.roles]
    strange = [name for name in found.answers if not _QUANTITY.match(name)][:MOST_WORDS]
    near = {kind: _near(strange, kind) for kind in ("student", "answer", "value")}
    if lone and (slip := near["answer" if lone == ["value"] else "value"]):
        return slip
    if found.named:
        slip = near["value"] if near["answer"] else None
    else:
        slip = near["student"] or _near(strange, "name")
    if slip:
        return slip
    if not found.named and not any(map(_QUANTITY.match, found.answers)):
        return Remark("no-header", (("known", "student"),))
    back = {row[found.roles[kind]].strip(): found.roles[kind] for kind in lone}
    roles = {kind: at for kind, at in found.roles.items() if kind not in lone}
    return 0, replace(found, roles=roles, answers=found.answers | back)


def columns(row: Sequence[str]) -> Layout:
    """Read a row as headings."""
    roles: dict[str, int] = {}
    answers: dict[str, int] = {}
    twice: list[str] = []
    for index, heading in enumerate(row):
        text = heading.strip()
        kind = role(text)
        if kind is not None:
            roles.setdefault(kind, index)
        elif text in answers:
            twice.append(text)
        elif text:
            answers[text] = index
    roles.pop("", None)
    email = roles.pop("email", None)
    if email is not None:
        roles.setdefault("student", email)
    if {"asked", "answer"} <= roles.keys() and "value" not in roles:  # "question", "answer"
        roles["value"], roles["answer"] = roles["answer"], roles.pop("asked")
    elif {"asked", "value"} <= roles.keys() and "answer" not in roles:
        roles["answer"] = roles.pop("asked")
    elif {"answer", "value"} <= roles.keys():
        roles.pop("asked", None)
    places = {} if "value" in roles else _places(answers)
    if places and (label := roles.get("answer", roles.get("asked"))) is not None:
        roles["answer"] = label
        return Layout(roles, {}, len(row), places=places)
    return Layout(roles, answers, len(row), tuple(twice))


def _places(answers: dict[str, int]) -> dict[int, Place]:
    """Return the columns that are headed by a place, as `t = 1`."""
    found = {at: place_of(heading) for heading, at in answers.items()}
    return {at: place for at, place in found.items() if place is not None}


def _near(headings: Iterable[str], kind: str) -> Remark | None:
    """Suggest a word of some kind for one of the headings that is nearly such."""
    known = [word for word, own in _ROLES.items() if own == kind]
    for heading in headings:
        word = folded(heading[:LONGEST])
        if found := get_close_matches(word, known, n=1, cutoff=CLOSE):
            return Remark("header-near", (("name", shown(heading)), ("near", _SHOWN[found[0]])))
    return None


def _before(rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """Read what stands above the headings: a word, and beside it what it is."""
    found: dict[str, str] = {}
    for row in rows:
        first, second = (*row, "", "")[:2]
        kind = role(first.strip())
        if kind and second.strip():
            found.setdefault(kind, second)
    return found
