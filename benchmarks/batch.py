"""Time solving many variants of a small LSTM, with gradients, on the batch axis."""

from __future__ import annotations

import numpy as np
from lstm import GATES, SEED, make_data, make_exercise
from timing import typical

from tp_solver.graph.evaluate import evaluate
from tp_solver.solution import loads

VARIANTS = 1000


def main() -> None:
    """Compare a batch with one after the other."""
    model = loads(make_exercise(make_data(hidden=2, inputs=1, steps=3)))
    rng = np.random.default_rng(SEED)
    shapes = {f"W_{gate}": (VARIANTS, 2, 3) for gate in GATES} | {"x": (3, VARIANTS, 1)}
    variants = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    batch = typical(lambda: evaluate(model.system, model.steps, VARIANTS, variants))
    single = typical(lambda: evaluate(model.system, model.steps))
    print(f"{VARIANTS} variants at once: {batch * 1e3:.1f} ms, {VARIANTS / batch:,.0f} a second")
    print(f"one alone: {single * 1e3:.2f} ms, {1 / single:,.0f} a second")


if __name__ == "__main__":
    main()
