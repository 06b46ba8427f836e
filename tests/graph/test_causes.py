"""What an author is told is the cause, once: not what follows from it."""

from __future__ import annotations

import pytest

from tests.graph.test_checks import HEAD, QUESTION
from tp_solver.errors import AuthorError
from tp_solver.solution import loads, solve

STEPS = "indices: {t: 1..2}\n"


def asking(*answers: str) -> str:
    listed = ", ".join(f"'{answer}'" for answer in answers)
    return f"questions:\n  - {{id: q, text: {{en: a}}, answers: [{listed}]}}\n"


# What is wrong, the exercise after its head, the issues: line, column, what, what to do.
CASES = {
    "open index": (
        f"{STEPS}equations:\n  - L = (x[t] - 1)^2\ngiven: {{x: [1, 2]}}\n{asking('L')}",
        ["6:10: `x[t]` leaves the index `t` open: write `L[t] = …`, or `sum(t, …)`"],
    ),
    "open index in a sum of components": (
        f"{STEPS}equations:\n  - L = sum((x[t] - 1)^2) / 2\ngiven: {{x: [1, 2]}}\n",
        ["6:14: `x[t]` leaves the index `t` open: write `L[t] = …`, or `sum(t, …)`"],
    ),
    "open index beside another": (
        "indices: {l: 1..2, t: 1..2}\nequations:\n  - y[l] = x[t] + x[l]\ngiven: {x: [1, 2]}\n",
        ["6:12: `x[t]` leaves the index `t` open: write `y[l, t] = …`, or `sum(t, …)`"],
    ),
    "open number of an index": (
        f"{STEPS}equations:\n  - y = t * 2\n",
        ["6:9: `t` leaves the index `t` open: write `y[t] = …`, or `sum(t, …)`"],
    ),
    "derivative of all steps": (
        f"{STEPS}equations:\n  - h[t] = W * t\ngiven: {{W: 2}}\n{asking('dh/dW')}",
        ["9:39: `h` has an index: write e.g. `dh[2]/dW`"],
    ),
    "derivative of a step there is not": (
        f"{STEPS}equations:\n  - h[t] = W * t\ngiven: {{W: 2}}\n{asking('dh[3]/dW', 'dh[t]/dW')}",
        [
            "9:39: there is no `h[3]`: check the index",
            "9:51: `dh[t]/dW` is of `h` at several places: write a number, as in `dh[2]/dW`",
        ],
    ),
    "derivative with an index too many": (
        f"equations:\n  - L = x^2\ngiven: {{x: 2}}\n{asking('dL[2]/dx')}",
        ["8:39: `L` has no index: write `dL/dx`"],
    ),
    "derivative of a given": (
        f"equations:\n  - L = W^2\ngiven: {{W: 2}}\n{asking('dW/dL')}",
        ["8:39: `W` is given: nothing computes it: did you mean `dL/dW`?"],
    ),
    "given asked for": (
        f"{STEPS}equations:\n  - h[t] = W * h[t-1]\n"
        f"given: {{W: 2, 'h[0]': 1}}\n{asking('W', 'h[0]', 'h[0..1]', 'h')}",
        ["9:39: `W` is given: ask for `h`", "9:44: `h[0]` is given: ask for `h`"],
    ),
    "quotient by zero": (
        f"equations:\n  - L = x^2 / 0\ngiven: {{x: 2}}\n{asking('dL/dx')}",
        ["5:5: `L` has no finite value (`2^2 / 0`): check the numbers"],
    ),
    "quotient by a given zero": (
        f"equations:\n  - y = 1 / x\n  - z = 2 * y\ngiven: {{x: 0}}\n{asking('z')}",
        ["5:5: `y` has no finite value (`1 / 0`): check the numbers"],
    ),
    "logarithm of less than zero": (
        f"{STEPS}equations:\n  - y[t] = log(x[t])\ngiven: {{x: [1, -1]}}\n",
        ["6:5: `y[2]` has no finite value (`log(-1)`): check the numbers"],
    ),
    "too large": (
        "equations:\n  - y = exp(x)\ngiven: {x: 1000}\n",
        ["5:5: `y` has no finite value (`exp(1000)`): check the numbers"],
    ),
    "gradient without a value": (
        f"equations:\n  - y = 2 * x\n  - L = sqrt(y)\ngiven: {{x: 0}}\n{asking('y', 'dL/dx')}",
        ["9:44: `dL/dy` has no finite value (`1 / (2 * 0)`): check the numbers"],
    ),
    "answer without a value": (
        "equations:\n  - y = x\ngiven: {x: 0}\nquestions:\n"
        "  - {id: q, kind: number, text: {en: a}, answer: y, accept: ['1 / y']}\n",
        ["8:63: the answer has no finite value (`1 / 0`): check the numbers"],
    ),
    "curve without a value": (
        f"{STEPS}equations:\n  - y[t] = t - 1\n"
        "plots:\n  - {title: {en: a}, over: t, show: ['log(y[t])']}\n",
        ["8:39: the curve has no finite value (`log(0)`): check the numbers"],
    ),
    "condition that never holds": (
        "indices: {n: 1..3}\nequations:\n  - k = first(n, 0.5^n < 0.01)\n",
        ["6:5: no position of `n` fulfils the condition: check the numbers, or the range"],
    ),
    "broken given": (
        "equations:\n  - a = W @ x\n  - L = sum(a)\n"
        f"given:\n  W: [[1, 2], [3]]\n  x: [1, 2]\n{asking('a', 'L', 'dL/dW')}",
        ["8:15: row 2 has not the length of row 1: give every row as many numbers"],
    ),
    "broken equation": (
        f"{STEPS}equations:\n  - h[t] = (x[t] + h[t-1]\n  - L = h[2]^2\n"
        f"given: {{x: [1, 2], 'h[0]': 0}}\n{asking('h', 'L', 'dL/dx')}",
        ["6:12: this `(` is never closed: add a `)`"],
    ),
    "equation without a name": (
        f"equations:\n  - (x - 1)^2\ngiven: {{x: 2}}\n{asking('L', 'dL/dx')}",
        [
            "5:5: `(x - 1)^2` is not an equation for a name: "
            "write `name = formula`, or `name[t] = formula`"
        ],
    ),
    "unknown name": (
        f"equations:\n  - a = X + 1\n  - L = a^2\ngiven: {{x: 2}}\n{asking('a', 'L')}",
        [
            "5:9: nothing defines `X`: did you mean `x`?",
            "7:9: no equation uses `x`: did you mean `X`?",
        ],
    ),
    "index without a range": (
        f"equations:\n  - y[t] = x[t]\n  - z[t] = y[t]\ngiven: {{x: [1, 2]}}\n{asking('z')}",
        ["5:5: the index `t` has no range: add `indices: {t: 1..3}`"],
    ),
    "state read by many": (
        f"{STEPS}equations:\n  - z[t] = w * h[t-1]\n  - r[t] = 2 * h[t-1]\n"
        "  - h[t] = h[t-1] + z[t] + r[t]\ngiven: {w: 1}\n",
        ["8:5: `h[0]`, where `h` starts, is missing: add `h[0]: …` under `given:`"],
    ),
    "state two steps before": (
        f"{STEPS}equations:\n  - h[t] = h[t-1] + h[t-2]\n",
        ["6:5: `h[-1..0]`, where `h` starts, is missing: add `h[-1..0]: …` under `given:`"],
    ),
    "state from the end": (
        f"{STEPS}equations:\n  - g[t] = g[t+1] + 1\n",
        ["6:5: `g[3]`, where `g` starts, is missing: add `g[3]: …` under `given:`"],
    ),
    "state misspelt": (
        f"{STEPS}equations:\n  - h[t] = h[t-1] + 1\ngiven: {{h0: 1}}\n",
        ["7:9: no equation uses `h0`: did you mean `h[0]`?"],
    ),
    "state with a stroke": (
        f"{STEPS}equations:\n  - h[t] = h[t-1] + 1\ngiven: {{h_0: 1}}\n",
        ["7:9: no equation uses `h_0`: did you mean `h[0]`?"],
    ),
    "step beyond the last": (
        f"{STEPS}equations:\n  - h[t] = 2 * t\n  - L = h[3]\n",
        ["7:9: nothing defines `h[3]`: `t` goes from 1 to 2"],
    ),
    "star where the product fits": (
        "equations:\n  - y = W * x\ngiven: {W: [[1, 2], [3, 4]], x: [1, 2]}\n",
        [
            "5:5: shapes don't fit in the elementwise product: `W` is a 2 × 2 matrix, "
            "`x` is a vector of 2: for a matrix product write `@`"
        ],
    ),
    "star told where it stands": (
        f"{STEPS}equations:\n  - z[t] = w * [h[t-1], x[t]]\n  - h[t] = tanh(z[t])\n"
        "given: {w: [1, 2], x: [1, 2], 'h[0]': 0}\n",
        [
            "6:12: `w * [h[t-1], x[t]]` multiplies component by component: "
            "for a matrix product write `@`"
        ],
    ),
    "cell without numbers": (
        f"{STEPS}use: lstm\ngiven: {{x: [1, 2]}}\n{asking('h')}",
        [
            "5:6: `use: lstm` needs W_f, b_f, W_i, b_i, W_C, b_C, W_o, b_o, h[0], C[0]: "
            "give them under `given:`"
        ],
    ),
    "cell with one name misspelt": (
        f"{STEPS}use: rnn\ngiven: {{x: [1, 2], W_x: 1, W_hh: 1, b_h: 0, W_hy: 1, b_y: 0, "
        "'h[0]': 0}\n",
        [
            "5:6: nothing defines `W_xh`: did you mean `W_x`?",
            "6:20: no equation uses `W_x`: did you mean `W_xh`?",
        ],
    ),
    "nothing of that name": (
        "equations:\n" + "".join(f"  - a{k} = {k}\n" for k in range(1, 14)) + asking("qq"),
        [
            "19:39: nothing defines `qq`: ask for "
            + ", ".join(f"`a{k}`" for k in range(1, 13))
            + ", …"
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_causes(name: str) -> None:
    text, expected = CASES[name]
    question = "" if "questions:" in text else QUESTION
    with pytest.raises(AuthorError) as caught:
        loads(HEAD + text + question)
    found = [str(issue).removeprefix("exercise.yaml:") for issue in caught.value.issues]
    assert found == expected


def test_a_vector_on_the_left_of_a_matrix_is_a_row() -> None:
    text = "equations:\n  - y = x @ W\n  - z = W.T @ x\n  - d = x @ x\n"
    given = "given: {x: [1, 2], W: [[1, 2, 0], [3, 4, 5]]}\n"
    solution = solve(loads(HEAD + text + given + QUESTION))
    assert solution.value("y").tolist() == solution.value("z").tolist() == [7, 10, 10]
    assert solution.value("d") == 5
