"""Training steps: the gradients of each step, taken at the weights of the step before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.written import model, text
from tp_solver.errors import AuthorError
from tp_solver.language.plain import plain
from tp_solver.solution import Solution, solve
from tp_solver.verify import verify

STEPS = {"t": "1..3", "n": "1..3"}
RNN = [
    "h[n, t] = tanh(W[n-1] @ [h[n, t-1], x[t]])",
    "e[n, t] = V[n-1] @ h[n, t] - y[t]",
    "L[n] = sum(t, e[n, t]^2) / 2",
]
W, V = [[0.5, -0.3, 0.8], [0.2, 0.7, -0.4]], [0.6, -0.9]
X, Y = [1.0, -0.5, 0.25], [0.3, -0.2, 0.4]
NUMBERS = {"W[0]": W, "V[0]": V, "x": X, "y": Y, "h[1..3, 0]": 0}
SLOPE = ["L[n] = sum(t, (w[n-1] * x[t] - 1)^2) / 2"]  # dL[n]/dw[n-1] = 5 w[n-1] - 3 for x = 1, 2
LINE = {"w[0]": 2, "x": [1, 2]}
SHORT = {"t": "1..2", "n": "1..3"}


def solved(equations: list[str], given: dict[str, Any], asked: list[str], **more: Any) -> Solution:
    """Solve an exercise, once the two other ways agree."""
    exercise = model(equations, given, asked, more.get("indices", STEPS), more.get("extra", ""))
    assert verify(exercise).holds
    return solve(exercise)


def refused(equations: list[str], asked: list[str], extra: str = "", **given: Any) -> list[str]:
    """List what is said of a line fitted to 1 that is wrong, each as what and what to do."""
    with pytest.raises(AuthorError) as caught:
        model([*SLOPE, *equations], LINE | given, asked, SHORT, extra)
    return [f"{issue.what}: {issue.todo}" for issue in caught.value.issues]


def by_hand(w: Any, v: Any) -> tuple[float, Any, Any]:
    """Give the loss of the network above and its gradients, back through time by hand."""
    states, inputs = [np.zeros(2)], []
    for x in X:
        inputs.append(np.array([*states[-1], x]))
        states.append(np.tanh(w @ inputs[-1]))
    errors = [v @ h - y for h, y in zip(states[1:], Y, strict=True)]
    g_w, g_v, back = np.zeros((2, 3)), np.zeros(2), np.zeros(2)
    for error, joined, h in reversed(list(zip(errors, inputs, states[1:], strict=True))):
        g_v += error * h
        z = (error * v + back) * (1 - h**2)
        g_w += np.outer(z, joined)
        back = w[:, :2].T @ z
    return sum(e**2 for e in errors) / 2, g_w, g_v


class TestNumbers:
    def test_gradient_descent(self) -> None:
        updates = ["W[n] = W[n-1] - 0.5 * dL[n]/dW[n-1]", "V[n] = V[n-1] - 0.5 * dL[n]/dV[n-1]"]
        asked = ["dL[1]/dW[0]", "dL[3]/dV[2]", "L", "W"]
        solution = solved([*RNN, *updates], NUMBERS, asked)
        w, v = np.array(W), np.array(V)
        for n in (1, 2, 3):
            loss, g_w, g_v = by_hand(w, v)
            assert np.allclose(solution.value("L", (n,)), loss, rtol=1e-12)
            assert np.allclose(solution.value(f"dL[{n}]/dW", (n - 1,)), g_w, rtol=1e-11)
            assert np.allclose(solution.value(f"dL[{n}]/dV", (n - 1,)), g_v, rtol=1e-11)
            w, v = w - 0.5 * g_w, v - 0.5 * g_v
            assert np.allclose(solution.value("W", (n,)), w, rtol=1e-12)

    def test_momentum(self) -> None:
        updates = [
            "g_W[n] = dL[n]/dW[n-1]",
            "u[n] = 0.9 * u[n-1] + g_W[n]",
            "W[n] = W[n-1] - 0.2 * u[n]",
            "V[n] = V[n-1]",
        ]
        solution = solved([*RNN, *updates], NUMBERS | {"u[0]": 0}, ["g_W", "W[2]", "u"])
        w, u = np.array(W), np.zeros((2, 3))
        for n in (1, 2, 3):
            _, g_w, _ = by_hand(w, np.array(V))
            u = 0.9 * u + g_w
            w = w - 0.2 * u
            assert np.allclose(solution.value("g_W", (n,)), g_w, rtol=1e-11)
            assert np.allclose(solution.value("u", (n,)), u, rtol=1e-11)
            assert np.allclose(solution.value("W", (n,)), w, rtol=1e-12)

    def test_adam_with_gradients_clipped_together(self) -> None:
        """PyTorch's Adam after clip_grad_norm_ to 0.25, in float64; 1e-6 of it is torch's."""
        updates = ["norm_g[n] = sqrt(sum(dL[n]/dW[n-1] ^ 2) + sum(dL[n]/dV[n-1] ^ 2))"]
        for w in "WV":
            updates += [
                f"g_{w}[n] = dL[n]/d{w}[n-1] * min(1, 0.25 / (norm_g[n] + 0.000001))",
                f"m_{w}[n] = 0.9 * m_{w}[n-1] + 0.1 * g_{w}[n]",
                f"v_{w}[n] = 0.999 * v_{w}[n-1] + 0.001 * g_{w}[n]^2",
                f"s_{w}[n] = sqrt(v_{w}[n] / (1 - 0.999^n)) + 1e-8",
                f"{w}[n] = {w}[n-1] - 0.1 * m_{w}[n] / (1 - 0.9^n) / s_{w}[n]",
            ]
        starts = {f"{state}_{w}[0]": 0 for state in "mv" for w in "WV"}
        solution = solved([*RNN, *updates], NUMBERS | starts, ["L", "W", "V", "norm_g"])
        for n, (loss, norm, w_after, v_after) in enumerate(ADAM, 1):
            assert np.allclose(solution.value("L", (n,)), loss, rtol=1e-11)
            assert np.allclose(solution.value("norm_g", (n,)), norm, rtol=1e-11)
            assert np.allclose(solution.value("W", (n,)), w_after, rtol=1e-11)
            assert np.allclose(solution.value("V", (n,)), v_after, rtol=1e-11)

    @pytest.mark.parametrize("case", ["sgd", "sgd_momentum", "adam", "adam_lr0.1"])
    def test_pytorch_optimizers(self, reference: Path, case: str) -> None:
        theirs = json.loads((reference / "cases" / f"torch_optim_{case}.json").read_text())
        gradients = np.array([g["W"] for g in theirs["inputs"]["gradients"]])
        rate = theirs["convention"]["hyper"]["lr"]
        equations = ["L[n] = sum(G[n] * W[n-1])", "g[n] = dL[n]/dW[n-1]"]
        given: dict[str, Any] = {"W[0]": theirs["params"]["W"], "G": gradients, "m[0]": 0}
        if case == "sgd":
            equations += [f"W[n] = W[n-1] - {rate} * g[n]", "m[n] = m[n-1]"]
        elif case == "sgd_momentum":
            equations += ["m[n] = 0.9 * m[n-1] + g[n]", f"W[n] = W[n-1] - {rate} * m[n]"]
        else:
            given["v[0]"] = 0
            equations += [
                "m[n] = 0.9 * m[n-1] + 0.1 * g[n]",
                "v[n] = 0.999 * v[n-1] + 0.001 * g[n]^2",
                "s[n] = sqrt(v[n] / (1 - 0.999^n)) + 1e-8",
                f"W[n] = W[n-1] - {rate} * m[n] / (1 - 0.9^n) / s[n]",
            ]
        exercise = model(equations, given, ["W"], {"n": f"1..{len(gradients)}"})
        for n, after in enumerate(theirs["expected"]["after_step"], 1):
            ours = solve(exercise).value("W", (n,))
            assert np.allclose(ours, after["params"]["W"], rtol=1e-12)

    def test_gradients_of_several_losses_summed(self) -> None:
        """Gradients 5 w - 3 at w = 2 (1.3, …): 7, 3.5, 1.75 with steps of half of 1/5."""
        equations = [*SLOPE, "w[n] = w[n-1] - 0.1 * dL[n]/dw[n-1]"]
        equations += ["s = sum(n, dL[n]/dw[n-1])", "a = mean(n = 1..2, dL[n]/dw[n-1])"]
        solution = solved(equations, LINE, ["s", "a"], indices=SHORT)
        assert solution.value("s") == pytest.approx(12.25, rel=1e-12)
        assert solution.value("a") == pytest.approx(5.25, rel=1e-12)

    def test_a_curve_of_gradients(self) -> None:
        extra = 'plots:\n  - {title: g, over: n, show: ["abs(dL[n]/dw[n-1])"]}'
        step = "w[n] = w[n-1] - 0.1 * dL[n]/dw[n-1]"
        solution = solved([*SLOPE, step], LINE, ["w"], indices=SHORT, extra=extra)
        values = [float(solution.value("plot 1.1", (n,))) for n in (1, 2, 3)]
        assert values == pytest.approx([7, 3.5, 1.75], rel=1e-12)

    def test_jacobians_of_each_step(self) -> None:
        """h[t] = 2 h[t-1]²: the derivative is 4 h[t-1], and h goes 1, 2, 8."""
        equations = ["h[t] = 2 * h[t-1]^2", "J[t] = dh[t]/dh[t-1]"]
        solution = solved(equations, {"h[0]": 1}, ["J"], indices={"t": "1..3"})
        assert [float(solution.value("J", (t,))) for t in (1, 2, 3)] == [4, 8, 32]


# Losses, norms before clipping, weights after each step, from PyTorch 2 (float64).
ADAM: list[tuple[float, float, list[list[float]], list[float]]] = [
    (
        0.13984790030991848,
        0.4355876346248081,
        [
            [0.4000000405223499, -0.20000004649310615, 0.7000000171842502],
            [0.10000004640883174, 0.7999987593857275, -0.3000000058050952],
        ],
        [0.5000000069132726, -0.8000000119702669],
    ),
    (
        0.07576152578799468,
        0.1790706162288212,
        [
            [0.3030114260034054, -0.10118157261550839, 0.6064672654464898],
            [0.019746224385683672, 0.8790896078379997, -0.2015950101456483],
        ],
        [0.40324548570899915, -0.7045030258758538],
    ),
    (
        0.05888155128684633,
        0.059441156575833945,
        [
            [0.20472320631810198, -0.018515853917254077, 0.5608399261634829],
            [-0.04014893715518454, 0.964503336989196, -0.13089332444619428],
        ],
        [0.3384001288504527, -0.6344794891690936],
    ),
]


class TestSteps:
    def test_each_step_stands_after_the_gradients_it_needs(self) -> None:
        solution = solved(
            [*SLOPE, "w[n] = w[n-1] - 0.1 * dL[n]/dw[n-1]"], LINE, ["w"], indices=SHORT
        )
        names = [plain(step.ref) for step in solution.steps]
        for n in (1, 2, 3):
            assert names[3 * n - 3 : 3 * n] == [f"L[{n}]", f"dL[{n}]/dw[{n - 1}]", f"w[{n}]"]
        formulas = [plain(step.formula) for step in solution.steps if step.key == "w"]
        assert formulas == [f"w[{n - 1}] - 0.1 * dL[{n}]/dw[{n - 1}]" for n in (1, 2, 3)]

    def test_gradients_are_derived_for_their_own_step_only(self) -> None:
        updates = ["W[n] = W[n-1] - 0.5 * dL[n]/dW[n-1]", "V[n] = V[n-1]"]
        given = {name: value for name, value in NUMBERS.items() if not name.startswith("h")}
        counts = []
        for n in (3, 6):
            indices = {**STEPS, "n": f"1..{n}"}
            m = model([*RNN, *updates], given | {f"h[1..{n}, 0]": 0}, ["W"], indices)
            counts.append(len([e for e in m.system.equations if e.left.over]))
        assert counts[1] == 2 * counts[0]

    def test_an_issue_is_told_where_the_equation_stands(self) -> None:
        written = text([*SLOPE, "w[n] = w[n-1] - dL[n]/dw[n]"], LINE, ["w"], SHORT)
        with pytest.raises(AuthorError) as caught:
            model([*SLOPE, "w[n] = w[n-1] - dL[n]/dw[n]"], LINE, ["w"], SHORT)
        (issue,) = caught.value.issues
        assert "dL[n]/dw[n]" in written.splitlines()[issue.line - 1]


STEP = "w[n] = w[n-1] - 0.1 * dL[n]/dw[n-1]"


class TestSecondDerivatives:
    def test_the_gradient_at_the_weights_of_its_step_is_a_first_one(self) -> None:
        solution = solved([*SLOPE, STEP], LINE, ["dL[2]/dw[1]", "dL[3]/dw[2]"], indices=SHORT)
        assert float(solution.value("dL[2]/dw", (1,))) == pytest.approx(3.5, rel=1e-12)

    def test_one_that_would_go_through_a_step_is_refused(self) -> None:
        said = "would need a second derivative, of `dL[1]/dw[0]`: ask for `dL[2]/dw[1]`"
        assert refused([STEP], ["dL[2]/dw[0]"]) == [f"`dL[2]/dw[0]` {said}"]
        assert refused([STEP, "q = dL[2]/dw[0]"], ["q"]) == [f"`dL[2]/dw[0]` {said}"]

    def test_one_of_all_places_says_which_to_name(self) -> None:
        said = "would need a second derivative, of `dL[2]/dw[1]`: ask for `dL[3]/dw[2]`"
        assert refused([STEP], ["dL[3]/dw"]) == [f"`dL[3]/dw[1]` {said}"]

    def test_one_that_goes_past_a_detached_gradient_is_a_first_one(self) -> None:
        """With its gradient held fixed, w[1] grows as w[0] does."""
        step = "w[n] = w[n-1] - detach(0.1 * dL[n]/dw[n-1])"
        solution = solve(model([*SLOPE, step], LINE, ["dL[2]/dw[0]"], SHORT))
        assert float(solution.value("dL[2]/dw", (0,))) == pytest.approx(3.5, rel=1e-12)

    def test_one_by_the_data_is_refused_after_the_first_step(self) -> None:
        (said,) = refused([STEP], ["dL[2]/dx"])
        assert "would need a second derivative" in said
        solution = solved([*SLOPE, STEP], LINE, ["dL[1]/dx"], indices=SHORT)
        slopes = [float(solution.value("dL[1]/dx", (t,))) for t in (1, 2)]
        assert slopes == [2, 6]  # w (w x - 1)

    def test_one_by_the_rate_of_a_single_step_is_not(self) -> None:
        """L[2] falls by the gradient at w[1] times that at w[0] as the rate grows: −3.5 · 7."""
        step = STEP.replace("0.1", "r")
        solution = solved([*SLOPE, step], LINE | {"r": 0.1}, ["dL[2]/dr"], indices=SHORT)
        assert float(solution.value("dL[2]/dr")) == pytest.approx(-24.5, rel=1e-12)
        assert refused([step], ["dL[3]/dr"], r=0.1) == [
            "`dL[3]/dr` would need a second derivative, of `dL[2]/dw[1]`: "
            "ask for first derivatives only"
        ]


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("w[n] = w[n-1] - dL/dw[n-1]", "`L` has an index: write e.g. `dL[n]/dw[n-1]`"),
        (
            "w[n] = w[n-1] - dL[n]/dw",
            "`w` has 1 index elsewhere and 0 here: write e.g. `dL[n]/dw[n-1]`",
        ),
        (
            "w[n] = w[n-1] - dL[n]/dw[n]",
            "`dL[1]/dw[1]` is 0: `L[1]` does not depend on it: did you mean `dL[1]/dw[0]`?",
        ),
        ("w[n] = w[n-1] - dL[n-1]/dw[n-1]", "there is no `L[0]`: check the index"),
        (
            "w[n] = w[n-1] - dL[n]/dx[n]",
            "`dL[3]/dx[3]` reaches `x[3]`, which nothing defines: check the index",
        ),
        (
            "k = first(n, abs(dL[n]/dw[n-1]) < 1)",
            "`first(n, …)` can't search among gradients of several tops: "
            "give each a name by an equation, and search among these",
        ),
    ],
)
def test_slips(equation: str, said: str) -> None:
    others = [] if equation.startswith("w") else [STEP]
    assert refused([equation, *others], ["L"]) == [said]


def test_too_many_steps() -> None:
    with pytest.raises(AuthorError, match="keep to 100: shorten the range of `n`"):
        model([*SLOPE, STEP], LINE, ["w"], {**SHORT, "n": "1..101"})


class TestFrozen:
    def test_a_frozen_name_has_no_gradient(self) -> None:
        todo = "ask for another gradient, or take `x` out of `frozen:`"
        said = f"`x` is frozen: no gradient flows to it: {todo}"
        assert refused([STEP], ["dL[1]/dx"], "frozen: [x]") == [said]
        assert refused([STEP, "q = dL[1]/dx[1]"], ["q"], "frozen: [x]") == [said]

    def test_other_gradients_stay(self) -> None:
        solution = solved([*SLOPE, STEP], LINE, ["w"], indices=SHORT, extra="frozen: [x]")
        assert float(solution.value("w", (1,))) == pytest.approx(1.3, rel=1e-12)

    def test_only_given_names_can_be_frozen(self) -> None:
        assert refused([STEP], ["w"], "frozen: [xs]") == ["nothing defines `xs`: did you mean `x`?"]
        assert refused([STEP], ["w"], "frozen: [w]") == [
            "`w` is computed: freeze given numbers only"
        ]


M = [[0.1, 0.2], [0.3, 0.4]]


class TestOneNumberForAll:
    @pytest.mark.parametrize(
        ("equation", "given"),
        [
            ("h[t] = tanh(M @ h[t-1])", {}),
            ("h[t] = tanh(M @ [h[t-1].1, h[t-1].2] + b)", {"b": [0.5, -1]}),
            ("h[t] = h[t-1] + M @ [1, -1]", {}),
            ("h[t] = k * h[t-1] - row(M, 0)", {"k": 2}),
        ],
    )
    def test_a_start_takes_the_shape_of_its_equations(
        self, equation: str, given: dict[str, Any]
    ) -> None:
        few = {"M": M, **given}
        one, both = (
            solve(model([equation], few | {"h[0]": start}, ["h"], {"t": "1..2"}))
            for start in (0.5, [0.5, 0.5])
        )
        assert one.value("h", (0,)).tolist() == [0.5, 0.5]
        assert one.value("h", (2,)).tolist() == both.value("h", (2,)).tolist()

    def test_a_matrix(self) -> None:
        solution = solve(
            model(["m[n] = m[n-1] / 2 + M"], {"M": M, "m[0]": 1}, ["m"], {"n": "1..1"})
        )
        assert np.allclose(solution.value("m", (1,)), [[0.6, 0.7], [0.8, 0.9]], rtol=1e-12)

    def test_a_start_whose_step_is_one_number_stays_one(self) -> None:
        given = {"w": [0.5, 2], "h[0]": 1, "x": [1, -1]}
        solution = solve(model(["h[t] = w @ [h[t-1], x[t]]"], given, ["h"], {"t": "1..2"}))
        assert [float(solution.value("h", (t,))) for t in (0, 1, 2)] == [1, 2.5, -0.75]

    def test_a_range_of_places(self) -> None:
        equations, indices = ["h[n, t] = n * h[n, t-1]"], {"n": "1..2", "t": "1..2"}
        solution = solve(model(equations, {"h[1..2, 0]": 3}, ["h"], indices))
        assert solution.tables["h"].data.tolist() == [[3, 3, 3], [3, 6, 12]]

    def test_lists_still_need_a_number_for_each_place(self) -> None:
        with pytest.raises(AuthorError, match=r"needs 2 values, one per .*, not 3"):
            model(
                ["h[n, t] = h[n, t-1]"],
                {"h[1..2, 0]": [1, 2, 3]},
                ["h"],
                {"n": "1..2", "t": "1..2"},
            )

    def test_beside_a_vector(self) -> None:
        for order in (("h[1, 0]", "h[2, 0]"), ("h[2, 0]", "h[1, 0]")):
            starts = {"h[1, 0]": 0.5, "h[2, 0]": [1, 2]}
            given = {"M": M} | {name: starts[name] for name in order}
            exercise = model(["h[n, t] = M @ h[n, t-1]"], given, ["h"], {"n": "1..2", "t": "1..1"})
            assert np.allclose(solve(exercise).value("h", (1, 1)), [0.15, 0.35], rtol=1e-12)
            assert np.allclose(solve(exercise).value("h", (2, 1)), [0.5, 1.1], rtol=1e-12)

    def test_vectors_of_two_lengths_are_refused(self) -> None:
        given = {"h[1, 0]": [1, 2], "h[2, 0]": [1, 2, 3]}
        with pytest.raises(AuthorError, match="a vector of 3 here and a vector of 2 elsewhere"):
            model(["h[n, t] = 2 * h[n, t-1]"], given, ["h"], {"n": "1..2", "t": "1..2"})
