"""Meanings in NumPy of differences of the logarithm of gamma and of its derivative, which cancel far out.

Above 10 they are Stirling's series, whose terms are differences of powers of 1 / x and 1 / (x + step) with the step
taken out; below, the recurrence of gamma leads there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
HALF_LOG_2_PI = 0.9189385332046727418
FAR = 10
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)
DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160)


def in_float64(function: Callable[..., Any]) -> Callable[..., Array]:
    """`function` of float64 numbers, its result in the dtype of the operands."""

    @functools.wraps(function)
    def computed(*operands: Any) -> Array:
        dtype = np.result_type(*operands)
        with np.errstate(all="ignore"):
            return np.asarray(function(*(np.asarray(operand, np.float64) for operand in operands))).astype(dtype)

    return computed


def log1p_less(t: Array) -> Array:
    """log(1 + t) - t, near 0 by the series of the inverse hyperbolic tangent of t / (2 + t)."""
    near = np.abs(t) < 0.5
    step = np.where(near, t, 0)
    ratio = step / (2 + step)
    square, total = ratio * ratio, np.zeros_like(ratio)
    for place in range(20, 0, -1):
        total = (total + 1 / (2 * place + 1)) * square
    return np.where(near, ratio * (2 * total - step), np.log1p(np.where(near, 1, t)) - np.where(near, 1, t))


def difference_of_powers(coefficients: Sequence[float], u: Array, v: Array, first: int) -> Array:
    """(sum of c[k] (u^(2k + first) - v^(2k + first))) / (u - v)."""
    total, sums, power = np.zeros_like(u), np.ones_like(u), v
    degree = 1
    for place, coefficient in enumerate(coefficients):
        while degree < 2 * place + first:
            sums = sums * u + power
            power = power * v
            degree += 1
        total = total + coefficient * sums
    return total


def stirling(x: Array) -> Array:
    """What Stirling's formula lacks of the logarithm of gamma."""
    inverse = 1 / x
    total = np.zeros_like(x)
    for coefficient in reversed(STIRLING):
        total = total * inverse * inverse + coefficient
    return total * inverse


def moved_far(x: Array, step: Array) -> tuple[Array, Array, Array, Array]:
    """Where the plain formula is taken; elsewhere the points, their steps, and what brings both into the far range."""
    plain = (x <= 0) | (x + step <= 0)
    base, width = np.where(plain, 1, x), np.where(plain, 1, step)
    return plain, base, width, np.where(np.minimum(base, base + width) < FAR, FAR, 0)


@in_float64
def gammaln_difference(x: Array, step: Array) -> Array:
    """log(gamma(x + step)) - log(gamma(x))."""
    from scipy.special import gammaln

    plain, base, width, shift = moved_far(x, step)
    far = base + shift
    u, v, ratio = 1 / far, 1 / (far + width), width / far
    found = far * log1p_less(ratio) - 0.5 * np.log1p(ratio) + width * np.log(far + width)
    found = found - width * u * v * difference_of_powers(STIRLING, u, v, 1)
    for place in range(FAR):
        found = found - np.where(shift > 0, np.log1p(width / (base + place)), 0)
    return np.asarray(np.where(plain, gammaln(x + step) - gammaln(x), found))


@in_float64
def psi_difference(x: Array, step: Array) -> Array:
    """psi(x + step) - psi(x)."""
    from scipy.special import psi

    plain, base, width, shift = moved_far(x, step)
    far = base + shift
    u, v = 1 / far, 1 / (far + width)
    found = np.log1p(width / far) + width * u * v * (0.5 + difference_of_powers(DIGAMMA, u, v, 2))
    for place in range(FAR):
        found = found + np.where(shift > 0, width / (base + place) / (base + place + width), 0)
    return np.asarray(np.where(plain, psi(x + step) - psi(x), found))


@in_float64
def betaln(a: Array, b: Array) -> Array:
    """The logarithm of |B(a, b)|."""
    from scipy.special import betaln as plain
    from scipy.special import gammaln

    small, large = np.minimum(a, b), np.maximum(a, b)
    both = small >= FAR
    low, high = np.where(both, small, FAR), np.where(both, large, FAR)
    far = HALF_LOG_2_PI - low * np.log1p(high / low) - high * np.log1p(low / high) - 0.5 * np.log(low)
    far = far + 0.5 * np.log1p(low / high) + (stirling(low) + stirling(high) - stirling(low + high))
    one = (small > 0) & ~both & (large >= FAR)
    low, high = np.where(one, small, 1), np.where(one, large, FAR)
    middle = gammaln(low) - gammaln_difference(high, low)
    found = np.where(both, far, np.where(one, middle, plain(a, b)))
    return np.asarray(np.where((small > 0) & np.isposinf(large), -np.inf, found))


@in_float64
def poisson_log_probability(k: Array, m: Array) -> Array:
    """k log(m) - m - log(gamma(k + 1)), for a large k by Loader's deviance."""
    from scipy.special import gammaln, xlogy

    far = (k >= FAR) & (np.abs(m - k) < 0.5 * k)
    count, expected = np.where(far, k, FAR), np.where(far, m, FAR)
    deviance = -count * log1p_less((expected - count) / count)
    found = -(deviance + stirling(count) + HALF_LOG_2_PI + 0.5 * np.log(count))
    return np.asarray(np.where(far, found, xlogy(k, m) - m - gammaln(k + 1)))
