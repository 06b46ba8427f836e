"""The table of frameworks: PyTorch's cases, put into the layout of Keras, say the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reference.frameworks import FRAMEWORKS, Stored
from tests.reference.test_cases import compare, read

CELLS = {"RNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}


@pytest.mark.parametrize(
    "name",
    [
        "rnn_relu_L2_bi",
        "lstm_L1_uni",
        "lstm_L1_uni_scalar",
        "lstm_L2_bi",
        "lstm_L1_bi_packed",
        "gru_L1_uni",
        "gru_L1_uni_nobias_zero",
        "gru_L2_bi_packed",
        "gru_L3_uni",
    ],
)
@pytest.mark.parametrize("stated", [True, False])
def test_in_the_layout_of_keras(reference: Path, name: str, *, stated: bool) -> None:
    compare(in_keras(read(reference, f"torch_{name}"), stated))


def in_keras(case: Any, stated: bool) -> dict[str, Any]:
    """Write a case as Keras has it, `stated`: with a convention that says so.

    What Keras documents: kernel [D, gates·H], recurrent_kernel [H, gates·H]; gates i, f, c, o, in
    a GRU z, r, h; one bias, that of a GRU [2, 3H] with reset_after; sequences [N, T, D].
    """
    old, inputs, expected = case["convention"], case["inputs"], case["expected"]
    kept = {key: old[key] for key in ("cell", "nonlinearity", "padding") if key in old}
    orders = {"RNN": "-", "LSTM": "i,f,c,o (columns)", "GRU": "z,r,h (columns)"}
    says = {
        "gate_order": orders[old["cell"]],
        "bias_count": "2" if old["cell"] == "GRU" else "1",
        "layout": "X [N,T,D]; output [N,T,dirs*H]",
    }
    if old["cell"] == "GRU":
        says["reset"] = "after the recurrent matmul"
    return {
        "source": {"package": "keras 3"},
        "convention": kept | (says if stated else {}),
        "inputs": inputs | {key: swapped(inputs[key]) for key in ("X", "G_output")},
        "params": weights(case["params"], old["cell"], summed=True),
        "expected": expected
        | {
            "output": swapped(expected["output"]),
            "grad_params": weights(expected["grad_params"], old["cell"], summed=False),
            "grad_inputs": expected["grad_inputs"] | {"X": swapped(expected["grad_inputs"]["X"])},
        },
        "tolerance": case["tolerance"],
    }


def swapped(values: Any) -> Any:
    """Swap step and sequence."""
    return np.swapaxes(np.array(values), 0, 1).tolist()


def weights(params: Mapping[str, Any], cell: str, summed: bool) -> dict[str, Any]:
    """Turn PyTorch's weights, or their gradients, into the arrays of Keras.

    Keras adds one bias where PyTorch adds two: their sum (`summed`), each with its gradient.
    """
    found: dict[str, Any] = {}
    both = any(name.endswith("_reverse") for name in params)
    for name, values in params.items():
        kind, _, rest = name.partition("_l")
        layer, _, reverse = rest.partition("_")
        way = "" if not both else "backward_" if reverse else "forward_"
        nth = f"_{layer}" if layer != "0" else ""
        path = f"{way}{CELLS[cell]}{nth}/{CELLS[cell]}_cell"
        array = np.array(values)
        if cell == "GRU":
            r, z, n = np.split(array, 3)
            array = np.concatenate([z, r, n])
        if kind.startswith("weight"):
            found[f"{path}/{'kernel' if kind == 'weight_ih' else 'recurrent_kernel'}"] = array.T
        elif cell == "GRU":
            found.setdefault(f"{path}/bias", []).append(array)
        elif kind == "bias_ih":
            other = np.array(params[name.replace("ih", "hh")])
            found[f"{path}/bias"] = array + other if summed else array
    return {name: np.array(values).tolist() for name, values in found.items()}


# Keras's GRU(reset_after=False): PyTorch float64, its equations step by step, autograd.
RESET_BEFORE = {
    "source": {"package": "keras 3"},
    "convention": {"cell": "GRU", "bias_count": "1", "reset": "before the recurrent matmul"},
    "inputs": {
        "X": [[[1.0], [-0.5]]],
        "h0": [[[0.4]]],
        "lengths": None,
        "G_output": [[[1.0], [2.0]]],
        "G_hn": None,
    },
    "params": {
        "gru/gru_cell/kernel": [[0.5, -0.4, 0.8]],
        "gru/gru_cell/recurrent_kernel": [[0.3, 0.7, -0.6]],
        "gru/gru_cell/bias": [0.1, -0.2, 0.05],
    },
    "expected": {
        "output": [[[0.4767980711139649], [-0.000828356826932275]]],
        "h_n": [[[-0.000828356826932275]]],
        "loss": 0.47514135746010033,
        "grad_params": {
            "gru/gru_cell/kernel": [
                [-0.3325031669896158, 0.006093445256261699, -0.030626619230287866]
            ],
            "gru/gru_cell/recurrent_kernel": [
                [0.1891303562359633, -0.034141523024297876, 0.27606021019994464]
            ],
            "gru/gru_cell/bias": [0.3814430677453672, -0.07497704538490421, 1.1347756794804056],
        },
        "grad_inputs": {
            "X": [[[0.2473841272159613], [0.8811487683950084]]],
            "h0": [[[1.0974459208877878]]],
        },
    },
    "tolerance": {"abs": 1e-12, "rel": 1e-10},
}


def test_reset_before_the_product() -> None:
    compare(RESET_BEFORE)


def test_parts_are_joined_as_they_were_split() -> None:
    numbers = np.arange(24.0)
    for shape, turned, flat in (
        ((8, 3), False, False),
        ((3, 8), True, False),
        ((2, 12), False, True),
    ):
        stored = Stored("kernel", ("a", "b", "c", "d"), turned, flat)
        whole = numbers.reshape(shape)
        parts = stored.split(whole)
        again = stored.joined(list(parts.values())).reshape(shape)
        np.testing.assert_array_equal(again, whole)
    assert parts["b"].tolist() == [6, 7, 8, 9, 10, 11]


def test_rows_name_what_the_frameworks_do() -> None:
    torch, keras = FRAMEWORKS["torch"], FRAMEWORKS["keras"]
    assert torch.named(torch.recurrent, "GRU", 1, "bwd") == "weight_hh_l1_reverse"
    assert torch.named(torch.kernel, "GRU", 0, "fwd") == "weight_ih_l0"
    assert keras.named(keras.kernel, "RNN", 0, "") == "simple_rnn/simple_rnn_cell/kernel"
