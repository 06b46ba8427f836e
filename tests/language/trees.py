"""Random trees of every kind that can be parsed."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from tp_solver.language.notation import FUNCTIONS, INFIX, OVER
from tp_solver.language.tree import At, Node, Num, Op, Over, Part, Ref, Span

NAMES = [
    *("h", "x", "T", "L", "d", "e", "t", "W_f", "b_hh", "y_hat", "z_C", "dL", "tanh", "sum"),
    *("C_tilde", "C_tilde_f", "C1_tilde", "n_tilde", "theta_tilde", "x__y", "x_", "T_1"),
    *("alpha", "beta1", "beta_1", "Delta", "delta", "sigma", "xalpha"),
]
names = st.sampled_from(NAMES)
small = st.integers(-9, 99)
spans = st.builds(lambda a, b: Span(min(a, b), max(a, b)), small, small)
whole = st.integers(1, 99)
whole_spans = st.builds(lambda a, b: Span(min(a, b), max(a, b)), whole, whole)
index_names = st.sampled_from(["t", "l", "n", "tau", "t_1"])
positions = st.one_of(
    st.builds(At, index_names, st.integers(-3, 3)), st.builds(At, st.none(), small), spans
)
indices = st.lists(positions, max_size=2).map(tuple)
plain_refs = st.builds(Ref, names, indices)
refs = st.one_of(plain_refs, st.builds(Ref, names, indices, plain_refs))
numbers = st.one_of(
    st.integers(0, 10**6).map(Decimal),
    st.decimals(0, 1, allow_nan=False, places=6),
    st.builds(lambda m, e: Decimal(m).scaleb(e), st.integers(0, 10**9), st.integers(-200, 200)),
).map(lambda value: Num(abs(value)))
ranges = st.builds(
    lambda a, b: Op("range", (Num(Decimal(a)), Num(Decimal(b)))),
    st.integers(0, 99),
    st.integers(0, 99),
)
selects = st.lists(st.one_of(whole, whole_spans), min_size=1, max_size=3)


def _calls(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def call(name: str) -> st.SearchStrategy[Node]:
        function = FUNCTIONS[name]
        args = st.lists(below, min_size=function.fewest, max_size=function.most)
        return args.map(lambda items: Op(name, tuple(items)))

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(call)


def _above(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(lambda op, a, b: Op(op, (a, b)), st.sampled_from(sorted(INFIX)), below, below),
        st.builds(lambda op, a: Op(op, (a,)), st.sampled_from(["neg", "transpose"]), below),
        _calls(below),
        st.lists(below, min_size=1, max_size=3).map(lambda items: Op("concat", tuple(items))),
        st.builds(lambda a, select: Part(a, tuple(select)), below, selects),
        st.builds(Over, st.sampled_from(sorted(OVER)), index_names, st.none() | spans, below),
    )


trees: st.SearchStrategy[Node] = st.recursive(
    st.one_of(numbers, refs, ranges), _above, max_leaves=12
)
