"""Optimisers as exercises: gradients given, parameters and states after each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference.written import Case, Path, Reading, Written, draft, one


@dataclass(frozen=True)
class Optimiser:
    """A framework's optimiser, or one of its settings, as one of the shipped updates.

    `hyper`: its numbers, each with the name and the default that the framework has for it.
    `states`: its arrays, each with the letter that the update has for it.
    """

    update: str
    hyper: Mapping[str, tuple[str, Any]]
    states: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


RATE = {"eta": ("lr", 0.001)}
ADAM = RATE | {"beta_1": ("betas.0", 0.9), "beta_2": ("betas.1", 0.999), "epsilon": ("eps", 1e-8)}
MEANS = {"exp_avg": "m", "exp_avg_sq": "v"}
RMSPROP = {"eta": ("lr", 0.01), "rho": ("alpha", 0.99), "epsilon": ("eps", 1e-8)}
DECAY = {"lambda": ("weight_decay", 0.0)}
MU = {"mu": ("momentum", 0.0)}

ADAMW = Optimiser("adamw", ADAM | {"lambda": ("weight_decay", 0.01)}, MEANS)

# The settings that a hyperparameter of the framework switches on, in alphabetical order.
TORCH = {
    ("SGD",): Optimiser("sgd", RATE),
    ("SGD", "weight_decay"): Optimiser("sgd", RATE | DECAY, options={"decay": "l2"}),
    ("SGD", "momentum"): Optimiser("momentum", RATE | MU, {"momentum_buffer": "v"}),
    ("SGD", "momentum", "nesterov"): Optimiser("nesterov", RATE | MU, {"momentum_buffer": "v"}),
    ("Adam",): Optimiser("adam", ADAM, MEANS),
    ("Adam", "weight_decay"): Optimiser("adam", ADAM | DECAY, MEANS, {"decay": "l2"}),
    ("AdamW",): ADAMW,
    ("AdamW", "weight_decay"): ADAMW,
    ("RMSprop",): Optimiser("rmsprop", RMSPROP, {"square_avg": "v"}),
    ("RMSprop", "centered", "momentum"): Optimiser(
        "rmsprop",
        RMSPROP | MU,
        {"square_avg": "v", "grad_avg": "s", "momentum_buffer": "u"},
        {"centered": "yes", "momentum": "yes"},
    ),
    ("Adagrad",): Optimiser(
        "adagrad", {"eta": ("lr", 0.01), "epsilon": ("eps", 1e-10)}, {"sum": "v"}
    ),
}
SWITCHES = ("centered", "momentum", "nesterov", "weight_decay")


def optimiser(case: Case) -> Iterator[Written]:
    """Write several steps of an optimiser."""
    convention, params = case["convention"], case["params"]
    row = chosen(convention["optimizer"], convention["hyper"])
    steps = case["inputs"]["gradients"]
    use = {"update": row.update, "of": list(params), "index": "n", **row.options}
    given = {name: hyper(convention["hyper"], *theirs) for name, theirs in row.hyper.items()}
    given |= {f"{name}[0]": values for name, values in params.items()}
    given |= {f"g_{name}": [step[name] for step in steps] for name in params}
    readings: dict[Path, Reading] = {}
    for n in range(len(steps)):
        for name in params:
            readings["after_step", str(n), "params", name] = one(name, n + 1)
            path = ("after_step", str(n), "state", name)
            for theirs, ours in row.states.items():
                readings[*path, theirs] = one(f"{ours}_{name}", n + 1)
    asked = [f"{name}[1..{len(steps)}]" for name in params]
    yield Written(draft({"n": len(steps)}, [use], [], given, asked), readings)


def chosen(name: str, stated: Mapping[str, Any]) -> Optimiser:
    """Find the row of an optimiser with the settings that its hyperparameters switch on."""
    return TORCH[name, *(switch for switch in SWITCHES if stated.get(switch))]


def hyper(stated: Mapping[str, Any], name: str, default: Any) -> Any:
    """Return a hyperparameter; `betas.1` is the second of `betas`."""
    name, _, place = name.partition(".")
    found = stated.get(name, default)
    return found[int(place)] if place and name in stated else found
