"""What a run is asked for, and the fingerprint of all that decides its marks and its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import tp_solver
from tp_solver.errors import UserError
from tp_solver.exercise.model import Scale
from tp_solver.graph.model import Model
from tp_solver.solution import loads

FORMATS = ("html", "json", "jsonl", "scores", "gradescope")
DEFAULT = ("html", "json")
POLICIES = ("all", "first", "last", "best")
_PACKAGE = Path(tp_solver.__file__).parent
CATALOGUES = ("grading/misconceptions", "exercise/cells", "exercise/updates")


@dataclass(frozen=True)
class Shard:
    """A part of a batch: the `part`-th of `parts`, from 1."""

    part: int = 1
    parts: int = 1

    def __str__(self) -> str:
        return f"{self.part}/{self.parts}"


@dataclass(frozen=True)
class Settings:
    """The options of a run: those that decide marks and pages, and how the outputs are made."""

    language: str = "fr"
    formats: tuple[str, ...] = DEFAULT
    out_of: float | None = None
    step: float | None = None
    duplicates: str = "all"
    students: tuple[str, ...] = ()  # the folded ids of those who may hand in; all where empty

    def decisive(self, model: Model) -> dict[str, Any]:
        """Return the options that decide what is stored and stands on the pages."""
        return {
            "--lang": self.language,
            "--out-of": self.out_of,
            "--round": self.step,
            "--students": self.listed,
            "mistakes looked for": self.explains(model),
        }

    @property
    def listed(self) -> str | None:
        """Tell the list of students from others, in few words."""
        if not self.students:
            return None
        return f"{len(self.students)} ({_digest(chr(10).join(self.students).encode())[:8]})"

    def explains(self, model: Model) -> bool:
        """Tell whether known mistakes are looked for: scores alone may not need them."""
        credit = model.exercise.file.credit
        return self.formats != ("scores",) or bool(credit.misconception or credit.mistakes)

    @property
    def pages(self) -> bool:
        """Tell whether students get feedback pages."""
        return "html" in self.formats

    @property
    def data(self) -> bool:
        """Tell whether whole reports are kept."""
        return not {"json", "jsonl", "gradescope"}.isdisjoint(self.formats)

    def kept(self) -> dict[str, Any]:
        """Return the options as plain data."""
        return asdict(self)


def settings_of(kept: Mapping[str, Any]) -> Settings:
    """Read options back."""
    lists = {name: tuple(kept.get(name, ())) for name in ("formats", "students")}
    return Settings(**{**kept, **lists})


@dataclass(frozen=True)
class Source:
    """An exercise as its text, from which every process makes its own model."""

    text: str
    name: str

    def model(self, settings: Settings) -> Model:
        """Read the exercise, on the scale that the options ask for."""
        model = loads(self.text, self.name)
        exercise = model.exercise
        if settings.students and exercise.variants is None:
            raise UserError(f"{exercise.id} gives everybody the same numbers: leave --students out")
        old = exercise.file.scale
        scale = Scale(out_of=settings.out_of or old.out_of, step=settings.step or old.step)
        if scale == old:
            return model
        file = exercise.file.model_copy(update={"scale": scale})
        return replace(model, exercise=replace(exercise, file=file))


def source_of(path: Path) -> Source:
    """Read the text of an exercise file."""
    return Source(path.read_text(encoding="utf-8-sig"), str(path))


def fingerprint(source: Source, settings: Settings, model: Model) -> dict[str, Any]:
    """Return what decides marks and pages; equal fingerprints give equal ones."""
    return {
        "exercise": _digest(source.text.encode()),
        "catalogue": catalogue_digest(),
        "version": tp_solver.__version__,
        "options": settings.decisive(model),
    }


def catalogue_digest() -> str:
    """Return a digest of the known mistakes, the cells and the updates."""
    files = [path for folder in CATALOGUES for path in sorted((_PACKAGE / folder).glob("*.yaml"))]
    return _digest(b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in files))


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say what two fingerprints differ in."""
    found = []
    for part, label in (
        ("exercise", "the exercise file has changed"),
        ("catalogue", "the catalogue of known mistakes or cells has changed"),
        ("version", "tp-solver has another version"),
    ):
        if old[part] != new[part]:
            found.append(label)
    for option, value in new["options"].items():
        if old["options"].get(option) != value:
            found.append(f"{option} is {_shown(value)}, was {_shown(old['options'].get(option))}")
    return found


def _shown(value: Any) -> str:
    named = {None: "not given", True: "yes", False: "no"}
    return named[value] if value is None or isinstance(value, bool) else str(value)


def hold(old: Mapping[str, Any] | None, new: Mapping[str, Any], folder: Path) -> None:
    """Raise UserError where stored results were made from something else."""
    if old is not None and (found := differences(old, new)):
        raise UserError(
            f"the results in {folder} are of an earlier state ({'; '.join(found)}): "
            f"mark them again with `tp-solver regrade EXERCISE -o {folder}`, or name another folder"
        )
