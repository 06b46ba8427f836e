"""YAML to Exercise, gathering every issue on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from tp_solver.errors import AuthorError, Issue, suggestion, visible
from tp_solver.exercise.equations import read_equations
from tp_solver.exercise.exercise import ANY, Asked, Curve, Exercise, Function, Target
from tp_solver.exercise.givens import read_givens
from tp_solver.exercise.messages import schema_issues
from tp_solver.exercise.model import ExerciseFile, Plot
from tp_solver.exercise.prose import UNPRINTABLE, formulas, texts, unclosed
from tp_solver.exercise.questions import AnyQuestion, ChoiceQuestion
from tp_solver.exercise.reader import Reader
from tp_solver.exercise.source import Keys, Source, parse_yaml, read_yaml
from tp_solver.exercise.uses import read_uses
from tp_solver.exercise.variants import read_variants
from tp_solver.language.notation import FUNCTIONS, OVER, SPELLINGS, fold_name
from tp_solver.language.parse import parse, parse_name
from tp_solver.language.tree import Node, Span

MOST_POSITIONS = 100_000
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
    if not isinstance(source.data.get("use"), list):
        source.as_list("use")
    try:
        file = ExerciseFile.model_validate(source.data)
    except ValidationError as error:
        return None, issues + schema_issues(error, source)
    builder = _Builder(file, path, source, issues)
    return builder.exercise(), builder.issues


class _Builder(Reader):
    """Parses every formula of an exercise file and checks what needs no computing."""

    def exercise(self) -> Exercise:
        self.indices = dict(self.ranges())
        self.functions = {function.name: function for function in self.author_functions()}
        self.translations()
        if self.file.id.lower() == "index":
            self.report(("id",), "an exercise can't be called `index`", "that page leads to others")
        authored = list(read_equations(self))
        used = read_uses(self, authored)
        self.hidden({equation.left.name for equation in (*used.equations, *authored)})
        givens = (*read_givens(self), *used.givens)
        return Exercise(
            file=self.file,
            path=self.path,
            indices=self.indices,
            equations=(*used.equations, *authored),
            givens=givens,
            variants=read_variants(self, givens),
            functions=self.functions,
            questions=tuple(self.questions()),
            plots=tuple(self.plots(bool(used.diagrams))),
            diagrams=tuple(used.diagrams),
            prose=tuple(self.prose()),
            source=self.source,
            places=self.places,
            broken=frozenset(self.broken),
        )

    def hidden(self, defined: set[str]) -> None:
        """Check that the equations to be left out of the statement are there."""
        for i, name in enumerate(self.file.hidden):
            if fold_name(name) not in defined | self.broken and ANY not in self.broken:
                todo = suggestion(name, defined, "name what an equation defines")
                self.report(("hidden", i), f"no equation defines `{name}`", todo)

    def ranges(self) -> Iterator[tuple[str, Span]]:
        for name, text in self.file.indices.items():
            first, last = (int(end) for end in text.split(".."))
            if last < first:
                self.report(("indices", name), f"`{text}` is an empty range", "write first..last")
            elif last - first >= MOST_POSITIONS:
                self.report(("indices", name), f"`{text}` is too long a range", "shorten it")
            # A wrong range is reported once: the index exists all the same.
            yield fold_name(name), Span(first, min(max(first, last), first + MOST_POSITIONS))

    def author_functions(self) -> Iterator[Function]:
        for head, body in self.file.functions.items():
            path: Keys = ("functions", head)
            match = _FUNCTION.fullmatch(head)
            if match is None:
                what = f"`{visible(head)}` does not name a function of one argument"
                self.report_key(path, what, "write e.g. `swish(z)`")
                continue
            if match[1] in {*FUNCTIONS, *SPELLINGS, *OVER}:
                what = f"the language has a function `{match[1]}` already"
                self.report_key(path, what, "choose another name")
                continue
            node = self.parsed(parse, body, path)
            if node is not None:
                yield self.placed(Function(match[1], match[2], node), path, body)

    def translations(self) -> None:
        for text, path in texts(self.file):
            for language in self.file.languages:
                if not text.shared and language not in text.written:
                    todo = f"add `{language}:`, or state `languages:` without it"
                    self.report(path, f"the text has no `{language}`", todo)

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

    def plots(self, drawable: bool) -> Iterator[Curve]:
        for i, plot in enumerate(self.file.plots):
            path: Keys = ("plots", i)
            if plot.kind == "cell" and not drawable and ANY not in self.broken:
                todo = "choose another kind, as `graph`"
                self.report((*path, "kind"), "no cell here has a diagram", todo)
            if plot.kind != "curves" or plot.title is None or plot.over is None:
                continue
            if plot.over not in self.indices:
                todo = suggestion(plot.over, self.indices, "name an index of `indices:`")
                self.report((*path, "over"), f"there is no index `{plot.over}`", todo)
                continue
            show = tuple(self.curves(plot, path))
            yield Curve(plot.title, plot.over, show, plot.scale == "log", plot.lines)

    def curves(self, plot: Plot, path: Keys) -> Iterator[Node]:
        for j, text in enumerate(plot.show):
            node = self.parsed(self.node, text, (*path, "show", j))
            if node is not None:
                yield self.placed(node, (*path, "show", j), text)

    def prose(self) -> Iterator[Node]:
        """Parse the formulas inside every text, so that prose can't drift from the model."""
        for text, path in texts(self.file):
            for language, said in text.written.items():
                if text.shared and language != "fr":
                    continue
                here = (*path, language)
                written = path if here not in self.source.spans else here
                for char in dict.fromkeys(UNPRINTABLE.findall(said)):
                    what = f"a character that no page can hold (U+{ord(char):04X})"
                    self.report(written, what, "remove it, or write a backslash as `\\\\`")
                for rest in unclosed(said):
                    todo = r"write `\$` for a dollar"
                    self.report(written, "this `$` is never closed", todo, rest)
                for formula in formulas(said):
                    node = self.parsed(self.node, formula, written, f"${formula}$")
                    if node is not None:
                        yield self.placed(node, written, formula)


def raise_for(issues: list[Issue]) -> None:
    """Raise an AuthorError where there are issues."""
    if issues:
        raise AuthorError(issues)
