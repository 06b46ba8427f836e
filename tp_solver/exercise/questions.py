"""The questions of an exercise: a model for each kind."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from tp_solver.exercise.fields import Formula, Identifier, Model, Text

Layout = Literal["auto", "table", "list"]


class Question(Model):
    """What every question has, whatever its kind."""

    id: Identifier
    text: Text
    points: Annotated[float, Field(ge=0)] = 1.0
    solution: Text | None = None


class ValuesQuestion(Question):
    """Asks for named quantities: `answers: [f, h[1], dL/dW_f]`.

    `layout` says how its answers are laid out to be filled in; where silent, as the file says.
    """

    kind: Literal["values"] = "values"
    answers: Annotated[list[str], Field(min_length=1)]
    layout: Layout | None = None
    unit: Text | None = None


class NumberQuestion(Question):
    """Asks for one number (or vector); `accept` lists equally valid expressions."""

    kind: Literal["number"]
    answer: Formula
    accept: list[Formula] = []
    unit: Text | None = None


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
