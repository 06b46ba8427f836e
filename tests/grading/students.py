"""Simulated students: honest people who work an exercise through by hand, rounding as they go."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

import numpy as np

from tp_solver.grading.report import Student as Person
from tp_solver.grading.submission import Raw, Submission
from tp_solver.graph.components import Components, every, unrolled
from tp_solver.graph.model import Model, accepted_key
from tp_solver.graph.ops import OPS
from tp_solver.graph.schedule import ground, grounded
from tp_solver.graph.system import inline
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span, shift

ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)
MANNERS = ("every", "answers", "full")
_ROOMY = Context(prec=34)
Place = tuple[str, tuple[int, ...]]
Change = Callable[[Place, tuple[int, ...], Decimal], Decimal]


def _tanh(x: Decimal) -> Decimal:
    double = (2 * x).exp()
    return (double - 1) / (double + 1)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    return Decimal(1) if exponent == 0 else base**exponent


SCALAR: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "neg": lambda a: -a,
    "mul": lambda a, b: a * b,
    "matmul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": _power,
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "tanh": _tanh,
    "exp": lambda x: x.exp(),
    "log": lambda x: x.ln(),
    "sqrt": lambda x: x.sqrt(),
    "abs": abs,
    "relu": lambda x: max(x, Decimal(0)),
    "lt": lambda a, b: Decimal(a < b),
    "gt": lambda a, b: Decimal(a > b),
    "le": lambda a, b: Decimal(a <= b),
    "ge": lambda a, b: Decimal(a >= b),
}
PRODUCTS = ("mul", "matmul")


@dataclass
class Student:
    """A way of working: how many digits, how rounded, and when.

    In the manner `every`, each value on the way is written with the digits; `answers` rounds only
    what has a name; `full` rounds only what is handed in. `shuffled` students multiply several
    factors in an order of their own, and take powers by repeated products. `change` may replace
    the value of an answer as it is written down: a slip.
    """

    model: Model
    digits: int
    rounding: str = ROUND_HALF_UP
    manner: str = "every"
    shuffled: bool = False
    significant: bool = False
    seed: int = 0
    change: Change = lambda _place, _at, value: value
    known: dict[Place, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.system = self.model.system
        self.components = Components(self.system)
        for known in self.system.known:
            for at in np.ndindex(*(s.last - s.first + 1 for s in known.box)):
                place = tuple(i + s.first for i, s in zip(at, known.box, strict=True))
                self.known[known.key, place] = np.array(known.values[at], dtype=object)
        with localcontext(_ROOMY):
            for equation, at in self.model.order:
                self.work(equation.left, equation.right, dict(at))

    def work(self, left: Ref, right: Node, at: dict[str, int]) -> None:
        """Work out one equation and write its value down."""
        formula = unrolled(grounded(inline(right, self.system.functions), at), 64)
        place = (left.key, ground(left, at))
        shape = self.system.shapes[left.key]
        value = self.whole(formula, shape)
        for component in np.ndindex(*shape):
            number = value[component]
            number = self.rounded(number) if self.manner != "full" else number
            value[component] = self.change(place, component, number)
        self.known[place] = value

    def whole(self, node: Node, shape: tuple[int, ...]) -> Any:
        own = self.system.shape(node)
        found = np.empty(own, dtype=object)
        for component in every(own):
            place = tuple(i - 1 for i in component)
            found[place] = self.of(self.components.of(node, component))
        return np.broadcast_to(found, shape).copy() if not own else found.reshape(shape)

    def of(self, node: Node) -> Decimal:
        """Work out a formula of numbers."""
        match node:
            case Num(value):
                return value
            case Ref():
                return self.known[node.key, ground(node, {})][()]
            case Part(Ref() as ref, select):
                at = tuple(i - 1 for i in select if isinstance(i, int))
                return self.known[ref.key, ground(ref, {})][at]
            case Op(op, _) if op in PRODUCTS and self.shuffled:
                return self.product(node)
            case Op("pow", (base, Num(exponent))) if self.shuffled and 1 < exponent < 20:
                return self.multiplied([self.of(base)] * int(exponent))
            case Op(op, args) if op in SCALAR and self.simple(node):
                value = SCALAR[op](*map(self.of, args))
                return value if op == "neg" else self.noted(value)
            case Over("first", index, Span() as span, body):
                places = range(span.first, span.last + 1)
                held = (i for i in places if self.of(shift(body, {index: At(None, i)})))
                return Decimal(next(held, "NaN"))  # rounded coarsely, it may never come
            case _:
                return self.elsewhere(node)

    def simple(self, node: Op) -> bool:
        return not any(self.system.shape(arg) for arg in node.args)

    def elsewhere(self, node: Node) -> Decimal:
        """Look a value up that nobody computes by hand, such as a norm."""
        op, at = (node.of, node.select) if isinstance(node, Part) else (node, ())
        assert isinstance(op, Op), plain(node)
        shapes = tuple(self.system.shape(arg) for arg in op.args)
        args = [self.whole(a, s).astype(float) for a, s in zip(op.args, shapes, strict=True)]
        value = np.asarray(OPS[op.op].numpy(shapes, op.args)(*args))
        return self.noted(Decimal(float(value[tuple(i - 1 for i in at if isinstance(i, int))])))

    def product(self, node: Op) -> Decimal:
        factors = list(self.factors(node))
        self.random.shuffle(factors)
        return self.multiplied(factors)

    def multiplied(self, factors: list[Decimal]) -> Decimal:
        value = factors[0]
        for factor in factors[1:]:
            value = self.noted(value * factor)
        return value

    def factors(self, node: Node) -> Iterator[Decimal]:
        if isinstance(node, Op) and node.op in PRODUCTS and self.simple(node):
            for arg in node.args:
                yield from self.factors(arg)
        else:
            yield self.of(node)

    def noted(self, value: Decimal) -> Decimal:
        """Write an intermediate value down, where the student does so."""
        return self.rounded(value) if self.manner == "every" else value

    def rounded(self, value: Decimal) -> Decimal:
        place = -self.digits
        if self.significant:
            place = value.adjusted() - self.digits + 1 if value else 0
        return round_at(value, place, self.rounding)

    def typed(self, key: str, place: tuple[int, ...], drop: float = 0.0) -> Any:
        """Return what the student hands in for a quantity; zeros at the end may be dropped."""
        value = self.known[key, place]
        return self.text(value, drop)

    def text(self, value: Any, drop: float) -> Any:
        if value.shape:
            return [self.text(np.asarray(item), drop) for item in value]
        number = self.rounded(value[()])
        if number.is_nan():
            return None
        text = f"{number:f}"
        if not self.significant:
            text = f"{number:.{self.digits}f}"
        if "." in text and self.random.random() < drop:
            text = text.rstrip("0").rstrip(".")
        return text.replace(".", self.random.choice(".,"))

    def submission(self, drop: float = 0.0, name: str = "s") -> Submission:
        """Hand in every numeric answer."""
        answers: dict[str, Raw] = {}
        for asked in self.model.exercise.questions:
            question = asked.question
            for slot in self.model.slots[question.id]:
                if question.kind == "number":
                    chosen = self.random.randrange(1 + len(asked.accept))
                    answers[question.id] = self.typed(accepted_key(question.id, chosen), (), drop)
                else:
                    answers[plain(slot.ref)] = self.typed(slot.key, slot.position, drop)
        return Submission(Person(name), f"{name}.yaml", answers)


def round_at(value: Decimal, place: int, rounding: str) -> Decimal:
    """Round so that the last digit stands for a power of ten; never to -0."""
    if value.is_nan():
        return value
    rounded = value.quantize(Decimal(1).scaleb(place), rounding=rounding, context=Context(prec=60))
    return abs(rounded) if rounded == 0 else rounded
