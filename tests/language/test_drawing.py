"""MathML that is well formed and within MathML Core, LaTeX whose braces match."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from tests.language.trees import trees
from tp_solver.language.latex import latex
from tp_solver.language.mathml import mathml_row
from tp_solver.language.parse import parse
from tp_solver.language.tree import Num, Op, Ref, Value

CORE = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mfrac", "msqrt", "mover", "munder", "munderover"),
    *("msub", "msup", "msubsup", "mtable", "mtr", "mtd"),
}
CHILDREN = {
    "mfrac": 2,
    "mover": 2,
    "munder": 2,
    "munderover": 3,
    "msub": 2,
    "msup": 2,
    "msubsup": 3,
}
ATTRIBUTES = {
    *("accent", "stretchy", "fence", "form", "largeop", "movablelimits", "mathvariant"),
}


def drawn(text: str, mark: str = ".") -> str:
    """Draw a formula as MathML."""
    return mathml_row(parse(text), mark)


def text_of(markup: str) -> str:
    """Return what a reader sees of some MathML, in order."""
    return "".join(ElementTree.fromstring(f"<math>{markup}</math>").itertext())


@settings(max_examples=300, deadline=None)
@given(trees)
def test_mathml_is_well_formed_core(tree):
    markup = mathml_row(tree, ",")
    assert "&" not in re.sub("&(amp|lt|gt|quot|#x27);", "", markup)
    for element in ElementTree.fromstring(markup).iter():
        assert element.tag in CORE
        assert set(element.attrib) <= ATTRIBUTES
        assert len(element) == CHILDREN.get(element.tag, len(element))
        if element.tag in ("mi", "mn", "mo"):
            assert element.text


@settings(max_examples=300, deadline=None)
@given(trees)
def test_latex_is_balanced(tree):
    text = latex(tree, ",")
    bare = re.sub(r"\\[{}|]", "", text)
    depth = 0
    for char in bare:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
    assert not re.search(r"(?<!\\)_(?![{])", bare), "a subscript is always braced"


@pytest.mark.parametrize("mark", [".", ","])
def test_one_mn_per_number(mark):
    markup = drawn("0.7 * 12.25 + 3", mark)
    assert re.findall(r"<mn>(.*?)</mn>", markup) == [f"0{mark}7", f"12{mark}25", "3"]


@pytest.mark.parametrize(
    "tree",
    [
        Op("mul", (Num(Decimal(2)), Num(Decimal("-0.5")))),
        Op("sub", (Num(Decimal(2)), Value(Decimal("-0.5")))),
        Op("pow", (Num(Decimal("-0.5")), Num(Decimal(2)))),
        Op("add", (Ref("a"), Op("mul", (Num(Decimal("-0.5")), Ref("b"))))),
        parse("a - -b"),
        parse("a * -b * c"),
    ],
)
def test_brackets_round_negatives(tree):
    seen = text_of(mathml_row(tree))
    assert re.search(r"\([−][^()]+\)", seen), seen
    assert r"\left( -" in latex(tree)


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("a - (b - c)", "a−(b−c)"),
        ("(a + b) * c", "(a+b)⊙c"),
        ("a * (b + c)", "a⊙(b+c)"),
        ("(a * b)^2", "(a⊙b)2"),
        ("(a / b)^2", "(ab)2"),
        ("(a / b).T", "(ab)T"),
        ("(a / b) * c", "ab⊙c"),
        ("-(a + b)", "−(a+b)"),
        ("sum(t, h[t]) * 2", "(∑tht)×2"),
        ("sum(t, h[t])^2", "(∑tht)2"),
        ("sum(t, h[t]) + 2", "∑tht+2"),
        ("sum(t, h[t] + 1)", "∑t(ht+1)"),
        ("sum(t=1..3, h[t])", "∑t=13ht"),
        ("tanh(C)^2", "tanh2(C)"),
        ("dL/dW_f", "∂L∂Wf"),
        ("h[t-1]", "ht−1"),
        ("h[3].2", "(h3)2"),
        ("first(n, s[n] < 1)", "min{n:sn<1}"),
        ("beta1", "β1"),
    ],
)
def test_what_is_seen(typed, seen):
    assert text_of(drawn(typed)).replace("\u2061", "") == seen


def test_a_tilde_is_a_mover():
    assert drawn("C_tilde") == (
        '<mover accent="true"><mi>C</mi><mo stretchy="false">˜</mo></mover>'
    )
    assert latex(parse("C_tilde[t]")) == r"{\tilde{C}}_{t}"


def test_the_comma_page_separates_with_semicolons():
    assert text_of(drawn("[0.5, x]", ",")) == "[0,5;x]"
    assert text_of(drawn("[0.5, x]", ".")) == "[0.5,x]"


def test_values_are_tables():
    value = Value((Decimal("0.5"), Decimal("-1")))
    root = ElementTree.fromstring(mathml_row(value, ","))
    assert [cell.findtext(".//mn") for cell in root.iter("mtd")] == ["0,5", "1"]
    rows = Value(((Decimal(1), Decimal(2)), (Decimal(3), Decimal(4))))
    assert latex(rows) == r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("h_l2[t]", "{h}_{t}^{\\left( 2 \\right)}"),
        ("h_fwd[t]", "{\\overrightarrow{h}}_{t}"),
        ("W_f_bwd_l1", "{\\overleftarrow{W}}_{f}^{\\left( 1 \\right)}"),
        ("C_tilde_bwd[3]", "{\\overleftarrow{\\tilde{C}}}_{3}"),
        ("b_l1", "{b}^{\\left( 1 \\right)}"),
        ("h_l1[t]^2", "{\\left( {h}_{t}^{\\left( 1 \\right)} \\right)}^{2}"),
        ("W_l", "{W}_{l}"),
        ("x_fw[t]", "{x}_{\\mathit{fw} , t}"),
    ],
)
def test_layers_and_directions_have_their_marks(typed, expected):
    assert latex(parse(typed)) == expected


def test_layers_and_directions_in_mathml():
    markup = drawn("h_fwd_l2[t]")
    assert markup == (
        '<msubsup><mover accent="true"><mi>h</mi><mo stretchy="false">→</mo></mover>'
        "<mi>t</mi><mrow><mo>(</mo><mn>2</mn><mo>)</mo></mrow></msubsup>"
    )
