"""Meanings in NumPy of the derivatives of Gauss's hypergeometric function with respect to its parameters.

They are those of its series, term by term; a negative z is first brought to z / (z - 1), between 0 and 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ops.gamma_references import in_float64

Array = np.ndarray[Any, Any]
MOST_TERMS = 20_000
NEAREST = 0.998  # to 1: a geometric series that has converged after so many terms


@in_float64
def hyp2f1_slope_a(a: Array, b: Array, c: Array, z: Array) -> Array:
    """The derivative by a of F(a, b; c; z), for z below 0.998."""
    a, b, c, z = np.broadcast_arrays(a, b, c, z)
    turned = z < 0
    by_first, _ = hypergeometric_slopes(np.where(turned, c - a, a), b, c, np.where(turned, z / (z - 1), z))
    return np.asarray(np.where(turned, -np.exp(-b * np.log1p(-z)) * by_first, by_first))


@in_float64
def hyp2f1_slope_c(a: Array, b: Array, c: Array, z: Array) -> Array:
    """The derivative by c of F(a, b; c; z), for z below 0.998."""
    a, b, c, z = np.broadcast_arrays(a, b, c, z)
    turned = z < 0
    by_first, by_last = hypergeometric_slopes(np.where(turned, c - a, a), b, c, np.where(turned, z / (z - 1), z))
    return np.asarray(np.where(turned, np.exp(-b * np.log1p(-z)) * (by_first + by_last), by_last))


def hypergeometric_slopes(a: Array, b: Array, c: Array, z: Array) -> tuple[Array, Array]:
    """The derivatives by a and by c of the sum of (a)_n (b)_n / (c)_n z^n / n!; nan for |z| above 0.998."""
    inside = np.isfinite(a) & np.isfinite(b) & np.isfinite(c) & (np.abs(z) <= NEAREST) & ((c > 0) | (c != np.floor(c)))
    found = np.full((2, *z.shape), np.nan)
    if inside.any():
        found[:, inside] = hypergeometric_sums(*(operand[inside] for operand in (a, b, c, z)))
    return found[0], found[1]


def hypergeometric_sums(a: Array, b: Array, c: Array, z: Array) -> Array:
    """The sums of `hypergeometric_slopes`, of vectors inside the circle of convergence."""
    found, places = np.full((2, *z.shape), np.nan), np.arange(len(z))
    terms = np.stack([np.zeros(z.shape), np.zeros(z.shape), np.ones(z.shape)])  # by a, by c, of the function
    total = np.zeros((2, *z.shape))
    for n in range(MOST_TERMS):
        ratio = (b + n) / (c + n) * z / (n + 1)
        last = terms[2] * (a + n) * ratio
        terms = np.stack([(terms[0] * (a + n) + terms[2]) * ratio, terms[1] * (a + n) * ratio - last / (c + n), last])
        total = total + terms[:2]
        if n % 16 == 15:
            small = np.all(np.abs(terms[:2]) <= 1e-17 * np.abs(total) + 1e-300, axis=0) & (np.abs(last) < 1)
            found[:, places[small]] = total[:, small]
            left = ~small & np.isfinite(terms).all(axis=0)
            a, b, c, z, places = (array[left] for array in (a, b, c, z, places))
            terms, total = terms[:, left], total[:, left]
            if not len(places):
                break
    return found
