r"""Moodle's Cloze language: fields inside a text, as `{1:NUMERICAL:=0.55:0.005~%0%0.45:0.005#…}`.

What Moodle's importer makes of it decides how it is written. It ends an alternative at a bare `~`
or `}` and an answer at a bare `#`; of what it has cut out it turns character references into
characters, then `\}` and `\#` into what they quote. So a feedback, itself HTML, has `}` and `#` as
references, so that no backslash before them is lost; and then all of these characters are written
as references once more, for the importer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tp_solver.grading.accepted import Number, Stretch
from tp_solver.sheets.platforms.figures import digits

_LIKE_FIELD = re.compile(r"\{(?=#|[0-9]*:)")
_IN_HTML = {ord(character): f"&#{ord(character)};" for character in "&<>}#"}
_IN_CLOZE = {ord(character): f"&#{ord(character)};" for character in "&\\{}~#/\"'"}


def field(number: Number, weight: int, feedback: Callable[[Stretch], str]) -> str:
    """Write the field of a number; `feedback` says in plain text what a stretch is told."""
    alternatives: list[str] = []
    for stretch in number.stretches:
        share = round(100 * stretch.share)
        mark = "=" if not alternatives else f"%{share}%"
        said = feedback(stretch)
        note = f"#{feedback_text(said)}" if said else ""
        accepted = f"{digits(stretch.middle)}:{digits(number.reach(stretch))}"
        alternatives.append(f"{mark}{accepted}{note}")
    return f"{{{weight}:NUMERICAL:{'~'.join(alternatives)}}}"


def feedback_text(text: str) -> str:
    """Quote a plain text as the feedback of an alternative."""
    return text.translate(_IN_HTML).translate(_IN_CLOZE)


def outside(html: str) -> str:
    """Quote what in a text would be read as a field, or as the place of one."""
    return _LIKE_FIELD.sub("&#123;", html)
