"""Lines of JSON that differ in their texts alone are read by the form that they share.

The copies of a class are mostly written by one program, with the same names in the same order. A
pattern that spells all of such a line but its texts reads the next one in half the time that
decoding takes, and shows by matching that nothing else has changed: no name twice, no number, no
list.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from tp_solver.grading.submission import LONGEST_RAW, Raw

MOST_FORMS = 4
MOST_TEXTS = 1000  # of a line: a longer pattern takes too long to make
WAIT = 500  # lines until another form is looked for: a pattern takes as long as that many lines
_BLANK = " \t\r\n"
_PLAIN = r'"([^"\\\x00-\x1f]*+)"'
_QUOTED = re.compile(_PLAIN + r"(\s*+:)?")


class Told(NamedTuple):
    """What a line says: who hands in, for which exercise, the answers."""

    identifier: str | None
    name: str | None
    exercise: str | None
    answers: dict[str, Raw]


_FIELDS = {
    ("student",): "identifier",
    ("student", "id"): "identifier",
    ("student", "name"): "name",
    ("exercise",): "exercise",
}


class Form:
    """All of a line but its texts.

    The text numbered `first` is the first answer, to the first of `names`; `others` numbers the
    texts that say who hands in and what for.
    """

    def __init__(
        self, pattern: re.Pattern[str], names: tuple[str, ...], first: int, others: dict[str, int]
    ) -> None:
        self.match = pattern.fullmatch
        self.names = names
        self.answers = slice(first, first + len(names))
        self.others = [others.get(field) for field in Told._fields[:3]]

    @classmethod
    def of(cls, line: str, data: dict[str, Any]) -> Form | None:
        """Return the form of a line that was decoded; None where it holds more than texts."""
        found = [match for match in _QUOTED.finditer(line) if not match[2]]
        texts = list(_texts(data))
        if "\\" in line or [match[1] for match in found] != [text for _, text in texts]:
            return None
        paths, names = [path for path, _ in texts], tuple(data["answers"])
        if not names or len(texts) > MOST_TEXTS:
            return None
        others = {_FIELDS[path]: at for at, path in enumerate(paths) if path in _FIELDS}
        return cls(_pattern(line, found), names, paths.index(("answers", names[0])), others)

    def read(self, line: str) -> Told | None:
        """Read a line; None where it has another form."""
        match = self.match(line)
        if match is None:
            return None
        texts = match.groups()
        answers = dict(zip(self.names, texts[self.answers], strict=True))
        identifier, name, exercise = (None if at is None else texts[at] for at in self.others)
        return Told(identifier, name, exercise, answers)


def _texts(data: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield where each value stands, and the value: a text, if it is to be read by a form."""
    for key, value in data.items():
        if type(value) is dict:
            yield from (((key, inner), one) for inner, one in value.items())
        else:
            yield (key,), value


def _pattern(line: str, found: list[re.Match[str]]) -> re.Pattern[str]:
    """Return what matches a line whatever its texts."""
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(line)]
    fixed = (re.escape(line[a:b]) for a, b in zip(ends, starts, strict=True))
    return re.compile(_PLAIN.join(fixed))


class Forms:
    """The forms met of late. A form is looked for where two lines one after another share names."""

    def __init__(self) -> None:
        self.known: deque[Form] = deque(maxlen=MOST_FORMS)
        self.before: tuple[str, ...] = ()
        self.wait = 0

    def read(self, line: str) -> Told | None:
        """Read a line by the form it has; None where that is not known."""
        if len(line) <= LONGEST_RAW:
            line = line.strip(_BLANK)
            for form in self.known:
                told = form.read(line)
                if told is not None:
                    return told
        return None

    def learn(self, line: str, data: dict[str, Any]) -> None:
        """Learn from a line that had to be decoded, and can be marked."""
        names, self.wait = tuple(data["answers"]), self.wait - 1
        if self.wait <= 0 and names == self.before:
            self.wait = WAIT
            form = Form.of(line.strip(_BLANK), data)
            if form is not None:
                self.known.appendleft(form)
        self.before = names
