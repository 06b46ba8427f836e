"""The JSON Schema of the exercise format, made from its models and the shipped cells."""

from __future__ import annotations

from typing import Any

from tp_solver.exercise.library import Kind, template, template_names
from tp_solver.exercise.model import Draw, ExerciseFile
from tp_solver.places import languages


def exercise_schema() -> dict[str, Any]:
    """Return the JSON Schema of an exercise file, for editors that complete and check."""
    schema = ExerciseFile.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "tp_solver exercise"
    item = schema["properties"]["use"]["items"]
    several = {"type": "array", "items": item}
    described = "A cell or an update, or several: rnn, lstm, …"
    schema["properties"]["use"] = {"description": described, "anyOf": [*item["oneOf"], several]}
    schema["$defs"]["Draw"] = Draw.model_json_schema()
    numbers = schema["properties"]["given"]["additionalProperties"]
    numbers["anyOf"] = [*numbers["anyOf"], {"$ref": "#/$defs/Draw"}]
    schema["properties"]["languages"]["items"]["enum"] = list(languages())
    _add_options(schema["$defs"]["CellUse"], "cells", "cell")
    _add_options(schema["$defs"]["UpdateUse"], "updates", "update")
    text = schema["$defs"].pop("Text")
    text["propertyNames"] = {"enum": list(languages())}
    schema["$defs"]["Text"] = {"anyOf": [{"type": "string"}, text]}
    return schema


def _add_options(schema: dict[str, Any], kind: Kind, key: str) -> None:
    """Add the names of the cells (or updates) and the options that their files state."""
    schema["properties"][key] = {"enum": list(template_names(kind))}
    choices: dict[str, list[str]] = {}
    for name in template_names(kind):
        for option, found in template(kind, name).options.items():
            known = choices.setdefault(option, [])
            known += [choice for choice in found if choice not in known]
    schema["properties"] |= {option: {"enum": found} for option, found in choices.items()}
    schema["additionalProperties"] = False
