"""Functions without C text that are nearer to their exact values than SciPy's: the errors that they keep to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symlab.core.ops import find
from tools.measure_references import errors

RANDOM = np.random.default_rng(7)
CASES: dict[str, tuple[float, Any, list[Any]]] = {
    "log_ndtr": (8, np.float64, [np.array([-1e3, -40.0, -1.0, -1e-9, 0.0, 0.5, 5.0, 6.66, 7.88, 8.3])]),
    "ive": (16, np.float64, [RANDOM.uniform(0, 20, 40), RANDOM.uniform(0.1, 600, 40)]),
    "betainc": (
        1,
        np.float32,
        [RANDOM.uniform(0.2, 30, 40), RANDOM.uniform(0.2, 30, 40), RANDOM.uniform(0.1, 0.9, 40)],
    ),
    "betaincinv": (1, np.float32, [np.array([0.5, 3.0]), np.array([2.0, 5.0]), np.array([0.3, 0.9])]),
}


@pytest.mark.parametrize("name", CASES)
def test_errors_in_units_of_the_last_place(name: str) -> None:
    bound, dtype, operands = CASES[name]
    assert errors(find(name), [operand.astype(dtype) for operand in operands], dtype).max() <= bound


def test_ends_of_the_logarithm_of_the_normal_distribution() -> None:
    found = find("log_ndtr").compute(np.array([np.inf, -np.inf, np.nan, 40.0, -1e200]))
    np.testing.assert_array_equal(found, [0, -np.inf, np.nan, 0, -np.inf])


def test_scaled_bessel_functions_at_the_ends() -> None:
    found = find("ive").compute(np.array([2.0, 0.5, 2.0, 1.5, 3.0]), np.array([0.0, 1e4, -2.0, -2.0, 1e-120]))
    assert found[0] == 0
    np.testing.assert_allclose(found[1], 0.0039894228040143, rtol=1e-12)
    np.testing.assert_allclose(found[2], 0.0932390333047, rtol=1e-10)
    assert np.isnan(found[3])
    np.testing.assert_allclose(found[4], 1e-360 / 48, atol=1e-300)
