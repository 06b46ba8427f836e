"""What a person may type, what it means, and what is refused with a code and a place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tp_solver.errors import FormulaError
from tp_solver.language.limits import STUDENT
from tp_solver.language.notation import FUNCTIONS, GREEK, INFIX, SPELLINGS, TYPED
from tp_solver.language.parse import parse, parse_name
from tp_solver.language.tree import At, Num, Op, Over, Part, Ref, Span

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> Any:
    """Read a file of cases."""
    return YAML(typ="safe").load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("typed", "meant"), cases("precedence").items())
def test_precedence(typed, meant):
    assert parse(typed) == parse(meant)


@pytest.mark.parametrize("spellings", cases("spellings").values(), ids=list(cases("spellings")))
def test_spellings(spellings):
    assert len({parse(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(("typed", "code", "position", "words"), cases("refused"))
def test_refused(typed, code, position, words):
    with pytest.raises(FormulaError) as caught:
        parse(typed)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert words in str(caught.value)


@pytest.mark.parametrize(("sign", "op"), TYPED.items())
def test_every_operator(sign, op):
    assert parse(f"a {sign} b") == Op(op, (Ref("a"), Ref("b")))
    assert parse(f"a{sign}b") == Op(op, (Ref("a"), Ref("b")))


def test_every_infix_is_typed():
    assert set(TYPED.values()) == set(INFIX)


@pytest.mark.parametrize(("name", "function"), FUNCTIONS.items())
def test_every_function(name, function):
    for count in (function.fewest, function.most):
        args = "; ".join(["x", "3"] * count).split("; ")[:count]
        assert parse(f"{name}({'; '.join(args)})") == Op(name, tuple(map(parse, args)))


@pytest.mark.parametrize(("spelling", "name"), SPELLINGS.items())
def test_every_other_spelling(spelling, name):
    assert parse(f"{spelling}(x)") == Op(name, (Ref("x"),))


@pytest.mark.parametrize(("name", "letter"), GREEK.items())
def test_every_greek_letter(name, letter):
    assert parse(letter) == parse(name) == Ref(name)


def test_names_and_indices():
    assert parse("h[l, t-1]") == Ref("h", (At("l"), At("t", -1)))
    assert parse("h[t+12]") == Ref("h", (At("t", 12),))
    assert parse("h[0]") == Ref("h", (At(None, 0),))
    assert parse("h[-1]") == Ref("h", (At(None, -1),))
    assert parse("f[1..2]") == Ref("f", (Span(1, 2),))


def test_components():
    assert parse("h[3].2") == Part(Ref("h", (At(None, 3),)), (2,))
    assert parse("W.1..2.3") == Part(Ref("W"), (Span(1, 2), 3))
    assert parse_name("dL/dW_f.1.2") == (Ref("L", (), Ref("W_f")), (1, 2))


def test_derivatives():
    assert parse("dh[3]/dh[0]") == Ref("h", (At(None, 3),), Ref("h", (At(None, 0),)))
    assert parse("dL / dW") == Op("div", (Ref("dL"), Ref("dW")))
    assert parse("delta/delta_1") == Op("div", (Ref("delta"), Ref("delta_1")))


def test_ranges_and_sums():
    one, three = Num(Decimal(1)), Num(Decimal(3))
    body = Ref("h", (At("t"),))
    assert parse("1..3") == Op("range", (one, three))
    assert parse("sum(t=1..3, h[t])") == Over("sum", "t", Span(1, 3), body)
    assert parse("mean(t, h[t])") == Over("mean", "t", None, body)
    assert parse("first(t, h[t] < 1)") == Over("first", "t", None, Op("lt", (body, one)))
    assert parse("sum(h)") == Op("sum", (Ref("h"),))


def test_author_functions():
    assert parse("swish(z)", ["swish"]) == Op("swish", (Ref("z"),))
    with pytest.raises(FormulaError, match="did you mean `swish`"):
        parse("swihs(z)", ["swish"])


@pytest.mark.parametrize("text", ["h + 1", "2", "tanh(x)", "[h]"])
def test_not_a_name(text):
    with pytest.raises(FormulaError) as caught:
        parse_name(text)
    assert caught.value.code == "not-a-name"


def test_a_student_may_type_less():
    formula = "+".join("x" * 100)
    assert isinstance(parse(formula), Op)
    with pytest.raises(FormulaError) as caught:
        parse(formula, limits=STUDENT)
    assert caught.value.code == "too-long"
