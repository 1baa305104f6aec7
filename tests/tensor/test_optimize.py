"""Roots and least values as expressions, with derivatives by the implicit function theorem."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.tensor import optimize

RNG = np.random.default_rng(4)
MATRIX, RIGHT = RNG.normal(size=(3, 3)) + 4 * np.eye(3), RNG.normal(size=3)
MODES = ["FAST_RUN", "FAST_COMPILE"]

x, A, b = T.dvector("x"), T.dmatrix("A"), T.dvector("b")
t, c = T.dscalar("t"), T.dscalar("c")


def differences(function, at, step=1e-5):
    """Central differences of a function of one array."""
    found = np.empty(at.shape)
    for place in np.ndindex(*at.shape):
        moved = np.zeros(at.shape)
        moved[place] = step
        found[place] = (function(at + moved) - function(at - moved)) / (2 * step)
    return found


@pytest.mark.parametrize("mode", MODES)
def test_root_of_a_system(mode):
    place, success = optimize.root(T.dot(A, x) + 0.1 * x**3 - b, x, optimizer_kwargs={"tol": 1e-13})
    cost = T.sum(place**2)
    f = sl.function([x, A, b], [place, success, cost, *sl.grad(cost, [A, b, x])], mode=mode)
    found, reached, _, by_matrix, by_right, by_start = f(np.zeros(3), MATRIX, RIGHT)
    assert reached
    np.testing.assert_allclose(MATRIX @ found + 0.1 * found**3, RIGHT, atol=1e-12)
    np.testing.assert_allclose(by_matrix, differences(lambda v: f(np.zeros(3), v, RIGHT)[2], MATRIX), atol=1e-8)
    np.testing.assert_allclose(by_right, differences(lambda v: f(np.zeros(3), MATRIX, v)[2], RIGHT), atol=1e-8)
    np.testing.assert_array_equal(by_start, np.zeros(3))


@pytest.mark.parametrize(
    ("method", "jac", "hess"), [("newton", True, False), ("secant", False, False), ("halley", True, True)]
)
def test_square_root(method, jac, hess):
    place, success = optimize.root_scalar(t**2 - c, t, method=method, jac=jac, hess=hess)
    first = sl.grad(place, c)
    second, third = sl.grad(first, c), sl.grad(sl.grad(first, c), c)
    found = sl.function([t, c], [place, success, first, second, third])(1.0, 2.0)
    expected = [2**0.5, True, 0.5 * 2**-0.5, -0.25 * 2**-1.5, 0.375 * 2**-2.5]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_a_bracket():
    place, _ = optimize.root_scalar(
        T.cos(t) - c, t, method="brentq", optimizer_kwargs={"bracket": [0, 3], "xtol": 1e-14}
    )
    found = sl.function([t, c], [place, sl.grad(place, c)])(1.0, 0.25)
    np.testing.assert_allclose(found, [np.arccos(0.25), -1 / np.sqrt(1 - 0.25**2)], rtol=1e-10)


@pytest.mark.parametrize(
    ("method", "jac", "hess"), [("BFGS", True, False), ("Newton-CG", True, True), ("Nelder-Mead", False, False)]
)
def test_least_value(method, jac, hess):
    objective = T.sum((x - b) ** 2) + (x[0] - c) ** 2
    place, _ = optimize.minimize(objective, x, method, jac, hess, optimizer_kwargs={"tol": 1e-12})
    by_c, by_b = sl.grad(T.sum(place), [c, b])
    forward = sl.Rop(place, b, T.ones_like(b))
    f = sl.function([x, b, c], [place, by_c, by_b, forward])
    found = f(np.zeros(2), [1.0, 2.0], 3.0)
    for part, expected in zip(found, [[2, 2], 0.5, [0.5, 1], [0.5, 1]], strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-6)


def test_least_value_of_a_scalar():
    place, _ = optimize.minimize_scalar((t - c) ** 2 + T.cosh(t), t)
    found, slope = sl.function([t, c], [place, sl.grad(place, c)])(0.0, 1.0)
    np.testing.assert_allclose(2 * (found - 1) + np.sinh(found), 0, atol=1e-7)
    np.testing.assert_allclose(slope, 2 / (2 + np.cosh(found)), rtol=1e-7)


def test_matrices_and_other_dtypes():
    X, S = T.fmatrix("X"), T.fmatrix("S")
    place, success = optimize.root(X + X**3 - S, X)
    start, wanted = np.zeros((2, 2), "float32"), np.array([[1, 2], [3, 4]], "float32")
    found, reached, slope = sl.function([X, S], [place, success, sl.grad(T.sum(place), S)])(start, wanted)
    assert (found.dtype, found.shape, bool(reached)) == (np.float32, (2, 2), True)
    np.testing.assert_allclose(found + found**3, wanted, rtol=1e-5)
    np.testing.assert_allclose(slope, 1 / (1 + 3 * found**2), rtol=1e-5)


def test_jacobians_and_second_derivatives():
    place, _ = optimize.minimize(T.sum((x - c) ** 2) + T.sum(x**4), x, optimizer_kwargs={"tol": 1e-12})
    slope = sl.grad(T.sum(place), c)
    f = sl.function([x, c], [place, slope, sl.jacobian(place, c), sl.grad(slope, c)])
    found, total, rows, second = f(np.ones(2), 1.0)
    np.testing.assert_allclose(rows, 2 / (2 + 12 * found**2), rtol=1e-6)
    np.testing.assert_allclose(total, rows.sum(), rtol=1e-10)
    near = [f(np.ones(2), 1.0 + step)[1] for step in (1e-4, -1e-4)]
    np.testing.assert_allclose(second, (near[0] - near[1]) / 2e-4, rtol=1e-4)


def test_implicit_steps_within_a_loop():
    """Euler's implicit method: an equation at each step, and the derivatives of the last state."""

    def step(state, rate):
        new = state * 1.0  # where to begin
        return optimize.root(new - state + 0.1 * rate * new**3, new, optimizer_kwargs={"tol": 1e-13})[0]

    states, _ = sl.scan(step, outputs_info=b, non_sequences=c, n_steps=4)
    f = sl.function([b, c], [states[-1], *sl.grad(T.sum(states[-1]), [b, c])])
    found, by_start, by_rate = f([1.0, 2.0], 1.5)
    state = np.array([1.0, 2.0])
    for _ in range(4):
        state = np.array([np.roots([0.15, 0, 1, -value])[-1].real for value in state])
    np.testing.assert_allclose(found, state, rtol=1e-10)
    near = [f([1.0, 2.0], 1.5 + step)[0].sum() for step in (1e-5, -1e-5)]
    np.testing.assert_allclose(by_rate, (near[0] - near[1]) / 2e-5, rtol=1e-6)
    near = [f([1.0 + step, 2.0], 1.5)[0].sum() for step in (1e-5, -1e-5)]
    np.testing.assert_allclose(by_start[0], (near[0] - near[1]) / 2e-5, rtol=1e-6)


def test_learning_through_a_least_value():
    """Ridge regression whose penalty is learned: shared variables, updates, a gradient through the fit."""
    inputs, rng = RNG.normal(size=(20, 3)), np.random.default_rng(1)
    target = inputs @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=20)
    strength, w = sl.shared(np.log(10.0), "strength"), T.dvector("w")
    fit, _ = optimize.minimize(T.sum((T.dot(inputs, w) - target) ** 2) + T.exp(strength) * T.sum(w**2), w)
    held = T.sum((fit - np.array([1.0, -2.0, 0.5])) ** 2)
    step = sl.function([w], held, updates={strength: strength - 5 * sl.grad(held, strength)})
    costs = [float(step(np.zeros(3))) for _ in range(15)]
    assert costs[-1] < 0.1 * costs[0]


@pytest.mark.parametrize("mode", ["DebugMode", "NanGuardMode"])
def test_modes_with_checks(mode):
    place, _ = optimize.root_scalar(t**2 - c, t, method="newton", jac=True)
    found = sl.function([t, c], [place, sl.grad(place, c)], mode=mode)(1.0, 4.0)
    np.testing.assert_allclose(found, [2, 0.25])


def test_pickles_and_copies():
    place, _ = optimize.root_scalar(t**2 - c, t, method="newton", jac=True)
    f = pickle.loads(pickle.dumps(sl.function([t, c], place)))
    np.testing.assert_allclose(f(1.0, 9.0), 3)
    other = sl.clone(place, {c: c + 7.0})
    np.testing.assert_allclose(other.eval({t: 1.0, c: 9.0}), 4)


def test_a_failure_is_told():
    _, success = optimize.root_scalar(t**2 + c, t, method="newton", jac=True, optimizer_kwargs={"maxiter": 5})
    assert not sl.function([t, c], success)(0.9, 1.0)


def test_errors():
    with pytest.raises(TypeMismatch, match="objective must be a scalar"):
        optimize.minimize(x, x)
    with pytest.raises(TypeMismatch, match="as many equations as variables"):
        optimize.root(T.sum(x), x)
    with pytest.raises(InvalidValue, match="does not depend on what is looked for"):
        optimize.root_scalar(c, t)
    with pytest.raises(InvalidValue, match="numbers, texts, lists and dicts"):
        optimize.minimize(T.sum(x**2), x, optimizer_kwargs={"callback": print})
    place, _ = optimize.root_scalar(t**2 - c, t, method="brentq")
    with pytest.raises(InvalidValue, match="refuses: Bracket needed"):
        sl.function([t, c], place)(1.0, 2.0)


def repeated(cost, c, orders):
    """The gradients of a cost, of the sum of its gradient, and so on."""
    found = []
    for _ in range(orders):
        found.append(sl.grad(cost, c))
        cost = T.sum(found[-1] * T.arange(1, found[-1].shape[0] + 1) if found[-1].ndim else found[-1])
    return found


def pushed(cost, c, direction, orders):
    """The derivatives of a cost along a direction."""
    found = []
    for _ in range(orders):
        cost = sl.Rop(cost, c, direction)
        found.append(cost)
    return found


@pytest.mark.parametrize("walk", [pytest.param("backward", marks=pytest.mark.slow), "forward", "both"])
def test_derivatives_of_a_root_at_four_orders(walk):
    x, c, v = T.dvector("x"), T.dvector("c"), T.dvector("v")
    equations = T.stack([x[0] * x[1] - c[0], x[0] - c[1] * x[1]])
    place, _ = sl.optimize.root(equations, x, optimizer_kwargs={"tol": 1e-12})
    closed = T.stack([T.sqrt(c[0] * c[1]), T.sqrt(c[0] / c[1])])
    derivatives = {
        "backward": lambda found: repeated(T.sum(found * c), c, 4),
        "forward": lambda found: pushed(T.sum(found * T.exp(c)), c, v, 4),
        "both": lambda found: pushed(T.sum(repeated(T.sum(found * c), c, 2)[-1]), c, v, 2),
    }[walk]
    f = sl.function([x, c, v], [*derivatives(place), *derivatives(closed)], on_unused_input="ignore")
    values = f([1.0, 1.0], [2.0, 3.0], [1.0, 0.4])
    half = len(values) // 2
    for implicit, exact in zip(values[:half], values[half:], strict=True):
        np.testing.assert_allclose(implicit, exact, rtol=1e-7)
        assert np.abs(exact).max() > 1e-3


@pytest.mark.parametrize("walk", ["backward", "forward"])
def test_derivatives_of_a_least_value_at_four_orders(walk):
    x, c, v = T.dvector("x"), T.dvector("c"), T.dvector("v")
    place, _ = sl.optimize.minimize(
        T.sum(T.exp(x)) - T.dot(c, x), x, method="trust-exact", hess=True, optimizer_kwargs={"tol": 1e-12}
    )
    orders = repeated(T.sum(place), c, 4) if walk == "backward" else pushed(T.sum(place), c, v, 4)
    found = sl.function([x, c, v], orders, on_unused_input="ignore")([0.0, 0.0], C := np.array([2.0, 0.5]), [1.0, 1.0])
    factors = np.arange(1.0, 3.0)  # with which each gradient is summed
    for order, value in enumerate(found):
        slopes = (-1) ** order * math.factorial(order) / C ** (order + 1)
        expected = slopes * factors**order if walk == "backward" else np.sum(slopes)
        np.testing.assert_allclose(value, expected, rtol=1e-6)
