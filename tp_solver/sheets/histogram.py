"""A histogram of marks as inline SVG, described for whoever does not see it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from tp_solver.text import Words

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 220, 20, 28, 22


def histogram(counts: Sequence[int], out_of: float, words: Words) -> Markup:
    """Draw how many copies lie in each of equal parts of a scale."""
    most = max(counts, default=0)
    if not most:
        return Markup()
    step = (WIDTH - 2 * LEFT) / len(counts)
    ends = [words.number(out_of * i / len(counts)) for i in range(len(counts) + 1)]
    told = "; ".join(
        f"{ends[i]}–{ends[i + 1]}{words('solution.colon')} {count}"
        for i, count in enumerate(counts)
    )
    title = escape(words("class.distribution"))
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img">'
        f"<title>{title}</title><desc>{escape(told)}</desc>"
    ]
    floor = HEIGHT - BOTTOM
    for i, count in enumerate(counts):
        height = (floor - TOP) * count / most
        x = LEFT + i * step
        if count:
            parts.append(
                f'<rect class="bar" x="{x + 2:.1f}" y="{floor - height:.1f}" '
                f'width="{step - 4:.1f}" height="{height:.1f}"/>'
                f'<text class="label" x="{x + step / 2:.1f}" y="{floor - height - 6:.1f}" '
                f'text-anchor="middle">{count}</text>'
            )
    for i, end in enumerate(ends):
        x = LEFT + i * step
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
            f"{escape(end)}</text>"
        )
    parts.append(f'<path class="axis" d="M{LEFT} {floor}H{WIDTH - LEFT}"/></svg>')
    return Markup("".join(parts))
