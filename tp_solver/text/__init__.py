"""Words in each language: one TOML file a language, found by being there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Words:
    """The words of one language; `mark` is its decimal mark."""

    language: str
    mark: str
    entries: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return a sentence with its values put in; KeyError where there is none."""
        return self.entries[key].format(**values) if values else self.entries[key]

    def number(self, value: float, decimals: int = 2) -> str:
        """Write a plain number, such as a mark: no needless zeros, the language's decimal mark."""
        text = f"{value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-0", "0") if text == "-0" else text.replace(".", self.mark)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are words for."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


@cache
def words(language: str) -> Words:
    """Return the words of a language."""
    sections = tomllib.loads((_HERE / f"{language}.toml").read_text(encoding="utf-8"))
    mark = sections.pop("mark")
    entries = {f"{name}.{key}": v for name, part in sections.items() for key, v in part.items()}
    return Words(language, mark, entries)
