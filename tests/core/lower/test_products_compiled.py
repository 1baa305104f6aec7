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
