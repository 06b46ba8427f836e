"""Templates to pages: one self-contained HTML file each, nothing to fetch."""

from __future__ import annotations

import base64
import re
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from tp_solver.places import templates_dir
from tp_solver.text import Words

FONT = "stix-two-math-subset.woff2"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def stylesheet() -> Markup:
    """Return the stylesheet with the mathematics font inside it."""
    font = base64.b64encode((templates_dir() / "fonts" / FONT).read_bytes()).decode()
    css = (templates_dir() / "style.css").read_text(encoding="utf-8")
    return Markup(css.replace("FONT_DATA", f"data:font/woff2;base64,{font}"))


def page(template: str, words: Words, **content: Any) -> str:
    """Fill a template in a language."""
    return (
        _environment()
        .get_template(template)
        .render(words=words, lang=words.language, stylesheet=stylesheet(), **content)
    )


def running_head(text: str) -> Markup:
    """Return the style that repeats a text on top of each printed page but the first.

    Whatever the text, it stays inside its string: all but plain letters and digits are escaped.
    """
    safe = re.sub(r"[^A-Za-z0-9 ]", lambda match: f"\\{ord(match[0]):x} ", text)
    box = f'@top-left {{ content: "{safe}"; font: 9pt system-ui, sans-serif; color: #444; }}'
    return Markup(f"@page {{ {box} }} @page :first {{ @top-left {{ content: none; }} }}")
