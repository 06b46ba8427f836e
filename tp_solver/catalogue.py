"""Which exercise files a command's argument means: a file, a folder, a shipped one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tp_solver.errors import UserError, nearest
from tp_solver.places import exercises_dir

_ENDINGS = (".yaml", ".yml")


def exercise_files(arguments: Iterable[str]) -> list[Path]:
    """Return the files that arguments name, in order; raises UserError where there is none."""
    found = [path for argument in arguments for path in _files(argument)]
    return list(dict.fromkeys(found))


def _files(argument: str) -> list[Path]:
    path = Path(argument)
    if path.is_file():
        return [path]
    if path.is_dir():
        return _inside(path, argument)
    shipped = exercises_dir()
    if argument in _folders(shipped):
        return _inside(shipped / argument, argument)
    named = {file.stem: file for file in sorted(shipped.rglob("*.yaml"))}
    if argument in named:
        return [named[argument]]
    known = [*named, *_folders(shipped)]
    near = nearest(argument, known)
    asked = f"did you mean `{near}`? " if near else ""
    shipped_ones = f"give a file, a folder, or one of {', '.join(known)}"
    raise UserError(f"there is no exercise `{argument}`: {asked}{shipped_ones}")


def _folders(shipped: Path) -> list[str]:
    return sorted(path.name for path in shipped.iterdir() if path.is_dir())


def _inside(folder: Path, argument: str) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in _ENDINGS)
    if not files:
        raise UserError(f"there is no exercise (*.yaml) in the folder `{argument}`")
    return files
