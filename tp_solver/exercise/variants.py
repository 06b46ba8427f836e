"""Numbers for each student: sets that givens are drawn from, and the draw itself.

A draw depends on the exercise's seed, the student's id and the number of the attempt alone, and is
the same on every machine and with every version of Python: the bytes of SHAKE-256 of
`seed, attempt, name, id` (a line each, UTF-8), eight for every number, taken modulo the number of
options. What is left of a modulo of 64 bits favours no option by more than one in 10^13.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from hashlib import blake2b, shake_256
from typing import overload

from tp_solver.errors import suggestion, visible
from tp_solver.exercise.exercise import Choices, Exercise, Given, Variants
from tp_solver.exercise.givens import nested_shape, read_numbers
from tp_solver.exercise.model import Rule
from tp_solver.exercise.reader import Reader
from tp_solver.exercise.source import Keys
from tp_solver.language.parse import parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import Nested

BYTES = 8  # for each number drawn
CODE_DIGITS = 6
Numbers = tuple[Nested, ...]


class Steps(Sequence[Decimal]):
    """The numbers between two bounds that have so many decimals, both bounds among them."""

    def __init__(self, low: Decimal, high: Decimal, decimals: int) -> None:
        self.decimals = decimals
        self.first = int(low.scaleb(decimals).to_integral_value(ROUND_CEILING))
        self.last = int(high.scaleb(decimals).to_integral_value(ROUND_FLOOR))

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)

    @overload
    def __getitem__(self, i: int) -> Decimal: ...

    @overload
    def __getitem__(self, i: slice) -> Sequence[Decimal]: ...

    def __getitem__(self, i: int | slice) -> Decimal | Sequence[Decimal]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        if not 0 <= i < len(self):
            raise IndexError(i)
        return Decimal(self.first + i).scaleb(-self.decimals) + 0


def read_variants(reader: Reader, givens: Sequence[Given]) -> Variants | None:
    """Read `variants:`; each name drawn must be given, with numbers of the same shape."""
    file = reader.file.variants
    if file is None:
        return None
    found: list[Choices] = []
    for name, rule in file.draw.items():
        path: Keys = ("variants", "draw", name)
        given = _given(reader, name, path, givens)
        if given is None:
            continue
        if any(one.given is given for one in found):
            reader.report_key(path, f"`{name}` is drawn twice", "keep one of the two")
            continue
        options = _options(reader, rule, given, path)
        if options:
            found.append(Choices(given, options, whole=bool(rule.from_)))
    return Variants(file.seed, tuple(found), file.ambiguous)


def _given(reader: Reader, name: str, path: Keys, givens: Sequence[Given]) -> Given | None:
    """Find the given that a name draws, and report where there is none."""
    parsed = reader.parsed(parse_name, name, ())
    if parsed is None:
        reader.issues.pop()
        reader.report_key(path, f"`{visible(name)}` is not a name", "write e.g. `W_f` or `h[0]`")
        return None
    ref, select = parsed
    given = next((one for one in givens if one.ref == ref and not select), None)
    if given is None and ref.name not in reader.broken:
        known = [plain(one.ref) for one in givens]
        todo = suggestion(name, known, "draw a name as it stands under `given:`")
        reader.report_key(path, f"`{name}` is not given", todo)
    return given


def _options(reader: Reader, rule: Rule, given: Given, path: Keys) -> Sequence[Nested]:
    """List what a given may be drawn from; nothing where there is an issue."""
    if rule.between is not None:
        steps = Steps(*rule.between, rule.decimals)
        if not steps:
            todo = "widen `between`, or give more `decimals`"
            reader.report(path, f"no number of {rule.decimals} decimals lies there", todo)
        return steps
    if rule.choose:
        return rule.choose
    wanted = nested_shape(given.value)
    options: list[Nested] = []
    for i, value in enumerate(rule.from_):
        here: Keys = (*path, "from", i)
        if isinstance(value, dict):
            reader.report(here, "a group of keys is no number", "write numbers")
            continue
        numbers = read_numbers(reader, value, here, given.ref)
        if numbers is None:
            continue
        if nested_shape(numbers) != wanted:
            what = f"this value of `{plain(given.ref)}` has not the shape of the one given"
            reader.report(here, what, "give as many numbers as under `given:`")
            continue
        options.append(numbers)
    return options if len(options) == len(rule.from_) else ()


def folded_id(student: str) -> str:
    """Return a student's id as draws read it: composed, without case, single blanks."""
    text = unicodedata.normalize("NFC", student).casefold()
    return " ".join(unicodedata.normalize("NFC", text).split())


def drawn_numbers(variants: Variants, student: str, attempt: int = 0) -> Numbers:
    """Draw the numbers of a student, for each given that is drawn, in their order."""
    return tuple(_drawn(variants, student, attempt))


def _drawn(variants: Variants, student: str, attempt: int) -> Iterator[Nested]:
    who = folded_id(student)
    for choices in variants.choices:
        shape = () if choices.whole else nested_shape(choices.given.value)
        head = f"{variants.seed}\n{attempt}\n{plain(choices.given.ref)}\n{who}"
        count = math.prod(shape)
        stream = shake_256(head.encode("utf-8", "replace")).digest(BYTES * count)
        options, size = choices.options, len(choices.options)
        picked = (
            options[int.from_bytes(stream[i : i + BYTES], "big") % size]
            for i in range(0, BYTES * count, BYTES)
        )
        yield _nested(picked, shape)


def _nested(numbers: Iterator[Nested], shape: tuple[int, ...]) -> Nested:
    if not shape:
        return next(numbers)
    return tuple(_nested(numbers, shape[1:]) for _ in range(shape[0]))


def sheet_code(exercise: Exercise) -> str:
    """Return the code of the numbers that a sheet shows; nothing where they are everybody's."""
    if exercise.own is not None:
        return exercise.own.code
    if exercise.variants is None:
        return ""
    return code_of(tuple(choices.given.value for choices in exercise.variants.choices))


def code_of(numbers: Numbers) -> str:
    """Return a short code that tells the numbers of a sheet from others, `7f3a09`."""
    text = repr([_plain(item) for item in numbers])
    return blake2b(text.encode(), digest_size=16).hexdigest()[:CODE_DIGITS]


def _plain(item: Nested) -> object:
    return [_plain(one) for one in item] if isinstance(item, tuple) else str(item.normalize() + 0)
