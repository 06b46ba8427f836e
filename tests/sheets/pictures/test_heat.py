"""Heat maps: every number is there as a shade, negative ones are marked, the weight is bounded."""

from __future__ import annotations

import base64
import re
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from hypothesis.strategies import floats

from tp_solver.sheets.pictures.heat import matrix
from tp_solver.text import words

SVG = "{http://www.w3.org/2000/svg}"


def parsed(figure: str) -> ElementTree.Element:
    """Read a figure as XML; its svg stands in the SVG name space in a page."""
    return ElementTree.fromstring(
        re.sub("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', figure)
    )


def pixels(figure: str) -> tuple[np.ndarray, list[int]]:
    """Decode the PNG of a heat map, independently: palette numbers, opacities."""
    match = re.search(r"base64,([^\"]+)", figure)
    assert match
    data, at, found = base64.b64decode(match[1]), 8, {}
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        assert int.from_bytes(data[at + 8 + size : at + 12 + size]) == zlib.crc32(kind + body)
        found[kind] = body
        at += 12 + size
    wide, tall = (int.from_bytes(found[b"IHDR"][i : i + 4]) for i in (0, 4))
    lines = zlib.decompress(found[b"IDAT"])
    stride = 1 + (wide + 1) // 2
    rows = [lines[i * stride + 1 : (i + 1) * stride] for i in range(tall)]
    grid = np.array([[n for byte in row for n in (byte >> 4, byte & 15)][:wide] for row in rows])
    return grid, list(found[b"tRNS"])


@given(arrays(float, array_shapes(min_dims=1, max_dims=2, max_side=12), elements=floats(-1e6, 1e6)))
@settings(max_examples=60, deadline=None)
def test_every_cell_is_drawn_once(array):
    figure = parsed(matrix(array, "W", words("fr"), "m"))
    drawn = "".join(path.get("d", "") for path in figure.iter(f"{SVG}path"))
    legend = 0 if any("number" in str(t.get("class")) for t in figure.iter()) else 17
    horizontal = re.findall(r"h[\d.]+v[\d.]+h-[\d.]+z", drawn)
    assert len(horizontal) in (array.size, array.size + legend, array.size + 9)


def test_numbers_and_caption_speak_the_language():
    figure = str(matrix(np.array([[0.5, -1.25]]), "W < V", words("fr"), "m"))
    assert "0,50" in figure
    assert "−1,25" in figure
    assert "W &lt; V" in figure
    assert "1 × 2, norme 1,346" in figure
    assert "−1.25" in str(matrix(np.array([[0.5, -1.25]]), "W", words("en"), "m"))


def test_a_large_matrix_keeps_its_signs_and_sizes():
    array = np.random.default_rng(1).normal(size=(64, 64))
    figure = str(matrix(array, "W", words("en"), "m"))
    assert len(figure) < 11_000
    grid, opaque = pixels(figure)
    corner, centre = grid[0::3, 0::3], grid[1::3, 1::3]
    level = np.rint(array / np.abs(array).max() * 7)
    assert np.array_equal(np.where(corner > 7, corner.astype(int) - 16, corner), level)
    assert np.array_equal(centre == 0, (array < 0) | (level == 0))  # open: without colour
    assert opaque[1:8] == sorted(opaque[1:8])
    assert opaque[9:] == sorted(opaque[9:], reverse=True)


@pytest.mark.parametrize("shape", [(400, 300), (2000, 3), (70_000,)])
def test_the_largest_weigh_no_more(shape):
    array = np.random.default_rng(1).normal(size=shape)
    figure = str(matrix(array, "W", words("en"), "m"))
    assert len(figure) < 11_000
    parsed(figure)
