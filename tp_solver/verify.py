"""The answer key proved three ways: NumPy, SymPy at 50 digits, finite differences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tp_solver.graph.adjoint import DIRECT, gradient_prefix
from tp_solver.graph.arrays import Array
from tp_solver.graph.detached import held
from tp_solver.graph.evaluate import Evaluator, Numbers, Table
from tp_solver.graph.model import Model
from tp_solver.graph.schedule import ground, grounded, schedule
from tp_solver.graph.system import Known, System
from tp_solver.language.tree import Ref
from tp_solver.solution import Solution, solve

VALUE_TOLERANCE = 1e-9
DIFFERENCE_TOLERANCE = 1e-6
SMALL = 1e-5  # below this, what float64 loses beside numbers near 1 is no disagreement
STEPS = (2e-4, 1e-5, 5e-7)  # a smaller one where a kink (of relu, max) may lie within the larger
NOISE = 1e-6  # what float64 loses in a difference, over the first step and the tolerance
LARGEST_SYMBOLIC = 20_000  # components of all steps together
MOST_DIFFERENCES = 3_000  # components perturbed, evenly chosen beyond
CHUNK = 256

Entry = tuple[str, tuple[int, ...], tuple[int, ...]]  # a gradient's name, position, component


@dataclass(frozen=True)
class Gap:
    """The largest disagreement of one comparison: how large, where, among how many numbers."""

    size: float = 0.0
    where: str = ""
    count: int = 0

    def wider(self, size: float, where: str) -> Gap:
        """Return the gap with one more number compared."""
        wider = not size <= self.size and not np.isnan(self.size)  # NaN is the widest of all
        return Gap(size if wider else self.size, where if wider else self.where, self.count + 1)


@dataclass(frozen=True)
class Proof:
    """What the three ways gave: gaps of values, of gradients, of finite differences."""

    exercise: str
    values: Gap | None
    gradients: Gap | None
    differences: Gap | None
    skipped: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether all three ways agree."""
        exact = (gap for gap in (self.values, self.gradients) if gap is not None)
        fine = all(gap.size <= VALUE_TOLERANCE for gap in exact)
        return fine and (self.differences is None or self.differences.size <= DIFFERENCE_TOLERANCE)


def verify(model: Model) -> Proof:
    """Compute every value and gradient of an exercise three ways and compare."""
    solution = solve(model)
    size = sum(table.data.size for table in solution.tables.values())
    exact: tuple[Gap | None, Gap | None] = (None, None)
    skipped = ""
    if size <= LARGEST_SYMBOLIC:
        exact = _against_sympy(solution)
    else:
        skipped = f"SymPy left out: {size} components are more than {LARGEST_SYMBOLIC}"
    return Proof(model.exercise.id, *exact, _against_differences(solution), skipped)


def _relative(ours: float, other: float) -> float:
    return abs(ours - other) / max(SMALL, abs(other))


def _against_sympy(solution: Solution) -> tuple[Gap, Gap | None]:
    import mpmath

    from tp_solver.graph.symbols import DIGITS

    with mpmath.workdps(DIGITS):
        exact = _Exact(solution)
        values = Gap()
        for (key, place), value in exact.values.items():
            ours = solution.value(key, place)
            for at in np.ndindex(*ours.shape):
                gap = _relative(float(ours[at]), _real(value[at]))
                values = values.wider(gap, _name(key, place, at))
        gradients: Gap | None = None
        for name, slope, other in exact.gradients():
            gradients = (gradients or Gap()).wider(_relative(slope, other), name)
    return values, gradients


def _real(number: Any) -> float:
    """Return a number of SymPy's as a float: a complex one, as log(−1), is none of ours."""
    return float("nan") if getattr(number, "imag", 0) else float(number.real)


def _name(key: str, place: tuple[int, ...], at: tuple[int, ...]) -> str:
    index = f"[{', '.join(map(str, place))}]" if place else ""
    return key + index + "".join(f".{i + 1}" for i in at)


def _forward(system: System) -> System:
    return replace(system, equations=tuple(e for e in system.equations if not e.left.over))


class _Exact:
    """Forward values at 50 digits, and gradients by SymPy's own differentiation."""

    def __init__(self, solution: Solution) -> None:
        import mpmath

        from tp_solver.graph.symbols import SymbolicEquation

        self.solution = solution
        self.system = solution.model.system
        self.mpf = mpmath.mpf
        self.values: dict[tuple[str, tuple[int, ...]], Any] = {}
        for (key, place), value in solution.given.items():
            self.values[key, place] = self.exactly(value)
        self.symbolic = {
            e: SymbolicEquation(self.system, e) for e in _forward(self.system).equations
        }
        self.order = [(e, dict(at)) for e, at in solution.model.order if e.left.over is None]
        for equation, at in self.order:
            place = ground(equation.left, at)
            inputs = self.inputs(equation, at)
            self.values[equation.left.key, place] = self.symbolic[equation].numbers(inputs)

    def exactly(self, value: Any) -> Any:
        array = np.asarray(value, dtype=object)
        out = np.empty(array.shape, dtype=object)
        for place in np.ndindex(*array.shape):
            out[place] = self.mpf(str(array[place]))
        return out

    def inputs(self, equation: Any, at: dict[str, int]) -> dict[Ref, Any]:
        found: dict[Ref, Any] = {}
        for ref in self.symbolic[equation].reads:
            moved = grounded(ref, at)
            if not isinstance(moved, Ref) or self.system.is_index(ref, frozenset(at)):
                found[ref] = self.exactly(at[ref.name])
            elif moved.over is not None:  # a gradient used in an update: as NumPy gave it
                found[ref] = self.exactly(self.solution.value(moved.key, ground(moved, {})))
            else:
                found[ref] = self.values[moved.key, ground(moved, {})]
        return found

    def gradients(self) -> Iterator[tuple[str, float, float]]:
        """Yield each component of each gradient: its name, ours, SymPy's."""
        tops: dict[str, Ref] = {}
        for equation in self.system.equations:
            if equation.left.over is not None:
                left = equation.left
                tops[left.key.rpartition("/d")[0]] = Ref(left.name, left.index)
        for top in tops.values():
            yield from self.top_gradients(top)

    def top_gradients(self, top: Ref) -> Iterator[tuple[str, float, float]]:
        shape = self.system.shapes.get(top.name, ())
        shape = shape if math.prod(shape) > 1 else ()  # one component: a gradient, no Jacobian
        for row in np.ndindex(*shape):
            adjoints = self.backward(top, row)
            for key, place in self.solution.needed:
                prefix, _, name = key.rpartition("/d")
                if prefix != gradient_prefix(top):
                    continue
                ours = self.solution.value(key, place)[row]
                other = adjoints.get((name, place), np.zeros(ours.shape))
                for at in np.ndindex(*ours.shape):
                    yield _name(key, place, (*row, *at)), float(ours[at]), _real(other[at])

    def backward(self, top: Ref, row: tuple[int, ...]) -> dict[tuple[str, tuple[int, ...]], Any]:
        adjoints = self.seeds(top, row)
        for equation, at in reversed(self.order):
            place = (equation.left.key, ground(equation.left, at))
            if place not in adjoints:
                continue
            symbolic, inputs = self.symbolic[equation], self.inputs(equation, at)
            for ref in symbolic.reads:
                if ref.over is not None or self.system.is_index(ref, frozenset(at)):
                    continue
                slope = symbolic.slopes(ref, inputs)
                g = np.asarray(adjoints[place], dtype=object)
                with np.errstate(invalid="ignore"):  # a slope that is none stays none
                    back = np.tensordot(g, slope, axes=g.ndim) if g.ndim else g[()] * slope
                moved = grounded(ref, at)
                assert isinstance(moved, Ref)
                target = (moved.key, ground(moved, {}))
                adjoints[target] = np.asarray(adjoints.get(target, 0) + back, dtype=object)
        return adjoints

    def seeds(self, top: Ref, row: tuple[int, ...]) -> dict[tuple[str, tuple[int, ...]], Any]:
        adjoints: dict[tuple[str, tuple[int, ...]], Any] = {}
        if top.name in self.system.shapes:
            start = np.full(self.system.shapes[top.name], self.mpf(0), dtype=object)
            start[row or (0,) * start.ndim] = self.mpf(1)
            adjoints[top.name, ground(top, {})] = start
        for key, place, value in _handed_down(self.system, top):
            own = self.exactly(value)
            adjoints[key, place] = adjoints.get((key, place), 0) + own
        return adjoints


def _handed_down(system: System, top: Ref) -> Iterator[tuple[str, tuple[int, ...], Any]]:
    """Yield the gradients given from above: name, position, numbers."""
    direct = replace(top, name=top.name + DIRECT)
    for known in system.known:
        own, _, name = known.key.rpartition("/d")
        if own in (gradient_prefix(top), gradient_prefix(direct)):
            for place, numbers in known.places():
                yield name, place, numbers


def _against_differences(solution: Solution) -> Gap | None:
    """Compare every gradient with five-point central differences, perturbing on the batch axis."""
    tops = {key.rpartition("/d")[0]: None for key, _ in solution.needed if "/d" in key}
    gap: Gap | None = None
    for prefix in tops:
        equation = next(
            e
            for e in solution.model.system.equations
            if e.left.over is not None and e.left.key.startswith(f"{prefix}/d")
        )
        gap = _Differences(solution, Ref(equation.left.name, equation.left.index)).gap(prefix, gap)
    return gap


def _smaller(a: float, b: float) -> float:
    return b if b <= a or math.isnan(a) else a


class _Differences:
    def __init__(self, solution: Solution, top: Ref) -> None:
        self.solution = solution
        self.top = top
        system = solution.model.system
        fixed = []
        for key, table in solution.tables.items():
            if "/d" in key:  # gradients used in updates are held fixed
                fixed.append(Known(key, table.box, np.asarray(table.data, dtype=object)))
        own = tuple(k for k in system.known if "/d" not in k.key)
        self.system = held(replace(_forward(system), known=own + tuple(fixed)))
        self.steps = schedule(self.system)
        self.defined = {left.left.key for left in self.system.equations}

    def gap(self, prefix: str, gap: Gap | None) -> Gap | None:
        entries = [
            (key, place, at)
            for key, place in sorted(self.solution.needed)
            if key.startswith(f"{prefix}/d")
            for at in np.ndindex(*self.system_shape(key))
        ]
        stride = max(1, -(-len(entries) // MOST_DIFFERENCES))
        entries = entries[::stride]
        largest = max((abs(self.ours(*entry)).max() for entry in entries), default=0.0)
        floor = max(1e-3 * largest, NOISE * np.abs(self.tops({}, 1)).max(), 1e-12)
        gap = gap or Gap()
        for start in range(0, len(entries), CHUNK):
            chunk = entries[start : start + CHUNK]
            for entry, size in zip(chunk, self.sizes(chunk, floor), strict=True):
                gap = gap.wider(size, _name(*entry))
        return gap

    def sizes(self, chunk: list[Entry], floor: float) -> list[float]:
        """Return how far each entry is from its differences, at the step where they are nearest."""
        sizes = [math.inf] * len(chunk)
        left = list(range(len(chunk)))
        for step in STEPS:
            slopes = self.slopes([chunk[n] for n in left], step)
            for n, slope in zip(left, slopes, strict=True):
                sizes[n] = _smaller(sizes[n], self.size(chunk[n], slope, floor))
            left = [n for n in left if not sizes[n] <= DIFFERENCE_TOLERANCE]
            if not left:
                break
        return sizes

    def size(self, entry: Entry, slope: Array, floor: float) -> float:
        key, place, _ = entry
        scale = max(np.abs(self.solution.value(key, place)).max(), floor)
        return float(np.abs(self.ours(*entry) - slope).max() / scale)

    def system_shape(self, key: str) -> tuple[int, ...]:
        return self.solution.model.system.shapes[key.rpartition("/d")[2]]

    def ours(self, key: str, place: tuple[int, ...], at: tuple[int, ...]) -> Array:
        component: tuple[Any, ...] = (..., *at)
        return np.asarray(self.solution.value(key, place)[component])

    def slopes(self, chunk: list[Entry], step: float) -> list[Array]:
        """Return the derivative of the top by each entry, by the five-point formula."""
        offsets = (-2, -1, 1, 2)
        batch = len(chunk) * len(offsets)
        nudges: dict[str, Array] = {}
        for n, (key, place, at) in enumerate(chunk):
            name = key.rpartition("/d")[2]
            table = self.solution.tables[name]
            lead = len(table.box)
            shape = (*table.data.shape[:lead], batch, *table.data.shape[lead:])
            nudge = nudges.setdefault(name, np.zeros(shape))
            for k, offset in enumerate(offsets):
                nudge[(*table.slot(place), n * len(offsets) + k, *at)] = offset * step
        values = self.tops(nudges, batch).reshape((len(chunk), len(offsets), -1))
        weights = np.array([1.0, -8.0, 8.0, -1.0]) / (12 * step)
        return list(np.einsum("k,nkj->nj", weights, values).reshape((len(chunk), *self.shape)))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.system.shapes.get(self.top.name, ())

    def tops(self, nudges: dict[str, Array], batch: int) -> Array:
        def after(equation: Any, table: Table[Array], place: Any) -> None:
            nudge = nudges.get(equation.left.key)
            if nudge is not None:
                table.data[place] += nudge[place]

        evaluator = Evaluator(self.system, Numbers(), batch, after=after)
        for known in self.system.known:
            if known.key in nudges:
                table = evaluator.tables[known.key]
                slots = table.slots(known.box)
                table.data[slots] += nudges[known.key][slots]
        tables = evaluator.run(self.steps)
        total = np.zeros((batch, *self.shape))
        if self.top.name in self.system.shapes:
            table = tables[self.top.name]
            total = total + table.data[table.slot(ground(self.top, {}))]
        for name, place, value in _handed_down(self.solution.model.system, self.top):
            table = tables[name]
            seed = np.asarray(value, dtype=float)
            part = table.data[table.slot(place)] * seed
            total = total + part.reshape((batch, -1)).sum(axis=1)
        return total
