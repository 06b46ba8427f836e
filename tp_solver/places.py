"""Find the folders that travel with the package."""

import re
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
LOCALE = _PACKAGE / "text" / "locale"
LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"  # how a page names a language: fr, pt-BR


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are words for: the folders of LOCALE, by their names."""
    found = (path.parent.name for path in LOCALE.glob("*/LC_MESSAGES"))
    return tuple(sorted(name for name in found if re.fullmatch(LANGUAGE, name)))


def templates_dir() -> Path:
    """Return the folder of page templates."""
    return _folder("templates")


def exercises_dir() -> Path:
    """Return the folder of shipped exercises."""
    return _folder("exercises")


def _folder(name: str) -> Path:
    """Return a data folder: inside an installed package, at the top of a source checkout."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
