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
    field_validator,
    model_validator,
)

from tp_solver.exercise.fields import (
    Formula,
    Identifier,
    Language,
    Model,
    Name,
    Share,
    Symbol,
    Text,
)
from tp_solver.exercise.questions import AnyQuestion, Layout
from tp_solver.language.notation import fold_name


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
