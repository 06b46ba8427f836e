"""How frameworks name, stack and turn the weights of recurrent layers: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# What the shipped cells call the gates of the frameworks.
GATES = {
    "RNN": {"-": "h"},
    "LSTM": {"i": "i", "f": "f", "g": "g", "c": "g", "o": "o"},
    "GRU": {"r": "r", "z": "z", "n": "h", "h": "h"},
}


@dataclass(frozen=True)
class Framework:
    """The weights of a recurrent layer; where a case's `convention` speaks, that decides.

    The patterns know {layer} (from 0), {nth} ("", "_1", …), {cell}, and {way}: what `ways` says of
    the forward and the backward direction of a layer that has both. `biases` is one array, or one
    for the input and one for the state. `columns`: the gates stand side by side, for `x @ kernel`;
    else one above the other, for `kernel @ x`. `z_meets`: the state that z multiplies in a GRU,
    the old or the new one.
    """

    kernel: str
    recurrent: str
    biases: tuple[str, ...]
    ways: tuple[str, str]
    columns: bool
    steps_first: bool
    gates: Mapping[str, str]
    bias_count: Mapping[str, int]
    projection: str = ""
    z_meets: str = "old"
    cells: Mapping[str, str] = field(default_factory=dict)

    def named(self, pattern: str, cell: str, layer: int, end: str) -> str:
        """Name a parameter of a layer; `end` is "", "fwd" or "bwd"."""
        way = dict(zip(("fwd", "bwd"), self.ways, strict=True)).get(end, "")
        nth = f"_{layer}" if layer else ""
        return pattern.format(layer=layer, nth=nth, way=way, cell=self.cells.get(cell, cell))


FRAMEWORKS = {
    "torch": Framework(  # torch.nn.RNN, LSTM, GRU
        kernel="weight_ih_l{layer}{way}",
        recurrent="weight_hh_l{layer}{way}",
        biases=("bias_ih_l{layer}{way}", "bias_hh_l{layer}{way}"),
        projection="weight_hr_l{layer}{way}",
        ways=("", "_reverse"),
        columns=False,
        steps_first=True,
        gates={"RNN": "-", "LSTM": "i,f,g,o", "GRU": "r,z,n"},
        bias_count={"RNN": 2, "LSTM": 2, "GRU": 2},
    ),
    "keras": Framework(  # keras.layers.SimpleRNN, LSTM, GRU; reset_after=True: a bias of 2 × 3H
        kernel="{way}{cell}{nth}/{cell}_cell/kernel",
        recurrent="{way}{cell}{nth}/{cell}_cell/recurrent_kernel",
        biases=("{way}{cell}{nth}/{cell}_cell/bias",),
        ways=("forward_", "backward_"),
        columns=True,
        steps_first=False,
        gates={"RNN": "-", "LSTM": "i,f,c,o", "GRU": "z,r,h"},
        bias_count={"RNN": 1, "LSTM": 1, "GRU": 2},
        cells={"RNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"},
    ),
}
FRAMEWORKS["tensorflow"] = FRAMEWORKS["keras"]


@dataclass(frozen=True)
class Stored:
    """A parameter of a framework, and the weights of ours that it holds, in order."""

    name: str
    pieces: tuple[str, ...]
    turned: bool = False
    flat: bool = False

    def split(self, values: Any) -> dict[str, Any]:
        """Part the framework's array into our weights."""
        whole = np.asarray(values)
        whole = whole.ravel() if self.flat else whole.T if self.turned else whole
        return dict(zip(self.pieces, np.split(whole, len(self.pieces)), strict=True))

    def joined(self, parts: list[Any]) -> Any:
        """Put what belongs to our weights, as gradients, where the framework's array has it."""
        whole = np.concatenate([np.atleast_1d(part) for part in parts])
        return whole.T if self.turned else whole
