"""Names of pages: plain letters that no student's text can bend, never the same twice."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def stem_of(student: str) -> str:
    """Return the plain letters and digits of a student's id."""
    folded = unicodedata.normalize("NFKD", student).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "-", folded).strip("-")[:60]


def is_plain(student: str) -> bool:
    """Tell whether an id may stand as the name of a file."""
    return bool(student) and stem_of(student) == student and not _RESERVED.fullmatch(student)


def stems(students: Sequence[str]) -> list[str]:
    """Return a stem for the files of each of some students, no two the same."""
    taken = {"index", "key"}
    found = []
    for rank, student in enumerate(students):
        stem = stem_of(student)
        if not is_plain(student) or stem.lower() in taken:
            stem = keyed(student, "", rank)
        taken.add(stem.lower())
        found.append(stem)
    return found


def keyed(student: str, file: str, rank: int) -> str:
    """Return a stem told from all others by a digest of whose page it is; `rank` from 0."""
    key = f"{student}\0{file}\0{rank}".encode("utf-8", "replace")
    return f"{stem_of(student) or 'student'}-{hashlib.sha256(key).hexdigest()[:8]}"
