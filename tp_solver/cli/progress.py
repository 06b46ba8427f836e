"""How far long work is, on a terminal and only there."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TypeVar

MANY = 20
WIDTH = 24  # of the bar
PATIENCE = 0.5  # seconds that work may take before it is worth a word
EVERY = 0.1  # seconds between two drawings
T = TypeVar("T")


class Progress:
    """A bar with the rate and the time left; `total` is the size of the whole, in any unit."""

    def __init__(self, doing: str, total: float, counted: str = "") -> None:
        self.doing = doing
        self.total = total
        self.counted = counted
        self.shown = sys.stderr.isatty()
        self.start = self.last = time.monotonic()
        self.behind = 0.0
        self.items = 0
        self.drawn = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.drawn:
            print("\r" + " " * self.drawn + "\r", end="", file=sys.stderr, flush=True)

    def advance(self, size: float) -> None:
        """Take note of some of the whole that is behind."""
        self.behind += size
        self.draw()

    def count(self, items: int) -> None:
        """Take note of things that are done."""
        self.items += items
        self.draw()

    def draw(self) -> None:
        """Draw the bar, unless it was drawn just now."""
        now = time.monotonic()
        if not self.shown or now - self.start < PATIENCE or now - self.last < EVERY:
            return
        self.last = now
        text = self.text(now - self.start)
        print("\r" + text.ljust(self.drawn), end="", file=sys.stderr, flush=True)
        self.drawn = max(self.drawn, len(text))

    def text(self, passed: float) -> str:
        """Return the bar after some seconds."""
        share = min(self.behind / self.total, 1.0) if self.total else 0.0
        bar = ("#" * round(share * WIDTH)).ljust(WIDTH, ".")
        rate = f"{self.items:,}{self.counted}, {self.items / passed:,.0f}/s"
        left = f", {_clock(passed * (1 - share) / share)} left" if share else ""
        return f"{self.doing} [{bar}] {share:4.0%}  {rate}{left}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def progress(items: Sequence[T], doing: str) -> Iterator[T]:
    """Yield items, and show how far they are where there are many."""
    if len(items) <= MANY:
        yield from items
        return
    with Progress(doing, len(items)) as bar:
        for item in items:
            yield item
            bar.count(1)
            bar.advance(1)
