"""Meanings in NumPy of functions of the normal distribution, where SciPy's lose digits."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ops.gamma_references import in_float64

Array = np.ndarray[Any, Any]


@in_float64
def log_ndtr(x: Array) -> Array:
    """The logarithm of the normal distribution function.

    exp(-x^2 / 2), whose relative error is that of x^2, is taken of a part of x whose square is exact and of the rest.
    """
    from scipy.special import erfcx

    size = np.abs(x)
    scaled = erfcx(size / np.sqrt(2)) / 2
    first = np.where(size < 40, size, 0).astype(np.float32).astype(np.float64)
    tail = scaled * np.exp(-first * first / 2) * np.exp((first - size) * (first + size) / 2)
    return np.asarray(np.where(x < 0, np.log(scaled) - x * x / 2, np.log1p(-tail)))
