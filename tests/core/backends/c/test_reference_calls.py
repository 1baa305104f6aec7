"""Nodes that compiled code leaves to Python: arrays have the shapes of nodes, whatever their memory is shaped as."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_result_that_is_reshaped(dtype: str, rank: int) -> None:
    x = T.tensor("x", dtype=dtype, shape=(None,) * rank)
    value = (np.arange(2**rank).reshape((2,) * rank) / 5 + 0.1j).astype(dtype)
    f = sl.function([x], [T.reshape(T.tanh(x * x), (-1,)), T.reshape(T.exp(x), (1, -1, 2))])
    flat, boxed = f(value)
    np.testing.assert_allclose(flat, np.tanh(value * value).reshape(-1), rtol=1e-5)
    np.testing.assert_allclose(boxed, np.exp(value).reshape(1, -1, 2), rtol=1e-5)


def test_an_operand_that_is_reshaped() -> None:
    z = T.zmatrix("z")
    value = np.arange(6).reshape(2, 3) / 5 + 0.1j
    f = sl.function([z], T.tanh(T.reshape(z, (-1,))).T)
    np.testing.assert_allclose(f(value), np.tanh(value.reshape(-1)))
