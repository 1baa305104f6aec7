"""Meanings in NumPy of the derivatives of incomplete gamma and beta functions with respect to their shapes.

P(a, x) is the integral over [0, x] of a density p(t), whose logarithm has the derivative log(t) - m with respect to a,
m being the mean of log(t). So the derivative of P is the integral of (log(t) - m) p(t) over [0, x], in which all is
negative up to log(x) = m; from there on it is, since the whole integral is 0, less the integral over what is beyond x,
in which all is positive: nothing cancels. In the variable log(t), for the beta function log(t / (1 - t)), the density
is log-concave; the integrals run from x as far as it falls to e^-45 of its first value, in panels of Gauss's formula.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from symlab.core.ops.gamma_references import (
    betaln,
    in_float64,
    poisson_log_probability,
    psi_difference,
)

Array = np.ndarray[Any, Any]
FALL = -45.0
PANELS, HALVINGS, NODES = 24, 20, 16
SERIES = 30  # terms of a series in powers of a number below 1


@functools.cache
def panels() -> tuple[tuple[Array, Array], ...]:
    """Nodes and weights of Gauss's formula in equal panels of [0, 1], of which the first is halved toward 0."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    first = [0.0, *(2.0**-power / PANELS for power in range(HALVINGS, -1, -1))]
    bounds = [*first, *(place / PANELS for place in range(2, PANELS + 1))]
    return tuple(
        (start + (stop - start) * (nodes + 1) / 2, (stop - start) * weights / 2) for start, stop in pairwise(bounds)
    )


def reach(log_density: Callable[[Array], Array], like: Array) -> Array:
    """How far a concave function falls to `FALL`, at most twice as far: found by halving in powers of 2."""
    low, high = np.full(like.shape, -1080.0), np.full(like.shape, 1000.0)
    for _ in range(12):
        middle = (low + high) / 2
        fallen = log_density(np.exp2(middle)) < FALL
        low, high = np.where(fallen, low, middle), np.where(fallen, middle, high)
    return np.asarray(np.exp2(high))


def integral(integrand: Callable[[Array], tuple[Array, Array]], like: Array) -> Array:
    """The integral of exp(first) second, which `integrand` gives, from 0 to where exp(first) is nothing."""
    end = reach(lambda place: integrand(place)[0], like)
    total = np.zeros(like.shape)
    for nodes, weights in panels():
        log_density, factor = integrand(np.multiply.outer(nodes, end))
        total = total + np.tensordot(weights, np.exp(log_density) * factor, 1)
    return np.asarray(total * end)


@in_float64
def gammainc_slope(a: Array, x: Array) -> Array:
    """The derivative of P(a, x) with respect to a."""
    from scipy.special import psi

    a, x = np.broadcast_arrays(a, x)
    inside = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    shape, place = np.where(inside, a, 1.0), np.where(inside, x, 2.0)
    apart = np.log(place) - psi(shape)
    height = shape * np.exp(poisson_log_probability(shape, place))
    way = np.where(apart <= 0, -1.0, 1.0)  # from x down to 0, or up
    found = integral(lambda u: (way * shape * u - place * np.expm1(way * u), apart + way * u), place)
    found = -way * height * found
    found = np.where(place < 1, slope_by_series(shape, place), found)
    ends = np.where((a > 0) & ((x == 0) | np.isposinf(x)), 0.0, np.nan)
    return np.asarray(np.where(inside, found, ends))


def slope_by_series(a: Array, x: Array) -> Array:
    """The derivative of P(a, x) with respect to a where x is below 1, by its series in powers of x."""
    from scipy.special import gammaln, psi

    small = np.where(x < 1, x, 0.5)
    term, first, second = np.ones(x.shape), np.zeros(x.shape), np.zeros(x.shape)
    for number in range(1, SERIES):
        term = term * -small / number
        first, second = first + term / (a + number), second + term / (a + number) ** 2
    inner = (np.log(small) - psi(a + 1)) * (1 + a * first) + first - a * second
    return np.asarray(np.exp(a * np.log(small) - gammaln(a + 1)) * inner)


@in_float64
def betainc_slope_a(a: Array, b: Array, x: Array) -> Array:
    """The derivative of I_x(a, b) with respect to a."""
    return beta_slope(a, b, x, 1 - x)


@in_float64
def betainc_slope_b(a: Array, b: Array, x: Array) -> Array:
    """The derivative of I_x(a, b) with respect to b: I_x(a, b) is 1 - I_(1-x)(b, a)."""
    return -beta_slope(b, a, 1 - x, x)


def beta_slope(a: Array, b: Array, x: Array, rest: Array) -> Array:
    """The derivative of I_x(a, b) with respect to a; `rest` is 1 - x."""
    a, b, x, rest = np.broadcast_arrays(a, b, x, rest)
    inside = (a > 0) & (b > 0) & (x > 0) & (rest > 0) & np.isfinite(a) & np.isfinite(b)
    p, q, t, s = (np.where(inside, item, other) for item, other in ((a, 1.0), (b, 1.0), (x, 0.5), (rest, 0.5)))
    log_t = np.where(t < 0.5, np.log(t), np.log1p(-s))
    apart = log_t + psi_difference(p, q)
    log_s = np.where(s < 0.5, np.log(s), np.log1p(-t))
    height = np.exp(p * log_t + q * log_s - betaln(p, q))
    below = apart <= 0
    decay, part, step = np.where(below, p, q), np.where(below, t, s), np.where(below, 1.0, 0.0)

    def integrand(u: Array) -> tuple[Array, Array]:
        shrunk = np.log1p(part * np.expm1(-u))
        return -decay * u - (p + q) * shrunk, apart - step * u - shrunk

    found = np.where(below, height, -height) * integral(integrand, t)
    ends = np.where((a > 0) & (b > 0) & ((x == 0) | (rest == 0)), 0.0, np.nan)
    return np.asarray(np.where(inside, found, ends))
