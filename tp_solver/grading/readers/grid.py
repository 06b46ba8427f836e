"""Tables to fill in, as a course lays them out: a quantity a row, a place of its index a column.

The headings are `quantity`, `t = 1`, `t = 2`…; the cell of the row `h.2` under `t = 3` is the
answer `h[3].2`. The same sheet may hold lists and tables in turn, each under headings of its own.
"""

from __future__ import annotations

import re

Place = tuple[int, ...]

NOT_ASKED = "×"  # what stands in the cells of a table in which there is nothing to fill in
_PLACE = re.compile(r"\s*[^\W\d]\w{0,39}\s*=\s*([-+−]?[0-9]{1,6})\s*")
_LONGEST = 120  # characters of a heading that may tell a place
_PARTS = re.compile(r"(.*?)((?:\.[0-9]+)*)\s*", re.DOTALL)


def place_of(heading: str) -> Place | None:
    """Return the place of its indices that a column is for, or None where it is for none.

    >>> place_of("b = 2, t = -1"), place_of("f[1]")
    ((2, -1), None)
    """
    if "=" not in heading or len(heading) > _LONGEST:
        return None
    found = [_PLACE.fullmatch(part) for part in heading.split(",")]
    if not all(found):
        return None
    return tuple(int(match[1].replace("−", "-")) for match in found if match)


def placed(label: str, place: Place) -> str:
    """Name an answer by the label of its row and the place of its column.

    >>> placed("h.2", (3,)), placed("dL/dW.1.2", (2, 1))
    ('h[3].2', 'dL/dW[2, 1].1.2')
    """
    match = _PARTS.fullmatch(label.strip())
    name, component = (match[1], match[2]) if match else (label, "")
    return f"{name}[{', '.join(map(str, place))}]{component}"
