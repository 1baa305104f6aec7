"""`simplify(effort="saturation")`: the same values in a cheaper form, and the same object where there is none."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import InvalidValue

X, Y, V, W, M = T.dscalar("x"), T.dscalar("y"), T.dvector("v"), T.dvector("w"), T.dmatrix("m")


def simplest(expression):
    return sl.simplify(expression, effort="saturation")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (T.sin(X) ** 2 + T.cos(X) ** 2, "1.0"),
        ((X * X - Y * Y) / (X - Y), "x + y"),
        (X / (X * Y), "reciprocal(y)"),
        ((1 - T.cos(X)) / T.sin(X), "tan(x * 0.5)"),
        (T.exp(V) * T.exp(-V) * W, "w"),
        (T.log(T.exp(V) * T.exp(W)), "v + w"),
        (T.sqrt(T.exp(V) * T.exp(V)), "exp(v)"),
    ],
)
def test_formulas(expression, wanted):
    assert sl.pp(simplest(expression)) == wanted


@pytest.mark.slow
def test_values_are_the_same():
    numbers = np.linspace(0.3, 2.1, 5)
    for expression in (
        (V**3 - W**3) / (V * V + V * W + W * W),
        T.log(T.exp(V) * T.exp(W)) + T.sin(W) / T.cos(W),
        T.sum((V * V - W * W) / (V + W)) * T.sum(V),
        T.sin(V) ** 2 + T.cos(V) ** 2 + 0 * W,
    ):
        found = simplest(expression)
        assert found is not expression
        assert found.type == expression.type
        both = sl.function([V, W], [sl.as_written(expression), sl.as_written(found)], on_unused_input="ignore")
        before, after = both(numbers, numbers[::-1] + 0.1)
        np.testing.assert_allclose(after, before, rtol=1e-12)


def test_what_is_not_elementwise_stays_over_simpler_operands():
    found = simplest(T.sum((V * V - W * W) / (V + W)))
    assert sl.pp(found) == "sum(v - w, axes=(0,))"


def test_the_shape_stays():
    found = simplest(T.sin(M) ** 2 + T.cos(M) ** 2)
    assert found.type == M.type
    assert sl.function([M], found)(np.zeros((2, 3))).tolist() == [[1.0] * 3] * 2
    mixed = V * 0 + X
    assert simplest(mixed).type == mixed.type


def test_nothing_cheaper_is_the_same_object():
    for expression in (X, T.exp(X) + 1, T.ivector("i") + 0, T.sum(V)):
        assert simplest(expression) is expression


def test_what_is_too_large_stays():
    expression = X
    for _ in range(3_000):
        expression = expression + Y * X
    assert simplest(expression) is expression


def test_several_at_once():
    first, second = simplest([X + Y - X, T.tanh(X)])
    assert first is Y
    assert sl.pp(second) == "tanh(x)"


def test_under_floating_algebra_nothing_acts():
    expression = X / (X * Y)
    with sl.configure(algebra="floating"):
        assert simplest(expression) is expression


def test_an_effort_that_does_not_exist():
    with pytest.raises(InvalidValue, match=r"no effort 'saturate'.*\n.*rules.*\n.*saturation.*\n.*did you mean"):
        sl.simplify(X, effort="saturate")


def test_nothing_is_divided_by_0():
    """x / x is 1 but for 0, and what follows from 0 / 0 is not true."""
    for expression in (T.hypot(V, W) - 0.0, (T.sin(V) - 0.0) * T.cos(W) / T.cos(W), V / (V - V) + W):
        before, after = evaluate([expression, simplest(expression)], {V: np.array([3.0, 0.5]), W: np.array([4.0, 2.0])})
        np.testing.assert_allclose(after, before)
