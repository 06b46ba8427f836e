"""YAML to nodes, which stops at more of anything than an honest file has.

The library takes some 40 µs a value, so what is too much is not read to its end.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tp_solver.errors import visible

MOST_VALUES = 50_000
MOST_TWICE = 50  # keys of one mapping written twice that are told one by one


class TooMuch(Exception):
    """More values than an honest file has, or more keys written twice; `offset` says where."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.offset = offset


def compose(text: str, most_items: int) -> Node | None:
    """Compose a text in which no list or mapping has more items; None where it is empty.

    A list that is the whole text may have more, as each of its items may be a submission.

    Raises TooMuch, and what the library raises.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = partial(_Bounded, most_items)  # type: ignore[assignment]
    found: Node | None = yaml.compose(text)
    return found


class _Bounded(Composer):
    """A composer that counts."""

    def __init__(self, most_items: int, loader: Any = None) -> None:
        super().__init__(loader=loader)
        self.most_items = most_items
        self.values = 0
        # By mapping, all of which live until the end:
        self.keys: dict[int, set[str]] = {}
        self.twice: Counter[int] = Counter()

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose one node, a key of its parent where there is no index."""
        self.values += 1
        self.see(self.values <= MOST_VALUES, f"more than {MOST_VALUES} values")
        outermost = self.depth == 1 and isinstance(parent, SequenceNode)
        if isinstance(parent, MappingNode | SequenceNode) and not outermost:
            fits = len(parent.value) < self.most_items
            self.see(fits, f"more than {self.most_items} values in one list or mapping")
        node = super().compose_node(parent, index)
        if index is None and isinstance(parent, MappingNode) and isinstance(node, ScalarNode):
            keys = self.keys.setdefault(id(parent), set())
            self.twice[id(parent)] += node.value in keys
            keys.add(node.value)
            if self.twice[id(parent)] > MOST_TWICE:
                what = f"`{visible(node.value)}` is written twice, and so are {MOST_TWICE} before"
                raise TooMuch(what, node.start_mark.index)
        return node

    def see(self, fine: bool, what: str) -> None:
        """Stop unless all is fine."""
        if not fine:
            raise TooMuch(what, self.parser.peek_event().start_mark.index)
