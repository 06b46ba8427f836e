"""What the names of files and folders say of a student, as learning platforms write them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from tp_solver.grading.readers.people import Owner, cleaned
from tp_solver.grading.report import Student

# How platforms name a student's file or folder; tried in turn, on the file, then on its folders.
PATTERNS = {
    "Moodle": r"(?P<name>.+?)_(?P<id>[0-9]+)_assignsubmission_(?:file|onlinetext)(?:_.*)?",
    "Canvas": r"(?P<name>[^_/]+?)(?P<late>_LATE)?_(?P<id>[0-9]{3,18})_[0-9]{5,18}_.+",
    "Blackboard": r".+_(?P<id>[^_/]+)_attempt_[0-9]{4}(?:-[0-9]{2}){5}(?:_.*)?",
}
_PATTERNS = [re.compile(pattern, re.DOTALL) for pattern in PATTERNS.values()]

# Names of files that say what they are, not whose.
_GENERIC = re.compile(
    r"(?:.*[-_ .])?(?:answers?|r[eé]ponses?|submission|copie|rendu|devoir|homework|feuille|sheet)"
    r"(?:[-_ ]?\(?[0-9]+\)?)?",
    re.IGNORECASE,
)


def owners(paths: Sequence[PurePosixPath], whole: bool = True) -> list[Owner]:
    """Tell whose each of some files is, from their names and those of the folders they lie in.

    A platform's name comes first. Else it is the file's own, unless that is generic or common to
    several folders, or, where `whole` folders are looked at, each of several holds one file: then
    it is the folder's.
    """
    folders: defaultdict[str, set[PurePosixPath]] = defaultdict(set)
    for path in paths:
        folders[path.stem].add(path.parent)
    held = Counter(path.parent for path in paths)
    depths = {len(folder.parts) for folder in held}
    alone = whole and len(held) > 1 and len(depths) == 1 and max(held.values()) == 1
    return [_platform(path) or _plain(path, alone or len(folders[path.stem]) > 1) for path in paths]


def _platform(path: PurePosixPath) -> Owner | None:
    for part in (path.stem, *reversed(path.parts[:-1])):
        for pattern in _PATTERNS:
            if match := pattern.fullmatch(part[:1000]):
                found = match.groupdict()
                student = Student(cleaned(found["id"]), cleaned(found.get("name") or ""))
                if student.id:
                    return Owner(student, sure=True, late=bool(found.get("late")))
    return None


def _plain(path: PurePosixPath, shared: bool) -> Owner:
    folder = cleaned(path.parent.name)
    stem = cleaned(path.stem) or "-"
    return Owner(Student(folder if folder and (shared or _GENERIC.fullmatch(stem)) else stem))
