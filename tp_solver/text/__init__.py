"""Words in each language: gettext catalogues, a folder of `locale/` a language.

A message is asked for by its key, which is its msgid in every catalogue, English included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from gettext import GNUTranslations
from pathlib import Path

from tp_solver import places
from tp_solver.errors import UserError
from tp_solver.places import languages

__all__ = ["Words", "languages", "words"]

REFERENCE = "en"  # says what another language does not say yet
_CATALOGUE = Path("LC_MESSAGES", "tp_solver.mo")


@dataclass(frozen=True)
class Words:
    """The words of one language; `mark` is its decimal mark.

    `drawn` is what becomes of each text before values are put in: escaped, in a page in ASCII.
    """

    language: str
    mark: str
    catalogue: GNUTranslations
    drawn: Callable[[str], str] = str
    _known: dict[tuple[str, int | None], str] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __call__(self, key: str, **values: object) -> str:
        """Return a sentence with its values put in; KeyError where there is none."""
        text = self._known.get((key, None)) or self._look(key, None)
        return text.format(**values) if values else text

    def plural(self, key: str, count: float, **values: object) -> str:
        """Return a sentence in the form that a count asks for; its `{n}` is the count."""
        form = self._form(abs(count))
        text = self._known.get((key, form)) or self._look(key, form)
        return text.format(n=self.number(count), **values)

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a sentence of this key."""
        return self.catalogue.gettext(key) != key

    def header(self, name: str) -> str:
        """Return what the header of the catalogue says of the language; names in small letters."""
        return self.catalogue.info()[name]

    def number(self, value: float, decimals: int = 2) -> str:
        """Write a plain number, such as a mark: no needless zeros, the language's decimal mark."""
        return _plain(value, decimals).replace(".", self.mark)

    @property
    def delimiter(self) -> str:
        """Return what parts the cells of a CSV file, as the language's spreadsheets expect."""
        return ";" if self.mark == "," else ","

    def _form(self, count: float) -> int:
        """Return the whole number that takes the same plural as a count: 1,5 point, 1.5 points."""
        if count == int(count):
            return int(count)
        rule = self.header("x-fraction-counts-as")
        return int(count) if rule == "its whole part" else int(rule)

    def _look(self, key: str, form: int | None) -> str:
        say = self.catalogue
        text = say.gettext(key) if form is None else say.ngettext(key, key, form)
        if text == key:
            todo = "run `python hatch_build.py` after a change of the words"
            raise KeyError(f"no words for `{key}` in `{self.language}`: {todo}")
        return self._known.setdefault((key, form), self.drawn(text))


@lru_cache(maxsize=4096)
def _plain(value: float, decimals: int) -> str:
    """Write a number with a point; those of a class come again and again."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


@cache
def words(language: str) -> Words:
    """Return the words of a language; raises UserError where there are none."""
    if language not in languages():
        todo = f"choose one of {', '.join(languages())}"
        raise UserError(f"there are no words in the language `{language}`: {todo}")
    catalogue = _read(language)
    if language != REFERENCE:
        catalogue.add_fallback(_read(REFERENCE))
    return Words(language, catalogue.info()["x-decimal-mark"], catalogue)


def _read(language: str) -> GNUTranslations:
    try:
        with (places.LOCALE / language / _CATALOGUE).open("rb") as file:
            return GNUTranslations(file)
    except FileNotFoundError:
        todo = "run `pip install -e .` or `python hatch_build.py` in the checkout"
        raise UserError(
            f"the words of the language `{language}` are not compiled: {todo}"
        ) from None
