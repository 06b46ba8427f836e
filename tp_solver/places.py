"""Find the folders that travel with the package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


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
