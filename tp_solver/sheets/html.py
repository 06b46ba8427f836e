"""Templates to pages: one self-contained HTML file each, nothing to fetch."""

from __future__ import annotations

import base64
import html
import re
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from tp_solver.places import templates_dir
from tp_solver.text import Words

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND = re.compile(r" ?([{};,]) ?|(?<=:) ")  # spaces that say nothing
_SPECIAL = re.compile(r"[^A-Za-z0-9 ]")
LONGEST_HEAD = 100  # characters that fit on top of a printed page
FONT = "stix-two-math-subset.woff2"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["css_string"] = css_string
    return environment


def css_string(markup: str) -> Markup:
    """Write a piece of a page as what stands between quotes in a stylesheet, cut if it is long.

    Whatever the text, it stays inside its string: all but plain letters and digits are escaped.
    """
    text = " ".join(html.unescape(markup).split())[:LONGEST_HEAD]
    return Markup(_SPECIAL.sub(lambda match: f"\\{ord(match[0]):x} ", text))


@cache
def stylesheet() -> Markup:
    """Return the stylesheet with the mathematics font inside it."""
    font = base64.b64encode((templates_dir() / "fonts" / FONT).read_bytes()).decode()
    css = (templates_dir() / "style.css").read_text(encoding="utf-8")
    light = _AROUND.sub(
        lambda found: found[1] or "", " ".join(_COMMENT.sub("", css).split())
    )  # every page has a copy
    return Markup(light.replace("FONT_DATA", f"data:font/woff2;base64,{font}"))


def page(template: str, words: Words, **content: Any) -> str:
    """Fill a template in a language."""
    return (
        _environment()
        .get_template(template)
        .render(words=words, lang=words.language, stylesheet=stylesheet(), **content)
    )
