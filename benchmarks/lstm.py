"""An LSTM of any size as an exercise, and the same LSTM in eager PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tp_solver.solution import Solution

if TYPE_CHECKING:
    import torch  # which only the comparison with it needs

SEED = 20240607
GATES = ("f", "i", "C", "o")
STATES = ("z_f", "f", "z_i", "i", "z_C", "C_tilde", "z_o", "o", "C", "h")
Data = dict[str, NDArray[np.float64]]


def make_data(hidden: int, inputs: int, steps: int) -> Data:
    """Draw weights and inputs, with a stated seed."""
    rng = np.random.default_rng(SEED)
    data: Data = {"x": rng.normal(size=(steps, inputs))}
    for gate in GATES:
        data[f"W_{gate}"] = rng.normal(size=(hidden, hidden + inputs)) / np.sqrt(hidden + inputs)
        data[f"b_{gate}"] = rng.normal(size=hidden) / 10
    return {name: values.round(6) for name, values in data.items()}


def make_exercise(data: Data) -> str:
    """Write the exercise: every gradient of L, the half sum of all h squared, is asked for."""
    steps, hidden = len(data["x"]), len(data["b_f"])
    names = [*STATES, *(f"W_{gate}" for gate in GATES), *(f"b_{gate}" for gate in GATES)]
    given = [f"  {name}: {values.tolist()}" for name, values in data.items()]
    return "\n".join(
        [
            "id: benchmark",
            "languages: [en]",
            "title: {en: Benchmark}",
            f"indices: {{t: 1..{steps}}}",
            "use: lstm",
            "equations:",
            "  - L = sum(t, sum(h[t]^2)) / 2",
            "given:",
            f"  h[0]: {[0] * hidden}",
            f"  C[0]: {[0] * hidden}",
            *given,
            "questions:",
            "  - id: gradients",
            "    text: {en: Compute every gradient.}",
            f"    answers: [{', '.join(f'dL/d{name}' for name in names)}]",
            "    points: 1",
        ]
    )


class Eager:
    """The same LSTM in eager PyTorch, gate by gate, every intermediate keeping its gradient."""

    def __init__(self, data: Data) -> None:
        import torch

        self.inputs = torch.tensor(data["x"])
        self.weights = {name: torch.tensor(v) for name, v in data.items() if name != "x"}
        self.kept: dict[str, list[torch.Tensor]] = {}

    def keep(self, name: str, value: torch.Tensor) -> torch.Tensor:
        """Keep an intermediate and its gradient."""
        value.retain_grad()
        self.kept[name].append(value)
        return value

    def run(self) -> None:
        """Run forward and backward once."""
        import torch

        p = {name: value.detach().requires_grad_() for name, value in self.weights.items()}
        self.kept = {name: [] for name in STATES} | {name: [value] for name, value in p.items()}
        keep = self.keep
        h = C = torch.zeros_like(p["b_f"])
        loss = torch.zeros((), dtype=torch.float64)
        for x in self.inputs:
            both = torch.cat([h, x])
            f = keep("f", torch.sigmoid(keep("z_f", p["W_f"] @ both + p["b_f"])))
            i = keep("i", torch.sigmoid(keep("z_i", p["W_i"] @ both + p["b_i"])))
            c = keep("C_tilde", torch.tanh(keep("z_C", p["W_C"] @ both + p["b_C"])))
            o = keep("o", torch.sigmoid(keep("z_o", p["W_o"] @ both + p["b_o"])))
            C = keep("C", f * C + i * c)
            h = keep("h", o * torch.tanh(C))
            loss = loss + (h * h).sum() / 2
        loss.backward()

    def gap(self, solution: Solution) -> float:
        """Return the largest disagreement with a solution, over all values and gradients."""
        import torch

        worst = 0.0
        for name, tensors in self.kept.items():
            for key, found in {
                name: [tensor.detach() for tensor in tensors],
                f"dL/d{name}": [tensor.grad for tensor in tensors],
            }.items():
                theirs = torch.stack(found).numpy()
                # Our table may hold a step 0 as well.
                ours = solution.tables[key].data.reshape(-1, *theirs.shape[1:])[-len(theirs) :]
                worst = max(worst, float(np.abs(ours - theirs).max()))
        return worst
