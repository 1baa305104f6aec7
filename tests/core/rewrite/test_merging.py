"""Loops over the same steps become one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

X = np.array([0.5, -1.0, 2.0])


def loops(f: Any) -> int:
    """How many loops a compiled function runs."""
    return str(f.trace.program).count("loop b")


def summed(x: Any, start: float, **options: Any) -> Any:
    """A running sum."""
    return sl.scan(lambda row, h: h + row, sequences=x, outputs_info=T.constant(start), **options)[0]


def test_independent_loops_are_one() -> None:
    x, y = T.dvector("x"), T.dvector("y")
    first = summed(x, 0.0)
    second, _ = sl.scan(lambda row, h: h * row, sequences=[x], outputs_info=T.constant(1.0))
    f = sl.function([x], [first, second])
    assert loops(f) == 1
    np.testing.assert_allclose(f(X), [X.cumsum(), X.cumprod()])
    g = sl.function([x, y], [first, summed(y, 1.0)])
    assert loops(g) == 2
    np.testing.assert_allclose(g(X, X)[1], 1 + X.cumsum())


def test_loops_that_need_each_other_are_not() -> None:
    x = T.dvector("x")
    f = sl.function([x], summed(summed(x, 0.0), 0.0))
    assert loops(f) == 2
    np.testing.assert_allclose(f(X), X.cumsum().cumsum())


def test_loops_in_opposite_directions_are_not() -> None:
    x = T.dvector("x")
    states = summed(x, 0.0)
    f = sl.function([x], [states, sl.grad(T.sum(states**2), x)])
    assert loops(f) == 2


def test_what_is_saved_for_the_gradient_is_computed_once() -> None:
    x, w = T.dmatrix("x"), T.dmatrix("w")
    states, _ = sl.scan(lambda row, h: T.tanh(T.dot(h, w) + row), sequences=x, outputs_info=T.zeros_like(x[0]))
    cost = T.sum(states**2)
    f = sl.function([x, w], [cost, sl.grad(cost, w)])
    assert loops(f) == 2
    assert str(f.trace.program).count("product ") == 3


@pytest.mark.parametrize("names", [["merge loops"], []])
def test_values_are_the_same(names: list[str]) -> None:
    x, a = T.dvector("x"), T.dscalar("a")
    states, _ = sl.scan(lambda row, h: T.sin(h * a + row), sequences=x, outputs_info=T.constant(0.0))
    more, _ = sl.scan(lambda row, h, k: (T.sin(a * h + row), k + h), sequences=x, outputs_info=[0.0, 0.0])
    mode = sl.Mode().excluding(*names) if names else sl.Mode()
    f = sl.function([x, a], [states, *more], mode=mode)
    assert loops(f) == (2 if names else 1)
    found = f(X, 0.5)
    np.testing.assert_allclose(found[0], found[1])
    np.testing.assert_allclose(found[2], np.concatenate([[0.0], found[0][:-1]]).cumsum())
