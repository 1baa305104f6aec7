"""Meanings in NumPy of the derivatives of Bessel functions by their order.

I_v and J_v are integrals of exp(f(w)) dw along Schlaefli's contour, K_v one over real numbers. On the line of steepest
descent through the saddle point f is real, so that the integral for the derivative, in which -w comes beside the
exponential, has terms of one sign where the function has no zeros: nothing cancels. Its quotient with the integral for
the function itself, times SciPy's value, is the derivative. J_v with an order below x has zeros; from two orders above
x the recurrence of the derivatives, J'_(v-1) + J'_(v+1) = (2 v J'_v + 2 J_v) / x, leads down to it. Small arguments
have the series in powers of x (Watson 1922, chapters 3, 6 and 8).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from symlab.core.ops.gamma_references import in_float64
from symlab.core.ops.incomplete_references import FALL, Array, integral, panels, weighed

MOST_STEPS = 20_000  # of the recurrence: orders further below x have no value
SERIES = 60
CONTOUR_PANELS = 8
SMALL = 0.5  # below which the functions of an angle are series


def series_in_square(theta: Array, coefficients: list[float]) -> Array:
    """The sum of c[k] theta^(2 k + 3)."""
    square, total = theta * theta, np.zeros_like(theta)
    for coefficient in reversed(coefficients):
        total = total * square + coefficient
    return np.asarray(total * square * theta)


ARC = [(-1.0) ** k / math.factorial(2 * k + 3) for k in range(8)]  # theta - sin(theta)
LEVER = [(-1.0) ** k * (2 * k + 2) / math.factorial(2 * k + 3) for k in range(8)]  # sin(theta) - theta cos(theta)


def arc_excess(theta: Array) -> Array:
    """theta / sin(theta) - 1."""
    over = np.where(theta < SMALL, series_in_square(theta, ARC), theta - np.sin(theta))
    return np.asarray(over / np.sin(theta))


def arc_slope(theta: Array) -> Array:
    """The derivative of theta / sin(theta)."""
    sine = np.sin(theta)
    lever = np.where(theta < SMALL, series_in_square(theta, LEVER), sine - theta * np.cos(theta))
    return np.asarray(lever / (sine * sine))


def path_of_i(v: Array, x: Array, theta: Array) -> tuple[Array, Array]:
    """f - f(saddle) and u + theta u' along the contour of I_v: sinh(u) = v theta / (x sin(theta))."""
    saddle = v / x
    place = saddle * (1 + arc_excess(theta))
    width, first = np.hypot(1, place), np.hypot(1, saddle)
    moved = np.arcsinh(saddle * arc_excess(theta) * (place + saddle) / (place * first + saddle * width))
    u0 = np.arcsinh(saddle)
    half = np.sinh(moved / 2)
    f = 2 * np.sinh(u0 + moved / 2) * half - moved * saddle - 2 * width * np.sin(theta / 2) ** 2
    return x * f, u0 + moved + theta * saddle * arc_slope(theta) / width


def path_of_j(v: Array, x: Array, theta: Array) -> tuple[Array, Array]:
    """f - f(saddle) and u + theta u' along the contour of J_v, v >= x: cosh(u) = v theta / (x sin(theta))."""
    saddle = v / x
    excess = np.maximum(v - x, 0) / x
    above = excess + saddle * arc_excess(theta)
    u0, u = 2 * np.arcsinh(np.sqrt(excess / 2)), 2 * np.arcsinh(np.sqrt(above / 2))
    moved = 2 * np.arcsinh(saddle * arc_excess(theta) / (2 * np.sinh((u + u0) / 2)))
    sinh = np.sqrt(above * (above + 2))
    f = 2 * np.cosh(u0 + moved / 2) * np.sinh(moved / 2) - moved * saddle - 2 * sinh * np.sin(theta / 2) ** 2
    return x * f, u + theta * saddle * arc_slope(theta) / sinh


def mean_along(path: Callable[..., tuple[Array, Array]], v: Array, x: Array, halvings: int) -> Array:
    """The mean of u + theta u' along a contour, weighed by exp(f); near the saddle the panels are halved so often."""
    low, high = np.full(v.shape, -60.0), np.full(v.shape, math.log2(math.pi))
    for _ in range(16):
        middle = (low + high) / 2
        fallen = ~(path(v, x, np.exp2(middle))[0] > FALL)
        low, high = np.where(fallen, low, middle), np.where(fallen, middle, high)
    end, weight, total = np.exp2(high), np.zeros(v.shape), np.zeros(v.shape)
    for nodes, weights in panels(CONTOUR_PANELS, halvings):
        f, factor = path(v, x, np.multiply.outer(nodes, end))
        height = np.where(np.isfinite(f), np.exp(f), 0)
        weight = weight + weighed(weights, height)
        total = total + weighed(weights, np.where(height > 0, height * factor, 0))
    return np.asarray(total / weight)


def by_series(v: Array, x: Array, sign: float) -> Array:
    """The derivative of I_v (sign 1) or J_v (sign -1) by its series in powers of x."""
    from scipy.special import gammaln, psi

    square, term = sign * (x / 2) ** 2, np.exp(v * np.log(x / 2) - gammaln(v + 1))
    slope = np.log(x / 2) - psi(v + 1)
    total = term * slope
    for k in range(1, SERIES):
        term = term * square / (k * (v + k))
        slope = slope - 1 / (v + k)
        total = total + term * slope
    return np.asarray(total)


# I_v


@in_float64
def ive(v: Array, x: Array) -> Array:
    """exp(-|x|) I_v(x): SciPy's I_v times the exponential where it has few units of error, else SciPy's own."""
    from scipy.special import iv
    from scipy.special import ive as scaled

    plain = iv(v, x)
    chosen = (np.abs(v) < 50) & (np.abs(x) < 700) & np.isfinite(plain) & (np.abs(plain) > 1e-280)
    return np.asarray(np.where(chosen, plain * np.exp(-np.abs(x)), scaled(v, x)))


@in_float64
def ive_slope(v: Array, x: Array) -> Array:
    """exp(-x) times the derivative of I_v(x) by v; nan for x below 0."""
    v, x = np.broadcast_arrays(v, x)
    found = np.array(np.where((v > 0) & (x == 0), 0.0, np.nan))
    inside = np.isfinite(v) & np.isfinite(x) & (x > 0)
    found[inside] = ive_slope_within(v[inside], x[inside])
    return found


def ive_slope_within(v: Array, x: Array) -> Array:
    """As `ive_slope`, for positive x: a negative order is that of the positive one with K_v."""
    from scipy.special import kve

    order = np.abs(v)
    rising = ive_slope_upward(order, x)
    turn, shrunk = order * np.pi, np.exp(-2 * x)
    reflected = 2 * np.cos(turn) * kve(order, x) + 2 / np.pi * np.sin(turn) * kve_slope(np.ones(v.shape), order, x)
    return np.asarray(np.where(v < 0, -rising - shrunk * reflected, rising))


def ive_slope_upward(v: Array, x: Array) -> Array:
    """As `ive_slope`, for orders from 0 on."""
    from scipy.special import psi

    found = np.empty(v.shape)
    small = (np.log(x / 2) <= psi(v + 1)) & (x < 10)
    wide = ~small & (v >= SMALL)
    found[small] = by_series(v[small], x[small], 1.0) * np.exp(-x[small])
    found[wide] = -ive(v[wide], x[wide]) * mean_along(path_of_i, v[wide], x[wide], 2)
    rest = ~small & ~wide
    found[rest] = ive_slope_of_small_order(v[rest], x[rest])
    return found


def ive_slope_of_small_order(v: Array, x: Array) -> Array:
    """As `ive_slope`, by the integrals over angles and over real numbers, which have one sign for orders below 1/2."""
    end = np.where(x < -FALL / 2, np.pi, 2 * np.arcsin(np.minimum(1, np.sqrt(-FALL / (2 * x)))))
    around = np.zeros(v.shape)
    for nodes, weights in panels():
        theta = np.multiply.outer(nodes, end)
        height = np.exp(-2 * x * np.sin(theta / 2) ** 2) * theta * np.sin(v * theta)
        around = around + weighed(weights, height)

    def decay(t: Array) -> Array:
        """The logarithm of exp(-x cosh(t) - v t), less that at 0."""
        return np.asarray(-2 * x * np.sinh(t / 2) ** 2 - v * t)

    plain, first = integral(lambda t: (decay(t), np.ones_like(t)), x), integral(lambda t: (decay(t), t), x)
    shrunk = np.exp(-2 * x) * (np.cos(v * np.pi) * plain - np.sin(v * np.pi) / np.pi * first)
    return np.asarray(-around * end / np.pi - shrunk)


# J_v


@in_float64
def jv_slope(v: Array, x: Array) -> Array:
    """The derivative of J_v(x) by v; nan for x below 0, and where v is further than 20000 below x."""
    v, x = np.broadcast_arrays(v, x)
    found = np.array(np.where((v > 0) & (x == 0), 0.0, np.nan))
    inside = np.isfinite(v) & np.isfinite(x) & (x > 0) & (x - v <= MOST_STEPS)
    found[inside] = jv_slope_within(v[inside], x[inside])
    return found


def jv_slope_within(v: Array, x: Array) -> Array:
    """As `jv_slope`, for positive x."""
    from scipy.special import jv

    steps = np.maximum(0, np.ceil(x - v))
    direct = steps == 0
    small = (v >= 0) & (x * x <= 2 * (v + 1))
    found = np.empty(v.shape)
    found[small] = by_series(v[small], x[small], -1.0)
    near = direct & ~small
    found[near] = jv_slope_above(v[near], x[near])
    far = ~direct & ~small
    order, at, left = v[far] + steps[far], x[far], steps[far]
    upper, here = jv_slope_above(order + 1, at), jv_slope_above(order, at)
    for _ in range(int(left.max(initial=0))):
        lower = 2 * (order * here + jv(order, at)) / at - upper
        moving = left > 0
        upper, here = np.where(moving, here, upper), np.where(moving, lower, here)
        order, left = order - moving, left - moving
    found[far] = here
    return found


def jv_slope_above(v: Array, x: Array) -> Array:
    """As `jv_slope`, for orders from x on."""
    from scipy.special import jv

    found = np.empty(v.shape)
    small = x * x <= 2 * (v + 1)
    found[small] = by_series(v[small], x[small], -1.0)
    found[~small] = -jv(v[~small], x[~small]) * mean_along(path_of_j, v[~small], x[~small], 16)
    return found


# K_v


@in_float64
def kve_slope(n: Array, v: Array, x: Array) -> Array:
    """exp(x) times the n-th derivative of K_v(x) by v: the integral of exp(-x cosh(t)) t^n cosh(v t), or sinh."""
    n, v, x = np.broadcast_arrays(n, v, x)
    found = np.full(v.shape, np.nan)
    inside = np.isfinite(v) & np.isfinite(x) & (x > 0) & (n >= 0) & (n == np.floor(n))
    found[inside] = kve_slope_within(n[inside], v[inside], x[inside])
    return found


def kve_slope_within(n: Array, v: Array, x: Array) -> Array:
    """As `kve_slope`, where all is finite and x positive: the quotient of two integrals from the peak outward."""
    from scipy.special import kve

    order = np.abs(v)
    peak = np.arcsinh(order / x)
    odd = n % 2 == 1

    def height(t: Array) -> Array:
        """The logarithm of exp(v t - x cosh(t)), less that at the peak."""
        step = (t - peak) / 2
        return np.asarray(order * 2 * step - 2 * x * np.sinh(peak + step) * np.sinh(step))

    ways = []
    for way, most in ((1.0, 1000.0), (-1.0, peak)):
        low, high = np.zeros(v.shape), np.broadcast_to(most, v.shape)
        for _ in range(30):
            middle = (low + high) / 2
            fallen = ~(height(peak + way * middle) > FALL)
            low, high = np.where(fallen, low, middle), np.where(fallen, middle, high)
        ways.append((way, np.asarray(high)))
    plain, total = np.zeros(v.shape), np.zeros(v.shape)
    for way, reach in ways:
        for nodes, weights in panels(CONTOUR_PANELS, 4):
            t = peak + way * np.multiply.outer(nodes, reach)
            both = np.exp(height(t)) / 2
            other = np.exp(-2 * order * t)
            plain = plain + reach * weighed(weights, both * (1 + other))
            grown = np.where(odd, -np.expm1(-2 * order * t), 1 + other)
            total = total + reach * weighed(weights, both * grown * t**n)
    return np.asarray(np.where(odd, np.sign(v), 1) * kve(order, x) * total / plain)
