"""YAML to Exercise, gathering every issue on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tp_solver.errors import AuthorError, FormulaError, Issue, suggestion, visible
from tp_solver.exercise.cells import cell_equations, cell_names
from tp_solver.exercise.exercise import (
    ANY,
    Asked,
    Curve,
    Equation,
    Exercise,
    Function,
    Given,
    Target,
)
from tp_solver.exercise.messages import no_number, schema_issues
from tp_solver.exercise.model import AnyQuestion, ChoiceQuestion, ExerciseFile, Plot
from tp_solver.exercise.prose import formulas, texts, unclosed
from tp_solver.exercise.source import Keys, Source, parse_yaml, read_yaml
from tp_solver.language.notation import FUNCTIONS, OVER, SPELLINGS, fold_name
from tp_solver.language.parse import parse, parse_name
from tp_solver.language.tokens import NAME
from tp_solver.language.tree import At, Nested, Node, Op, Ref, Span

T = TypeVar("T")
LARGEST_VALUE = Decimal("1e300")
MOST_POSITIONS = 100_000
_DOMAIN = re.compile(r"\s+for\s+(.+)$")
_RANGE = re.compile(r"\s*(\w+)\s*=\s*(-?[0-9]{1,6})\s*\.\.\s*(-?[0-9]{1,6})\s*")
_FUNCTION = re.compile(r"\s*([A-Za-z]\w*)\s*\(\s*([A-Za-z]\w*)\s*\)\s*")


def load_file(path: Path) -> tuple[Exercise | None, list[Issue]]:
    """Read an exercise file; return the exercise where its frame holds, and every issue."""
    return _load(read_yaml(path, str(path)), path)


def load_text(text: str, name: str = "exercise.yaml") -> tuple[Exercise | None, list[Issue]]:
    """Read an exercise from a text, as `load_file` does from a file."""
    return _load(parse_yaml(text, name), Path(name))


def _load(source: Source, path: Path) -> tuple[Exercise | None, list[Issue]]:
    issues = list(source.issues)
    if source.data is None:
        return None, issues
    if not isinstance(source.data, dict):
        what = "an exercise is a mapping of keys to values"
        return None, [*issues, source.place(0, what, "begin with `id:`, see docs/format.md")]
    try:
        file = ExerciseFile.model_validate(source.data)
    except ValidationError as error:
        return None, issues + schema_issues(error, source)
    builder = _Builder(file, path, source, issues)
    return builder.exercise(), builder.issues


class _Builder:
    """Parses every formula of an exercise file and checks what needs no computing."""

    def __init__(self, file: ExerciseFile, path: Path, source: Source, issues: list[Issue]):
        self.file, self.path, self.source, self.issues = file, path, source, issues
        self.places: dict[int, tuple[Keys, str]] = {}
        self.broken: set[str] = set()
        self.names: set[str] = set()
        self.functions: dict[str, Function] = {}
        self.indices: dict[str, Span] = {}

    def exercise(self) -> Exercise:
        self.indices = dict(self.ranges())
        self.functions = {function.name: function for function in self.author_functions()}
        self.translations()
        if self.file.id.lower() == "index":
            self.report(("id",), "an exercise can't be called `index`", "that page leads to others")
        return Exercise(
            file=self.file,
            path=self.path,
            indices=self.indices,
            equations=tuple(self.equations()),
            givens=tuple(self.givens()),
            functions=self.functions,
            questions=tuple(self.questions()),
            plots=tuple(self.plots()),
            prose=tuple(self.prose()),
            source=self.source,
            places=self.places,
            broken=frozenset(self.broken),
        )

    def report(self, path: Keys, what: str, todo: str, within: str = "", position: int = 0) -> None:
        self.issues.append(self.source.issue(path, what, todo, within, position))

    def parsed(
        self, read: Callable[[str], T], text: str, path: Keys, written: str = ""
    ) -> T | None:
        """Parse a formula, reporting what is wrong with it where it is written."""
        try:
            return read(text)
        except FormulaError as error:
            written = written or text
            position = written.find(text) + error.position
            self.report(path, error.what, error.todo, written, position)
            return None

    def node(self, text: str) -> Node:
        return parse(text, self.functions)

    def placed(self, part: T, path: Keys, text: str) -> T:
        self.places[id(part)] = (path, text)
        return part

    def ranges(self) -> Iterator[tuple[str, Span]]:
        for name, text in self.file.indices.items():
            first, last = (int(end) for end in text.split(".."))
            if last < first:
                self.report(("indices", name), f"`{text}` is an empty range", "write first..last")
            elif last - first >= MOST_POSITIONS:
                self.report(("indices", name), f"`{text}` is too long a range", "shorten it")
            # A wrong range is reported once: the index exists all the same.
            yield name, Span(first, min(max(first, last), first + MOST_POSITIONS))

    def author_functions(self) -> Iterator[Function]:
        for head, body in self.file.functions.items():
            path: Keys = ("functions", head)
            match = _FUNCTION.fullmatch(head)
            if match is None:
                what = f"`{visible(head)}` does not name a function of one argument"
                self.issues.append(self.source.key_issue(path, what, "write e.g. `swish(z)`"))
                continue
            if match[1] in {*FUNCTIONS, *SPELLINGS, *OVER}:
                what = f"the language has a function `{match[1]}` already"
                self.issues.append(self.source.key_issue(path, what, "choose another name"))
                continue
            node = self.parsed(parse, body, path)
            if node is not None:
                yield self.placed(Function(match[1], match[2], node), path, body)

    def translations(self) -> None:
        for text, path in texts(self.file):
            for language in self.file.languages:
                if getattr(text, language) is None:
                    todo = f"add `{language}:`, or state `languages:` without it"
                    self.report(path, f"the text has no `{language}`", todo)

    def equations(self) -> Iterator[Equation]:
        for name in self.file.use:
            if name not in cell_names():
                known = ", ".join(cell_names())
                otherwise = f"choose one of {known}, or write its equations under `equations:`"
                todo = suggestion(name, cell_names(), otherwise)
                self.report(("use",), f"there is no cell `{name}`", todo, name)
                continue
            for text in cell_equations(name):
                yield from self.equation(text, ("use",))
        for i, text in enumerate(self.file.equations):
            yield from self.equation(text, ("equations", i))

    def equation(self, text: str, path: Keys) -> Iterator[Equation]:
        formula, limits = text, dict[str, Span]()
        if where := _DOMAIN.search(text):
            formula = text[: where.start()]
            limits = dict(self.domain(where, path))
        node = self.parsed(self.node, formula, path)
        if node is None or (where and not limits):
            name = NAME.match(formula.strip())
            self.broken.add(fold_name(name[1]) if name else ANY)
            return
        match node:
            case Op("eq", (Ref() as left, right)):
                pass
            case _:
                todo = "write `name = formula`, or `name[t] = formula`"
                self.report(path, f"`{formula}` is not an equation for a name", todo, text)
                self.broken.add(ANY)
                return
        if left.over is not None:
            todo = "remove it: gradients are derived from the other equations"
            self.report(path, "a derivative can't be defined by an equation", todo, text)
            return
        domain = tuple(self.left_domain(left, limits, path, text))
        if len(domain) == sum(isinstance(at, At) and at.name is not None for at in left.index):
            self.names.add(left.name)
            if "^T" in text and "T" in self.file.given:
                todo = "write `.T` to transpose, `^(T)` for the power"
                self.report(path, "`^T` transposes, and `T` is a name here", todo, "^T")
            yield self.placed(Equation(left, right, domain), path, text)
        else:
            self.broken.add(left.name)

    def domain(self, where: re.Match[str], path: Keys) -> Iterator[tuple[str, Span]]:
        """Read the ranges after `for`: `t = 2..3, l = 1..2`."""
        start = where.start(1)
        for item in where[1].split(","):
            match = _RANGE.fullmatch(item)
            if match is None or int(match[3]) < int(match[2]):
                what, todo = f"`{item.strip()}` is not a range", "write e.g. `for t = 2..3`"
                self.report(path, what, todo, where.string, start)
            else:
                yield match[1], Span(int(match[2]), int(match[3]))
            start += len(item) + 1

    def left_domain(
        self, left: Ref, limits: dict[str, Span], path: Keys, text: str
    ) -> Iterator[tuple[str, Span]]:
        for at in left.index:
            if isinstance(at, Span) or (at.offset and at.name is not None):
                todo = "write the plain index on the left, and offsets on the right"
                self.report(path, f"`{left.name}` can't be defined at this index", todo, text)
            elif at.name is not None:
                span = limits.get(at.name, self.indices.get(at.name))
                if span is None:
                    todo = suggestion(at.name, self.indices, f"add `indices: {{{at.name}: 1..3}}`")
                    if at.name not in self.broken:
                        self.report(path, f"the index `{at.name}` has no range", todo, text)
                    self.broken.add(at.name)
                else:
                    yield at.name, span

    def givens(self) -> Iterator[Given]:
        for name, value in self.file.given.items():
            path: Keys = ("given", name)
            found = self.parsed(parse_name, name, ())
            if found is None:
                self.issues.pop()
                what, todo = f"`{visible(name)}` is not a name", "write e.g. `W_f` or `h[0]`"
                self.issues.append(self.source.key_issue(path, what, todo))
                self.broken.add(ANY)
                continue
            numbers = self.numbers(value, path)
            if found[1]:
                what, todo = f"`{name}` names a component", "give the whole vector or matrix"
                self.issues.append(self.source.key_issue(path, what, todo))
                self.broken.add(found[0].name)
            elif numbers is not None:
                self.names.add(found[0].name)
                yield self.placed(Given(found[0], numbers), path, name)
            else:
                self.broken.add(found[0].name)

    def numbers(self, value: Any, path: Keys) -> Nested | None:
        """Check that a value is a number or an even list of such."""
        if isinstance(value, Decimal):
            if not value.is_finite() or abs(value) > LARGEST_VALUE:
                self.report(path, f"`{value}` is no usable number", "stay below 1e300")
                return None
            return value
        if isinstance(value, list):
            items = [self.numbers(item, (*path, i)) for i, item in enumerate(value)]
            if not items:
                self.report(path, "an empty list", "give at least one number")
                return None
            whole = [item for item in items if item is not None]
            shapes = [nested_shape(item) for item in whole]
            uneven = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), None)
            if len(whole) < len(items):
                return None
            if uneven is not None:
                what = f"row {uneven + 1} has not the length of row 1"
                self.report((*path, uneven), what, "give every row as many numbers")
                return None
            return tuple(whole)
        self.report(path, *no_number(value))
        return None

    def questions(self) -> Iterator[Asked]:
        seen: set[str] = set()
        for i, question in enumerate(self.file.questions):
            path: Keys = ("questions", i)
            if question.id in seen:
                self.report(
                    (*path, "id"), f"two questions are called `{question.id}`", "rename one"
                )
            if question.kind != "values" and question.id in self.names:
                what = f"`{question.id}` is a name of the model"
                self.report((*path, "id"), what, "call the question otherwise")
            if isinstance(question, ChoiceQuestion):
                self.choices(question, path)
            seen.add(question.id)
            yield self.asked(question, path)

    def choices(self, question: ChoiceQuestion, path: Keys) -> None:
        seen: set[str] = set()
        for j, choice in enumerate(question.choices):
            if choice.id.lower() in seen:
                where = (*path, "choices", j, "id")
                self.report(where, f"two choices are called `{choice.id}`", "rename one")
            seen.add(choice.id.lower())

    def asked(self, question: AnyQuestion, path: Keys) -> Asked:
        targets: list[Target] = []
        for j, text in enumerate(getattr(question, "answers", [])):
            if found := self.parsed(parse_name, text, (*path, "answers", j)):
                targets.append(self.placed(Target(*found), (*path, "answers", j), text))
        answer, accept = None, []
        if isinstance(text := getattr(question, "answer", None), str):
            answer = self.parsed(self.node, text, (*path, "answer"))
            if answer is not None:
                self.placed(answer, (*path, "answer"), text)
        for j, text in enumerate(getattr(question, "accept", [])):
            node = self.parsed(self.node, text, (*path, "accept", j))
            if node is not None:
                accept.append(self.placed(node, (*path, "accept", j), text))
        return Asked(question, tuple(targets), answer, tuple(accept))

    def plots(self) -> Iterator[Curve]:
        for i, plot in enumerate(self.file.plots):
            path: Keys = ("plots", i)
            if plot.over not in self.indices:
                todo = suggestion(plot.over, self.indices, "name an index of `indices:`")
                self.report((*path, "over"), f"there is no index `{plot.over}`", todo)
                continue
            yield self.curve(plot, path)

    def curve(self, plot: Plot, path: Keys) -> Curve:
        show = []
        for j, text in enumerate(plot.show):
            node = self.parsed(self.node, text, (*path, "show", j))
            if node is not None:
                show.append(self.placed(node, (*path, "show", j), text))
        titles = {language: plot.title[language] for language in ("fr", "en")}
        return Curve(titles, plot.over, tuple(show), plot.scale == "log", plot.line)

    def prose(self) -> Iterator[Node]:
        """Parse the formulas inside every text, so that prose can't drift from the model."""
        for text, path in texts(self.file):
            shared = text.fr is text.en  # one text for both languages, written once
            for language in ("fr",) if shared else ("fr", "en"):
                here = (*path, language)
                written = path if here not in self.source.spans else here
                for rest in unclosed(getattr(text, language) or ""):
                    todo = r"write `\$` for a dollar"
                    self.report(written, "this `$` is never closed", todo, rest)
                for formula in formulas(getattr(text, language) or ""):
                    node = self.parsed(self.node, formula, written, f"${formula}$")
                    if node is not None:
                        yield self.placed(node, written, formula)


def nested_shape(value: Nested) -> tuple[int, ...]:
    """Return the shape of a number, an even list, or a list of even rows."""
    return (len(value), *nested_shape(value[0])) if isinstance(value, tuple) else ()


def raise_for(issues: list[Issue]) -> None:
    """Raise an AuthorError where there are issues."""
    if issues:
        raise AuthorError(issues)
