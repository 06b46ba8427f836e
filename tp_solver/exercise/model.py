"""The exercise format, as frozen pydantic models; the published JSON Schema comes from here."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

Language = Literal["fr", "en"]
Share = Annotated[float, Field(ge=0, le=1)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Formula = Annotated[
    str,
    BeforeValidator(lambda typed: str(typed) if isinstance(typed, Decimal) else typed),
    WithJsonSchema({"type": ["string", "number"], "description": "The equation language."}),
]


class Model(BaseModel):
    """A part of the format: unknown keys are refused, values don't change."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Text(Model):
    """A text in each language of the sheets; a plain string serves them all."""

    fr: str | None = None
    en: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        return {"fr": data, "en": data} if isinstance(data, str) else data

    def __getitem__(self, language: str) -> str:
        found = self.fr if language == "fr" else self.en
        return found or self.fr or self.en or ""


class Precision(Model):
    """How exact a written answer must be: so many decimals, or significant digits."""

    decimals: Annotated[int, Field(ge=0, le=12)] | None = None
    significant: Annotated[int, Field(ge=1, le=12)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Precision:
        if (self.decimals is None) == (self.significant is None):
            raise ValueError("give either decimals or significant")
        return self


class Credit(Model):
    """What share of an answer's points each verdict earns."""

    carried: Share = 1.0
    imprecise: Share = 0.5


class Plot(Model):
    """A curve of quantities over an index."""

    title: Text
    over: str
    show: Annotated[list[str], Field(min_length=1, max_length=8)]
    scale: Literal["linear", "log"] = "linear"
    line: float | None = None


class Question(Model):
    """What every question has, whatever its kind."""

    id: Identifier
    text: Text
    points: Annotated[float, Field(ge=0)] = 1.0
    solution: Text | None = None


class ValuesQuestion(Question):
    """Asks for named quantities: `answers: [f, h[1], dL/dW_f]`."""

    kind: Literal["values"] = "values"
    answers: Annotated[list[str], Field(min_length=1)]


class NumberQuestion(Question):
    """Asks for one number (or vector); `accept` lists equally valid expressions."""

    kind: Literal["number"]
    answer: Formula
    accept: list[Formula] = []


class ExpressionQuestion(Question):
    """Asks for a formula, graded by equivalence."""

    kind: Literal["expression"]
    answer: Formula
    accept: list[Formula] = []


class Choice(Model):
    """One of the answers offered."""

    id: Identifier
    text: Text
    right: bool = False


class ChoiceQuestion(Question):
    """Asks to choose; every right choice, and no other, is due."""

    kind: Literal["choice"]
    choices: Annotated[list[Choice], Field(min_length=2)]

    @model_validator(mode="after")
    def _right(self) -> ChoiceQuestion:
        if not any(choice.right for choice in self.choices):
            raise ValueError("no choice is marked `right: true`")
        return self


class TextQuestion(Question):
    """Asks for words; a person marks them."""

    kind: Literal["text"]
    rubric: Text | None = None


def _kind(data: Any) -> str:
    kind = data.get("kind", "values") if isinstance(data, dict) else getattr(data, "kind", None)
    return kind if isinstance(kind, str) else "values"


AnyQuestion = Annotated[
    Annotated[ValuesQuestion, Tag("values")]
    | Annotated[NumberQuestion, Tag("number")]
    | Annotated[ExpressionQuestion, Tag("expression")]
    | Annotated[ChoiceQuestion, Tag("choice")]
    | Annotated[TextQuestion, Tag("text")],
    Discriminator(_kind),
]

GIVEN_SCHEMA = {
    "type": "object",
    "description": "Numbers by name: a number, a list, or a list of rows.",
    "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "array"}]},
}


class ExerciseFile(Model):
    """An exercise: equations in the course's notation, numbers, questions."""

    id: Identifier
    title: Text
    purpose: Text | None = None
    intro: Text | None = None
    languages: Annotated[list[Language], Field(min_length=1)] = ["fr", "en"]
    indices: dict[
        str, Annotated[str, Field(pattern=r"^\s*-?[0-9]{1,6}\s*\.\.\s*-?[0-9]{1,6}\s*$")]
    ] = {}
    functions: dict[str, str] = {}
    use: Annotated[list[str], BeforeValidator(lambda u: [u] if isinstance(u, str) else u)] = []
    equations: list[str] = []
    given: Annotated[dict[str, Any], WithJsonSchema(GIVEN_SCHEMA)] = {}
    precision: Precision = Precision(decimals=3)
    credit: Credit = Credit()
    symbols: list[str] = []
    plots: list[Plot] = []
    questions: Annotated[list[AnyQuestion], Field(min_length=1)]


def exercise_schema() -> dict[str, Any]:
    """Return the JSON Schema of an exercise file, for editors that complete and check."""
    schema = ExerciseFile.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "tp_solver exercise"
    schema["properties"]["use"] = {
        "description": "A cell, or several: rnn, lstm, …",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    text = schema["$defs"].pop("Text")
    schema["$defs"]["Text"] = {"anyOf": [{"type": "string"}, text]}
    return schema
