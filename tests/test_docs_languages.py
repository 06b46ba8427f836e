"""Every page that is also in French stays in step with its English original.

A page `x.fr.md` is the French of `x.md`. Both have the same headings, and between two headings the
same code, commands, links, images, list items and table rows; their words and the comments in their
code alone differ. As the code is the same, the examples that `test_docs.py` runs are those of the
French pages too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import ROOT

FRENCH = sorted([*ROOT.glob("*.fr.md"), *(ROOT / "docs").glob("*.fr.md")])
FENCE = re.compile(r"^```[^\n]*\n.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
IMAGE = re.compile(r"!\[[^]]*]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^]]*]\(([^)]+)\)")
COMMENT = re.compile(r"""("[^"\n]*")|(?:^|[ \t]+)#[^\n]*""", re.MULTILINE)
MASKED = "\x00"  # stands for a fenced block, so that a `#` in it is no heading


@dataclass(frozen=True)
class Section:
    """What stands from one heading to the next."""

    level: int
    heading: str
    text: str  # without its fenced blocks
    blocks: tuple[str, ...]


def sections(text: str) -> list[Section]:
    """Cut a page at its headings; the first section, before any heading, has level 0."""
    fences = FENCE.findall(text)
    bare = FENCE.sub(MASKED, text)
    starts = [*HEADING.finditer(bare)]
    cuts = [0, *(match.start() for match in starts), len(bare)]
    found: list[Section] = []
    for i, (start, end) in enumerate(pairwise(cuts)):
        level, heading = (len(starts[i - 1][1]), starts[i - 1][2]) if i else (0, "")
        part = bare[start:end]
        blocks = tuple(fences.pop(0) for _ in range(part.count(MASKED)))
        found.append(Section(level, heading, part, blocks))
    return found


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def without_comments(block: str) -> str:
    """Drop the comments of a block, and the spaces that precede them."""
    return COMMENT.sub(lambda match: match[1] or "", block)


def place(page: Path, target: str) -> str:
    """Say where a link leads, the same for a page and its French.

    A heading goes by its number among those of its level: one missing elsewhere does no harm.
    """
    path, _, name = target.partition("#")
    if re.match(r"\w+:", target):
        return target
    leads_to = (page.parent / path).resolve() if path else page
    plain = path.replace(".fr.md", ".md")
    if not name or leads_to.suffix != ".md" or not leads_to.exists():
        return plain + (f"#{name}" if name else "")
    there = sections(read(leads_to))
    found = [i for i, section in enumerate(there) if anchor(section.heading) == name]
    if not found:
        return f"{target} (no such heading)"
    level = there[found[0]].level
    number = sum(section.level == level for section in there[: found[0] + 1])
    return f"{plain}{'#' * level} heading {number}"


def shown(page: Path) -> str:
    """Return the path of a page as it is typed in the checkout."""
    return str(page.relative_to(ROOT)) if page.is_relative_to(ROOT) else page.name


def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def links(section: Section) -> list[str]:
    """Return the targets of the links of a section."""
    return LINK.findall(section.text)


def inline(section: Section) -> list[str]:
    """Return the code that stands in the prose of a section, on one line each."""
    return [" ".join(code.split()) for code in CODE.findall(section.text)]


def commands(section: Section) -> list[str]:
    """Return the commands that stand in the prose of a section."""
    return [code for code in inline(section) if "tp-solver " in code]


def first_difference(what: str, english: list[str], french: list[str]) -> str | None:
    """Describe where two lists first part, if they do."""
    for ours, theirs in zip(english, french, strict=False):
        if ours == theirs:
            continue
        if ours not in french:
            return f"{what} `{ours}` is missing; `{theirs}` stands there"
        if theirs not in english:
            return f"{what} `{theirs}` is not in the English page, where `{ours}` stands"
        return f"{what} `{ours}` in English, `{theirs}` in French, in another order"
    if len(english) > len(french):
        return f"{what} `{english[len(french)]}` is missing"
    if len(french) > len(english):
        return f"{what} `{french[len(english)]}` is not in the English page"
    return None


def section_differences(
    pages: tuple[Path, Path], english: Section, french: Section
) -> Iterator[str | None]:
    """Compare two sections, the parts that are hardest to miss first."""
    blocks = [[without_comments(block) for block in each.blocks] for each in (english, french)]
    for i, (ours, theirs) in enumerate(zip(*blocks, strict=False)):
        lines = (ours.splitlines(), theirs.splitlines())
        yield first_difference(f"code block {i + 1}, line", *lines)
    yield first_difference("code block", *([text.splitlines()[1] for text in b] for b in blocks))
    yield first_difference("command", commands(english), commands(french))
    places = [
        [place(page, target) for target in links(section)]
        for page, section in zip(pages, (english, french), strict=True)
    ]
    yield first_difference("link to", *places)
    yield first_difference("image", *(IMAGE.findall(each.text) for each in (english, french)))
    for what, pattern in (("list items", r"^\s*[-*] "), ("table rows", r"^\|")):
        numbers = [len(re.findall(pattern, each.text, re.MULTILINE)) for each in (english, french)]
        if numbers[0] != numbers[1]:
            yield f"{numbers[0]} {what} in English, {numbers[1]} in French"
    for code in inline(english):
        if code not in inline(french):
            yield f"`{code}` is missing"


def level_difference(english: Section, french: Section) -> str | None:
    """Compare the levels of two headings."""
    if english.level == french.level:
        return None
    return (
        f"heading `{french.heading}` has level {french.level}, "
        f"in English `{english.heading}` has level {english.level}"
    )


def divergence(page: Path) -> str | None:
    """Return the first place where a French page is out of step with its English one, if any."""
    pages = (original(page), page)
    ours, theirs = (sections(read(each)) for each in pages)
    pairs = [*zip(ours, theirs, strict=False)]
    names = [[section.heading for section in each] for each in (ours, theirs)]
    if len(ours) == len(theirs):
        hint, levels = "", [level_difference(*pair) for pair in pairs]
    else:  # a level that differs only tells that a heading is missing before it
        counts = f"{len(ours) - 1} headings in English, {len(theirs) - 1} in French"
        hint, levels = f" ({counts}: is one missing near here?)", []
    for difference in levels:
        if difference is not None:
            return f"{shown(page)}: {difference}"
    for i, (one, other) in enumerate(pairs):
        found = [level_difference(one, other), *section_differences(pages, one, other)]
        for difference in found:
            if difference is not None:
                where = f"after heading {i} `{other.heading}` (`{one.heading}`)"
                return f"{shown(page)}: {where}: {difference}{hint}"
    last = first_difference("heading", *(each[len(pairs) :] for each in names))
    return f"{shown(page)}: at the end: {last}" if last else None


def original(page: Path) -> Path:
    """Return the English page of a French one."""
    return page.with_name(page.name.replace(".fr.md", ".md"))


def test_readme_and_cookbook_are_in_french():
    assert {page.name for page in FRENCH} >= {"README.fr.md", "cookbook.fr.md"}


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.name)
def test_french_pages_are_in_step(page):
    found = divergence(page)
    assert found is None, found


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.name)
def test_each_language_leads_to_the_other_at_the_top(page):
    for one, other in ((page, original(page)), (original(page), page)):
        title = sections(read(one))[1]
        assert links(title)[0] == other.name, f"{shown(one)}: no link to {other.name} at the top"


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.name)
def test_french_links_stay_in_french(page):
    _, title, *rest = sections(read(page))
    for target in [*links(title)[1:], *(target for part in rest for target in links(part))]:
        path = page.parent / target.partition("#")[0]
        assert path.exists(), f"{shown(page)}: {target} does not exist"
        assert path.with_suffix(".fr.md") not in FRENCH, f"{shown(page)}: {target} is in French too"


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.name)
def test_french_typography(page):
    bare = re.sub(r"]\([^)]*\)", "]", CODE.sub("x", FENCE.sub("", read(page))))
    for line in bare.splitlines():
        wrong = re.search(r"\w'\w| [:;!?»%](?=\s|$)|« |[^\s\u00a0][;!?»](?=\s|$)", line)
        if wrong:
            pytest.fail(f"{shown(page)}: `{wrong[0]}` in: {line}")


ENGLISH_PAGE = """# Title

[Français](page.fr.md)

- [Use](#use), then `tp-solver solve tp`

## Use

```yaml
a: 1  # one
t: "# no comment"
```

![A picture](a.png) Say `--lang fr`.

| a | b |
"""
FRENCH_PAGE = """# Titre

[English](page.md)

- [Usage](#usage), puis `tp-solver solve tp`

## Usage

```yaml
a: 1  # un
t: "# no comment"
```

Dites `--lang fr`. ![Une image](a.png)

| a | b |
"""


@pytest.fixture
def pages(tmp_path):
    """Write an English page and its French, and return the French one."""
    (tmp_path / "page.md").write_text(ENGLISH_PAGE, encoding="utf-8")
    page = tmp_path / "page.fr.md"
    page.write_text(FRENCH_PAGE, encoding="utf-8")
    return page


def test_pages_that_differ_in_their_words_alone_are_in_step(pages):
    assert divergence(pages) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("## Usage", "### Usage", "heading `Usage` has level 3"),
        (
            "## Usage",
            "## Usage\n\n## Autre",
            "`a: 1` is missing (2 headings in English, 3 in French",
        ),
        (
            "| a | b |",
            "| a | b |\n\n## Plus",
            "at the end: heading `Plus` is not in the English page",
        ),
        (
            "a: 1",
            "a: 2",
            "after heading 2 `Usage` (`Use`): code block 1, line `a: 1` is missing; `a: 2`",
        ),
        ('"# no comment"', '"# commentaire"', 'line `t: "# no comment"` is missing'),
        ("`tp-solver solve tp`", "lancez", "command `tp-solver solve tp` is missing"),
        (
            "solve tp",
            "solve rnn",
            "`tp-solver solve tp` is missing; `tp-solver solve rnn` stands there",
        ),
        ("#usage", "#autre", "#autre (no such heading)"),
        ("a.png", "b.png", "image `a.png` is missing; `b.png` stands there"),
        ("- [Usage]", "[Usage]", "1 list items in English, 0 in French"),
        ("| a | b |", "", "1 table rows in English, 0 in French"),
        ("`--lang fr`", "la langue", "`--lang fr` is missing"),
    ],
)
def test_what_is_out_of_step_is_named(pages, old, new, message):
    pages.write_text(FRENCH_PAGE.replace(old, new), encoding="utf-8")
    found = divergence(pages)
    assert found is not None
    assert message in found
