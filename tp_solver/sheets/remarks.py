"""Codes to sentences: what a verdict or a remark says to a person."""

from __future__ import annotations

from tp_solver.grading.report import Remark
from tp_solver.graph.shapes import Shape
from tp_solver.text import Words


def worded(remark: Remark | None, words: Words) -> str:
    """Word a remark; nothing for none."""
    if remark is None:
        return ""
    values = dict(remark.values)
    if isinstance(values.get("expected"), tuple):
        values["expected"] = shape_text(values["expected"], words)
    return words(f"remark.{remark.code}", **values).rstrip()  # a person need not comment


def refused(remark: Remark, words: Words) -> str:
    """Word the reason why a submission could not be marked."""
    key = remark.code if "." in remark.code else f"refused.{remark.code}"
    return words(key, **dict(remark.values))


def shape_text(shape: Shape, words: Words) -> str:
    """Name a shape for people."""
    if not shape:
        return words("shape.number")
    if len(shape) == 1:
        return words.plural("shape.vector", shape[0])
    return words("shape.matrix", m=shape[0], n=shape[1])
