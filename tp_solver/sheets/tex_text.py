"""Any text as LaTeX that both pdfTeX and XeTeX set: special characters, symbols, ligatures."""

from __future__ import annotations

import re
import unicodedata

from tp_solver.language.latex import latex
from tp_solver.language.notation import LETTERS
from tp_solver.language.tree import Ref

_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "\u00a0": "~",
    "\u202f": r"\,",
    "\u2009": r"\,",
    "\u200b": "",
    "\u00ad": r"\-",
    "\u2011": "-",
    "…": r"\dots{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
}
_SYMBOLS = {
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↔": r"\leftrightarrow",
    "⇒": r"\Rightarrow",
    "⇐": r"\Leftarrow",
    "⇔": r"\Leftrightarrow",
    "↦": r"\mapsto",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "≡": r"\equiv",
    "≪": r"\ll",
    "≫": r"\gg",
    "∝": r"\propto",
    "−": "-",
    "±": r"\pm",
    "×": r"\times",
    "÷": r"\div",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "∘": r"\circ",
    "∗": r"\ast",
    "⊙": r"\odot",
    "⊗": r"\otimes",
    "⊕": r"\oplus",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∑": r"\sum",
    "∏": r"\prod",
    "√": r"\surd",
    "∞": r"\infty",
    "∈": r"\in",
    "∉": r"\notin",
    "⊂": r"\subset",
    "∀": r"\forall",
    "∃": r"\exists",
    "∥": r"\parallel",
    "‖": r"\|",
    "⋯": r"\cdots",
    "⋮": r"\vdots",
    "ℝ": r"\mathbb{R}",
    "ℕ": r"\mathbb{N}",
    "′": "'",
    "″": "''",
    "ᵀ": r"^{\mathsf{T}}",
    "⊤": r"\top",
    "✓": r"\checkmark",
    "✔": r"\checkmark",
    "✗": r"\times",
    "✘": r"\times",
    "∎": r"\blacksquare",
    **{letter: latex(Ref(name)) for name, letter in LETTERS.items()},
    "ϵ": r"\epsilon",
    "ϕ": r"\phi",
}
# What the T1 and TS1 encodings hold beside letters with accents.
_SET = frozenset("«»‹›‘’‚“”„–—•†‡‰€™§¶©®°¡¿£¥¢¤¦¬ª¹²³µ¼½¾ßæÆøØåÅðÐþÞđĐłŁŋŊıĳĲ")
_ACCENTS = frozenset(
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328"
)
_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=,)(?=,)|(?<=')(?=')")


def tex(text: str) -> str:
    """Escape a text; what neither engine can set is named by its number, as (U+1F600)."""
    return _LIGATURES.sub("{}", "".join(map(_character, unicodedata.normalize("NFC", text))))


def _character(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if char in _SYMBOLS:
        return rf"\ensuremath{{{_SYMBOLS[char]}}}"
    if (char.isascii() and (char.isprintable() or char == "\n")) or char in _SET:
        return char
    return _other(char)


def _other(char: str) -> str:
    """Write a character as its letter and accent, as plainer characters, or as its number."""
    if char.isspace():
        return " "
    parts = unicodedata.normalize("NFD", char)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        return char if ord(char) < 0x180 else parts[0]
    plainer = unicodedata.normalize("NFKC", char)
    if plainer != char:
        return "".join(map(_character, plainer))
    return f"(U+{ord(char):04X})"
