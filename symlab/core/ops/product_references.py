"""Meanings in NumPy of sums and quotients of products."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SPLITTER = 134217729.0  # 2^27 + 1: halves of float64 whose products are exact


def split(x: Array) -> tuple[Array, Array]:
    """A number as the sum of two of half its digits (Veltkamp)."""
    scaled = SPLITTER * x
    high = scaled - (scaled - x)
    return high, x - high


def error_of_product(a: Array, b: Array, product: Array) -> Array:
    """a b - product, exactly where nothing overflows or vanishes (Dekker); 0 where it is not finite."""
    (first, second), (third, fourth) = split(a), split(b)
    error = ((first * third - product) + first * fourth + second * third) + second * fourth
    return np.where(np.isfinite(error), error, 0)


def difference_of_products(a: Array, b: Array, c: Array, d: Array) -> Array:
    """a b - c d, with the errors of both products."""
    dtype = np.result_type(a, b, c, d)
    a, b, c, d = (np.asarray(x, np.float64) for x in (a, b, c, d))
    first, second = a * b, c * d
    if dtype != np.float64:
        return np.asarray(first - second).astype(dtype)
    with np.errstate(all="ignore"):
        errors = error_of_product(a, b, first) - error_of_product(c, d, second)
    return np.asarray((first - second) + errors)


def product_over(a: Array, b: Array, c: Array) -> Array:
    """a b / c, through the quotient of the larger factor where the product is not an ordinary number."""
    dtype = np.result_type(a, b, c)
    if dtype != np.float64:
        wide = (np.asarray(x, np.float64) for x in (a, b, c))
        return np.asarray(np.divide(np.multiply(next(wide), next(wide)), next(wide))).astype(dtype)
    product = a * b
    size = np.abs(product)
    ordinary = (size >= np.finfo(np.float64).tiny) & np.isfinite(size)
    large, small = np.where(np.abs(a) >= np.abs(b), a, b), np.where(np.abs(a) >= np.abs(b), b, a)
    return np.where(ordinary, product / c, large / c * small)


def exact_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """A sum and what rounding took from it (Knuth)."""
    total = a + b
    second = total - a
    return total, (a - (total - second)) + (b - second)


def sum_of_three(a: Array, b: Array, c: Array) -> Array:
    """A sum of three numbers, although two of them nearly cancel."""
    first, lost = exact_sum(a, b)
    total, more = exact_sum(first, c)
    return np.asarray(total + (lost + more))


def triangle_product(a: Array, b: Array, c: Array) -> Array:
    """The four factors with the rounding errors of their sums."""
    dtype = np.result_type(a, b, c)
    a, b, c = (np.asarray(x, np.float64) for x in (a, b, c))
    with np.errstate(all="ignore"):
        first = sum_of_three(a, b, c) * sum_of_three(b, c, -a)
        return np.asarray(first * (sum_of_three(a, c, -b) * sum_of_three(a, b, -c))).astype(dtype)
