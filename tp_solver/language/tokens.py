"""The smallest parts of a formula, as patterns: numbers, names, indices, operators. Data only."""

from __future__ import annotations

import re
from string import ascii_letters
from unicodedata import normalize

from tp_solver.language.notation import ACCENTS, SPELLED, SUPERSCRIPTS, TYPED

# Letters that Unicode also has in one piece with an accent, as ŷ.
_COMPOSED = (normalize("NFC", letter + mark) for letter in ascii_letters for mark in ACCENTS)
_ACCENTED = "".join(letter for letter in _COMPOSED if len(letter) == 1)
LETTER = f"A-Za-z{''.join(SPELLED)}{_ACCENTED}"
_NAME = rf"[{LETTER}][{LETTER}0-9_{''.join(ACCENTS)}]*"
_INDEX = r"\[[^\[\]]*\]"
_INTEGER = r"[\-−]?[0-9]+"

SPACES = " \t\n\u00a0\u202f\u2009"
SPACE = re.compile(f"[{SPACES}]*")

# The groups are atomic: `10.5.3` must not be read as 1 followed by `0.5.3`.
NUMBER = re.compile(r"(?>[0-9]+(?:[.,][0-9]+)?|\.[0-9]+)(?>(?:[eE][+\-−]?[0-9]+)?)(?!_|[.,][0-9])")
NEAR_NUMBER = re.compile(r"\.?[0-9][0-9_.,]*(?<![.,])")
RANGE = re.compile(r"([0-9]+)\.\.([0-9]+)")
NAME = re.compile(rf"(√|∑|{_NAME})({_INDEX})?")
DERIVATIVE = re.compile(
    rf"(?:∂[ ]*({_NAME})({_INDEX})?\s*/\s*∂[ ]*|d({_NAME})({_INDEX})?/d)({_NAME})({_INDEX})?"
)
OPERATOR = re.compile("|".join(re.escape(op) for op in sorted(TYPED, key=len, reverse=True)))
SELECTS = re.compile(r"(?:\.[0-9]+(?:\.\.[0-9]+)?)+")
SELECT = re.compile(r"\.([0-9]+)(?:\.\.([0-9]+))?")
TRANSPOSE = re.compile(rf"(?:\.T|\^T|ᵀ|⊤)(?![{LETTER}0-9_\[])")
POWERS = re.compile(f"[{''.join(SUPERSCRIPTS)}]+")
BOUND = re.compile(rf"[ ]*({_NAME})[ ]*(?:=[ ]*({_INTEGER})[ ]*\.\.[ ]*({_INTEGER})[ ]*)?[,;]")
POSITION = re.compile(rf"\s*(?:({_NAME})\s*(?:([+\-−])\s*([0-9]+))?|({_INTEGER}))\s*")
SPAN = re.compile(rf"\s*({_INTEGER})\s*\.\.\s*({_INTEGER})\s*")
