"""Nodes are the library's own, and too much of anything is not read to its end."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from tp_solver.exercise.bounded_yaml import MOST_TWICE, TooMuch, compose

DATA = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.none(), st.text("ab: [", max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab", max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)


def told(node: Node | None) -> object:
    """Return a node as plain data, with its tags and places."""
    if node is None:
        return None
    inner = node.value
    if isinstance(node, MappingNode):
        inner = [(told(key), told(value)) for key, value in node.value]
    elif isinstance(node, SequenceNode):
        inner = [told(item) for item in node.value]
    return str(node.tag), node.start_mark.index, inner


@given(DATA)
def test_nodes_are_those_of_the_library(data: object) -> None:
    text = json.dumps(data)
    plain = YAML(typ="safe", pure=True).compose(text)
    assert told(compose(text, 100)) == told(plain)


def many(count: int) -> str:
    return "".join(f"k{i}: 1\n" for i in range(count))


@pytest.mark.parametrize(
    "text", ["[[1, 2, 3, 4]]", "a: [1, 2, 3, 4]", many(4), "- - 1\n" + "  - 1\n" * 3]
)
def test_no_list_or_mapping_has_more_items(text: str) -> None:
    assert compose(text, 4) is not None
    with pytest.raises(TooMuch, match="more than 3 values in one") as caught:
        compose(text, 3)
    assert text[caught.value.offset] in "4k1"


def test_a_list_that_is_all_there_is_may_have_more() -> None:
    assert compose("- 1\n" * 9, 3) is not None


def test_keys_written_twice_end_the_reading() -> None:
    text = "a: 1\n" * (MOST_TWICE + 1)
    assert compose(text, 1000) is not None
    with pytest.raises(TooMuch, match="`a` is written twice") as caught:
        compose(text + "a: 1\n" * 3 + "[", 1000)  # what is wrong further on is not reached
    assert caught.value.offset == len(text)


def test_keys_of_other_mappings_do_not_add_up() -> None:
    assert compose("- {a: 1, a: 2}\n" * (MOST_TWICE + 1), 1000) is not None
