"""Bytes to text: UTF-8 or marked UTF-16, and failing these Windows' Western European letters."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from typing import BinaryIO

from tp_solver.grading.submission import LONGEST_LINE

WESTERN = "cp1252"  # what is called Latin-1, with quotes and dashes in the place of controls
_CHUNK = 1024 * 1024


def decoded(raw: bytes) -> str:
    """Decode the bytes of a whole file; what means nothing becomes U+FFFD."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode(WESTERN, errors="replace")


def encoding_of(stream: BinaryIO) -> str:
    """Return the encoding of a stream, read to its end a piece at a time."""
    decode = getincrementaldecoder("utf-8")().decode
    piece = stream.read(_CHUNK)
    if piece.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    encoding = "utf-8-sig" if piece.startswith(BOM_UTF8) else "utf-8"
    try:
        while piece:
            decode(piece)
            piece = stream.read(_CHUNK)
        decode(b"", final=True)
    except UnicodeDecodeError:
        return WESTERN
    return encoding


def lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines of a stream; None for one that is too long, which is not kept in memory."""
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)
        yield None
