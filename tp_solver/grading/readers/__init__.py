"""How submissions come in: one module a format, found by being there.

A module has `SUFFIXES`, the endings of its files; `LARGEST`, the bytes above which one is refused;
and `read(source)`, which yields the submissions of an Input one by one and may raise OSError.

Two steps lead from paths to submissions: `inputs` lists the files, in folders and archives too;
`read_submissions` reads one of them. Neither raises because of what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

from tp_solver.grading.readers.inputs import Input, Skipped, listed, named, shown, unreadable
from tp_solver.grading.readers.items import broken, refused
from tp_solver.grading.readers.people import Owner, cleaned
from tp_solver.grading.report import Remark, Student
from tp_solver.grading.submission import Submission

__all__ = [
    "Input",
    "Skipped",
    "inputs",
    "read_submissions",
    "skipped_files",
    "submission_files",
    "suffixes",
]


class Format(NamedTuple):
    """A form in which submissions come."""

    suffixes: tuple[str, ...]
    largest: int
    read: Callable[[Input], Iterator[Submission]]


@cache
def formats() -> dict[str, Format]:
    """Return the format of each ending of a file's name."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    found = [Format(m.SUFFIXES, m.LARGEST, m.read) for m in modules if hasattr(m, "SUFFIXES")]
    return {suffix: form for form in found for suffix in form.suffixes}


def suffixes() -> tuple[str, ...]:
    """Return the endings of files that hold submissions, archives apart."""
    return tuple(sorted(formats()))


def inputs(paths: Iterable[Path]) -> Iterator[Input | Skipped]:
    """List the inputs among files, folders and archives, and what is passed over and why.

    Deterministic: in the order given, in folders and archives in that of the names.
    """
    return listed(paths, suffixes())


def read_submissions(source: Input | Path) -> Iterator[Submission]:
    """Read the submissions of an input one by one; what can't be read comes out refused.

    A path is a file, or an archive, all of which is read; a folder is refused: list its inputs.
    """
    if isinstance(source, Path):
        parts = list(named(source, suffixes()))
        for part in parts:
            if isinstance(part, Input):
                yield from read_submissions(part)
        if not any(isinstance(part, Input) for part in parts):  # an archive of something else
            skipped = next((part.why for part in parts if isinstance(part, Skipped)), None)
            owner = Owner(Student(cleaned(source.stem) or "-"))
            file = Input(source, shown(source.name), source.suffix, owner)
            yield refused(file, skipped or Remark("empty"))
        return
    found = False
    try:
        for submission in _read(source):
            found = True
            yield submission
    except OSError as error:
        yield refused(source, unreadable(error))
    else:
        if not found:
            yield refused(source, Remark("empty"))


def _read(source: Input) -> Iterator[Submission]:
    """Read an input by its format; raises OSError where it can't be read."""
    form = formats().get(source.suffix)
    if source.refused is not None:
        yield refused(source, source.refused)
    elif form is None:
        source.size()  # which tells of a folder, or of no file at all
        yield refused(source, Remark("other-suffix", (("known", ", ".join(suffixes())),)))
    elif (size := source.size()) > form.largest:
        yield broken(source, f"> {form.largest // 1024} KB")
    elif size:
        yield from form.read(source)


def submission_files(paths: Iterable[Path]) -> list[Input]:
    """List the inputs among files, folders and archives."""
    return [found for found in inputs(paths) if isinstance(found, Input)]


def skipped_files(paths: Iterable[Path]) -> list[tuple[Path, Remark]]:
    """List what `submission_files` passes over, and say why."""
    found = (found for found in inputs(paths) if isinstance(found, Skipped))
    return [(Path(skipped.file), skipped.why) for skipped in found]
