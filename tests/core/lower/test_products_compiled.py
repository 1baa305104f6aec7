"""Products of matrices of few rows, which the runtime makes in parts so that BLAS copies nothing."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("rows", "columns", "inner"), [(16, 512, 128), (3, 4099, 127), (32, 1030, 64), (33, 900, 40)])
def test_products_of_few_rows(rows, columns, inner, dtype):
    """More than a million multiplications; operands turned or not, added to what is there or not."""
    generator = np.random.default_rng(0)
    a, b, c = (T.TensorType(dtype, shape=(None, None))() for _ in range(3))
    sizes = (rows, inner), (inner, columns), (rows, columns)
    values = [generator.normal(size=size).astype(dtype) for size in sizes]
    expected = values[0].astype("float64") @ values[1].astype("float64")
    tolerance = {"rtol": 0, "atol": 1e-3 if dtype == "float32" else 1e-11}
    f = sl.function([a, b, c], [T.dot(a, b), T.dot(a, b) * 2 + c, T.dot(b.T, a.T)])
    for order in "CF":
        plain, added, turned = f(*[np.asarray(value, order=order) for value in values])
        np.testing.assert_allclose(plain, expected, **tolerance)
        np.testing.assert_allclose(added, 2 * expected + values[2], **tolerance)
        np.testing.assert_allclose(turned, expected.T, **tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("rows", "inner"), [(3, 5), (48, 500), (130, 65), (257, 70), (1030, 64), (60, 0)])
def test_a_matrix_times_its_own_transpose(rows, inner, dtype):
    """One triangle is computed and copied where that pays; scaled, in stacks, of parts, and added to something."""
    generator = np.random.default_rng(1)
    a, c = T.matrix(dtype=dtype), T.matrix(dtype=dtype)
    value = generator.normal(size=(rows, inner)).astype(dtype)
    exact = value.astype("float64") @ value.T.astype("float64")
    added = generator.normal(size=(rows, rows)).astype(dtype)
    tolerance = {"rtol": 0, "atol": 1e-3 if dtype == "float32" else 1e-11}
    stack = T.stack([a, a * 2]) @ T.stack([a, a * 2]).transpose(0, 2, 1)
    f = sl.function([a, c], [T.dot(a, a.T), a[::2] @ a[::2].T * -3, stack, c - T.dot(a, a.T)])
    g = sl.function([a], T.dot(a.T, a))
    for order in "CF":
        plain, part, stacked, less = f(np.asarray(value, order=order), added)
        turned = g(np.asarray(value.T, order=order))
        np.testing.assert_allclose(plain, exact, **tolerance)
        np.testing.assert_allclose(turned, exact, **tolerance)
        np.testing.assert_allclose(part, -3 * exact[::2, ::2], **tolerance)
        np.testing.assert_allclose(stacked, [exact, 4 * exact], **{**tolerance, "atol": 4 * tolerance["atol"]})
        np.testing.assert_allclose(less, added - exact, **tolerance)
        if rows * rows * inner > 1000000 and order == "C":
            assert np.array_equal(plain, plain.T) and np.array_equal(turned, turned.T)


def test_the_text_of_a_program_tells_of_a_product_with_its_transpose():
    """Only where it is the same matrix, turned."""
    x, y = T.dmatrix("x"), T.dmatrix("y")
    for product, known in ((T.dot(x, x.T), True), (T.dot(x.T, x), True), (T.dot(x, y.T), False), (T.dot(x, x), False)):
        text = sl.function([x, y], product, on_unused_input="ignore").program
        assert ("product with its transpose" in str(text)) is known, text
