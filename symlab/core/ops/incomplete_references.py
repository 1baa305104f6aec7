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
def panels(count: int = PANELS, halvings: int = HALVINGS) -> tuple[tuple[Array, Array], ...]:
    """Nodes and weights of Gauss's formula in equal panels of [0, 1], of which the first is halved toward 0."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    first = [0.0, *(2.0**-power / count for power in range(halvings, -1, -1))]
    bounds = [*first, *(place / count for place in range(2, count + 1))]
    return tuple(
        (start + (stop - start) * (nodes + 1) / 2, (stop - start) * weights / 2) for start, stop in pairwise(bounds)
    )


def weighed(weights: Array, values: Array) -> Array:
    """The sum of values along the first axis by weights, in an order that does not depend on the other axes."""
    total = np.zeros(values.shape[1:])
    for weight, row in zip(weights.tolist(), values, strict=True):
        total = total + weight * row
    return total


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
        total = total + weighed(weights, np.exp(log_density) * factor)
    return np.asarray(total * end)


@in_float64
def betainc(a: Array, b: Array, x: Array) -> Array:
    """I_x(a, b) by SciPy, whose formulas in float32 lose 7 bits."""
    from scipy.special import betainc as computed

    return computed(a, b, x)  # type: ignore[no-any-return]


@in_float64
def betaincinv(a: Array, b: Array, p: Array) -> Array:
    """The x for which I_x(a, b) is p, by SciPy in float64."""
    from scipy.special import betaincinv as computed

    return computed(a, b, p)  # type: ignore[no-any-return]


@in_float64
def gammainc_slope(a: Array, x: Array) -> Array:
    """The derivative of P(a, x) with respect to a."""
    return gamma_derivative(a, x, 1)


@in_float64
def gammainc_curve(a: Array, x: Array) -> Array:
    """The second derivative of P(a, x) with respect to a."""
    return gamma_derivative(a, x, 2)


def gamma_derivative(a: Array, x: Array, order: int) -> Array:
    """The first or second derivative of P(a, x) with respect to a."""
    a, x = np.broadcast_arrays(a, x)
    found = np.array(np.where((a > 0) & ((x == 0) | np.isposinf(x)), 0.0, np.nan))
    inside = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    near = inside & (x < 1)
    found[near] = gamma_by_series(a[near], x[near], order)
    found[inside & ~near] = gamma_by_integral(a[inside & ~near], x[inside & ~near], order)
    return found


def gamma_by_integral(a: Array, x: Array, order: int) -> Array:
    """A derivative of P(a, x) with respect to a, from x down to 0 or up.

    That of the density is the density times log(t) - m, the second one times (log(t) - m)^2 less the variance.
    """
    from scipy.special import polygamma, psi

    apart = np.log(x) - psi(a)
    way, spread = np.where(apart <= 0, -1.0, 1.0), polygamma(1, a) if order == 2 else 0.0
    found = integral(lambda u: (way * a * u - x * np.expm1(way * u), (apart + way * u) ** order - spread), x)
    return np.asarray(-way * a * np.exp(poisson_log_probability(a, x)) * found)


def gamma_by_series(a: Array, x: Array, order: int) -> Array:
    """A derivative of P(a, x) with respect to a where x is below 1, by its series in powers of x."""
    from scipy.special import gammaln, polygamma, psi

    term, sums = np.ones(x.shape), np.zeros((4, *x.shape))
    for number in range(1, SERIES):
        term = term * -x / number
        for power in range(1, 4):
            sums[power] += term / (a + number) ** power
    apart = np.log(x) - psi(a + 1)
    value, slope, curve = 1 + a * sums[1], sums[1] - a * sums[2], 2 * (a * sums[3] - sums[2])
    inner = apart * value + slope
    if order == 2:
        inner = (apart**2 - polygamma(1, a + 1)) * value + 2 * apart * slope + curve
    return np.asarray(np.exp(a * np.log(x) - gammaln(a + 1)) * inner)


@in_float64
def betainc_slope_a(a: Array, b: Array, x: Array) -> Array:
    """The derivative of I_x(a, b) with respect to a."""
    return beta_derivative(a, b, x, 1 - x, (1, 0))


@in_float64
def betainc_slope_b(a: Array, b: Array, x: Array) -> Array:
    """The derivative of I_x(a, b) with respect to b: I_x(a, b) is 1 - I_(1-x)(b, a)."""
    return -beta_derivative(b, a, 1 - x, x, (1, 0))


@in_float64
def betainc_curve_aa(a: Array, b: Array, x: Array) -> Array:
    """The second derivative of I_x(a, b) with respect to a."""
    return beta_derivative(a, b, x, 1 - x, (2, 0))


@in_float64
def betainc_curve_ab(a: Array, b: Array, x: Array) -> Array:
    """The derivative of I_x(a, b) with respect to a and b."""
    return beta_derivative(a, b, x, 1 - x, (1, 1))


@in_float64
def betainc_curve_bb(a: Array, b: Array, x: Array) -> Array:
    """The second derivative of I_x(a, b) with respect to b."""
    return -beta_derivative(b, a, 1 - x, x, (2, 0))


def beta_derivative(a: Array, b: Array, x: Array, rest: Array, orders: tuple[int, int]) -> Array:
    """A derivative of I_x(a, b), so many times with respect to a and to b; `rest` is 1 - x."""
    a, b, x, rest = np.broadcast_arrays(a, b, x, rest)
    found = np.array(np.where((a > 0) & (b > 0) & ((x == 0) | (rest == 0)), 0.0, np.nan))
    inside = (a > 0) & (b > 0) & (x > 0) & (rest > 0) & np.isfinite(a) & np.isfinite(b)
    found[inside] = beta_derivative_within(orders, *(item[inside] for item in (a, b, x, rest)))
    return found


def beta_derivative_within(orders: tuple[int, int], a: Array, b: Array, x: Array, rest: Array) -> Array:
    """As `beta_derivative`, where x is between 0 and 1.

    The density changes with a by log(t) - m, with b by log(1 - t) - n; less the covariance.
    """
    from scipy.special import polygamma

    log_x = np.where(x < 0.5, np.log(x), np.log1p(-rest))
    log_rest = np.where(rest < 0.5, np.log(rest), np.log1p(-x))
    apart, other = log_x + psi_difference(a, b), log_rest + psi_difference(b, a)
    height = np.exp(a * log_x + b * log_rest - betaln(a, b))
    below = apart <= 0
    decay, part, step = np.where(below, a, b), np.where(below, x, rest), np.where(below, 1.0, 0.0)
    covariance = -polygamma(1, a + b) + (polygamma(1, a) if orders == (2, 0) else 0.0)

    def integrand(u: Array) -> tuple[Array, Array]:
        shrunk = np.log1p(part * np.expm1(-u))
        by_a = apart - step * u - shrunk
        factor = by_a
        if sum(orders) == 2:
            factor = by_a * (other - (1 - step) * u - shrunk if orders[1] else by_a) - covariance
        return -decay * u - (a + b) * shrunk, factor

    return np.asarray(np.where(below, height, -height) * integral(integrand, x))
