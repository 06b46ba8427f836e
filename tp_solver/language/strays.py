"""What can't stand where it stands in a formula, said so that it can be mended."""

from __future__ import annotations

import unicodedata

from tp_solver.errors import FormulaError
from tp_solver.language.tokens import NAME, NEAR_NUMBER, SPACES

# Signs that look like one the language knows; mostly what a word processor puts in.
LOOKALIKES = {
    **dict.fromkeys("‐‑‒–—―⁻", "-"),
    **dict.fromkeys("•∙●✕✖⨯", "*"),
    **dict.fromkeys("⁄⟋", "/"),
    **dict.fromkeys("′’‘ʼ`´", "_prime"),
    **dict.fromkeys("₀₁₂₃₄₅₆₇₈₉", "_"),
    "ˆ": "^",
    "…": "..",
    "‥": "..",
    "，": ", ",
    "；": ";",
    "⩽": "<=",
    "⩾": ">=",
    "{": "(",
    "}": ")",
    "&": ",",
}


def refuse_invisible(text: str) -> None:
    """Raise FormulaError at the first character that nobody can see, naming it."""
    if text.isascii() and text.isprintable():
        return
    for position, char in enumerate(text):
        if char not in SPACES and not char.isprintable():
            name = unicodedata.name(char, f"U+{ord(char):04X}")
            what = f"an invisible character ({name})"
            raise FormulaError("invisible", position, what, "retype this part of the formula")


def unreadable_number(text: str, at: int) -> FormulaError | None:
    """Word what is wrong with digits that make no number, as in `1_000` or `[1,2,3]`."""
    match = NEAR_NUMBER.match(text, at)
    if match is None:
        return None
    typed = match[0]
    if "," in typed and "_" not in typed:
        what = f"the commas of `{typed}` may be decimal marks or separators"
        todo = "write decimals as `0.5`, and separate with `;` or with a comma and a space"
        return FormulaError("ambiguous-comma", at, what, todo)
    todo = "write digits with at most one decimal point, as in `1000` or `0.5`"
    return FormulaError("not-a-number", at, f"`{typed}` is not a number", todo)


def stray(text: str, at: int) -> FormulaError:
    """Word what is wrong with the character at a position where nothing fits."""
    if at >= len(text):
        return FormulaError("incomplete", at, "the formula stops too early", "complete it")
    char = text[at]
    if NAME.match(text, at) or (char.isascii() and char.isdigit()) or char in "([":
        what = f"an operator is missing before `{char}`"
        return FormulaError("no-operator", at, what, "write `*`, `@` or `+` between")
    if char in ")]":
        return FormulaError("unopened", at, f"this `{char}` closes nothing", "remove it")
    if char in ",;":
        todo = "write decimals as `0.5` or `0,5`"
        return FormulaError("separator", at, f"a `{char}` can't stand here", todo)
    if char == "\\":
        todo = "write e.g. `dL/dW`, see docs/language.md"
        return FormulaError("latex", at, "LaTeX is not read here", todo)
    if char.isascii() and char not in LOOKALIKES:
        todo = "check this part of the formula"
        return FormulaError("unexpected", at, f"`{char}` can't stand here", todo)
    name = unicodedata.name(char, f"U+{ord(char):04X}").lower()
    near = LOOKALIKES.get(char)
    todo = f"write `{near}`" if near else "use the plain letter or sign"
    return FormulaError("character", at, f"`{char}` ({name}) has no meaning here", todo)
