"""YAML text to plain data, remembering where every value was written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tp_solver.errors import Issue

Key = str | int
Keys = tuple[Key, ...]

LARGEST_FILE = 512 * 1024
MOST_VALUES = 50_000
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_TAGS = "tag:yaml.org,2002:"


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
        """Make an issue placed at a value, or at a text written inside that value."""
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

    def place(self, offset: int, what: str, todo: str) -> Issue:
        """Make an issue placed at an offset of the text."""
        before = self.text[:offset]
        column = offset - (before.rfind("\n") + 1) + 1
        return Issue(self.file, before.count("\n") + 1, column, what, todo)


def read_yaml(path: Path, shown: str) -> Source:
    """Read a YAML file; what is wrong with it as YAML is in the issues of the result."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        source = Source(shown, "")
        source.issues.append(source.place(0, f"can't be read ({error.strerror})", "check the path"))
        return source
    if len(raw) > LARGEST_FILE:
        source = Source(shown, "")
        size = f"{LARGEST_FILE // 1024} KB"
        source.issues.append(source.place(0, f"is larger than {size}", "split the file"))
        return source
    try:
        return parse_yaml(raw.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        source = Source(shown, "")
        todo = "save the file as UTF-8"
        source.issues.append(source.place(0, f"is not UTF-8 (byte {error.start})", todo))
        return source


def parse_yaml(text: str, shown: str) -> Source:
    """Parse YAML text; what is wrong with it is in the issues of the result."""
    source = Source(shown, text)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = (error.problem or error.context or "not YAML").strip()
        offset = mark.index if mark else 0
        source.issues.append(source.place(offset, f"not valid YAML ({what})", "check this line"))
        return source
    except (YAMLError, RecursionError, ValueError) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        source.issues.append(source.place(0, f"not valid YAML ({what})", "check the file"))
        return source
    if node is None:
        source.issues.append(source.place(0, "the file is empty", "see docs/format.md"))
        return source
    _Reader(source).whole(node)
    return source


class _TooMany(Exception):
    pass


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def whole(self, node: Node) -> None:
        try:
            self.source.data = self.value(node, (), 0)
        except _TooMany:
            self.report(node, "too many values (aliases repeated?)", "write a smaller file")

    def report(self, node: Node, what: str, todo: str) -> None:
        self.source.issues.append(self.source.place(node.start_mark.index, what, todo))

    def value(self, node: Node, path: Keys, depth: int) -> Any:
        self.count += 1
        if self.count > MOST_VALUES or depth > 20:
            raise _TooMany
        self.source.spans.setdefault(path, (node.start_mark.index, node.end_mark.index))
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            self.decimal_commas(node)
            return [self.value(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: MappingNode, path: Keys, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
            if not isinstance(key_node, ScalarNode):
                self.report(key_node, "a list can't be a key", "put the key in quotes")
            elif key in found:
                self.report(key_node, f"`{key}` is written twice", "keep one of the two")
            else:
                self.source.keys[(*path, key)] = key_node.start_mark.index
                found[key] = self.value(value_node, (*path, key), depth + 1)
        return found

    def scalar(self, node: ScalarNode) -> Any:
        text, tag = node.value, node.tag.removeprefix(_TAGS)
        if tag in ("int", "float"):
            if _DECIMAL.fullmatch(text):
                return Decimal(text)
            self.report(node, f"`{text}` is not a plain number", "write digits, as in 0.5 or 1e-3")
            return Decimal(0)
        if tag == "bool":
            return text.lower() == "true"
        if tag == "null":
            return None
        if tag not in ("str", "timestamp"):
            self.report(node, f"the tag `{node.tag}` is not allowed", "write the value plainly")
        return text

    def decimal_commas(self, node: SequenceNode) -> None:
        """Catch `[1.0, 0,5]`, which every YAML loader reads as three numbers."""
        if not node.flow_style:
            return
        for left, right in zip(node.value, node.value[1:], strict=False):
            between = self.source.text[left.end_mark.index : right.start_mark.index]
            numbers = all(str(item.tag).endswith(("int", "float")) for item in (left, right))
            if between == "," and numbers and "." not in left.value and right.value.isdigit():
                both = f"{left.value},{right.value}"
                what = f"`{both}` is read as two numbers, {left.value} and {right.value}"
                todo = f"write `{left.value}.{right.value}`, or a space after the comma"
                self.report(left, what, todo)
