"""An LSTM of any size as an exercise, and the same LSTM in eager PyTorch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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


def make_torch(data: Data) -> Callable[[], Data]:
    """Return the same computation in eager PyTorch, every intermediate keeping its gradient."""
    import torch

    inputs = torch.tensor(data["x"])
    weights = {name: torch.tensor(v) for name, v in data.items() if name != "x"}
    hidden = len(data["b_f"])

    def run() -> Data:
        p = {name: value.clone().requires_grad_() for name, value in weights.items()}
        kept: dict[str, list[torch.Tensor]] = {name: [] for name in STATES}
        h = C = torch.zeros(hidden, dtype=torch.float64)
        loss = torch.zeros((), dtype=torch.float64)

        def keep(name: str, value: torch.Tensor) -> torch.Tensor:
            value.retain_grad()
            kept[name].append(value)
            return value

        for x in inputs:
            both = torch.cat([h, x])
            f = keep("f", torch.sigmoid(keep("z_f", p["W_f"] @ both + p["b_f"])))
            i = keep("i", torch.sigmoid(keep("z_i", p["W_i"] @ both + p["b_i"])))
            c = keep("C_tilde", torch.tanh(keep("z_C", p["W_C"] @ both + p["b_C"])))
            o = keep("o", torch.sigmoid(keep("z_o", p["W_o"] @ both + p["b_o"])))
            C = keep("C", f * C + i * c)
            h = keep("h", o * torch.tanh(C))
            loss = loss + (h * h).sum() / 2
        loss.backward()  # type: ignore[no-untyped-call]
        found: Data = {"L": loss.detach().numpy()}
        for name, value in p.items():
            assert value.grad is not None
            found[f"dL/d{name}"] = value.grad.numpy()
        for name, values in kept.items():
            found[name] = np.stack([v.detach().numpy() for v in values])
            found[f"dL/d{name}"] = np.stack([v.grad.numpy() for v in values if v.grad is not None])
        return found

    return run
