"""What holds for every tree and every text, on random ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.trees import trees
from tp_solver.errors import FormulaError
from tp_solver.language.latex import latex
from tp_solver.language.limits import AUTHOR
from tp_solver.language.mathml import mathml_row
from tp_solver.language.notation import FUNCTIONS, SPELLED, TYPED
from tp_solver.language.parse import parse, parse_name
from tp_solver.language.plain import plain
from tp_solver.language.tree import free_indices, shift, walk

MEANT = [
    *TYPED,
    *FUNCTIONS,
    *SPELLED,
    *"()[],;._ =0123456789dhtTxe∂²ᵀ\u0303",
    "dL/d",
    "..",
    "h[t-1]",
]
formula_like = st.lists(st.sampled_from(MEANT), max_size=30).map("".join)


def refusal(read: Callable[[str], object], text: str) -> FormulaError | None:
    """Return how a text is refused, or None where it is read."""
    try:
        read(text)
    except FormulaError as error:
        return error
    return None


@settings(max_examples=400, deadline=None)
@given(trees, st.booleans())
def test_printed_trees_parse_back(tree, unicode):
    assert parse(plain(tree, unicode)) == tree


@settings(max_examples=150, deadline=None)
@given(trees)
def test_every_tree_can_be_drawn_and_walked(tree):
    assert mathml_row(tree, ",")
    assert latex(tree)
    assert next(walk(tree)) is tree
    assert shift(tree, {}) == tree
    assert all(isinstance(name, str) for name in free_indices(tree))


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=60), formula_like))
def test_random_text_is_read_or_refused(text):
    for read in (parse, parse_name):
        error = refusal(read, text)
        assert error is None or 0 <= error.position <= len(text)
        assert error is None or (error.code and error.what and error.todo)


@settings(max_examples=300, deadline=None)
@given(formula_like)
def test_what_is_read_prints_to_itself(text):
    if refusal(parse, text):
        return
    tree = parse(text)
    assert parse(plain(tree)) == tree
    assert parse(plain(tree, unicode=True)) == tree


HOSTILE = {
    "brackets": ("(" * 10_000, "too-long"),
    "brackets that fit": ("(" * 1_900, "too-deep"),
    "lists": ("[" * 1_900, "too-deep"),
    "functions": ("tanh(" * 390, "too-deep"),
    "signs": ("-" * 1_900, "too-deep"),
    "signs in an exponent": ("2^" + "-" * 1_900, "too-deep"),
    "a tower": ("2" + "^2" * 900, "too-deep"),
    "a long sum": ("x" + "+x" * 900, "too-long"),
    "transposes": ("x" + ".T" * 900, "too-long"),
    "superscripts": ("x" + "²" * 1_900, "too-many-digits"),
    "components": ("x" + ".1" * 900, "too-long"),
    "digits": ("1" * 1_900, "too-many-digits"),
    "decimals": ("0." + "1" * 1_900, "too-many-digits"),
    "exponent": ("1e999999999", "too-many-digits"),
    "small exponent": ("1e-99999", "too-many-digits"),
    "very long": ("x" * 1_000_000, "too-long"),
    "long index": (f"h[{'9' * 1_900}]", "too-many-digits"),
    "long range": (f"1..{'9' * 1_900}", "too-many-digits"),
    "index never closed": ("h[" * 900, "unclosed"),
    "spaces": (" " * 1_999, "incomplete"),
    "commas": ("[" + "1," * 900, "ambiguous-comma"),
}


@pytest.mark.parametrize(("text", "code"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text_is_bounded(text, code):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.code == code


def test_a_tower_of_powers_is_only_written_down():
    assert plain(parse("9**9**9**9")) == "9^9^9^9"


def test_the_largest_formula_can_be_printed():
    for text in ("x" + "+x" * AUTHOR.operators, "x" + ".T" * AUTHOR.operators):
        tree = parse(text)
        assert parse(plain(tree)) == tree
        assert mathml_row(tree)
        assert hash(tree) == hash(parse(text))
