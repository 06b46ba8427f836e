"""Who handed in: ids and names cleaned of what nobody can see, or what a file's name says."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tp_solver.grading.report import Remark, Student
from tp_solver.grading.submission import LONGEST_NAME


@dataclass(frozen=True)
class Owner:
    """What the name of a file says of its student; `sure` where a learning platform wrote it."""

    student: Student
    sure: bool = False
    late: bool = False


def cleaned(text: str) -> str:
    """Return an id or a name on one line, composed (NFC), bounded, without invisible characters.

    Control characters, directional marks and overrides, joiners and halves of characters are
    removed: two ids that look the same are the same.
    """
    if not (text.isascii() and text.isprintable()):
        line = " ".join(text[: 10 * LONGEST_NAME].split())
        text = "".join(char for char in line if char.isprintable() or char.isspace())
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())[:LONGEST_NAME].rstrip()


def hides(text: str) -> bool:
    """Tell whether an id or a name holds characters that can't be seen, blanks apart."""
    return not text.isprintable() and not "".join(text.split()).isprintable()


def who(
    identifier: str, name: str, owner: Owner, number: int = 0
) -> tuple[Student, tuple[Remark, ...]]:
    """Return a submission's student and what is to be said of that.

    Where the file names nobody, its name stands in, with a number where it holds several.
    """
    remarks: list[Remark] = []
    told, called = cleaned(identifier), cleaned(name)
    student = Student(told or called, called)
    if hides(identifier) or hides(name):
        remarks.append(Remark("hidden-characters"))
    if not student.id:
        student = owner.student
        if number:
            student = Student(f"{student.id[: LONGEST_NAME - 12]}-{number}", student.name)
        if number or not owner.sure:
            remarks.append(Remark("no-student"))
    elif owner.sure and called and not _alike(called, owner.student):
        remarks.append(Remark("other-student", (("name", owner.student.name or owner.student.id),)))
    if owner.late:
        remarks.append(Remark("late"))
    return student, tuple(remarks)


def _alike(name: str, student: Student) -> bool:
    """Tell whether a name shares a word with the one in a platform's file name."""
    known = folded(f"{student.name} {student.id}")
    if not re.search("[a-z]", known):  # a number says nothing of a name
        return True
    words = [folded(word) for word in re.split(r"[\s.,_'-]+", name)]
    return any(len(word) > 1 and word in known for word in words) or not any(words)


def folded(text: str) -> str:
    """Return the letters and digits of a text, without accents and case."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return "".join(filter(str.isalnum, text.casefold()))
