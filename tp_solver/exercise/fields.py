"""What all parts of the exercise format share: kinds of names, texts in several languages."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    WithJsonSchema,
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
Share = Annotated[float, Field(ge=0, le=1)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Formula = Annotated[
    str,
    BeforeValidator(lambda typed: str(typed) if isinstance(typed, Decimal) else typed),
    WithJsonSchema({"type": ["string", "number"], "description": "The equation language."}),
]
Name = Annotated[str, AfterValidator(fold_name)]
Symbol = Annotated[str, Field(pattern=r"^[A-Za-z]\w*$", max_length=40)]


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
