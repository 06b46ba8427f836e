"""The words of each language: kept in step with the English ones, compiled for gettext.

As a build hook of hatchling it compiles every `.po` under tp_solver/text/locale to the `.mo`
beside it. By hand, `python hatch_build.py` does the same after giving the other languages the
keys that English has; `python hatch_build.py de` first begins the folder of a new language.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALE = Path("tp_solver", "text", "locale")
CATALOGUE = Path("LC_MESSAGES", "tp_solver.po")
REFERENCE = "en"


class CustomBuildHook(BuildHookInterface[Any]):
    """Compiles the words of each language before anything is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; the wheel takes the files as `artifacts`."""
        compile_all(Path(self.root) / LOCALE)


def compile_all(locale: Path) -> list[Path]:
    """Compile every catalogue; return the paths written."""
    made = []
    for path in catalogues(locale):
        target = path.with_suffix(".mo")
        target.write_bytes(polib.pofile(str(path)).to_binary())
        made.append(target)
    return made


def catalogues(locale: Path) -> list[Path]:
    """Find the catalogue of each language."""
    return sorted(locale.glob(f"*/{CATALOGUE}"))


def begin(locale: Path, language: str) -> Path:
    """Begin the catalogue of a language, with the header of English to be mended."""
    path = locale / language / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = polib.POFile(wrapwidth=0)
        made.metadata = {**read(locale / REFERENCE / CATALOGUE).metadata, "Language": language}
        made.save(str(path))
    return path


def follow(path: Path, reference: polib.POFile) -> None:
    """Give a catalogue the keys of another, in its order, with its texts as comments.

    What is translated stays; a key that is new is left empty, one that is gone is removed.
    """
    own = read(path)
    before = str(own)
    have = {entry.msgid: entry for entry in own}
    own.clear()
    for one in reference:
        entry = have.get(one.msgid) or polib.POEntry(msgid=one.msgid)
        if bool(entry.msgid_plural) != bool(one.msgid_plural):
            entry = polib.POEntry(msgid=one.msgid)
        entry.msgid_plural = one.msgid_plural
        if one.msgid_plural:
            said = entry.msgstr_plural
            entry.msgstr_plural = {i: said.get(i, "") for i in range(forms(own))}
        entry.comment = told(one)
        own.append(entry)
    if str(own) != before:
        own.save(str(path))


def forms(catalogue: polib.POFile) -> int:
    """Return how many plural forms a language has."""
    return int(catalogue.metadata["Plural-Forms"].partition("nplurals=")[2].partition(";")[0])


def told(entry: polib.POEntry) -> str:
    """Return what an entry says, its plural forms a line each."""
    texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    return "\n".join(map(str.strip, texts))


def read(path: Path) -> polib.POFile:
    """Read a catalogue, to be written again with a text a line."""
    return polib.pofile(str(path), wrapwidth=0)


def main() -> None:
    """Begin the languages named, bring all in step with English, compile."""
    locale = Path(__file__).parent / LOCALE
    for language in sys.argv[1:]:
        print(f"begun: {begin(locale, language)}")
    reference = read(locale / REFERENCE / CATALOGUE)
    for path in catalogues(locale):
        if path.parent.parent.name != REFERENCE:
            follow(path, reference)
    for made in compile_all(locale):
        print(f"compiled: {made}")


if __name__ == "__main__":
    main()
