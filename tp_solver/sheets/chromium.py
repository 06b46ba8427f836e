"""A headless Chromium found on the machine, driven over a pipe with the DevTools protocol.

Messages are JSON, each ended by a zero byte, on the browser's file descriptors 3 and 4. One start
serves any number of pages. A page runs no script and reaches no network.
https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any

VARIABLE = "TP_SOLVER_CHROMIUM"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
)
USUAL = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--mute-audio",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--use-mock-keychain",
)
PATIENCE = 60.0  # seconds that one answer of the browser may take,
PACE = 20_000  # and one more for so many characters of a page: a slow machine, with others at work
_FAREWELL = 3.0  # seconds to end by itself
_READ = 1 << 16


class BrowserError(OSError):
    """A browser that does not start, does not answer, or refuses what it is asked."""


def sandbox() -> tuple[str, ...]:
    """Return what root needs: Chromium refuses to start there with its sandbox."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def find_browser() -> str | None:
    """Return the path of a Chromium, Chrome or Edge: the one of TP_SOLVER_CHROMIUM, or one found.

    Where the variable is set to something that can't be run, there is none.
    """
    if named := os.environ.get(VARIABLE):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, (*NAMES, *USUAL))), None)


def patience(page: str) -> float:
    """Return the seconds that a page may take to print; it takes far fewer."""
    return PATIENCE + len(page) / PACE


class Browser:
    """A running browser; messages are sent and answered one at a time."""

    def __init__(self, path: str, profile: str) -> None:
        command = [
            path,
            *FLAGS,
            *sandbox(),
            f"--user-data-dir={profile}",
            "--remote-debugging-pipe",
            "about:blank",
        ]
        theirs_in, self.out = _pipe()
        self.into, theirs_out = _pipe()
        quiet = os.open(os.devnull, os.O_RDWR)
        actions = [
            (os.POSIX_SPAWN_DUP2, quiet, 0),
            (os.POSIX_SPAWN_DUP2, quiet, 1),
            (os.POSIX_SPAWN_DUP2, quiet, 2),
            (os.POSIX_SPAWN_DUP2, theirs_in, 3),
            (os.POSIX_SPAWN_DUP2, theirs_out, 4),
        ]
        try:
            self.process = os.posix_spawn(
                path,
                command,
                os.environ,
                file_actions=actions,
                setpgroup=0,
            )
        except OSError as error:
            os.close(self.into)
            os.close(self.out)
            raise BrowserError(f"{path}: {error.strerror}") from None
        finally:
            for descriptor in (theirs_in, theirs_out, quiet):
                os.close(descriptor)
        self.patience = PATIENCE
        self.number = 0
        self.read = b""

    def call(self, method: str, session: str = "", **values: Any) -> dict[str, Any]:
        """Ask for something and return the answer; raises BrowserError, out of patience too."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": values}
        if session:
            message["sessionId"] = session
        until = time.monotonic() + self.patience
        self._send(json.dumps(message).encode() + b"\0", until)
        while True:
            answer = self._receive(until)
            if answer.get("id") == self.number:
                break
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message', '')}")
        result: dict[str, Any] = answer.get("result", {})
        return result

    def _send(self, data: bytes, until: float) -> None:
        while data:
            _, ready, _ = select.select([], [self.out], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise BrowserError("the browser does not answer")
            try:
                data = data[os.write(self.out, data[: select.PIPE_BUF]) :]
            except BrokenPipeError:
                raise BrowserError("the browser has ended") from None

    def _receive(self, until: float) -> dict[str, Any]:
        """Return the next message."""
        pieces = [self.read]
        while b"\0" not in pieces[-1]:
            ready, _, _ = select.select([self.into], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise BrowserError("the browser does not answer")
            pieces.append(os.read(self.into, _READ))
            if not pieces[-1]:
                raise BrowserError("the browser has ended")
        message, _, self.read = b"".join(pieces).partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def end(self) -> None:
        """End the browser, which tidies up where it still answers, and all that it started."""
        with suppress(OSError):
            self._send(b'{"id": 0, "method": "Browser.close"}\0', time.monotonic() + _FAREWELL)
        os.close(self.out)
        until = time.monotonic() + _FAREWELL
        while not (ended := os.waitpid(self.process, os.WNOHANG) != (0, 0)):
            if time.monotonic() > until:
                break
            time.sleep(0.01)
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses where it has ended
            os.killpg(self.process, signal.SIGKILL)
        if not ended:
            os.waitpid(self.process, 0)
        os.close(self.into)


def _pipe() -> tuple[int, int]:
    """Make a pipe whose ends are clear of the descriptors that a browser is given."""
    import fcntl

    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    """Run a browser with a profile of its own, and end it whatever happens."""
    with TemporaryDirectory(prefix="tp-solver-", ignore_cleanup_errors=True) as profile:
        running = Browser(path, profile)
        try:
            yield running
        finally:
            running.end()
