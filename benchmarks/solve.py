"""Time solving an LSTM, every intermediate and every gradient, over eager PyTorch."""

from __future__ import annotations

import sys

import torch
from lstm import Eager, make_data, make_exercise
from timing import compare, seconds, typical

from tp_solver.exercise.load import load_text
from tp_solver.graph.adjoint import derive
from tp_solver.graph.assemble import assemble
from tp_solver.graph.evaluate import evaluate
from tp_solver.graph.schedule import schedule
from tp_solver.solution import loads, solve

SIZES = [(2, 1, 3), (64, 32, 50), (64, 32, 100), (64, 32, 200), (64, 32, 400)]
STEPS = (10, 100, 1000)


def solving() -> None:
    """Compare solving with PyTorch, at several sizes."""
    print("hidden inputs    T | load, s  solve, ms  per step, us | torch, ms | ratio")
    for hidden, inputs, steps in SIZES:
        data = make_data(hidden, inputs, steps)
        text = make_exercise(data)
        load = seconds(lambda text=text: loads(text))
        model, eager = loads(text), Eager(data)
        ours, theirs, ratio = compare(
            lambda model=model: evaluate(model.system, model.steps), eager.run
        )
        gap = eager.gap(solve(model))
        if gap > 1e-11:
            sys.exit(f"the two disagree by {gap:.1e}")
        print(
            f"{hidden:6} {inputs:6} {steps:4} | {load:7.2f} {ours * 1e3:10.2f} "
            f"{ours / steps * 1e6:13.1f} | {theirs * 1e3:9.1f} | {ratio:5.2f}"
        )


def deriving() -> None:
    """Show that deriving gradients and ordering the equations don't grow with T."""
    print("\n   T | derive, ms  schedule, ms")
    for steps in STEPS:
        exercise, _ = load_text(make_exercise(make_data(2, 1, steps)))
        assert exercise is not None
        system, _, _ = assemble(exercise)
        asked = [target.ref for target in exercise.questions[0].targets]
        whole = system.extended(*derive(system, asked))
        order = typical(lambda whole=whole: schedule(whole))
        symbolic = typical(lambda system=system, asked=asked: derive(system, asked))
        print(f"{steps:4} | {symbolic * 1e3:10.2f} {order * 1e3:13.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    solving()
    deriving()
