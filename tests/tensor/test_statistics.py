"""Covariance against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import RankMismatch
from tests.tensor.against_numpy import agrees

RNG = np.random.default_rng(0)
X, Y = RNG.random((3, 5)), RNG.random((2, 5))
COUNTS, WEIGHTS = np.array([1, 2, 1, 3, 1]), RNG.random(5)


@pytest.mark.parametrize(
    "options",
    [
        {}, {"bias": True}, {"ddof": 0}, {"fweights": COUNTS}, {"aweights": WEIGHTS},
        {"fweights": COUNTS, "aweights": WEIGHTS}, {"rowvar": False},
    ],
    ids=str,
)  # fmt: skip
def test_covariance(options: dict[str, Any]) -> None:
    agrees(lambda x: T.cov(x, **options), lambda x: np.cov(x, **options), X)


def test_covariance_of_others() -> None:
    agrees(T.cov, np.cov, X, Y)
    agrees(T.cov, np.cov, X[0])
    agrees(T.cov, np.cov, np.arange(6).reshape(2, 3))
    agrees(T.cov, np.cov, X + 1j * X[::-1])
    gradcheck(T.cov, [X])
    with pytest.raises(RankMismatch, match="a vector or a matrix"):
        T.cov(T.dtensor3())
