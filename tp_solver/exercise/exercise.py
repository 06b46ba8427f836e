"""An exercise once read: parsed equations, given numbers, questions; nothing computed yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tp_solver.errors import Issue
from tp_solver.exercise.diagram import Diagram
from tp_solver.exercise.fields import Text
from tp_solver.exercise.model import ExerciseFile, UpdateUse
from tp_solver.exercise.questions import AnyQuestion
from tp_solver.exercise.source import Keys, Source
from tp_solver.language.notation import fold_name
from tp_solver.language.tokens import NAME
from tp_solver.language.tree import Nested, Node, Ref, Span

ANY = ""  # among the broken names: something is broken whose name can't be told


@dataclass(frozen=True)
class Equation:
    """`left = right`, for every position of the left side's indices in `domain`."""

    left: Ref
    right: Node
    domain: tuple[tuple[str, Span], ...] = ()

    @property
    def ranges(self) -> dict[str, Span]:
        """Return the range of each index of the left side."""
        return dict(self.domain)


@dataclass(frozen=True)
class Given:
    """Numbers for a named quantity: at one place of its indices, a range, or all of it."""

    ref: Ref
    value: Nested


@dataclass(frozen=True)
class Function:
    """An elementwise function that an author defined: `swish(z) = z * sigmoid(z)`."""

    name: str
    argument: str
    body: Node


@dataclass(frozen=True)
class Target:
    """What an answer names: a quantity at some places, and perhaps chosen components."""

    ref: Ref
    select: tuple[int | Span, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A question with its formulas parsed: what it asks for, and what it accepts besides."""

    question: AnyQuestion
    targets: tuple[Target, ...] = ()
    answer: Node | None = None
    accept: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Curve:
    """A plot with its formulas parsed."""

    title: Text
    over: str
    show: tuple[Node, ...]
    log: bool
    lines: tuple[float, ...]


@dataclass(frozen=True)
class Choices:
    """How a given is drawn: one of `options` as a whole, or one for each of its components."""

    given: Given
    options: Sequence[Nested]
    whole: bool = False


@dataclass(frozen=True)
class Variants:
    """Numbers drawn anew for each student, from a seed and the student's id.

    `ambiguous` bounds the mistakes that a draw may leave impossible to tell; None for as many as
    the given numbers leave.
    """

    seed: int
    choices: tuple[Choices, ...]
    ambiguous: int | None = None


@dataclass(frozen=True)
class Own:
    """Whose numbers an exercise has; `code` tells these from others, `7f3a09`."""

    student: str
    name: str
    code: str


@dataclass(frozen=True)
class Exercise:
    """An exercise ready to be computed; `places` tells where each equation was written.

    `broken` names what was to be defined by equations or numbers that have an issue.
    """

    file: ExerciseFile
    path: Path
    indices: dict[str, Span]
    equations: tuple[Equation, ...]
    givens: tuple[Given, ...]
    functions: dict[str, Function]
    questions: tuple[Asked, ...]
    plots: tuple[Curve, ...] = ()
    diagrams: tuple[Diagram, ...] = ()
    prose: tuple[Node, ...] = ()
    source: Source = field(default_factory=lambda: Source("", ""), compare=False, repr=False)
    places: dict[int, tuple[Keys, str]] = field(default_factory=dict, compare=False, repr=False)
    broken: frozenset[str] = frozenset()
    variants: Variants | None = None
    own: Own | None = None

    @property
    def id(self) -> str:
        """Return the exercise's identifier."""
        return self.file.id

    def written(self, part: object) -> tuple[Keys, str]:
        """Return the place in the file that a part comes from, and its text there."""
        return self.places.get(id(part), ((), ""))

    def used(self, part: object) -> bool:
        """Tell whether a part comes from a cell or an update."""
        return self.written(part)[0][:1] == ("use",)

    def of_cell(self, part: object) -> bool:
        """Tell whether a part comes from a cell."""
        match self.written(part)[0]:
            case ("use", int(i), *_):
                return not isinstance(self.file.use[i], UpdateUse)
        return False

    def issue(self, part: object, what: str, todo: str, within: str = "") -> Issue:
        """Place an issue where an equation, a given value or a target was written."""
        path, text = self.written(part)
        return self.source.issue(path, what, todo, text, _find_name(text, within))


def _find_name(text: str, name: str) -> int:
    """Find a name in a formula as a whole word and in any spelling: `h`, but not in `tanh`."""
    if not name:
        return 0
    before = r"(?<!\w)" if name[0].isalnum() else ""
    if whole := re.search(rf"{before}{re.escape(name)}(?!\w)", text):
        return whole.start()
    found = (match.start() for match in NAME.finditer(text) if fold_name(match[1]) == name)
    return next(found, 0)
