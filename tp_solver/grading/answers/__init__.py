"""The kinds of answers: one module each, found by being there.

A module has `KIND`, the name a question's `kind:` has. A kind that asks for numbers has
`columns(asked, solution)`: the numbers it may be answered with, one list for each way. Any other
has `mark(asked, raw, solution)`: the mark of one raw answer.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


@cache
def kinds() -> dict[str, ModuleType]:
    """Return the module of each kind of question."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return {module.KIND: module for module in modules if hasattr(module, "KIND")}
