"""The catalogue: words for every mistake, a source, examples that hold, nothing met left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.grading.misconceptions.material import made, rights, scope
from tp_solver.grading.misconceptions import KINDS, Example, Mistake, catalogue
from tp_solver.grading.misconceptions import kinds as kinds_of_formulas
from tp_solver.grading.misconceptions.patterns import META
from tp_solver.grading.misconceptions.relations import RELATIONS
from tp_solver.grading.misconceptions.rewriting import Rewriting
from tp_solver.grading.misconceptions.variants import variants
from tp_solver.grading.misconceptions.wording import worded
from tp_solver.language.parse import parse
from tp_solver.language.plain import plain
from tp_solver.language.tree import At, Node, Over, Ref, index_text, refs, walk
from tp_solver.text import languages

MISTAKES = list(catalogue().values())
REWRITINGS = [m for m in MISTAKES if m.rewrites]
EXAMPLES = [
    pytest.param(m, example, id=f"{m.id}-{i}")
    for m in REWRITINGS
    for i, example in enumerate(m.examples)
]
FORMULA = re.compile(r"\$([^$]*)\$")
OPEN = re.compile(r"\{([^{}]+)\}")

# Met in public code and forums, but no rewriting of this exercise's equations gives its number.
EXCEPTIONS = {
    "stale-parameter": "the number comes from the data of another exercise, which is not there",
    "numeric-tanh-slip": "a slip in one value; those of its digits are slips of writing",
    "early-rounding": "honest rounding, which is accepted and no mistake",
    "bptt-inplace-upstream": "an array overwritten in a program: the gradients asked stay right",
}


def ids(mistakes: list[Mistake]) -> list[str]:
    return [m.id for m in mistakes]


@pytest.mark.parametrize("mistake", MISTAKES, ids=ids(MISTAKES))
def test_every_mistake_has_words_and_a_source(mistake: Mistake) -> None:
    assert mistake.kind in KINDS
    assert mistake.source.strip()
    assert mistake.weight > 0
    assert bool(mistake.rewrites) != bool(mistake.slip)
    for words in (mistake.title, mistake.explain, mistake.remedy):
        assert {"fr", "en"} <= set(words) <= set(languages())
        assert words.keys() == mistake.title.keys()
        assert all(text == text.strip() != "" for text in words.values())
    assert all(not title.endswith(".") and "$" not in title for title in mistake.title.values())
    sentences = [*mistake.explain.values(), *mistake.remedy.values()]
    assert all(text.endswith(".") for text in sentences)
    assert all(len(text) < 260 for text in sentences)


@pytest.mark.parametrize("mistake", MISTAKES, ids=ids(MISTAKES))
def test_french_punctuation_keeps_its_space(mistake: Mistake) -> None:
    for words in (mistake.title, mistake.explain, mistake.remedy):
        prose = FORMULA.sub("x", words["fr"])
        assert not re.search(r"(?<!\u00a0)[:;?!»]", prose), prose
        assert not re.search(r"«(?!\u00a0)", prose), prose
        assert "'" not in prose + FORMULA.sub("x", words["en"])


@pytest.mark.parametrize("mistake", REWRITINGS, ids=ids(REWRITINGS))
def test_what_is_put_in_its_place_is_known(mistake: Mistake) -> None:
    assert mistake.examples
    for rule in mistake.rewrites:
        known = names(rule.pattern) | set(rule.offers) | {"last"}
        known |= names(rule.left) if rule.left else set()
        assert names(rule.by) <= known
        assert set(rule.conditions) <= known
        assert rule.side in ("", "forward", "backward")
        assert {rule.at, rule.on} <= {"", "first", "last"}
        assert not rule.takes or rule.whole, "all terms of a kind: of a whole right side only"


@pytest.mark.parametrize("mistake", REWRITINGS, ids=ids(REWRITINGS))
def test_every_rule_has_the_names_that_the_words_need(mistake: Mistake) -> None:
    sentences = (*mistake.explain.values(), *mistake.remedy.values())
    needed = {name for text in sentences for name in OPEN.findall(text)}
    for rule in mistake.rewrites:
        patterns = [node for node in (rule.pattern, rule.by, rule.left) if node]
        assert needed <= {name for node in patterns for name in spelled(node)}


def spelled(node: Node) -> Iterator[str]:
    """Yield the metavariables of a pattern, those with a place also as written: `h[t-1]`."""
    for part in walk(node):
        for ref in (part, part.over) if isinstance(part, Ref) else ():
            if ref is not None and ref.name.startswith(META):
                name = ref.name.removeprefix(META)
                yield name
                if ref.index:
                    yield f"{name}[{', '.join(map(index_text, ref.index))}]"


def names(node: Node) -> set[str]:
    """List the metavariables of a pattern, the names of its positions among them."""
    whole = [r for part in walk(node) if isinstance(part, Ref) for r in (part, part.over) if r]
    placed = {at.name for r in whole for at in r.index if isinstance(at, At) and at.name}
    bound = {part.index for part in walk(node) if isinstance(part, Over)}
    return {r.name.removeprefix(META) for r in whole if r.name.startswith(META)} | placed | bound


@pytest.mark.parametrize(("mistake", "example"), EXAMPLES)
def test_examples_hold(mistake: Mistake, example: Example) -> None:
    assert example.becomes in rights(example.system, example.equation, mistake)


@pytest.mark.parametrize(("mistake", "example"), EXAMPLES)
def test_a_student_s_own_names_are_put_in(mistake: Mistake, example: Example) -> None:
    found = made(example.system, example.equation, mistake)
    variant = next(v for v in found if plain(v.equation.right) == example.becomes)
    own = {name: plain(node) for name, node in variant.names}
    for text in (*mistake.explain.values(), *mistake.remedy.values()):
        assert set(OPEN.findall(text)) <= set(own)
        filled = worded(text, own)
        assert "{" not in filled
        for formula in FORMULA.findall(filled):
            assert [ref for ref in refs(parse(formula)) if META in ref.name] == []


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if m.slip], ids=lambda m: m.id)
def test_a_slip_names_itself(mistake: Mistake) -> None:
    assert mistake.id == f"slip-{mistake.slip}"
    assert mistake.kind == "writing"
    open_names = {name for text in mistake.explain.values() for name in OPEN.findall(text)}
    assert open_names <= {"other"}


def test_every_mistake_met_is_there_or_excused(reference: Path) -> None:
    met = json.loads((reference / "mistakes.json").read_text(encoding="utf-8"))
    assert {one["id"] for one in met} - set(catalogue()) == set(EXCEPTIONS)


def test_every_kind_and_relation_serves() -> None:
    rules: list[Rewriting] = [rule for m in REWRITINGS for rule in m.rewrites]
    kinds = {
        kind.removeprefix("not ")
        for rule in rules
        for listed in (*rule.conditions.values(), *rule.takes.values())
        for kind in listed
    }
    assert kinds == set(kinds_of_formulas.KINDS)
    assert {offer.rpartition(" ")[0] for r in rules for offer in r.offers.values()} == set(
        RELATIONS
    )


def test_two_mistakes_make_one_formula_only_where_both_are_usual() -> None:
    """What can't be told apart shows as one of several: few pairs may do so."""
    same: set[tuple[str, ...]] = set()
    for system in ("tp-1.1", "tp-1.2", "tp-2.3b", "gru-by-hand", "masked-loss", "optimisers"):
        for i, equation in enumerate(scope(system).system.equations):
            found: dict[str, set[str]] = {}
            for variant in made_at(system, i):
                found.setdefault(variant[1], set()).add(variant[0])
            same |= {tuple(sorted(group)) for group in found.values() if len(group) > 1}
            assert len(found) <= 25, plain(equation.left)
    assert same <= {
        ("bptt-factor-forgotten", "bptt-no-carry"),
        ("bptt-dC-forgot-f", "bptt-factor-forgotten"),
    }


def made_at(system: str, number: int) -> list[tuple[str, str]]:
    """List what each mistake makes of an equation."""
    return [(v.ids[0], plain(v.equation.right)) for v in variants(scope(system), number)]


def test_the_documentation_lists_every_mistake() -> None:
    page = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    for kind in KINDS:
        section = page.partition(f"\n### {kind}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
        listed = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", section, re.MULTILINE)
        wanted = [(m.id, m.title["en"]) for m in MISTAKES if m.kind == kind]
        assert listed == wanted, kind


def test_the_documentation_describes_every_kind_and_relation() -> None:
    page = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    for name in (*kinds_of_formulas.KINDS, *RELATIONS):
        assert re.search(rf"^\|.*`{name}\b", page, re.MULTILINE), name
