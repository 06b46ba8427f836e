"""A histogram of marks as inline SVG, narrow enough to be read on a phone as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from tp_solver.sheets.pictures.svg import Told, framed, text
from tp_solver.text import Words

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 440, 180, 20, 28, 22


def histogram(counts: Sequence[int], out_of: float, words: Words) -> Markup:
    """Draw how many copies lie in each of equal parts of a scale."""
    most = max(counts, default=0)
    if not most:
        return Markup()
    step, floor = (WIDTH - 2 * LEFT) / len(counts), HEIGHT - BOTTOM
    ends = [words.number(out_of * i / len(counts)) for i in range(len(counts) + 1)]
    listed = "; ".join(
        f"{ends[i]}–{ends[i + 1]}{words('solution.colon')} {count}"
        for i, count in enumerate(counts)
    )
    parts = []
    for i, count in enumerate(counts):
        height = (floor - TOP) * count / most
        x, y = LEFT + i * step, floor - height
        if count:
            parts.append(
                f'<rect class="bar" x="{x + 2:.1f}" y="{y:.1f}" '
                f'width="{step - 4:.1f}" height="{height:.1f}"/>'
            )
            parts.append(text(x + step / 2, round(y - 6, 1), str(count), anchor="middle"))
    parts += [
        text(round(LEFT + i * step, 1), HEIGHT - 8, end, "tick", "middle")
        for i, end in enumerate(ends)
    ]
    parts.append(f'<path class="axis" d="M{LEFT} {floor}H{WIDTH - LEFT}"/>')
    return framed(parts, (WIDTH, HEIGHT), Told(words("class.distribution"), listed, "histogram"))
