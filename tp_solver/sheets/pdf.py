"""Pages to PDF: printed by a Chromium found on the machine, the only printer that knows MathML.

The files are tagged, have bookmarks and a language, and hold no time of printing: the same page and
the same browser give the same bytes.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tp_solver.sheets.chromium import (
    FLAGS,
    VARIABLE,
    Browser,
    BrowserError,
    browser,
    find_browser,
    patience,
    sandbox,
)

_TOLD = {
    "printBackground": True,
    "preferCSSPageSize": True,
    "generateTaggedPDF": True,
    "generateDocumentOutline": True,
}
# What a page may hold: no script, nothing from elsewhere. The browser is told the same besides.
_POLICY = (
    '<head><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; font-src data:; img-src data:\">"
)
_NONE_FOUND = "there is no browser to print with"
_DATE = re.compile(rb"(/(?:Creation|Mod)Date \(D:)\d{14}")
_WHEN = rb"\g<1>20000101000000"  # as long as what it replaces: places in the file stay right


class NoBrowser(BrowserError):
    """A machine without a Chromium, or a variable that names none."""

    def __init__(self) -> None:
        named = os.environ.get(VARIABLE)
        found = f"`{named}`, which {VARIABLE} names, can't be run" if named else _NONE_FOUND
        super().__init__(
            f"{found}: install Chromium, Chrome or Edge (Debian, Ubuntu: `apt install chromium`), "
            f"or put the path of yours in {VARIABLE}"
        )


def printed(pages: Iterable[str]) -> Iterator[bytes]:
    """Print HTML pages, in order, with one start of the browser; raises BrowserError.

    Nothing in a page is run and nothing outside it is fetched.
    """
    path = find_browser()
    if path is None:
        raise NoBrowser
    if not hasattr(os, "posix_spawn"):  # Windows, where descriptors are handed on otherwise
        yield from (printed_alone(path, page) for page in pages)
        return
    with browser(path) as running:
        for page in pages:
            yield _undated(_printed(running, page))


def _printed(running: Browser, page: str) -> bytes:
    """Print a page in a tab of its own."""
    running.patience = patience(page)
    target = running.call("Target.createTarget", url="about:blank")["targetId"]
    session = running.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    running.call("Network.enable", session)
    running.call("Network.setBlockedURLs", session, urls=["*://*"])
    running.call("Emulation.setScriptExecutionDisabled", session, value=True)
    frame = running.call("Page.getFrameTree", session)["frameTree"]["frame"]["id"]
    running.call("Page.setDocumentContent", session, frameId=frame, html=_closed(page))
    fonts = "document.fonts.ready.then(() => 0)"  # they are in the page, and read after it
    running.call("Runtime.evaluate", session, expression=fonts, awaitPromise=True)
    made = running.call("Page.printToPDF", session, **_TOLD)
    running.call("Target.closeTarget", targetId=target)
    return base64.b64decode(made["data"])


def printed_alone(path: str, page: str) -> bytes:
    """Print one page with a start of the browser of its own; raises BrowserError."""
    with TemporaryDirectory(prefix="tp-solver-", ignore_cleanup_errors=True) as folder:
        source, made = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(_closed(page), encoding="utf-8")
        command = [
            path,
            *FLAGS,
            *sandbox(),
            f"--user-data-dir={Path(folder) / 'profile'}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
            source.as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=patience(page), check=False)
        except subprocess.TimeoutExpired:
            raise BrowserError("the browser does not answer") from None
        if not made.is_file():
            raise BrowserError("the browser made no PDF")
        return _undated(made.read_bytes())


def _closed(page: str) -> str:
    """Forbid a page to run or fetch anything."""
    return page.replace("<head>", _POLICY, 1)


def _undated(made: bytes) -> bytes:
    return _DATE.sub(_WHEN, made)
