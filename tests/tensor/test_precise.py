"""Sums and products whose terms cancel, against rational numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import ShapeMismatch

Array = np.ndarray[Any, Any]


def cancelling(count: int, seed: int) -> Array:
    """Numbers of many sizes, of which every one nearly cancels with another."""
    generator = np.random.Generator(np.random.Philox(seed))
    half = generator.standard_normal(count) * 10.0 ** generator.uniform(-12, 12, count)
    return np.concatenate([half, -half * (1 + 1e-10 * generator.standard_normal(count))])


def exact_sum(values: Array) -> float:
    """The sum, rounded once."""
    return float(sum(map(Fraction, values.tolist())))


def exact_dot(first: Array, second: Array) -> float:
    """The sum of products, rounded once."""
    return float(sum(Fraction(a) * Fraction(b) for a, b in zip(first.tolist(), second.tolist(), strict=True)))


@pytest.mark.parametrize("count", [1, 7, 1000])
def test_a_sum_that_cancels_is_right(count: int) -> None:
    x = T.dvector("x")
    compute = sl.function([x], [T.sum(x, precise=True), T.sum(x)])
    plain_was_wrong = False
    for seed in range(5):
        values = cancelling(count, seed)
        precise, plain = compute(values)
        exact = exact_sum(values)
        assert abs(precise - exact) <= 2 * np.spacing(abs(exact))
        plain_was_wrong |= bool(abs(plain - exact) > 2 * np.spacing(abs(exact)))
    assert plain_was_wrong or count == 1


def test_products_that_cancel_are_right() -> None:
    x, y = T.dvector("x"), T.dvector("y")
    compute = sl.function([x, y], T.dot(x, y, precise=True))
    for seed in range(5):
        first, second = cancelling(300, seed), cancelling(300, seed + 100)
        exact = exact_dot(first, second)
        assert abs(compute(first, second) - exact) <= 2 * np.spacing(abs(exact))
    assert compute(np.array([1e8 + 1, 1, 1e8]), np.array([1e8 - 1, 2, -1e8])) == 1


def test_axes_and_dtypes() -> None:
    matrix = np.array([[1e16, 1, -1e16], [1, 1e16, -1e16], [3, 4, 5]])
    x = T.dmatrix("x")
    results = sl.function([x], [T.sum(x, axis=1, precise=True), T.sum(x, axis=(0, 1), keepdims=True, precise=True)])
    rows, whole = results(matrix)
    np.testing.assert_array_equal(rows, [1, 1, 12])
    np.testing.assert_array_equal(whole, [[14]])
    single = T.fvector("single")
    total = sl.function([single], T.sum(single, precise=True))(np.array([1e8, 1, -1e8, 1], np.float32))
    assert total == 2
    assert total.dtype == np.float32
    pair = T.zvector("pair")
    assert sl.function([pair], T.sum(pair, precise=True))(np.array([1e16 + 1j, 1 - 1e16j, -1e16 + 1e16j])) == 1 + 1j
    counted = T.ivector("counted")
    assert sl.function([counted], T.sum(counted, precise=True))(np.array([1, 2, 3], np.int32)) == 6


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], 0.0), ([0.0, 0.0], 0.0), ([np.inf, 1.0], np.inf), ([np.inf, -np.inf], np.nan), ([np.nan, 1.0], np.nan)],
)
def test_special_values_are_those_of_a_plain_sum(values: list[float], expected: float) -> None:
    x = T.dvector("x")
    np.testing.assert_equal(sl.function([x], T.sum(x, precise=True))(np.array(values)), expected)


def test_derivatives_are_those_of_the_plain_sum() -> None:
    x, y = T.dvector("x"), T.dvector("y")
    total, product = T.sum(x, precise=True), T.dot(x, y, precise=True)
    slopes = sl.function([x, y], [*T.grad(total * x[0], [x]), *T.grad(product, [x, y]), T.hessian(product**2, x)])
    first, second = np.array([1e16, 1, -1e16]), np.array([2.0, 3.0, 4.0])
    of_total, of_first, of_second, curvature = slopes(first, second)
    np.testing.assert_array_equal(of_total, [1e16 + 1, 1e16, 1e16])
    np.testing.assert_array_equal(of_first, second)
    np.testing.assert_array_equal(of_second, first)
    np.testing.assert_allclose(curvature, 2 * np.outer(second, second))


def test_matrices_and_stacks() -> None:
    generator = np.random.Generator(np.random.Philox(7))
    for left, right in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (6, 3, 4))]:
        a, b = T.TensorType("float64", (None,) * len(left))("a"), T.TensorType("float64", (None,) * len(right))("b")
        first, second = generator.standard_normal(left), generator.standard_normal(right)
        found = sl.function([a, b], T.dot(a, b, precise=True))(first, second)
        np.testing.assert_allclose(found, np.dot(first, second), rtol=1e-13, atol=1e-14)


def test_sizes_that_do_not_fit_are_refused() -> None:
    a, b = T.TensorType("float64", (3, 1))("a"), T.TensorType("float64", (4,))("b")
    with pytest.raises(ShapeMismatch):
        T.dot(a, b, precise=True)
