"""YAML text to plain data, remembering where every value was written."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tp_solver.errors import Issue, visible
from tp_solver.exercise.bounded_yaml import MOST_VALUES, TooMuch, compose
from tp_solver.exercise.broken import trouble

Key = str | int
Keys = tuple[Key, ...]

LARGEST_FILE = 512 * 1024
DEEPEST = 20
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_SMALLER = "write a smaller file, without aliases"
_TAGS = "tag:yaml.org,2002:"
_ALLOWED = {"map", "seq", "str", "int", "float", "bool", "null", "timestamp"}


@dataclass
class Source:
    """A YAML file: its data (numbers as exact decimals), and where each value stands."""

    file: str
    text: str
    data: Any = None
    issues: list[Issue] = field(default_factory=list)
    spans: dict[Keys, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Keys, int] = field(default_factory=dict)

    def issue(self, path: Keys, what: str, todo: str, within: str = "", position: int = 0) -> Issue:
        """Make an issue placed at a value, or at a position of a text written inside it."""
        while path and path not in self.spans:
            path = path[:-1]
        start, end = self.spans.get(path, (0, len(self.text)))
        found = self.text.find(within, start, end) if within else -1
        return self.place(found + position if found >= 0 else start, what, todo)

    def key_issue(self, path: Keys, what: str, todo: str) -> Issue:
        """Make an issue placed at a key rather than at its value."""
        if path not in self.keys:
            return self.issue(path, what, todo)
        return self.place(self.keys[path], what, todo)

    def as_list(self, key: str) -> None:
        """Let what stands alone under a key be found as the first item of a list too."""
        self.spans |= {
            (key, 0, *path[1:]): at for path, at in self.spans.items() if path[:1] == (key,)
        }
        self.keys |= {
            (key, 0, *path[1:]): at for path, at in self.keys.items() if path[1:] and path[0] == key
        }

    def place(self, offset: int, what: str, todo: str) -> Issue:
        """Make an issue placed at an offset of the text."""
        line = bisect_right(self.starts, offset)
        return Issue(self.file, line, offset - self.starts[line - 1] + 1, what, todo)

    @cached_property
    def starts(self) -> list[int]:
        """Return where the lines of the text begin."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]


def bounded_bytes(path: Path) -> bytes:
    """Read a file, but never more than one byte past the largest that is accepted."""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def read_yaml(path: Path, shown: str) -> Source:
    """Read a YAML file; what is wrong with it as YAML is in the issues of the result."""
    try:
        raw = bounded_bytes(path)
    except OSError as error:
        return _unread(shown, f"can't be read ({error.strerror})", "check the path")
    if len(raw) > LARGEST_FILE:
        return _unread(shown, f"is larger than {LARGEST_FILE // 1024} KB", "split the file")
    try:
        return parse_yaml(raw.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8 (byte 0x{raw[error.start]:02X})"
        return _unread(shown, what, "save the file as UTF-8", line)


def _unread(shown: str, what: str, todo: str, line: int = 1) -> Source:
    return Source(shown, "", issues=[Issue(shown, line, 1, what, todo)])


def parse_yaml(text: str, shown: str, most_items: int = MOST_VALUES) -> Source:
    """Parse YAML text; what is wrong with it is in the issues of the result.

    Where a list or a mapping has more items than asked, the text is read no further.
    """
    source = Source(shown, text)
    if directive := re.search(r"^%", text, re.MULTILINE):
        what, todo = "a line can't begin with `%`", "put the text in quotes, or remove the line"
        source.issues.append(source.place(directive.start(), what, todo))
        return source
    try:
        node = compose(text, most_items)
    except TooMuch as found:
        source.issues.append(source.place(found.offset, str(found), _SMALLER))
        return source
    except _REFUSALS as error:
        source.issues.append(source.place(*trouble(error, text)))
        return source
    if node is not None:
        _Reader(source).whole(node)
    if source.data is None and not source.issues:
        source.issues.append(source.place(0, "the file is empty", "see docs/format.md"))
    return source


# What the YAML library raises, its own slips on malformed text among it.
_REFUSALS = (
    YAMLError,
    RecursionError,
    ValueError,
    LookupError,
    AssertionError,
    AttributeError,
    TypeError,
)


class _TooMuch(Exception):
    """More values, or more levels of them, than an honest file has."""


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self.seen: set[int] = set()  # an aliased node is read again, but reported once

    def whole(self, node: Node) -> None:
        try:
            self.source.data = self.value(node, (), 0)
        except _TooMuch as found:
            self.report(node, str(found), _SMALLER)

    def report(self, node: Node, what: str, todo: str) -> None:
        self.source.issues.append(self.source.place(node.start_mark.index, what, todo))

    def value(self, node: Node, path: Keys, depth: int) -> Any:
        self.count += 1
        if self.count > MOST_VALUES:
            raise _TooMuch(f"more than {MOST_VALUES} values")
        if depth > DEEPEST:
            raise _TooMuch(f"more than {DEEPEST} levels")
        self.source.spans.setdefault(path, (node.start_mark.index, node.end_mark.index))
        if id(node) not in self.seen:
            self.seen.add(id(node))
            self.look(node)
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        return _scalar(node)

    def mapping(self, node: MappingNode, path: Keys, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
            if not isinstance(key_node, ScalarNode):
                self.report(key_node, "a list can't be a key", "put the key in quotes")
            elif key in found:
                self.report(key_node, f"`{visible(key)}` is written twice", "keep one of the two")
            else:
                self.source.keys[*path, key] = key_node.start_mark.index
                found[key] = self.value(value_node, (*path, key), depth + 1)
                if value_node.start_mark.index == value_node.end_mark.index:  # nothing written
                    place = key_node.start_mark.index, key_node.end_mark.index
                    self.source.spans[*path, key] = place
        return found

    def look(self, node: Node) -> None:
        """Report what is wrong with one node by itself."""
        tag = _tag(node)
        if tag not in _ALLOWED:
            self.report(node, f"the tag `{node.tag}` is not allowed", "write the value plainly")
        if isinstance(node, SequenceNode):
            self.decimal_commas(node)

    def decimal_commas(self, node: SequenceNode) -> None:
        """Catch `[1.0, 0,5]`, which every YAML loader reads as three numbers."""
        if not node.flow_style:
            return
        for left, right in pairwise(node.value):
            between = self.source.text[left.end_mark.index : right.start_mark.index]
            numbers = all(_tag(item) in ("int", "float") for item in (left, right))
            if between == "," and numbers and "." not in left.value and right.value.isdigit():
                both = f"{left.value},{right.value}"
                what = f"`{both}` is read as two numbers, {left.value} and {right.value}"
                todo = f"write `{left.value}.{right.value}`, or a space after the comma"
                self.report(left, what, todo)


def _tag(node: Node) -> str:
    return str(node.tag).removeprefix(_TAGS)


def _scalar(node: Node) -> Any:
    """Return a scalar's value: plain numbers as exact decimals; `0x1F` or a date is a text."""
    text, tag = str(node.value), _tag(node)
    if tag in ("int", "float") and _DECIMAL.fullmatch(text):
        return Decimal(text)
    if tag == "bool":
        return text.lower() == "true"
    return None if tag == "null" else text
