"""The exercise format, as frozen pydantic models; the published JSON Schema comes from here."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    Tag,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from tp_solver.language.notation import fold_name
from tp_solver.places import languages


def _spoken(language: str) -> str:
    """Refuse a language that there are no words for."""
    if language not in languages():
        known = " or ".join(map(repr, languages()))
        raise PydanticCustomError("literal_error", "unknown language", {"expected": known})
    return language


Language = Annotated[str, AfterValidator(_spoken)]
Layout = Literal["auto", "table", "list"]
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

    model_config = ConfigDict(extra="allow")  # other languages that there are words for
    __pydantic_extra__: dict[str, str | None] = Field(init=False)

    fr: str | None = None
    en: str | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _checked(cls, data: Any, handler: ModelWrapValidatorHandler[Text]) -> Text:
        text = handler({"fr": data, "en": data} if isinstance(data, str) else data)
        unknown = text.__pydantic_extra__.keys() - set(languages())
        if unknown:
            found = [
                InitErrorDetails(type="extra_forbidden", loc=(key,), input=data)
                for key in sorted(unknown)
            ]
            raise ValidationError.from_exception_data("Text", found)
        return text

    @property
    def shared(self) -> bool:
        """Tell whether it is one text for every language, written once."""
        return self.fr is self.en

    @property
    def written(self) -> dict[str, str]:
        """Return what it says by language, those left out that it lacks."""
        found = {"fr": self.fr, "en": self.en, **self.__pydantic_extra__}
        return {language: text for language, text in found.items() if text is not None}

    def told(self, language: str) -> tuple[str, str]:
        """Return the text for a page and the language that it is in: English for want of its own.

        An exercise that speaks neither is told in the language it has.
        """
        written = self.written
        for spoken in (language, "en", *written):
            if written.get(spoken):
                return written[spoken], language if self.shared else spoken
        return "", language

    def __getitem__(self, language: str) -> str:
        return self.told(language)[0]


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
    """What share of an answer's points each verdict earns.

    `mistakes` has the share of single known mistakes, by their ids; `misconception` is that of all
    others. What follows only from a value that can't be meant earns `implausible`.
    """

    carried: Share = 1.0
    imprecise: Share = 0.5
    misconception: Share = 0.0
    implausible: Share = 0.0
    mistakes: dict[str, Share] = {}


class Scale(Model):
    """The scale of the final mark, and the step it is rounded to, halves up."""

    out_of: Annotated[float, Field(gt=0, le=1000)] = 20.0
    step: Annotated[float, Field(gt=0, le=10)] = 0.25


CURVES: dict[str, Any] = {
    "if": {"properties": {"kind": {"const": "curves"}}},
    "then": {"required": ["title", "over", "show"]},
}


class Plot(Model):
    """Curves of quantities over an index, or a picture of the exercise; `none` asks for none."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, json_schema_extra=CURVES
    )

    kind: Literal["curves", "cell", "unrolled", "gates", "graph", "none"] = "curves"
    title: Text | None = None
    over: str | None = None
    show: Annotated[list[str], Field(max_length=8)] = []
    scale: Literal["linear", "log"] = "linear"
    line: float | Annotated[list[float], Field(max_length=4)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Plot:
        if self.kind == "curves" and not (self.title and self.over and self.show):
            raise ValueError("curves have a `title:`, an index `over:` and names to `show:`")
        if self.kind != "curves" and (self.over or self.show or self.line is not None):
            raise ValueError(f"`kind: {self.kind}` has a `title:` at most")
        return self

    @property
    def lines(self) -> tuple[float, ...]:
        """Return the levels that are marked."""
        if self.line is None:
            return ()
        return tuple(self.line) if isinstance(self.line, list) else (self.line,)


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

GIVEN_SCHEMA = {
    "type": "object",
    "description": "Numbers by name: a number, a list, a list of rows, or how they are drawn.",
    "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "array"}]},
}


MOST_DRAWABLE = 1e9  # in size, so that with 12 decimals it is still exact as a Decimal


class Draw(Model):
    """Numbers drawn from a seed: `{draw: uniform, between: [-1, 1], shape: [2, 3], seed: 4}`."""

    draw: Literal["uniform", "normal", "fan_in"]
    shape: Annotated[list[Annotated[int, Field(ge=1, le=10_000)]], Field(max_length=4)] = []
    seed: int
    decimals: Annotated[int, Field(ge=0, le=12)] = 2
    between: tuple[float, float] = (-1.0, 1.0)
    mean: float = 0.0
    std: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _sized(self) -> Draw:
        if self.draw == "fan_in" and not self.shape:
            raise ValueError("`fan_in` draws a matrix: state its `shape`")
        if self.between[0] > self.between[1]:
            raise ValueError("`between` has the least number first")
        if max(map(abs, (*self.between, self.mean, self.std))) > MOST_DRAWABLE:
            raise ValueError("numbers beyond 1e9 can't be drawn")
        return self


Drawable = Annotated[
    Decimal,
    Field(ge=-int(MOST_DRAWABLE), le=int(MOST_DRAWABLE)),
    WithJsonSchema({"type": "number"}),
]
MOST_OPTIONS = 1000


class Rule(Model):
    """The set that a given is drawn from: whole values, or numbers for each component."""

    from_: Annotated[list[Any], Field(min_length=1, max_length=MOST_OPTIONS, alias="from")] = []
    choose: Annotated[list[Drawable], Field(min_length=1, max_length=MOST_OPTIONS)] = []
    between: tuple[Drawable, Drawable] | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 1

    @model_validator(mode="after")
    def _one(self) -> Rule:
        if bool(self.from_) + bool(self.choose) + (self.between is not None) != 1:
            raise ValueError("give one of from, choose and between")
        if "decimals" in self.model_fields_set and self.between is None:
            raise ValueError("`decimals` goes with `between`")
        if self.between is not None and self.between[0] > self.between[1]:
            raise ValueError("`between` has the least number first")
        return self


class VariantsFile(Model):
    """Numbers drawn anew for each student: the sets they come from, and a seed.

    `ambiguous` is how many mistakes, and pairs of them, a draw may leave impossible to tell; as
    many as the given numbers leave where it is silent.
    """

    seed: int
    ambiguous: Annotated[int, Field(ge=0)] | None = None
    draw: Annotated[dict[str, Rule], Field(min_length=1)]


Name = Annotated[str, AfterValidator(fold_name)]
Symbol = Annotated[str, Field(pattern=r"^[A-Za-z]\w*$", max_length=40)]


class CellUse(Model):
    """A shipped cell put into the exercise; its own options are keys too, checked with the cell."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    cell: str
    layers: Annotated[int, Field(ge=1, le=20)] = 1
    direction: Literal["forward", "backward", "both"] = "forward"
    reads: Name = ""
    index: Symbol = "t"
    batch: Symbol | None = None
    mask: Name | None = None
    start: Annotated[int, Field(ge=0, le=0)] | None = None
    train: Symbol | None = None
    truncate: Annotated[int, Field(ge=1)] | None = None
    rename: dict[str, str] = {}
    without: list[Name] = []
    suffix: Annotated[Name, Field(pattern=r"^\w*$", max_length=40)] = ""
    units: Annotated[int, Field(ge=1, le=1000)] | None = None
    inputs: Annotated[int, Field(ge=1, le=1000)] | None = None
    outputs: Annotated[int, Field(ge=1, le=1000)] | None = None
    projection: Annotated[int, Field(ge=1, le=1000)] | None = None
    seed: int | None = None

    @field_validator("rename")
    @classmethod
    def _spelled(cls, rename: dict[str, str]) -> dict[str, str]:
        return {fold_name(old): fold_name(new) for old, new in rename.items()}


class UpdateUse(Model):
    """A shipped update of parameters; its own options are keys too, checked with the update."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    update: str
    of: Annotated[list[Name], Field(min_length=1)]
    loss: Name | None = None
    index: Symbol | None = None
    decay: Literal["none", "l2"] = "none"
    clip_norm: Formula | None = None
    clip_value: Formula | None = None


def _use(data: Any) -> str:
    if isinstance(data, dict | BaseModel):
        keys = data if isinstance(data, dict) else type(data).model_fields
        return "update" if "update" in keys and "cell" not in keys else "cell"
    return "name"


AnyUse = Annotated[
    Annotated[str, Tag("name")]
    | Annotated[CellUse, Tag("cell")]
    | Annotated[UpdateUse, Tag("update")],
    Discriminator(_use),
]


Detail = Literal["results", "steps", "components"]


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
    use: Annotated[list[AnyUse], BeforeValidator(lambda u: u if isinstance(u, list) else [u])] = []
    equations: list[str] = []
    given: Annotated[dict[str, Any], WithJsonSchema(GIVEN_SCHEMA)] = {}
    variants: VariantsFile | None = None
    frozen: list[str] = []
    hidden: list[str] = []
    precision: Precision = Precision(decimals=3)
    credit: Credit = Credit()
    scale: Scale = Scale()
    hints: bool | Literal["values"] = True
    detail: Detail = "components"
    layout: Layout = "auto"
    symbols: list[str] = []
    plots: list[Plot] = []
    questions: Annotated[list[AnyQuestion], Field(min_length=1)]
