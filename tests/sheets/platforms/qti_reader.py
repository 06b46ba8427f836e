"""Reads QTI packages as the specification has them, and carries their rules out.

Written from the specification of QTI 3.0 for what we use of it; any other element is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from tp_solver.sheets.platforms.qti import ITEM, PACKAGE

Q, P = f"{{{ITEM}}}qti-", f"{{{PACKAGE}}}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# What an item's body may hold of HTML, as far as we use it, and with which attributes.
HTML = {
    tag: set(attributes.split())
    for tag, attributes in {
        "div": "", "p": "", "h4": "", "ul": "", "ol": "start", "li": "", "em": "", "strong": "",
        "code": "class", "pre": "", "br": "", "hr": "", "blockquote": "", "a": "href", "table": "",
        "thead": "", "tbody": "", "tr": "", "th": "scope", "td": "",
    }.items()
}  # fmt: skip
INTERACTIONS = {"text-entry-interaction", "choice-interaction", "extended-text-interaction"}


def unpacked(data: bytes) -> dict[str, str]:
    """Return the files of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def items(files: dict[str, str]) -> list[ET.Element]:
    """Return the items that the test refers to, in its order."""
    test = ET.fromstring(files["test.xml"])
    return [
        ET.fromstring(files[ref.attrib["href"]]) for ref in test.iter(f"{Q}assessment-item-ref")
    ]


class Processor:
    """Carries response processing out; numbers typed are given by their declarations."""

    def __init__(self, item: ET.Element, answers: dict[str, str | list[str]]) -> None:
        self.answers = answers
        self.outcomes: dict[str, Any] = {"SCORE": 0.0}
        self.correct = {
            d.attrib["identifier"]: [v.text for v in d.iter(f"{Q}value")]
            for d in item.iter(f"{Q}response-declaration")
        }
        processing = item.find(f"{Q}response-processing")
        for condition in () if processing is None else processing:
            assert condition.tag == f"{Q}response-condition"
            self.condition(condition)

    def condition(self, condition: ET.Element) -> None:
        for n, branch in enumerate(condition):
            assert branch.tag == f"{Q}response-{'else-' if n else ''}if"
            test, *acts = branch
            if self.value(test) is True:
                for act in acts:
                    assert act.tag == f"{Q}set-outcome-value"
                    self.outcomes[act.attrib["identifier"]] = self.value(act[0])
                return

    def value(self, node: ET.Element) -> Any:
        tag = node.tag.removeprefix(Q)
        if tag == "variable":
            name = node.attrib["identifier"]
            found = self.outcomes.get(name, self.answers.get(name))
            return float(found) if isinstance(found, str) and name != "RESPONSE" else found
        if tag == "base-value":
            text = node.text or ""
            return float(text) if node.attrib["base-type"] == "float" else text
        if tag == "correct":
            return self.correct[node.attrib["identifier"]]
        return EXPRESSIONS[tag](*map(self.value, node))


def same(given: Any, right: Any) -> bool:
    return given is not None and sorted([given] if isinstance(given, str) else given) == sorted(
        right
    )


EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "match": same,
    "sum": lambda *parts: sum(parts),
    "gte": lambda a, b: None if a is None else a >= b,
    "lte": lambda a, b: None if a is None else a <= b,
    "is-null": lambda a: a is None,
    "not": lambda a: not a,
    "and": lambda *parts: all(parts),
}


def maximum(item: ET.Element) -> float:
    """Return the points there are."""
    (found,) = (
        d for d in item.iter(f"{Q}outcome-declaration") if d.attrib["identifier"] == "MAXSCORE"
    )
    return float(found.findtext(f"{Q}default-value/{Q}value") or 0)


def right_answers(item: ET.Element) -> dict[str, str | list[str]]:
    """Return what the declarations say is right."""
    found: dict[str, str | list[str]] = {}
    for declaration in item.iter(f"{Q}response-declaration"):
        values = [value.text or "" for value in declaration.iter(f"{Q}value")]
        several = declaration.attrib["cardinality"] == "multiple"
        if values:
            found[declaration.attrib["identifier"]] = values if several else values[0]
    return found


def manifest(files: dict[str, str]) -> None:
    """Hold a manifest to the files: every one is a resource, and the test needs every item."""
    root = ET.fromstring(files["imsmanifest.xml"])
    assert root.tag == f"{P}manifest"
    assert root.findtext(f"{P}metadata/{P}schema") == "QTI Package"
    assert root.findtext(f"{P}metadata/{P}schemaversion") == "3.0.0"
    resources = {r.attrib["identifier"]: r for r in root.iter(f"{P}resource")}
    assert {r.attrib["href"] for r in resources.values()} == set(files) - {"imsmanifest.xml"}
    for resource in resources.values():
        kind = "test" if resource.attrib["href"] == "test.xml" else "item"
        assert resource.attrib["type"] == f"imsqti_{kind}_xmlv3p0"
        assert [f.attrib["href"] for f in resource.iter(f"{P}file")] == [resource.attrib["href"]]
    needed = [d.attrib["identifierref"] for d in root.iter(f"{P}dependency")]
    assert set(needed) == set(resources) - {"test"}


def sound(item: ET.Element) -> None:
    """Hold an item to the specification: names, declarations, what a body may hold."""
    declared = {d.attrib["identifier"] for d in item.iter(f"{Q}response-declaration")}
    outcomes = {d.attrib["identifier"] for d in item.iter(f"{Q}outcome-declaration")}
    body = item.find(f"{Q}item-body")
    assert body is not None
    asked = [n for n in body.iter() if n.tag.removeprefix(Q) in INTERACTIONS]
    assert [n.attrib["response-identifier"] for n in asked] == sorted(
        declared, key=[n.attrib["response-identifier"] for n in asked].index
    )
    for part in item.iter():
        for name in ("identifier", "outcome-identifier", "response-identifier"):
            assert re.fullmatch(r"[A-Za-z_][\w.-]*", part.attrib.get(name, "x"))
        if part.tag == f"{Q}variable":
            assert part.attrib["identifier"] in declared | outcomes
        elif part.tag in (f"{Q}set-outcome-value", f"{Q}modal-feedback"):
            named = part.attrib.get("outcome-identifier", part.attrib["identifier"])
            assert named in outcomes
        elif not part.tag.startswith((Q, MATHML)):
            tag = part.tag.removeprefix(f"{{{ITEM}}}")
            assert set(part.attrib) <= HTML[tag], (tag, part.attrib)
