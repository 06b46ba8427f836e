"""What the YAML parser could not read, said to an author: where, what, what to do."""

from __future__ import annotations

import re
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

_INDEXED = re.compile(r"(\w+)\[[^\[\]]*\]?")


class Trouble(NamedTuple):
    """A place in a text, what is wrong there, and what to do."""

    offset: int
    what: str
    todo: str


# What the parser says (a part of it), what is wrong, what to do. `{char}` is what stands there.
_WORDS = {
    "found character '\\t'": ("a tab", "indent with spaces"),
    "mapping values are not allowed": (
        "a `:` where no key can stand",
        "put a text that holds `:` in quotes, or check the indentation",
    ),
    "that cannot start any token": (
        "a value can't begin with `{char}`",
        "put the value in quotes",
    ),
    "found undefined alias": ("`*` begins an alias that nothing defines", "put the text in quotes"),
    "found another document": ("a second document begins here", "remove the `---`"),
    "found unknown escape": ("`\\` means nothing here", "use single quotes, or write `\\\\`"),
    "found unexpected end of stream": ("this quote is never closed", "close it"),
    "expected ',' or": (
        "this bracket is never closed, or a comma is missing in it",
        "close it, or separate its items",
    ),
    "expected <block end>": (
        "this line does not belong to the lines above",
        "give it the indentation of its neighbours",
    ),
    "could not find expected ':'": ("a key without `:`", "write `key: value`"),
}
# These are told at the place where the thing began rather than where the text ran out.
_AT_BEGINNING = ("found unexpected end of stream", "expected ',' or")


def trouble(error: Exception, text: str) -> Trouble:
    """Word what the YAML parser could not read."""
    if isinstance(error, ReaderError):
        what = f"a control character (U+{ord(text[error.position]):04X})"
        return Trouble(error.position, what, "remove it")
    if isinstance(error, RecursionError):
        return Trouble(0, "brackets or lines nested too deeply", "write a flatter file")
    if not isinstance(error, MarkedYAMLError):
        lines = str(error).splitlines() or [type(error).__name__]
        return Trouble(0, f"not valid YAML ({lines[0]})", "check the file")
    return _marked(error, text)


def _marked(error: MarkedYAMLError, text: str) -> Trouble:
    problem = (error.problem or error.context or "not YAML").strip()
    mark = error.problem_mark or error.context_mark
    offset = mark.index if mark else 0
    if problem.endswith("but got '['") and (name := _name_before(text, offset)):
        todo = 'put names with an index in quotes here, as in `["f[1]", "h[1]"]`'
        return Trouble(name.start(), f"`{name[0]}` without quotes", todo)
    for part, (what, todo) in _WORDS.items():
        if part in problem:
            if part in _AT_BEGINNING and error.context_mark:
                offset = error.context_mark.index
            return Trouble(offset, what.format(char=text[offset : offset + 1]), todo)
    return Trouble(offset, f"not valid YAML ({problem})", "check this line")


def _name_before(text: str, offset: int) -> re.Match[str] | None:
    """Find the name whose index bracket stands at an offset, as in `[f[1], h[1]]`."""
    start = offset
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return _INDEXED.match(text, start) if start < offset else None
