"""JSON: one submission or a list of them, numbers kept with the digits typed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tp_solver.exercise.source import Source
from tp_solver.grading.readers.decoding import decoded
from tp_solver.grading.readers.inputs import Input
from tp_solver.grading.readers.items import broken, refused, submissions, too_deep
from tp_solver.grading.report import Remark
from tp_solver.grading.submission import DEEPEST, LARGEST_JSON, Submission

SUFFIXES = (".json",)
LARGEST = LARGEST_JSON


def read(source: Input) -> Iterator[Submission]:
    """Yield the submissions of a JSON file; raises OSError where it can't be read."""
    with source.open() as stream:
        text = decoded(stream.read(LARGEST + 1))
    if not text.strip():
        yield refused(source, Remark("empty"))
    elif too_deep(text):
        yield broken(source, f"> {DEEPEST} [[[…]]]")
    else:
        yield from submissions([parsed(text, source.file)], source)


class Repeated(dict[str, Any]):
    """A mapping in which keys were written twice: the first of each counts."""

    twice: tuple[str, ...] = ()


def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a mapping of what a parser read between braces."""
    found = dict(items)
    if len(found) == len(items):
        return found
    counts = Counter(key for key, _ in items)
    first = Repeated(reversed(items))
    first.twice = tuple(key for key, count in counts.items() if count > 1)
    return first


_AS_TYPED: dict[str, Any] = {"parse_float": str, "parse_int": str, "parse_constant": str}
decode: Callable[[str], Any] = json.JSONDecoder(**_AS_TYPED, object_pairs_hook=pairs).decode
# In half the time, but of keys written twice the last one counts, and nothing tells.
decode_blindly: Callable[[str], Any] = json.JSONDecoder(**_AS_TYPED).decode


def parsed(text: str, name: str) -> Source:
    """Parse JSON; what is wrong with it is in the issues of the result."""
    source = Source(name, text)
    try:
        source.data = decode(text)
    except json.JSONDecodeError as error:
        source.issues.append(source.place(error.pos, f"not valid JSON ({error.msg})", "check it"))
    except RecursionError:
        source.issues.append(source.place(0, "nested too deeply", "check it"))
    return source
