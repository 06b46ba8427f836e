"""The recurrent layers of a case as a `use:` of a shipped cell, with weights and states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tests.reference.frameworks import FRAMEWORKS, GATES, Framework, Stored
from tests.reference.written import Case, Path, Reading, one
from tp_solver.solution import Solution

ENDS = ("", "fwd", "bwd")


@dataclass(frozen=True)
class Layers:
    """The recurrent layers of a case, whose parameters' names begin with `prefix`."""

    case: Case
    prefix: str = ""

    @cached_property
    def framework(self) -> Framework:
        """Return the framework that computed the case."""
        return FRAMEWORKS[self.case["source"]["package"].split()[0].lower()]

    @property
    def cell(self) -> str:
        """Return RNN, LSTM or GRU."""
        return self.case["convention"]["cell"]

    @cached_property
    def copies(self) -> tuple[tuple[int, str], ...]:
        """List the layers (from 0) and directions: layer by layer, forward first."""
        both = self._has(0, "bwd")
        count = 0
        while any(self._has(count, end) for end in ENDS):
            count += 1
        if not count:
            expected = self._parameter(self.framework.kernel, 0, "")
            raise LookupError(f"no `{expected}` in {', '.join(self.case['params'])}: mend the row")
        return tuple((k, end) for k in range(count) for end in (ENDS[1:] if both else ENDS[:1]))

    def _has(self, layer: int, end: str) -> bool:
        return self._parameter(self.framework.kernel, layer, end) in self.case["params"]

    def _parameter(self, pattern: str, layer: int, end: str) -> str:
        return self.prefix + self.framework.named(pattern, self.cell, layer, end)

    @property
    def depth(self) -> int:
        """Return the number of layers."""
        return self.copies[-1][0] + 1

    @property
    def both(self) -> bool:
        """Tell whether the layers read in both directions."""
        return self.copies[-1][1] == "bwd"

    @property
    def gates(self) -> list[str]:
        """Return our letters for the gates, in the order in which they are stored."""
        stated = self._convention("gate_order", self.framework.gates[self.cell])
        return [GATES[self.cell][letter] for letter in re.split(r"[\s(]", stated)[0].split(",")]

    @property
    def sides(self) -> tuple[str, ...]:
        """Return where biases stand: at the input and at the state, or once for their sum."""
        count = self._convention("bias_count", self.framework.bias_count[self.cell])
        return ("x", "h") if int(count) == 2 else ("",)

    @property
    def steps_first(self) -> bool:
        """Tell whether sequences are stored as [T, N, …], not as [N, T, …]."""
        layout = self._convention("layout", "")
        return "[T,N" in layout if layout else self.framework.steps_first

    def _convention(self, key: str, silent: Any) -> Any:
        return self.case["convention"].get(key, silent)

    def use(self, **more: Any) -> dict[str, Any]:
        """Return the `use:` that makes the shipped cell the framework's."""
        options = {
            "RNN": {"activation": self._convention("nonlinearity", "tanh")},
            "LSTM": {"candidate": "g", "output": "projected" if self.projected else "plain"},
            "GRU": {"reset": self.reset, "z": self.framework.z_meets},
        }[self.cell]
        return {
            "cell": self.cell.lower(),
            "layers": self.depth,
            "direction": "both" if self.both else "forward",
            "batch": "b",
            "weights": "two_biases" if len(self.sides) == 2 else "separate",
            **options,
            "without": self.missing,
            **more,
        }

    @property
    def projected(self) -> bool:
        """Tell whether the states h are projected."""
        pattern = self.framework.projection
        return bool(pattern) and self._parameter(pattern, *self.copies[0]) in self.case["params"]

    @property
    def reset(self) -> str:
        """Return whether r acts before or after the product with the recurrent weights."""
        return self._convention("reset", "after" if len(self.sides) == 2 else "before").split()[0]

    @property
    def missing(self) -> list[str]:
        """Return our names of the biases where the case has none."""
        biases = [s for s in self._stored(*self.copies[0], tag="") if s.flat]
        return [p for s in biases if s.name not in self.case["params"] for p in s.pieces]

    def tag(self, layer: int, end: str) -> str:
        """Return what the exercise adds to the names of a layer and direction."""
        parts = (end, f"l{layer + 1}" if self.depth > 1 else "")
        return "".join(f"_{part}" for part in parts if part)

    @property
    def top(self) -> str:
        """Return the name of the last layer's output."""
        return "h" + self.tag(self.depth - 1, "")

    @property
    def parameters(self) -> list[Stored]:
        """List every parameter that the case has."""
        found = [s for copy in self.copies for s in self._stored(*copy, tag=self.tag(*copy))]
        return [stored for stored in found if stored.name in self.case["params"]]

    def _stored(self, layer: int, end: str, tag: str) -> Iterator[Stored]:
        form, gates, turned = self.framework, self.gates, self.framework.columns
        for pattern, side in ((form.kernel, "x"), (form.recurrent, "h")):
            pieces = tuple(f"W_{side}{gate}{tag}" for gate in gates)
            yield Stored(self._parameter(pattern, layer, end), pieces, turned)
        rows = [tuple(f"b_{side}{gate}{tag}" for gate in gates) for side in self.sides]
        if len(form.biases) == 1:
            rows = [tuple(name for row in rows for name in row)]
        for pattern, pieces in zip(form.biases, rows, strict=True):
            yield Stored(self._parameter(pattern, layer, end), pieces, flat=True)
        if form.projection:
            name = self._parameter(form.projection, layer, end)
            yield Stored(name, (f"W_r{tag}",), turned)

    def weights(self) -> dict[str, Any]:
        """Return every weight of ours."""
        found: dict[str, Any] = {}
        for stored in self.parameters:
            found |= stored.split(self.case["params"][stored.name])
        return found

    def gradients(self, path: Path, ours: str = "dL/d{}") -> dict[Path, Reading]:
        """Read, for each parameter, what `ours` names of our weights."""
        return {
            (*path, stored.name): joined(stored, [ours.format(piece) for piece in stored.pieces])
            for stored in self.parameters
        }

    @property
    def states(self) -> tuple[str, ...]:
        """Return the states that go from step to step."""
        return ("h", "C") if self.cell == "LSTM" else ("h",)

    def sequence(self, values: Any) -> Any:
        """Turn an array of the case to [N, T, …]."""
        return np.swapaxes(values, 0, 1) if self.steps_first else np.asarray(values)


def joined(stored: Stored, names: list[str]) -> Reading:
    """Read names of ours as the framework's array."""
    readings = [one(name) for name in names]

    def read(solution: Solution) -> Any:
        return stored.joined([reading(solution) for reading in readings])

    return read
