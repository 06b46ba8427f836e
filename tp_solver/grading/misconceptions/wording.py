"""Putting a student's own names into what a mistake says to them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_OPEN = re.compile(r"\{([^{}]+)\}")
_ONE_NAME = re.compile(r"(?!-)(?:[^\s^()\[\]]|\[[^\]]*\]|\([^()]*\))+")


def worded(text: str, names: Mapping[str, str], mistake: str = "") -> str:
    """Fill in the `{f}` of the formulas of an explanation or a remedy.

    `names` has formulas as text, those of the second of two mistakes under `id f`; what is more
    than a name is put in brackets unless it is the whole formula. A name that is not known stays.
    """

    def put(match: re.Match[str]) -> str:
        name = match[1]
        found = names.get(f"{mistake} {name}", names.get(name, name))
        whole = (
            text[match.start() - 1 : match.start()] == text[match.end() : match.end() + 1] == "$"
        )
        return found if whole or _ONE_NAME.fullmatch(found) else f"({found})"

    return _OPEN.sub(put, text)
