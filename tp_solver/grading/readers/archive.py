"""ZIP archives: listed, checked and read member by member, never unpacked onto a disk.

Nothing that an archive says of itself is believed: a member is read to the size it declares and
not a byte further.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tp_solver.grading.report import Remark
from tp_solver.grading.submission import (
    FLAT,
    LARGEST_INFLATED,
    MOST_MEMBERS,
    STEEPEST,
)

ENCRYPTED = 0x1
LONGEST_RECORD = 1000  # bytes that a member takes in the directory, on average
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])[ ]*(?:\..*)?", re.IGNORECASE)
_CHUNK = 64 * 1024


class BrokenArchive(OSError):
    """An archive, or a member of one, that can't be read; `strerror` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(0, why)


@dataclass(frozen=True)
class Member:
    """Where the data of a member stand in an archive, and what they should be."""

    offset: int
    packed: int
    size: int
    deflated: bool
    checksum: int


@dataclass(frozen=True)
class Entry:
    """A file that an archive lists; `bad` says why it is not read, `link` that it is a link."""

    name: str
    member: Member
    bad: Remark | None = None
    link: bool = False


def entries(file: BinaryIO) -> Iterator[Entry]:
    """List the files of an archive in the order of their names; raises BrokenArchive."""
    seen: set[str] = set()
    for info in sorted(_directory(file), key=lambda info: info.filename):
        name = info.orig_filename.replace("\\", "/")
        if name.endswith("/"):
            continue
        bad = _bad_name(name) or _bad_data(info)
        if bad is None and name in seen:
            bad = Remark("member-twice")
        seen.add(name)
        member = Member(
            info.header_offset,
            info.compress_size,
            info.file_size,
            info.compress_type == ZIP_DEFLATED,
            info.CRC,
        )
        yield Entry(name, member, bad, stat.S_ISLNK(info.external_attr >> 16))


def _directory(file: BinaryIO) -> list[ZipInfo]:
    """Read the directory of an archive, after a look at how long it is."""
    count, size = _announced(file)
    if count > MOST_MEMBERS or size > (count + 1) * LONGEST_RECORD:
        raise BrokenArchive(f"> {MOST_MEMBERS}")
    try:
        with ZipFile(file) as archive:
            found = archive.infolist()
    except (BadZipFile, ValueError, LookupError, NotImplementedError, struct.error) as error:
        raise BrokenArchive("ZIP") from error
    if len(found) > MOST_MEMBERS:
        raise BrokenArchive(f"> {MOST_MEMBERS}")
    return found


def _announced(file: BinaryIO) -> tuple[int, int]:
    """Return how many members an archive says it has, and the bytes of their directory."""
    end = file.seek(0, 2)
    file.seek(max(0, end - _END.size - 0xFFFF))
    tail = file.read(_END.size + 0xFFFF)
    at = tail.rfind(b"PK\x05\x06", 0, max(0, len(tail) - _END.size + 4))
    if at < 0:
        raise BrokenArchive("ZIP")
    _, _, _, _, count, size, _, _ = _END.unpack_from(tail, at)
    file.seek(0)
    if count == 0xFFFF or size == 0xFFFFFFFF:  # the larger form: read if it can be so long
        return MOST_MEMBERS if end < MOST_MEMBERS * LONGEST_RECORD else MOST_MEMBERS + 1, 0
    return count, size


def _bad_name(name: str) -> Remark | None:
    """Refuse names that would leave a folder, or that a system takes for a device."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or re.match("[A-Za-z]:", name) or "\0" in name:
        return Remark("bad-path")
    return Remark("bad-path") if any(_DEVICE.fullmatch(part) for part in parts) else None


def _bad_data(info: ZipInfo) -> Remark | None:
    if info.flag_bits & ENCRYPTED:
        return Remark("encrypted")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return Remark("unreadable-file", (("detail", f"ZIP {info.compress_type}"),))
    large = info.file_size > LARGEST_INFLATED
    steep = info.file_size > FLAT and info.file_size > STEEPEST * info.compress_size
    return Remark("unpacks-too-large") if large or steep else None


def inflated(file: BinaryIO, member: Member) -> BinaryIO:
    """Return a member of an archive, to be read; that raises BrokenArchive, or OSError.

    Closing it closes the archive's file.
    """
    try:
        return BufferedReader(_Inflated(file, member), _CHUNK)
    except OSError:
        file.close()
        raise


class _Inflated(RawIOBase):
    """The data of one member, inflated as they are read and held to their size and checksum."""

    def __init__(self, file: BinaryIO, member: Member) -> None:
        file.seek(max(0, member.offset))
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
            raise BrokenArchive("ZIP")
        *_, name, extra = _LOCAL.unpack(header)
        file.seek(name + extra, 1)
        self.file = file
        self.member = member
        self.packed = member.packed
        self.left = member.size
        self.checksum = 0
        self.inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.deflated else None

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self.file.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.some(min(len(buffer), self.left)) if self.left else b""
        if self.left and not data:
            raise BrokenArchive("ZIP")
        self.left -= len(data)
        self.checksum = zlib.crc32(data, self.checksum)
        if not self.left and (self.checksum != self.member.checksum or self.longer()):
            raise BrokenArchive("ZIP")
        buffer[: len(data)] = data
        return len(data)

    def longer(self) -> bool:
        """Tell whether there is more than the size declared."""
        return bool(self.some(1)) if self.inflate else False

    def some(self, most: int) -> bytes:
        """Return at most so many bytes, at least one where there are any."""
        if self.inflate is None:
            return self.raw(most)
        while not self.inflate.eof:
            source = self.inflate.unconsumed_tail or self.raw(_CHUNK)
            try:
                data = self.inflate.decompress(source, most)
            except zlib.error as error:
                raise BrokenArchive("ZIP") from error
            if data or not (source or self.inflate.unconsumed_tail):
                return data
        return b""

    def raw(self, most: int) -> bytes:
        data = self.file.read(min(most, self.packed))
        self.packed -= len(data)
        return data
