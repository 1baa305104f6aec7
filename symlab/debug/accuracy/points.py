"""Floats as the whole numbers that their bits are: the distance between two of them in units, and in bits."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def ordinals(values: Array) -> Array:
    """The place of each float in the order of all floats; both zeros have the place 0."""
    kind = np.dtype(f"i{values.dtype.itemsize}")
    bits = np.ascontiguousarray(values).view(kind)
    return np.where(bits >= 0, bits, -(bits & np.iinfo(kind).max)).astype(np.int64)


def from_ordinals(places: Array, dtype: np.dtype[Any]) -> Array:
    """The floats at some places."""
    kind = np.dtype(f"i{dtype.itemsize}")
    magnitude = np.abs(places).astype(kind).view(dtype)
    return np.where(places < 0, -magnitude, magnitude)


def error_bits(found: Array, wanted: Array) -> Array:
    """log2(1 + how many floats lie between): 0 where equal, all bits of the dtype for a nan where there is a value.

    Where no value is wanted (nan) nothing is lost.
    """
    worst = 8.0 * found.dtype.itemsize
    apart = np.abs(ordinals(found).astype(float) - ordinals(wanted).astype(float))
    near = np.abs(apart) < 2.0**52
    exact = np.abs(np.where(near, ordinals(found) - ordinals(wanted), 0)).astype(float)
    bits = np.log2(1 + np.where(near, exact, apart))
    return np.where(np.isnan(wanted), 0.0, np.where(np.isnan(found), worst, bits))


def between(low: float, high: float, dtype: np.dtype[Any]) -> float:
    """The float in the middle, as many floats below it as above; 0 where the signs differ."""
    if low < 0 < high or (low == 0) != (high == 0):
        return 0.0
    first, last = (int(ordinals(np.array([value], dtype))[0]) for value in (low, high))
    return float(from_ordinals(np.array([(first + last) // 2]), dtype)[0])
