"""What an author is told: every issue at once, where it is, what to do."""

from __future__ import annotations

import pytest

from tp_solver.errors import AuthorError
from tp_solver.solution import loads

HEAD = "id: x\ntitle: {en: X}\nlanguages: [en]\n"
QUESTION = "questions:\n  - {id: q, kind: text, text: {en: Why?}}\n"

# What is wrong, the exercise after its head, the issues: line, column, what, what to do.
CASES = {
    "unknown name": (
        """\
indices: {t: 1..2}
equations:
  - h[t] = tanh(W_h * h[t-1] + bias)
given: {W_h: 1, 'h[0]': 0, biais: 2}
""",
        [
            "6:32: nothing defines `bias`: did you mean `biais`?",
            "7:28: no equation uses `biais`: did you mean `bias`?",
        ],
    ),
    "an index left open in an answer": (
        """\
indices: {t: 1..2}
equations:
  - h[t] = w * t
given: {w: 1}
questions:
  - {id: a, kind: number, text: {en: t}, answer: t + 1}
  - {id: b, kind: number, text: {en: h}, answer: "h[1..2]"}
""",
        [
            "9:50: the index `t` is left open: write its number",
            "10:51: `h[1..2]` is at several places: "
            "write one place, or a list of such, as in `[h[1], h[2]]`",
        ],
    ),
    "a number that starts a vector, beside names and sizes that are wrong": (
        """\
indices: {t: 1..2}
use: elman
equations: ["C[t] = C[t-1] + W @ x[t]", "y = [1, 2] + W @ x[1] + [1, 2, 3]"]
given: {x: [[1, 2], [3, 4]], W: [[1, 0], [0, 1]], 'C[0]': 0}
""",
        [
            "5:6: there is no cell `elman`: choose one of gru, lstm, lstm-coupled, lstm-peephole, "
            "rnn, or write its equations under `equations:`",
            "6:42: shapes don't fit in the sum: `[1, 2] + W @ x[1]` is a vector of 2, "
            "`[1, 2, 3]` is a vector of 3: check the sizes and the order",
        ],
    ),
    "one index or none": (
        """\
indices: {t: 1..2}
equations:
  - y = 2 * w
  - y[1] = 3 * w
given: {w: 1}
""",
        ["7:5: `y` has 0 indices elsewhere and 1 here: write it with the same indices everywhere"],
    ),
    "far too large": (
        """\
indices: {a: 1..1000, b: 1..1000, c: 1..1000}
equations:
  - h[a,b,c] = x + 1
given: {x: 2}
""",
        ["6:5: `h` would have 1000000000 numbers: shorten the ranges of its indices"],
    ),
    "unknown index": (
        """\
indices: {t: 1..2}
equations:
  - y[t] = x[n]
given: {x: [1, 2]}
""",
        [
            "6:13: the index `n` is not declared: declare it",
        ],
    ),
    "wrong shape product": (
        """\
equations:
  - y = W @ x
given:
  W: [[1, 2], [3, 4]]
  x: [1, 2, 3]
""",
        [
            "5:5: shapes don't fit in the matrix product: "
            "`W` is a 2 × 2 matrix, `x` is a vector of 3: check the sizes and the order"
        ],
    ),
    "wrong shape sum": (
        """\
equations:
  - y = a + b
given:
  a: [1, 2]
  b: [1, 2, 3]
""",
        [
            "5:5: shapes don't fit in the sum: `a` is a vector of 2, `b` is a vector of 3: "
            "check the sizes and the order"
        ],
    ),
    "wrong recurrence shape": (
        """\
indices: {t: 1..2}
equations:
  - h[t] = W @ h[t-1]
given:
  W: [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
  h[0]: [1, 2]
""",
        [
            "6:5: shapes don't fit in the matrix product: "
            "`W` is a 3 × 3 matrix, `h[t-1]` is a vector of 2: check the sizes and the order"
        ],
    ),
    "state of another shape": (
        """\
indices: {t: 1..2}
equations:
  - h[t] = W @ x[t] + 0 * sum(h[t-1])
given:
  W: [[1, 2], [4, 5], [7, 8]]
  x: [[1, 2], [3, 4]]
  h[0]: [1, 2]
""",
        ["6:5: `h[t]` is a vector of 3 here and a vector of 2 elsewhere: check the sizes"],
    ),
    "twice equations": (
        """\
indices: {t: 1..2}
equations:
  - y[t] = x[t]
  - y[2] = 3
given: {x: [1, 2]}
""",
        ["7:5: `y[2]` is defined twice: keep one definition"],
    ),
    "twice given": (
        """\
equations:
  - y = 3 * x
given:
  x: 1
  y: 2
""",
        ["8:6: `y` is defined twice: keep one definition"],
    ),
    "beyond": (
        """\
indices: {t: 1..3}
equations:
  - y[t] = x[t+1] + x[t]
given: {x: [1, 2, 3]}
""",
        [
            "6:12: `x[t+1]` reaches `x[4]`, which nothing defines: "
            "give `x[4]` under `given:`, or check the index"
        ],
    ),
    "no initial": (
        """\
indices: {t: 1..3}
equations:
  - h[t] = tanh(h[t-1] + x[t])
given: {x: [1, 2, 3]}
""",
        ["6:5: `h[0]`, where `h` starts, is missing: add `h[0]: …` under `given:`"],
    ),
    "cycle": (
        """\
equations:
  - a = b + x
  - b = 2 * a
given: {x: 1}
""",
        [
            "5:5: `a` needs itself: a needs b needs a: check the indices: "
            "a step may only read steps before it"
        ],
    ),
    "cycle shape known": (
        """\
indices: {t: 1..2}
equations:
  - a[t] = b[t] + a[t-1]
  - b[t] = 2 * a[t]
given: {'a[0]': 1}
""",
        [
            "6:5: `a[1]` needs itself: a[1] needs b[1] needs a[1]: check the indices: "
            "a step may only read steps before it"
        ],
    ),
    "asks undefined": (
        """\
equations:
  - y = 2 * x
given: {x: 1}
questions:
  - {id: q, text: {en: a}, answers: [z, y.2, dL/dx, 'y[1]']}
""",
        [
            "8:38: nothing defines `z`: ask for `y`",
            "8:46: nothing defines `L`: write an equation `L = …`",
            "8:54: `y` has no index: write `y` or one place per index",
        ],
    ),
    "asks beyond": (
        """\
indices: {t: 1..3}
equations:
  - y[t] = 2 * x[t]
given: {x: [1, 2, 3]}
questions:
  - {id: q, text: {en: a}, answers: ['y[4]', 'y[t]']}
""",
        [
            "9:39: `y[4]` is asked for, and nothing defines it: check the index",
            (
                "9:47: an answer can't have an index name: write `y` for all of it, or numbers: "
                "`y[1]`, `y[1..2]`"
            ),
        ],
    ),
    "gradient of nothing": (
        """\
equations:
  - y = 2 * x
  - w = x - dL/dx
given: {x: 1}
""",
        ["6:5: nothing defines `L`: write an equation `L = …`, or give a `dL/d…`"],
    ),
    "gradient by nothing": (
        """\
equations:
  - L = 2 * x
given: {x: 1}
questions:
  - {id: q, text: {en: a}, answers: [dL/dz]}
""",
        ["8:38: nothing defines `z`: ask for `L`"],
    ),
    "gradient of a matrix": (
        """\
equations:
  - Y = 2 * X
given: {X: [[1, 2], [3, 4]]}
questions:
  - {id: q, text: {en: a}, answers: [dY/dX]}
""",
        [
            "8:38: the Jacobian of `Y` goes through a matrix, `X`: "
            "ask for the gradient of one number, or use vectors only"
        ],
    ),
    "unused": (
        """\
equations:
  - y = 2 * x
given: {x: 1, w_f: 2}
""",
        ["6:15: no equation uses `w_f`: remove it, or use it"],
    ),
    "wrong count": (
        """\
indices: {t: 1..3}
equations:
  - y[t] = 2 * x[t]
given:
  x: [1, 2]
""",
        ["8:6: `x` needs 3 values, one per t = 1..3, not 2: give as many values as positions"],
    ),
    "vector where numbers": (
        """\
indices: {t: 1..3}
equations:
  - y[t] = 2 * x[t]
given:
  x: 5
""",
        [
            "8:6: `x` needs 3 values, one per t = 1..3, not one number: "
            "give as many values as positions"
        ],
    ),
    "index count": (
        """\
indices: {t: 1..2}
equations:
  - y[t] = x[t] + x
given:
  x: [1, 2]
""",
        ["6:12: `x` has 1 index elsewhere and 0 here: write it with the same indices everywhere"],
    ),
    "number question": (
        """\
equations:
  - y = 2 * x
given: {x: 1}
questions:
  - {id: q, kind: number, text: {en: a}, answer: yy + 1}
""",
        ["8:50: nothing defines `yy`: did you mean `y`?"],
    ),
    "seed shape": (
        """\
equations:
  - y = 2 * x
given:
  x: [1, 2]
  dL/dy: [1, 2, 3]
questions:
  - {id: q, text: {en: a}, answers: [dL/dx]}
""",
        ["8:10: `dL/dy` must have the shape of `y`: give one number per component"],
    ),
    "seed place": (
        """\
indices: {t: 1..2}
equations:
  - y[t] = 2 * x[t]
given:
  x: [1, 2]
  dL/dy[3]: 1
questions:
  - {id: q, text: {en: a}, answers: [dL/dx]}
""",
        ["9:13: there is no `y[3]`: check the index"],
    ),
    "function": (
        """\
functions:
  act(z): z * w
equations:
  - y = act(x)
given: {x: 1}
""",
        ["5:15: `act` may only use its argument, not `w`: write the number itself"],
    ),
    "no range": (
        """\
equations:
  - y = sum(k, x)
given: {x: 1}
""",
        ["5:5: the index `k` has no range: write `sum(k=1..3, …)`"],
    ),
    "all together": (
        """\
indices: {t: 1..2}
equations:
  - a = (x
  - b = W_g * x
  - c = X + v
given:
  x: 1
  W_h: 2
  X: [1, 2]
  v: [1, 2, 3]
""",
        [
            "6:9: this `(` is never closed: add a `)`",
            "7:9: nothing defines `W_g`: did you mean `W_h`?",
            (
                "8:5: shapes don't fit in the sum: `X` is a vector of 2, `v` is a vector of 3: "
                "check the sizes and the order"
            ),
        ],
    ),
    "component": (
        """\
equations:
  - y = x.4
given: {x: [1, 2]}
""",
        ["5:5: there is no component 4 in a vector of 2: components go from 1 to 2"],
    ),
    "plot": (
        """\
indices: {t: 1..2}
equations:
  - y[t] = x[t]
given: {x: [1, 2]}
plots:
  - {title: {en: a}, over: t, show: ['z[t]', 'y[s]', 'y[t+1]']}
""",
        [
            "9:39: nothing defines `z`: define it",
            "9:47: `y[s]` leaves the index `s` open: write a number, as in `y[1]`",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_issues(name: str) -> None:
    text, expected = CASES[name]
    question = "" if "questions:" in text else QUESTION
    with pytest.raises(AuthorError) as caught:
        loads(HEAD + text + question)
    found = [str(issue).removeprefix("exercise.yaml:") for issue in caught.value.issues]
    assert found == expected
