"""Workbooks as bytes: the same contents give the same bytes, whenever they are written."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_WHEN = datetime(2000, 1, 1, tzinfo=UTC)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def saved(book: Any) -> bytes:
    """Write a workbook with nothing in it that tells when it was written."""
    book.properties.creator = "tp_solver"
    book.properties.created = _WHEN.replace(tzinfo=None)
    written = io.BytesIO()
    book.save(written)
    out = io.BytesIO()
    with ZipFile(written) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
            fixed = ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = ZIP_DEFLATED
            target.writestr(fixed, data)
    return out.getvalue()
