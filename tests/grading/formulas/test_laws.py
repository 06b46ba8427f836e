"""A formula rewritten by the laws of algebra stays the same; one with a number changed does not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.formulas.material import SYSTEM
from tp_solver.grading.formulas.decision import decide
from tp_solver.grading.formulas.normal import normal
from tp_solver.grading.formulas.problem import posed
from tp_solver.language.parse import parse
from tp_solver.language.tree import Node, Num, Op, Ref, children, rebuild

NAMES = [Ref("x"), Ref("y"), Ref("w")]
leaves: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from(NAMES), st.integers(0, 9).map(lambda n: Num(Decimal(n)))
)


def _above(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(
            lambda op, a, b: Op(op, (a, b)), st.sampled_from(["add", "sub", "mul"]), below, below
        ),
        st.builds(lambda a, b: Op("div", (a, Op("add", (b, num("10"))))), below, below),
        st.builds(lambda op, a: Op(op, (a,)), st.sampled_from(["neg", "tanh", "sigmoid"]), below),
        st.builds(lambda a, n: Op("pow", (a, Num(Decimal(n)))), below, st.integers(1, 3)),
    )


formulas = st.recursive(leaves, _above, max_leaves=8)


def num(text: str) -> Node:
    return Num(Decimal(text))


ONE, TWO = num("1"), num("2")


def _law(node: Node, which: int) -> Node:  # noqa: PLR0911
    """Rewrite the top of a formula by one of the laws."""
    match node, which % 3:
        case Op("add" | "mul" as op, (a, b)), 0:
            return Op(op, (b, a))
        case Op("add" | "mul" as op, (a, Op(inner, (b, c)))), _ if inner == op:
            return Op(op, (Op(op, (a, b)), c))
        case Op("mul", (a, Op("add" | "sub" as inner, (b, c)))), _:
            return Op(inner, (Op("mul", (a, b)), Op("mul", (a, c))))
        case Op("sub", (a, b)), 0:
            return Op("neg", (Op("sub", (b, a)),))
        case Op("sub", (a, b)), _:
            return Op("add", (a, Op("neg", (b,))))
        case Op("div", (a, b)), _:
            return Op("mul", (Op("div", (ONE, b)), a))
        case Op("pow", (a, Num(value))), _ if value > 1:
            return Op("mul", (a, Op("pow", (a, Num(value - 1)))))
        case Op("sigmoid", (a,)), _:
            return Op("div", (ONE, Op("add", (ONE, Op("exp", (Op("neg", (a,)),))))))
        case Op("tanh", (a,)), _:
            twice = Op("sigmoid", (Op("mul", (TWO, a)),))
            return Op("sub", (Op("mul", (TWO, twice)), ONE))
    return Op("neg", (Op("neg", (node,)),)) if which % 2 else Op("mul", (ONE, node))


def rewritten(node: Node, choose: Callable[[], int], law: Callable[[Node, int], Node]) -> Node:
    """Rewrite a formula at random places."""
    below = tuple(rewritten(child, choose, law) for child in children(node))
    node = rebuild(node, below) if below else node
    which = choose()
    return law(node, which) if which < 6 else node


@settings(max_examples=60, deadline=None)
@given(formulas, st.data())
def test_a_rewritten_formula_is_the_same(formula: Node, data: st.DataObject) -> None:
    other = rewritten(formula, lambda: data.draw(st.integers(0, 11)), _law)
    for typed, accepted in ((other, formula), (formula, other)):
        found = decide(typed, [accepted], SYSTEM, seconds=20)
        assert found.same
        assert found.how != "undecided"


def test_what_is_zero_is_not_told_apart_by_its_rounding() -> None:
    zero, other = parse("y / 10 - y / 10"), parse("y / 10 - 1 / 10 * y")
    for typed, accepted in ((other, zero), (zero, other)):
        assert decide(typed, [accepted], SYSTEM, seconds=20).same
    assert not decide(parse("y / 10 - 1 / 10 * y + 1e-30"), [zero], SYSTEM, seconds=20).same


@settings(max_examples=60, deadline=None)
@given(
    formulas,
    st.data(),
    st.decimals("-1", "1", places=12).filter(bool),
    st.sampled_from(NAMES),
)
def test_a_formula_with_a_number_nudged_is_not(
    formula: Node, data: st.DataObject, nudge: Decimal, name: Ref
) -> None:
    other = rewritten(formula, lambda: data.draw(st.integers(0, 11)), _law)
    number = Decimal(data.draw(st.integers(1, 9)))
    accepted = Op("add", (formula, Op("mul", (Num(number), name))))
    typed = Op("add", (other, Op("mul", (Num(number + nudge), name))))
    assert not decide(typed, [accepted], SYSTEM, seconds=20).same


def _order(node: Node, which: int) -> Node:
    """Change the order or the brackets of a sum or product, nothing else."""
    match node, which % 2:
        case Op("add" | "mul" as op, (a, b)), 0:
            return Op(op, (b, a))
        case Op("add" | "mul" as op, (a, Op(inner, (b, c)))), _ if inner == op:
            return Op(op, (Op(op, (a, b)), c))
        case Op("sub", (a, b)), _:
            return Op("add", (Op("neg", (b,)), a))
        case Op("mul", (Op("neg", (a,)), b)), _:
            return Op("neg", (Op("mul", (b, a)),))
        case Op("div", (a, Op("mul", (b, c)))), _:
            return Op("div", (Op("div", (a, c)), b))
    return node


@settings(max_examples=200, deadline=None)
@given(formulas, st.data())
def test_the_order_of_terms_is_no_difference_to_the_normal_form(
    formula: Node, data: st.DataObject
) -> None:
    other = rewritten(formula, lambda: data.draw(st.integers(0, 7)), _order)
    problem = posed(other, formula, SYSTEM)
    assert problem is not None
    assert normal(problem.left, problem.shapes) == normal(problem.right, problem.shapes)
