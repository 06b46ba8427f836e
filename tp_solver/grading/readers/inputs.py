"""Files, folders and archives to inputs: what is to be read, whose it is, what is passed over."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tp_solver.errors import visible
from tp_solver.grading.readers.archive import Entry, Member, entries, inflated
from tp_solver.grading.readers.owners import owners
from tp_solver.grading.readers.people import Owner
from tp_solver.grading.report import Remark, Student
from tp_solver.grading.submission import LARGEST_TOTAL, LONGEST_PATH

ARCHIVE = ".zip"
_NOBODY = Owner(Student("-"))
_LITTER = ("__MACOSX", "._", "~$", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Input:
    """A file that holds submissions, on its own or as a member of an archive.

    `file` is its name as shown, `owner` what its name says of the student. `refused` says why it
    is not to be opened: it is read as one refused submission.
    """

    path: Path
    file: str
    suffix: str
    owner: Owner = _NOBODY
    member: Member | None = None
    refused: Remark | None = None

    @property
    def name(self) -> str:
        """Return its own name, without folders."""
        return self.file.rpartition("/")[2]

    def size(self) -> int:
        """Return how many bytes it holds; raises OSError."""
        if self.member is not None:
            return self.member.size
        try:
            found = self.path.stat()
        except ValueError as error:  # a name that no file can have
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from error
        if stat.S_ISDIR(found.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for without end
            raise OSError(errno.EINVAL, "not a regular file")
        return found.st_size

    def open(self) -> BinaryIO:
        """Open it for reading, from its beginning; raises OSError, and so do the reads."""
        self.size()
        file = self.path.open("rb")
        return inflated(file, self.member) if self.member else file


@dataclass(frozen=True)
class Skipped:
    """A file that is not taken for a submission, and why."""

    file: str
    why: Remark


@dataclass(frozen=True)
class _Found:
    """A file as it was come upon: its name as shown, and the path that tells whose it is."""

    path: Path
    name: str
    inside: PurePosixPath
    entry: Entry | None = None

    @property
    def suffix(self) -> str:
        return self.inside.suffix.lower()

    @property
    def link(self) -> bool:
        return self.entry.link if self.entry else _is(self.path, Path.is_symlink)


def listed(paths: Iterable[Path], suffixes: tuple[str, ...]) -> Iterator[Input | Skipped]:
    """List the inputs among files, in folders and in archives, and what is passed over.

    In the order given; in folders and archives in that of the names. Nothing is opened but the
    directories of archives.
    """
    given = [Path(path) for path in paths]
    folders = {path for path in given if _is(path, Path.is_dir)}
    files = iter(_named([path for path in given if path not in folders]))
    for path in given:
        if path in folders:
            start = f"{path.name}/" if len(given) > 1 else ""
            yield from _sorted_out(list(_walked(path, start)), suffixes)
        else:
            yield from _opened(*next(files), suffixes)


def named(path: Path, suffixes: tuple[str, ...]) -> Iterator[Input | Skipped]:
    """List the inputs of one file, which may be an archive; a folder is listed as a file."""
    yield from _opened(*_named([path])[0], suffixes)


def _opened(found: _Found, owner: Owner, suffixes: tuple[str, ...]) -> Iterator[Input | Skipped]:
    if found.suffix == ARCHIVE:
        yield from _unpacked(found, suffixes)
    else:
        yield Input(found.path, shown(found.name), found.suffix, owner)


def shown(name: str) -> str:
    """Return a file's name for people: what is invisible spelled out, what is long cut short."""
    name = visible(name[: 10 * LONGEST_PATH])
    return name if len(name) <= LONGEST_PATH else f"{name[: LONGEST_PATH // 2]}…{name[-100:]}"


def _is(path: Path, what: Callable[[Path], bool]) -> bool:
    """Ask what a path is; nothing where it can't be looked at."""
    try:
        return what(path)
    except OSError:
        return False


def _named(paths: Sequence[Path]) -> list[tuple[_Found, Owner]]:
    """Name files given one by one, with their folder where two have the same name."""
    counts = Counter(path.name for path in paths)
    inside = [PurePosixPath(path.parent.name, path.name or "-") for path in paths]
    found = [
        _Found(path, str(full) if counts[path.name] > 1 else path.name, full)
        for path, full in zip(paths, inside, strict=True)
    ]
    return list(zip(found, owners(inside, whole=False), strict=True))


def _walked(folder: Path, start: str) -> Iterator[_Found | Skipped]:
    """Yield the files in a folder and its folders, sorted; links are not followed."""
    trouble: list[OSError] = []
    files: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=trouble.append):
        folders[:] = [name for name in folders if not name.startswith(_LITTER)]
        links = [name for name in folders if _is(Path(place, name), Path.is_symlink)]
        files += (Path(place, name) for name in (*names, *links))
    for error in trouble:
        name = f"{start}{Path(error.filename or folder).name}"
        yield Skipped(shown(name), unreadable(error))
    for path in sorted(files):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        yield _Found(path, f"{start}{inside}", inside)


def unreadable(error: OSError) -> Remark:
    """Say why a file can't be read."""
    return Remark("unreadable-file", (("detail", error.strerror or type(error).__name__),))


def _unpacked(archive: _Found, suffixes: tuple[str, ...]) -> Iterator[Input | Skipped]:
    """List what is in an archive; one that is broken is an input that is refused."""
    file = Input(archive.path, shown(archive.name), ARCHIVE, owners([archive.inside])[0])
    try:
        with file.open() as stream:
            found = [_member(archive, entry) for entry in entries(stream)]
    except OSError as error:
        yield replace(file, refused=unreadable(error))
    else:
        if not found:
            yield replace(file, refused=Remark("empty"))
        yield from _sorted_out(found, suffixes)


def _member(archive: _Found, entry: Entry) -> _Found:
    inside = archive.inside.with_suffix("") / entry.name.lstrip("/")
    return _Found(archive.path, f"{archive.name}/{entry.name}", inside, entry)


def _sorted_out(
    found: Sequence[_Found | Skipped], suffixes: tuple[str, ...]
) -> Iterator[Input | Skipped]:
    """Part submissions from what is none, and tell whose they are."""
    wanted = (*suffixes, ARCHIVE)
    files = [item for item in found if isinstance(item, _Found) and item.suffix in wanted]
    own = dict(zip(map(id, files), owners([item.inside for item in files]), strict=True))
    total = 0
    for item in found:
        if isinstance(item, Skipped):
            yield item
        elif any(part.startswith(_LITTER) for part in item.inside.parts):
            continue
        elif item.link:
            yield Skipped(shown(item.name), Remark("link"))
        elif item.suffix == ARCHIVE and item.entry is None:
            yield from _unpacked(item, suffixes)
        elif id(item) in own:
            total += item.entry.member.size if item.entry else 0
            yield _input(item, own[id(item)], total)
        elif not item.inside.name.startswith("."):
            values = (("known", ", ".join(wanted)),)
            yield Skipped(shown(item.name), Remark("other-suffix", values))


def _input(item: _Found, owner: Owner, total: int) -> Input:
    """Make an input of a file, refused where its archive gives reason to."""
    made = Input(item.path, shown(item.name), item.suffix, owner)
    if item.entry is None:
        return made
    bad = item.entry.bad
    if bad is None and item.suffix == ARCHIVE:
        bad = Remark("nested-archive")
    if bad is None and total > LARGEST_TOTAL:
        bad = Remark("unpacks-too-large")
    return replace(made, member=item.entry.member, refused=bad)
