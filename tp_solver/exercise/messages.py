"""What pydantic found wrong, said to an author: where, what, what to do."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from tp_solver.errors import Issue, suggestion
from tp_solver.exercise import model
from tp_solver.exercise.source import Keys, Source

_KINDS = {
    "values": model.ValuesQuestion,
    "number": model.NumberQuestion,
    "expression": model.ExpressionQuestion,
    "choice": model.ChoiceQuestion,
    "text": model.TextQuestion,
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


def schema_issues(error: ValidationError, source: Source) -> list[Issue]:
    """Turn every finding of a failed validation into an issue with its place."""
    return [_issue(finding, source) for finding in error.errors()]


def _issue(finding: Any, source: Source) -> Issue:
    path = tuple(key for key in finding["loc"] if key not in _KINDS)
    kind, last = finding["type"], str(path[-1]) if path else ""
    if kind == "missing":
        return source.issue(path[:-1], f"`{last}` is missing", f"add `{last}:`")
    if kind == "extra_forbidden":
        known = _fields(finding["loc"])
        todo = suggestion(last, known, f"the keys here are {', '.join(sorted(known))}")
        return source.key_issue(path, f"unknown key `{last}`", todo)
    if kind == "union_tag_invalid":
        where = (*path, "kind")
        value = finding["ctx"]["tag"]
        todo = suggestion(value, _KINDS, f"choose one of {', '.join(_KINDS)}")
        return source.issue(where, f"there is no kind of question `{value}`", todo)
    what, todo = _worded(finding, last)
    return source.issue(path, what, todo)


def _worded(finding: Any, last: str) -> tuple[str, str]:
    kind, message = finding["type"], str(finding["msg"])
    if kind == "value_error":
        return message.removeprefix("Value error, "), "see docs/format.md"
    if kind == "string_pattern_mismatch":
        todo = (
            "write first..last, as in 1..3"
            if "\\.\\." in str(finding["ctx"])
            else ("use letters, digits, `.`, `-` and `_`")
        )
        return f"`{finding['input']}` does not fit here", todo
    if kind == "literal_error":
        return f"`{finding['input']}` does not fit here", f"write {finding['ctx']['expected']}"
    if kind in _WANTED:
        shown = "nothing" if finding["input"] is None else f"`{finding['input']}`"
        return f"{shown} does not fit `{last}`", _WANTED[kind]
    return f"`{last}`: {message[0].lower()}{message[1:]}", "see docs/format.md"


def _fields(loc: Keys) -> set[str]:
    """Return the keys known where an unknown one was found."""
    owner: type[BaseModel] = model.ExerciseFile
    for key in loc[:-1]:
        if key in _KINDS:
            owner = _KINDS[str(key)]
        elif isinstance(key, str):
            owner = _below(owner, key)
    return set(owner.model_fields)


def _below(owner: type[BaseModel], key: str) -> type[BaseModel]:
    named = {
        "choices": model.Choice,
        "plots": model.Plot,
        "precision": model.Precision,
        "credit": model.Credit,
    }
    annotation = owner.model_fields[key].annotation if key in owner.model_fields else None
    return named.get(key, model.Text if annotation else owner)
