"""The cells of code of a notebook: data, functions, equations in NumPy and in PyTorch, checks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from tp_solver.exercise.exercise import Equation
from tp_solver.graph.adjoint import DIRECT, gradient_prefix
from tp_solver.language.parse import parse_name
from tp_solver.language.tree import Ref
from tp_solver.sheets.program import BACKWARD, INDENT, Block, Lines, blocks, places_of
from tp_solver.sheets.source import Names, Printer, TorchPrinter
from tp_solver.sheets.source_ops import NUMPY_FUNCTIONS, TORCH_FUNCTIONS
from tp_solver.solution import Solution

LIST_WIDTH = 76  # characters of a row of numbers

_CHECK = """\
def check(found, expected):
    count = 0
    for name, values in expected.items():
        here = found[name] if isinstance(values, dict) else {(): found[name]}
        for place, value in (values if isinstance(values, dict) else {(): values}).items():
            assert np.shape(here[place]) == np.shape(value), (name, place)
            np.testing.assert_allclose(
                here[place], value, rtol=1e-9, atol=1e-12, err_msg=f"{name} {place}"
            )
            count += np.size(value)
    return count
"""
_IMPORT_TORCH = """\
try:
    import torch
except ImportError:
    torch = None
    print({message})
else:
    torch.set_default_dtype(torch.float64)
"""
_TORCH = """\
def leaf(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)

def named(value):  # a tensor of its own, of which gradients can be asked
    value = torch.as_tensor(value, dtype=torch.float64).clone()
    return value if value.requires_grad else value.requires_grad_()

def grad(top, of):  # 0 where the top does not depend on it; of a vector, the Jacobian
    if top.numel() > 1:
        return torch.stack([grad(component, of) for component in top])
    top = torch.sum(top)
    found = torch.autograd.grad(top, of, retain_graph=True, allow_unused=True)[0]
    return torch.zeros_like(of) if found is None else found

def plain(value):
    if isinstance(value, dict):
        return {place: plain(each) for place, each in value.items()}
    return value.detach().numpy()
"""


class Cells:
    """Writes the code of a notebook; raises UserError where an operation has no counterpart."""

    def __init__(self, solution: Solution) -> None:
        self.solution, self.system = solution, solution.model.system
        self.names = Names()
        self.numpy = Printer(self.system, self.names)
        self.torch = TorchPrinter(self.system, self.names, self.seeded_top)
        self.blocks = blocks(solution)

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Return the equations that the notebook computes."""
        return tuple(equation for block in self.blocks for equation in block.equations)

    @cached_property
    def computed(self) -> list[str]:
        """Return the names that equations define, in their order."""
        return list(dict.fromkeys(equation.left.key for equation in self.equations))

    @cached_property
    def given(self) -> dict[str, dict[tuple[int, ...], Any]]:
        """Return the given numbers by name and position."""
        found: dict[str, dict[tuple[int, ...], Any]] = {}
        for known in self.system.known:
            for place, values in known.places():
                found.setdefault(known.key, {})[place] = np.asarray(values, dtype=float)
        return found

    def data(self) -> str:
        """Write the given numbers."""
        lines = ["import numpy as np", ""]
        for key, places in self.given.items():
            lines.append(self.assigned(key, places))
        listed = ", ".join(
            f'"{self.names.of(key)}": ' + (f"dict({name})" if self.system.axes[key] else name)
            for key in self.given
            for name in [self.names.of(key)]
        )
        return "\n".join([*lines, "", *wrapped("given = {", listed, "}")])

    def assigned(self, key: str, places: dict[tuple[int, ...], Any]) -> str:
        name = self.names.of(key)
        if not self.system.axes[key]:
            return f"{name} = {array(places[()], len(name) + 3)}"
        items = [f"{position(place)}: {array(value, 8)}" for place, value in places.items()]
        whole = f"{name} = {{{', '.join(items)}}}"
        if len(whole) <= LIST_WIDTH and "\n" not in whole:
            return whole
        return "\n".join([f"{name} = {{", *(f"{INDENT}{item}," for item in items), "}"])

    def numpy_blocks(self) -> Iterator[tuple[Block, str]]:
        """Write the equations in NumPy, block by block."""
        writer = Lines(self.system, self.names, self.numpy)
        begun = set(self.given)
        for block in self.blocks:
            keys = dict.fromkeys(equation.left.key for equation in block.equations)
            fresh = [key for key in keys if key not in begun and self.system.axes[key]]
            begun |= set(fresh)
            lines = [f"{self.names.of(key)} = {{}}" for key in fresh]
            yield block, "\n".join([*lines, *writer.steps(block.steps)])

    def functions(self) -> str:
        """Write the functions that the equations call; they must be written before."""
        own = [NUMPY_FUNCTIONS[name] for name in NUMPY_FUNCTIONS if name in self.numpy.functions]
        return "\n".join([*own, _CHECK]).rstrip()

    def expected(self) -> str:
        """Write the values of the worked solution, all digits of them."""
        lines = ["expected = {"]
        for key in self.computed:
            places = places_of(key, self.equations)
            needed = [place for place in places if (key, place) in self.solution.needed]
            values = {place: self.solution.value(key, place) for place in needed}
            if not self.system.axes[key]:
                lines.append(f'    "{self.names.of(key)}": {nested(values[()])},')
                continue
            items = ", ".join(f"{position(p)}: {nested(v)}" for p, v in values.items())
            lines.append(f'    "{self.names.of(key)}": {{{items}}},')
        return "\n".join([*lines, "}"])

    def compared(self, message: str) -> str:
        """Write the comparison of NumPy with the worked solution."""
        listed = ", ".join(f'"{name}": {name}' for name in map(self.names.of, self.computed))
        lines = wrapped("by_numpy = {", listed, "}")
        return "\n".join([*lines, said(message, "check(by_numpy, expected)")])

    def torch_import(self, message: str) -> str:
        """Write the import of PyTorch, which may not be installed."""
        return _IMPORT_TORCH.format(message=repr(message)).rstrip()

    def torch_solution(self) -> str:
        """Write the forward pass in PyTorch, and all gradients by autograd."""
        body = [*self.torch_given(), *self.torch_forward(), *self.torch_gradients()]
        listed = ", ".join(f'"{name}": plain({name})' for name in map(self.names.of, self.computed))
        body += wrapped("return {", listed, "}")
        own = [TORCH_FUNCTIONS[name] for name in TORCH_FUNCTIONS if name in self.torch.functions]
        functions = "\n".join([_TORCH, *own])
        lines = "\n".join(INDENT + line if line else "" for line in body)
        return f"{functions}\ndef solve_with_torch():\n{lines}"

    def torch_compared(self, message: str) -> str:
        """Write the comparison of PyTorch with what NumPy was compared with."""
        lines = ["by_torch = solve_with_torch()", said(message, "check(by_torch, expected)")]
        return "\n".join(["if torch is not None:", *(INDENT + line for line in lines)])

    def torch_given(self) -> Iterator[str]:
        for key in self.given:
            if "/d" in key:
                continue
            name = self.names.of(key)
            if self.system.axes[key]:
                run = f'for place, value in given["{name}"].items()'
                yield f"{name} = {{place: leaf(value) {run}}}"
            else:
                yield f'{name} = leaf(given["{name}"])'
        for prefix, top in self.seeded.items():
            yield f"def {self.names.of(prefix, 'top')}():"
            terms = [self.top_text(top), *self.seed_terms(prefix)]
            yield f"{INDENT}return " + " + ".join(filter(None, terms))

    def top_text(self, top: Ref) -> str:
        """Return a top that equations define; nothing where only its gradients are given."""
        return Printer.ref(self.torch, top) if top.name in self.system.shapes else ""

    def seed_terms(self, prefix: str) -> Iterator[str]:
        """Yield terms whose gradients are those given: each given number times its quantity."""
        for key in self.given:
            if prefix_of(key) != prefix:
                continue
            below, name = self.names.of(key.rpartition("/d")[2]), self.names.of(key)
            if self.system.axes[key]:
                each = f"torch.sum(torch.as_tensor(value) * {below}[place])"
                yield f'sum({each} for place, value in given["{name}"].items())'
            else:
                yield f'torch.sum(torch.as_tensor(given["{name}"]) * {below})'

    @cached_property
    def seeded(self) -> dict[str, Ref]:
        """Return the numbers some of whose gradients are given, by how their names begin."""
        found = {}
        for key in self.given:
            if "/d" in key:
                ref, _ = parse_name(key)
                found[prefix_of(key)] = Ref(ref.name.removesuffix(DIRECT), ref.index)
        return found

    def seeded_top(self, top: Ref) -> str | None:
        """Return the call that stands for a top some of whose gradients are given."""
        prefix = gradient_prefix(top)
        return f"{self.names.of(prefix, 'top')}()" if prefix in self.seeded else None

    def torch_forward(self) -> Iterator[str]:
        writer = Lines(self.system, self.names, self.torch)
        begun = set(self.given)
        for block in self.blocks:
            if block.kind == BACKWARD:
                continue
            forward = block.without_gradients()
            keys = dict.fromkeys(e.left.key for e in forward.equations)
            fresh = [key for key in keys if key not in begun and self.system.axes[key]]
            begun |= set(fresh)
            yield from (f"{self.names.of(key)} = {{}}" for key in fresh)
            yield from writer.steps(forward.steps)

    def torch_gradients(self) -> Iterator[str]:
        for key in self.computed:
            if "/d" not in key:
                continue
            left = next(e.left for e in self.equations if e.left.key == key)
            assert left.over is not None
            name, below = self.names.of(key), self.names.of(left.over.name)
            top = Ref(left.name, left.index)
            above = self.seeded_top(top) or self.top_text(top)
            if self.system.axes[key]:
                places = ", ".join(map(position, places_of(key, self.equations)))
                yield f"{name} = {{place: grad({above}, {below}[place]) for place in [{places}]}}"
            else:
                yield f"{name} = grad({above}, {below})"


def prefix_of(key: str) -> str:
    """Return how the name of a given gradient begins, whether terms are added to it or not."""
    prefix = key.rpartition("/d")[0]
    name, bracket, index = prefix.partition("[")
    return name.removesuffix(DIRECT) + bracket + index


def position(place: tuple[int, ...]) -> str:
    """Write a position as a key: `3`, `(1, 3)`."""
    return str(place[0]) if len(place) == 1 else str(place)


def nested(value: Any) -> str:
    """Write numbers as nested lists, all digits of them."""
    array_ = np.asarray(value)
    return f"[{', '.join(map(nested, array_))}]" if array_.ndim else repr(float(array_))


def array(value: Any, column: int) -> str:
    """Write a number, or numbers as a NumPy array, a row a line."""
    array_ = np.asarray(value)
    if not array_.ndim:
        return repr(float(array_))
    text = nested(array_)
    if array_.ndim > 1 and len(text) > LIST_WIDTH:
        separator = ",\n" + " " * (column + len("np.array(["))
        text = f"[{separator.join(map(nested, array_))}]"
    return f"np.array({text})"


def wrapped(opening: str, listed: str, closing: str) -> list[str]:
    """Write a list on one line, or on several of its own."""
    if len(opening) + len(listed) + len(closing) <= LIST_WIDTH:
        return [f"{opening}{listed}{closing}"]
    return [opening, *(f"{INDENT}{item}," for item in listed.split(", ")), closing]


def said(message: str, count: str) -> str:
    """Write the printing of a sentence with a count in it."""
    return f"print({message!r}.format(n={count}))"
