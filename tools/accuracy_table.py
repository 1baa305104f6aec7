"""The functions of the C runtime, with their exact meanings, peers and the intervals that matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath as mp
import numpy as np
import scipy.special as sp

from tools.accuracy import Array, Function, Limits, binades


def all_numbers(limits: Limits) -> Sequence[tuple[float, float]]:
    """Everything, and what is near 1 in size."""
    return ((-limits.largest, limits.largest), (-8.0, 8.0))


def positive(limits: Limits) -> Sequence[tuple[float, float]]:
    """Every positive number, and those between 0 and 4."""
    return ((0.0, limits.largest), (0.0, 4.0))


def exponents(limits: Limits) -> Sequence[tuple[float, float]]:
    """Where an exponential is neither 0 nor infinite."""
    return ((limits.log_smallest, limits.log_largest), (-2.0, 2.0), (limits.log_smallest, limits.log_smallest + 40))


def within(*intervals: tuple[float, float]) -> Any:
    """The same intervals for every dtype."""
    return lambda limits: intervals


def signed_binades(random: np.random.Generator, low: float, high: float, count: int) -> Array:
    """Numbers of both signs, as many in each binade."""
    return binades(random, 2.0**low, 2.0**high, count) * random.choice([-1.0, 1.0], count)


def power_pairs(random: np.random.Generator, limits: Limits, count: int) -> tuple[Array, Array]:
    """Bases and exponents whose power is within the range, and whole exponents for bases of both signs."""
    smallest = 2.0 ** limits.exponent_range[0]
    size = np.concatenate([binades(random, smallest, limits.largest, count), random.uniform(0.5, 2, count)])
    logarithm = np.log(size)
    result = random.uniform(limits.log_smallest, limits.log_largest, 2 * count)
    exponent = result / np.where(logarithm == 0, 1, logarithm)
    whole = random.integers(-9, 10, count).astype(float)
    halves = random.choice([0.5, 1.5, 2.5, -0.5, 1 / 3], count)
    left = [size, random.uniform(-9, 9, count), random.uniform(0, 20, count)]
    return np.concatenate(left), np.concatenate([exponent, whole, halves])


def plane(random: np.random.Generator, limits: Limits, count: int) -> tuple[Array, Array]:
    """Pairs of comparable size and of any size."""
    low, high = limits.exponent_range
    near, far = random.uniform(-5, 5, (2, count)), [signed_binades(random, low, high - 1, count) for _ in range(2)]
    scale = signed_binades(random, low // 2, high // 2, count)
    other = scale * random.uniform(0.1, 10, count)
    return np.concatenate([near[0], far[0], scale]), np.concatenate([near[1], far[1], other])


def sums(random: np.random.Generator, limits: Limits, count: int) -> tuple[Array, Array]:
    """Logarithms whose sum of exponentials is not near 1, where its logarithm cancels."""
    parts = [random.uniform(1, 50, count), random.uniform(-500, -2, count), signed_binades(random, 1, 9, count)]
    left = np.concatenate(parts)
    step = random.uniform(-40, 40, 3 * count)
    return left, left + np.where(left > 0, step, -abs(step))


def products(random: np.random.Generator, limits: Limits, count: int) -> tuple[Array, Array]:
    """A factor of any sign and the operand of a logarithm."""
    high = limits.exponent_range[1] // 2
    return signed_binades(random, -high, high, 2 * count), np.concatenate(
        [random.uniform(0, 4, count), binades(random, 2.0 ** limits.exponent_range[0], limits.largest, count)]
    )


def softplus(x: Array) -> Array:
    """NumPy's way to log(1 + e^x)."""
    return np.logaddexp(x.dtype.type(0), x)


def log1mexp(x: Array) -> Array:
    """The customary two branches of log(1 - e^x)."""
    return np.where(x > -0.6931, np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


def exact_log1mexp(x: Any) -> Any:
    """log(1 - e^x) without cancellation."""
    return mp.log(-mp.expm1(x)) if x > -1 else mp.log1p(-mp.exp(x))


def exact_pow(x: Any, y: Any) -> Any:
    """A real power."""
    return mp.power(abs(x), y) * (-1 if x < 0 and y % 2 == 1 else 1)


def exact_logaddexp(a: Any, b: Any) -> Any:
    """log(e^a + e^b) without overflow."""
    return max(a, b) + mp.log1p(mp.exp(-abs(a - b)))


def exact_erfcinv(x: Any) -> Any:
    """The inverse of erfc: by Newton's method in the tail, which begins from its asymptotic form."""
    if not 0 < x < 2:
        raise ValueError("outside of the domain")
    with mp.workprec(220):
        if x > 1e-4:
            return mp.erfinv(1 - x)
        y = mp.sqrt(-mp.log(x * mp.sqrt(-mp.pi * mp.log(x))))
        for _ in range(8):
            y += (mp.erfc(y) - x) * mp.exp(y * y) * mp.sqrt(mp.pi) / 2
        return y


def exact_erfinv(x: Any) -> Any:
    """The inverse of erf."""
    with mp.workprec(220):
        return mp.erfinv(x)


def exact_cbrt(x: Any) -> Any:
    """The real cube root."""
    return mp.sign(x) * mp.cbrt(abs(x))


def exact_erfcx(x: Any) -> Any:
    """e^(x^2) erfc(x); by its continued fraction where erfc underflows."""
    if x < 1000:
        return mp.exp(x * x) * mp.erfc(x)
    total = mp.mpf(0)
    for n in range(30, 0, -1):
        total = mp.mpf(n) / 2 / (x + total)
    return 1 / (x + total) / mp.sqrt(mp.pi)


def no_zero(value: Any) -> Any:
    """x log(x) with its limit at 0."""
    return value * mp.log(value) if value else mp.mpf(0)


def turns(limits: Limits) -> Sequence[tuple[float, float]]:
    """Angles: a few turns, many, and any number."""
    return ((-8.0, 8.0), (-1e5, 1e5), (-limits.largest, limits.largest))


def logistic_range(limits: Limits) -> Sequence[tuple[float, float]]:
    """Where the logistic function is neither 0 nor 1."""
    return ((limits.log_smallest, 40.0), (-3.0, 3.0))


def slope_range(limits: Limits) -> Sequence[tuple[float, float]]:
    """Where the slope of the logistic function is not 0."""
    return ((limits.log_smallest, -limits.log_smallest), (-3.0, 3.0))


def exponents_of_two(limits: Limits) -> Sequence[tuple[float, float]]:
    """Where a power of two is neither 0 nor infinite."""
    low, high = limits.exponent_range
    return ((low - 1.0, high + 1.0), (-2.0, 2.0))


def hyperbolic_range(limits: Limits) -> Sequence[tuple[float, float]]:
    """Where half an exponential is finite."""
    return ((-limits.log_largest - 0.7, limits.log_largest + 0.7), (-2.0, 2.0))


def gamma_range(limits: Limits) -> Sequence[tuple[float, float]]:
    """Where the gamma function is finite, and some of its poles."""
    return ((0.0, 171.6 if limits.digits == 52 else 35.0), (-8.0, 0.0))


def scaled_range(limits: Limits) -> Sequence[tuple[float, float]]:
    """Where e^(x^2) erfc(x) is finite."""
    return ((-26.6 if limits.digits == 52 else -9.3, 30.0), (0.0, limits.largest))


def log_gamma(x: Any) -> Any:
    """The logarithm of |gamma(x)|."""
    return mp.log(abs(mp.gamma(x)))


def sigmoid(x: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + mp.exp(-x))


def sigmoid_slope(x: Any) -> Any:
    """Its derivative."""
    return mp.exp(-abs(x)) / (1 + mp.exp(-abs(x))) ** 2


ANGLES = tuple(k * np.pi / 2 for k in (1, 2, 3, 4, 1000, 123456))

FUNCTIONS = (
    Function("exp", mp.exp, np.exp, exponents),
    Function("log", mp.log, np.log, positive, (1.0,)),
    Function("tanh", mp.tanh, np.tanh, within((-22.0, 22.0), (-1.0, 1.0))),
    Function("log1p", mp.log1p, np.log1p, lambda limits: ((-1.0, limits.largest), (-1.0, 3.0)), (-1.0,)),
    Function("expm1", mp.expm1, np.expm1, lambda limits: ((-50.0, limits.log_largest), (-2.0, 2.0))),
    Function("sigmoid", sigmoid, sp.expit, logistic_range),
    Function("sigmoid_slope", sigmoid_slope, lambda x: sp.expit(x) * sp.expit(-x), slope_range),
    Function("softplus", lambda x: mp.log1p(mp.exp(x)), softplus, logistic_range),
    Function("sqrt", mp.sqrt, np.sqrt, positive),
    Function("pow", exact_pow, np.power, pairs=power_pairs),
    Function("sin", mp.sin, np.sin, turns, ANGLES),
    Function("cos", mp.cos, np.cos, turns, ANGLES),
    Function("tan", mp.tan, np.tan, turns, ANGLES),
    Function("log2", lambda x: mp.log(x) / mp.log(2), np.log2, positive, (1.0,)),
    Function("log10", mp.log10, np.log10, positive, (1.0,)),
    Function("exp2", lambda x: mp.power(2, x), np.exp2, exponents_of_two),
    Function("sinh", mp.sinh, np.sinh, hyperbolic_range),
    Function("cosh", mp.cosh, np.cosh, hyperbolic_range),
    Function("asin", mp.asin, np.arcsin, within((-1.0, 1.0)), (-1.0, 1.0)),
    Function("acos", mp.acos, np.arccos, within((-1.0, 1.0)), (-1.0, 1.0)),
    Function("atan", mp.atan, np.arctan, all_numbers),
    Function("atan2", mp.atan2, np.arctan2, pairs=plane),
    Function("asinh", mp.asinh, np.arcsinh, all_numbers),
    Function("acosh", mp.acosh, np.arccosh, lambda limits: ((1.0, limits.largest), (1.0, 4.0)), (1.0,)),
    Function("atanh", mp.atanh, np.arctanh, within((-1.0, 1.0)), (-1.0, 1.0)),
    Function("erf", mp.erf, sp.erf, within((-6.0, 6.0), (-1.5, 1.5))),
    Function("erfc", mp.erfc, sp.erfc, lambda limits: ((-6.0, 27.3 if limits.digits == 52 else 10.1), (-1.0, 2.0))),
    Function("log1mexp", exact_log1mexp, log1mexp, lambda limits: ((limits.log_smallest, 0.0), (-3.0, 0.0))),
    Function("logaddexp", exact_logaddexp, np.logaddexp, pairs=sums),
    Function("hypot", mp.hypot, np.hypot, pairs=plane),
    Function("cbrt", exact_cbrt, np.cbrt, all_numbers),
    Function("reciprocal", lambda x: 1 / x, np.reciprocal, all_numbers),
    Function("deg2rad", mp.radians, np.deg2rad, all_numbers),
    Function("rad2deg", mp.degrees, np.rad2deg, all_numbers),
    Function("xlogx", no_zero, lambda x: sp.xlogy(x, x), positive, (1.0,)),
    Function("xlogy0", lambda x, y: x * mp.log(y), sp.xlogy, pairs=products),
    Function("lgamma", log_gamma, sp.gammaln, within((0.0, 30.0), (0.0, 1e5), (-8.0, 0.0)), vector=False),
    Function("tgamma", mp.gamma, sp.gamma, gamma_range, vector=False),
    Function("psi", mp.digamma, sp.psi, within((0.0, 30.0), (0.0, 1e10)), (1.4616321449683622,), vector=False),
    Function("erfinv", exact_erfinv, sp.erfinv, within((-1.0, 1.0)), (-1.0, 1.0)),
    Function("erfcinv", exact_erfcinv, sp.erfcinv, within((0.0, 2.0))),
    Function("erfcx", exact_erfcx, sp.erfcx, scaled_range),
)
