"""What pydantic found wrong, said to an author: where, what, what to do."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ValidationError

from tp_solver.errors import Issue, suggestion, visible
from tp_solver.exercise import model, questions
from tp_solver.exercise.fields import Text
from tp_solver.exercise.source import Keys, Source
from tp_solver.language.numerals import read_number
from tp_solver.places import languages

_KINDS: dict[str, type[BaseModel]] = {
    "values": questions.ValuesQuestion,
    "number": questions.NumberQuestion,
    "expression": questions.ExpressionQuestion,
    "choice": questions.ChoiceQuestion,
    "text": questions.TextQuestion,
    "cell": model.CellUse,
    "update": model.UpdateUse,
}
_PARTS: dict[str, type[BaseModel]] = {
    "choices": questions.Choice,
    "credit": model.Credit,
    "draw": model.Rule,
    "plots": model.Plot,
    "precision": model.Precision,
    "questions": questions.Question,
    "variants": model.VariantsFile,
}
_WANTED = {
    "string_type": "write a text (in quotes if it has `:` or `#`)",
    "list_type": "write a list, `[…]` or lines with `-`",
    "dict_type": "write keys and values",
    "model_type": "write keys and values",
    "model_attributes_type": "write keys and values",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
}
_BOUNDS = {
    "greater_than_equal": "write a number of {ge} or more",
    "less_than_equal": "write a number of {le} or less",
    "too_short": "give at least {min_length}",
    "too_long": "give at most {max_length}",
    "string_too_long": "write at most {max_length} characters",
}


_COMMA = re.compile(r"[0-9]+,[0-9]+")
_ONE_RANGE = re.compile(r"\s*(\w+)\s*=\s*(-?[0-9]+\s*\.\.\s*-?[0-9]+)\s*")


def schema_issues(
    error: ValidationError,
    source: Source,
    above: Keys = (),
    owner: type[BaseModel] = model.ExerciseFile,
) -> list[Issue]:
    """Turn every finding of a failed validation into an issue with its place.

    `above` is the path of what was validated, where that was a part of the file, of type `owner`.
    """
    return [_issue(finding, source, above, owner) for finding in error.errors()]


def _keys(owner: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in owner.model_fields.items()}


def _issue(finding: Any, source: Source, above: Keys, top: type[BaseModel]) -> Issue:
    owner, own = _owner(finding["loc"], top)
    path = (*above, *own)
    kind, last = finding["type"], str(path[-1]) if path else ""
    if kind == "missing":
        return source.issue(path[:-1], f"`{last}` is missing", f"add `{last}:`")
    if kind == "extra_forbidden":
        known = set(languages()) if owner is Text else _keys(owner)
        todo = suggestion(last, known, f"the keys here are {', '.join(sorted(known))}")
        return source.key_issue(path, f"unknown key `{visible(last)}`", todo)
    if kind == "union_tag_invalid":
        value = finding["ctx"]["tag"]
        kinds = [kind for kind in _KINDS if kind not in ("cell", "update")]
        todo = suggestion(value, kinds, f"choose one of {', '.join(kinds)}")
        return source.issue((*path, "kind"), f"there is no kind of question `{value}`", todo)
    named = next((str(key) for key in reversed(path) if isinstance(key, str)), "this file")
    what, todo = _worded(finding, named, owner)
    return source.issue(path, what, _better(str(finding["input"]), kind, named) or todo)


def _owner(loc: Keys, top: type[BaseModel]) -> tuple[type[BaseModel], Keys]:
    """Return the model that a finding is in, and its path in the file.

    pydantic puts the kind of a question into the location, right after its number; other parts
    of the format may well be called `text` or `values` too.
    """
    owner = top
    path: list[str | int] = []
    for i, key in enumerate(loc):
        if i == 2 and loc[0] in ("questions", "use"):
            owner = _KINDS.get(str(key), owner)
            continue
        path.append(key)
        if key in owner.model_fields and (i < len(loc) - 1 or _is_text(owner, str(key))):
            owner = _PARTS.get(str(key), Text)
    return owner, tuple(path)


def _is_text(owner: type[BaseModel], key: str) -> bool:
    return owner.model_fields[key].annotation in (Text, Text | None)


def _worded(finding: Any, last: str, owner: type[BaseModel]) -> tuple[str, str]:
    kind, message = finding["type"], str(finding["msg"])
    what = f"{_shown(finding['input'])} does not fit `{last}`"
    ranged = ".." in str(finding.get("ctx", {}).get("pattern", "")).replace("\\", "")
    if kind == "value_error":
        return message.removeprefix("Value error, "), "see docs/format.md"
    if ranged or (kind == "string_type" and finding["loc"][:1] == ("indices",)):
        return what, "write first..last, as in 1..3"
    if kind == "string_pattern_mismatch":
        marks = "`.`, `-` and `_`" if "." in finding["ctx"]["pattern"] else "`_`, a letter first"
        return what, f"write letters, digits{',' if '.' in marks else ' and'} {marks}"
    if kind == "literal_error":
        return what, f"write {finding['ctx']['expected']}"
    if kind in ("model_type", "model_attributes_type") and owner is Text:
        return what, "write a text, or `{fr: …, en: …}`"
    if kind in _BOUNDS:
        return what, _BOUNDS[kind].format(**finding["ctx"])
    if kind in _WANTED:
        return what, _WANTED[kind]
    return f"`{last}`: {message[0].lower()}{message[1:]}", "see docs/format.md"


def _better(typed: str, kind: str, last: str) -> str | None:
    """Return what was most likely meant by a value of another form."""
    if kind == "float_parsing" and _COMMA.fullmatch(typed):
        return f"write `{typed.replace(',', '.')}`"
    if last == "start":
        return "write 0, or give each state under `given:`"
    if last == "of" and kind == "list_type" and typed.isidentifier():
        return f"write `[{typed}]`"
    if last == "precision" and typed.isdigit():
        return f"write `precision: {{decimals: {typed}}}`"
    if last == "indices" and (match := _ONE_RANGE.fullmatch(typed)):
        return f"write `indices: {{{match[1]}: {match[2]}}}`"
    return None


def _shown(value: Any) -> str:
    """Show a value as the author wrote it, or say what it is where it is long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a group of keys"
    text = visible(str(value))
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}…`"


def no_number(value: Any) -> tuple[str, str]:
    """Say of a value that it is no number, and what to write in its place."""
    if value is None:
        return "a number is missing", "write one after the colon"
    if isinstance(value, dict):
        return (
            "a group of keys is no number",
            "write numbers, or `{draw: normal, shape: [2, 3], seed: 1}`",
        )
    typed = str(value)
    shown = typed.lower() if isinstance(value, bool) else visible(typed)
    near = read_number(typed)
    if near is not None and f"{near.value:f}" == typed:
        return f"`{shown}` in quotes is a text", "remove the quotes"
    if near is not None:
        return f"`{shown}` is not a number", f"write `{near.value:f}`"
    return f"`{shown}` is not a number", "write a number like 0.5, a list, or a list of rows"
