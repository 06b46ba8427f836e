"""Networks as exercises: sequences in and out, one label per sequence, one per token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.reference.layers import Layers
from tests.reference.written import Case, Path, Reading, Written, draft, grid, one, stacked

MASK = "m[b, t] = (t <= n[b])"
IGNORED = -100  # the target of a token that the loss leaves out
CLIP_EPSILON = "0.000001"  # what torch.nn.utils.clip_grad_norm_ adds to the norm

LOSSES = {  # by the name that a case gives its loss: what is predicted, the loss
    "bce": ("sigmoid(s[b])", "-mean(b, y[b] * log(p[b]) + (1 - y[b]) * log(1 - p[b]))"),
    "bce_sum": ("sigmoid(s[b])", "-sum(b, y[b] * log(p[b]) + (1 - y[b]) * log(1 - p[b]))"),
    "bce_logits": ("sigmoid(s[b])", "mean(b, softplus(s[b]) - y[b] * s[b])"),
    "mse": ("s[b]", "mean(b, (p[b] - y[b])^2)"),
}


def sequences(case: Case) -> Iterator[Written]:
    """Write layers whose loss weighs every output and every last state with given numbers."""
    inputs, layers = case["inputs"], Layers(case)
    x, lengths = layers.sequence(inputs["X"]), inputs.get("lengths")
    batch, steps = x.shape[:2]
    edges = _Edges(layers, batch, steps)
    given = {"x": x, "G": layers.sequence(inputs["G_output"]), **layers.weights(), **edges.given()}
    output, use = f"{layers.top}[b, t]", layers.use(**edges.start())
    equations = [f"y[b, t] = {output}"]
    if lengths is not None:
        use["mask"], given["n"] = "m", lengths
        carried = "output 0" not in case["convention"]["padding"]
        equations = [MASK, f"y[b, t] = {output}" if carried else f"y[b, t] = m[b, t] * {output}"]
    terms = ["sum(b, sum(t, sum(G[b, t] * y[b, t])))", *edges.terms()]
    readings = {
        ("output",): _sequence(layers, "y", batch, steps),
        ("loss",): one("L"),
        ("grad_inputs", "X"): _sequence(layers, "dL/dx", batch, steps),
        **edges.readings(),
        **layers.gradients(("grad_params",)),
    }
    asked = ["dL/dx", *edges.asked(), *(f"dL/d{name}" for name in layers.weights())]
    equations.append(f"L = {' + '.join(terms)}")
    yield Written(draft({"b": batch, "t": steps}, [use], equations, given, asked), readings)


@dataclass(frozen=True)
class _Edges:
    """The first and last states of layers: stored by state, layer and direction."""

    layers: Layers
    batch: int
    steps: int

    def all(self) -> Iterator[tuple[str, int, str, int, int]]:
        """Yield for each state (`h`), layer and direction its name, its first and last step."""
        for state in self.layers.states:
            for k, copy in enumerate(self.layers.copies):
                first, last = (self.steps + 1, 1) if copy[1] == "bwd" else (0, self.steps)
                yield state.lower(), k, state + self.layers.tag(*copy), first, last

    @property
    def inputs(self) -> Mapping[str, Any]:
        return self.layers.case["inputs"]

    def start(self) -> dict[str, int]:
        """Return what `use:` needs where the states start at 0."""
        silent = all(self.inputs[f"{state.lower()}0"] is None for state in self.layers.states)
        return {"start": 0} if silent else {}

    def given(self) -> dict[str, Any]:
        """Return the first states, and the weights that the loss gives the last ones."""
        found = {}
        for state, k, name, first, _ in self.all():
            if (starts := self.inputs[f"{state}0"]) is not None:
                found[f"{name}[1..{self.batch}, {first}]"] = starts[k]
            if (weights := self.inputs[f"G_{state}n"]) is not None:
                found[f"G_{name}"] = weights[k]
        return found

    def terms(self) -> list[str]:
        """Return what the last states add to the loss."""
        return [
            f"sum(b, sum(G_{name}[b] * {name}[b, {last}]))"
            for state, _, name, _, last in self.all()
            if self.inputs[f"G_{state}n"] is not None
        ]

    def asked(self) -> list[str]:
        """Return the gradients of the first states."""
        return [
            f"dL/d{name}[1..{self.batch}, {first}]"
            for state, _, name, first, _ in self.all()
            if self.inputs[f"{state}0"] is not None
        ]

    def readings(self) -> dict[Path, Reading]:
        """Read the last states, and the gradients of the first ones."""
        lasts: dict[Path, list[Reading]] = {}
        for state, _, name, first, last in self.all():
            ours, spread = lasts.setdefault((f"{state}_n",), []), range(1, self.batch + 1)
            ours.append(grid(name, spread, [last]))
            if self.inputs[f"{state}0"] is not None:
                ours = lasts.setdefault(("grad_inputs", f"{state}0"), [])
                ours.append(grid(f"dL/d{name}", spread, [first]))
        return {path: stacked(ours) for path, ours in lasts.items()}


def many_to_one(case: Case) -> Iterator[Written]:
    """Write a label predicted from the last state of each sequence."""
    layers, params = Layers(case), case["params"]
    x = layers.sequence(case["inputs"]["X"])
    batch, steps = x.shape[:2]
    predicted, loss = LOSSES[case["convention"]["model"].split()[-1]]
    score = f"s[b] = W_s @ {layers.top}[b, {steps}] + b_s"
    equations = [score, f"p[b] = {predicted}", f"L = {loss}"]
    given = {"x": x, "y": np.ravel(case["inputs"]["y"]), **layers.weights()}
    given |= {"W_s": params["linear.weight"][0], "b_s": params["linear.bias"][0]}
    asked = [f"dL/d{name}" for name in (*layers.weights(), "W_s", "b_s")]
    spread = range(1, batch + 1)
    readings = {
        ("output",): _sequence(layers, layers.top, batch, steps),
        ("logit",): grid("s", spread),
        ("pred",): grid("p", spread),
        ("loss",): one("L"),
        ("grad_params", "linear.weight"): one("dL/dW_s"),
        ("grad_params", "linear.bias"): one("dL/db_s"),
        **layers.gradients(("grad_params",)),
    }
    use = [layers.use(start=0)]
    yield Written(draft({"b": batch, "t": steps}, use, equations, given, asked), readings)


def tokens(case: Case) -> Iterator[Written]:
    """Write a label predicted for each token; then each way in which gradients are clipped."""
    model = _Tokens(case)
    asked = [f"dL/d{name}" for name in model.weights]
    yield model.written([], [], asked, model.readings())
    for key, found in case["expected"].items():
        if key.startswith("clip_grad_"):
            yield model.clipped(key, by_norm="total_norm" in found)


class _Tokens:
    """An embedding, layers with a mask, a linear output, cross-entropy at some tokens."""

    def __init__(self, case: Case) -> None:
        self.case, self.layers = case, Layers(case, prefix="rnn.")
        inputs, params = case["inputs"], case["params"]
        self.tokens = self.layers.sequence(inputs["tokens"])
        self.weights = self.layers.weights() | {
            "E": params["emb.weight"],
            "W_s": params["out.weight"],
            "b_s": params["out.bias"],
        }
        targets = self.layers.sequence(inputs["targets"])
        self.given = self.weights | {
            "k": self.tokens,
            "n": inputs["lengths"],
            "a": np.where(targets == IGNORED, 0, targets),
            "w": np.where(targets == IGNORED, 0, 1),
        }

    def equations(self) -> list[str]:
        total = "sum(b, sum(t, w[b, t] * l[b, t]))"
        mean = "reduction=mean" in self.case["convention"]["model"]
        return [
            MASK,
            "e[b, t] = row(E, k[b, t])",
            f"y[b, t] = m[b, t] * {self.layers.top}[b, t]",
            "s[b, t] = W_s @ y[b, t] + b_s",
            "q[b, t] = log_softmax(s[b, t])",
            "l[b, t] = -pick(q[b, t], a[b, t])",
            f"L = {total} / sum(b, sum(t, w[b, t]))" if mean else f"L = {total}",
        ]

    def written(
        self,
        use: list[Any],
        equations: list[str],
        asked: list[str],
        readings: dict[Path, Reading],
    ) -> Written:
        """Return the exercise, with a few more parts."""
        batch, steps = self.tokens.shape
        use = [self.layers.use(reads="e", mask="m", start=0), *use]
        equations = self.equations() + equations
        given = self.given | ({"eta": 0.1} if len(use) > 1 else {})
        return Written(draft({"b": batch, "t": steps}, use, equations, given, asked), readings)

    def readings(self) -> dict[Path, Reading]:
        named = {"embedded": "e", "rnn_output": "y", "logits": "s", "log_probs": "q"}
        shape = self.tokens.shape
        found: dict[Path, Reading] = {
            (key,): _sequence(self.layers, name, *shape) for key, name in named.items()
        }
        return {**found, ("loss",): one("L"), **self.parameters(("grad_params",), "dL/d{}")}

    def parameters(self, path: Path, ours: str) -> dict[Path, Reading]:
        """Read what `ours` names of every parameter."""
        outside = {"emb.weight": "E", "out.weight": "W_s", "out.bias": "b_s"}
        found = {(*path, key): one(ours.format(name)) for key, name in outside.items()}
        return found | self.layers.gradients(path, ours)

    def clipped(self, key: str, by_norm: bool) -> Written:
        """Write a step with clipped gradients; `key` ends with the limit."""
        limit = str(float(key.rpartition("_")[2]))
        update: dict[str, Any] = {"update": "sgd", "of": list(self.weights), "loss": "L"}
        if not by_norm:
            update["clip_value"] = limit
            return self.written([update], [], ["W_s_new"], self.parameters((key,), "g_clip_{}"))
        update["clip_norm"] = f"{limit} * g_norm / (g_norm + {CLIP_EPSILON})"
        scale = f"c = min(1, {limit} / (g_norm + {CLIP_EPSILON}))"
        readings = self.parameters((key, "grads"), "g_clip_{}")
        readings |= {(key, "total_norm"): one("g_norm"), (key, "clip_coef"): one("c")}
        return self.written([update], [scale], ["W_s_new", "c"], readings)


def _sequence(layers: Layers, name: str, batch: int, steps: int) -> Reading:
    """Read a quantity at every step, as the framework stores sequences."""
    read = grid(name, range(1, batch + 1), range(1, steps + 1))
    return lambda solution: layers.sequence(read(solution))
