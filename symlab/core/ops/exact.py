"""Meanings in mpmath of the elementwise ops for which it has no function that does."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import mpmath

from symlab.core.ops.polynomials import horner


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + mpmath.exp(-x))


def sigmoid_slope(x: Any) -> Any:
    """exp(-|x|) / (1 + exp(-|x|))^2."""
    power = mpmath.exp(-abs(x))
    return power / (1 + power) ** 2


def softplus(x: Any) -> Any:
    """log(1 + exp(x))."""
    return mpmath.log1p(mpmath.exp(x))


def log2(x: Any) -> Any:
    """The logarithm to base 2."""
    return mpmath.log(x, 2)


def power(a: Any, b: Any) -> Any:
    """a ** b, nan where it is not real."""
    found = mpmath.power(a, b)
    return mpmath.nan if found.imag and not a.imag else found


def cast(x: Any, dtype: str) -> Any:
    """The number itself, toward 0 for integers."""
    if dtype == "bool":
        return x != 0
    return trunc(x) if "int" in dtype else x


def cbrt(x: Any) -> Any:
    """The real cube root."""
    return mpmath.sign(x) * mpmath.cbrt(abs(x))


def log1mexp(x: Any) -> Any:
    """log(1 - exp(x))."""
    return mpmath.log(-mpmath.expm1(x))


def logaddexp(a: Any, b: Any) -> Any:
    """log(exp(a) + exp(b))."""
    high, low = builtins.max(a, b), builtins.min(a, b)
    return high + mpmath.log1p(mpmath.exp(low - high))


def xlogx(x: Any) -> Any:
    """x log(x), 0 at 0."""
    return x * mpmath.log(x) if x else x


def xlogy0(x: Any, y: Any) -> Any:
    """x log(y), 0 where x is 0."""
    return x * mpmath.log(y) if x else x


def xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), 0 where x is 0."""
    return x * mpmath.log1p(y) if x else x


def trunc(x: Any) -> Any:
    """The whole number toward 0."""
    return mpmath.floor(x) if x >= 0 else mpmath.ceil(x)


def round_half_away_from_zero(x: Any) -> Any:
    """The nearest whole number, halves away from 0."""
    return mpmath.sign(x) * mpmath.floor(abs(x) + mpmath.mpf(0.5))


def floor_div(a: Any, b: Any) -> Any:
    """The quotient rounded down."""
    return mpmath.floor(a / b)


def mod(a: Any, b: Any) -> Any:
    """The remainder with the sign of b."""
    return a - b * mpmath.floor(a / b)


def fmod(a: Any, b: Any) -> Any:
    """The remainder with the sign of a."""
    return a - b * trunc(a / b)


def copysign(a: Any, b: Any) -> Any:
    """The magnitude of a with the sign of b (mpmath has no -0)."""
    return -abs(a) if b < 0 else abs(a)


def signbit(x: Any) -> Any:
    """Whether x is negative (mpmath has no -0)."""
    return x < 0


def real(z: Any) -> Any:
    """The real part."""
    return mpmath.re(z)


def imag(z: Any) -> Any:
    """The imaginary part."""
    return mpmath.im(z)


def angle(z: Any) -> Any:
    """The angle in the plane."""
    return mpmath.atan2(mpmath.im(z), mpmath.re(z))


def erfcx(x: Any) -> Any:
    """exp(x^2) erfc(x)."""
    return mpmath.exp(x * x) * mpmath.erfc(x)


def erfcinv(x: Any) -> Any:
    """The number whose erfc is x."""
    if x > 0.5:
        return mpmath.erfinv(1 - x)
    start = mpmath.sqrt(-mpmath.log(x * mpmath.sqrt(mpmath.pi)))
    return mpmath.findroot(lambda t: mpmath.log(mpmath.erfc(t)) - mpmath.log(x), start)


def log_ndtr(x: Any) -> Any:
    """The logarithm of the normal distribution function."""
    return mpmath.log(mpmath.erfc(-x / mpmath.sqrt(2)) / 2)


def gammaln(x: Any) -> Any:
    """The logarithm of |gamma(x)|."""
    return mpmath.re(mpmath.loggamma(x))


def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of psi."""
    return mpmath.polygamma(int(n), x)


def gammainc(a: Any, x: Any) -> Any:
    """The regularized lower incomplete gamma function."""
    return mpmath.gammainc(a, 0, x, regularized=True)


def gammaincc(a: Any, x: Any) -> Any:
    """The regularized upper incomplete gamma function."""
    return mpmath.gammainc(a, x, mpmath.inf, regularized=True)


def psi_difference(x: Any, step: Any) -> Any:
    """psi(x + step) - psi(x)."""
    return mpmath.digamma(x + step) - mpmath.digamma(x)


def gammaln_difference(x: Any, step: Any) -> Any:
    """gammaln(x + step) - gammaln(x)."""
    return gammaln(x + step) - gammaln(x)


def poisson_log_probability(k: Any, m: Any) -> Any:
    """k log(m) - m - gammaln(k + 1)."""
    return k * mpmath.log(m) - m - gammaln(k + 1)


def betaln(a: Any, b: Any) -> Any:
    """The logarithm of |B(a, b)|."""
    return mpmath.log(abs(mpmath.beta(a, b)))


def betainc(a: Any, b: Any, x: Any) -> Any:
    """The regularized incomplete beta function."""
    return mpmath.betainc(a, b, 0, x, regularized=True)


def gammainc_slope(a: Any, x: Any) -> Any:
    """The derivative of the lower incomplete gamma function with respect to its shape."""
    return mpmath.diff(lambda shape: gammainc(shape, x), a)


def gammainc_curve(a: Any, x: Any) -> Any:
    """The second derivative of the lower incomplete gamma function with respect to its shape."""
    return mpmath.diff(lambda shape: gammainc(shape, x), a, 2)


def betainc_curve_aa(a: Any, b: Any, x: Any) -> Any:
    """The second derivative of the incomplete beta function with respect to its first shape."""
    return mpmath.diff(lambda shape: betainc(shape, b, x), a, 2)


def betainc_curve_ab(a: Any, b: Any, x: Any) -> Any:
    """The derivative of the incomplete beta function with respect to both shapes."""
    return mpmath.diff(lambda first, second: betainc(first, second, x), (a, b), (1, 1))


def betainc_curve_bb(a: Any, b: Any, x: Any) -> Any:
    """The second derivative of the incomplete beta function with respect to its second shape."""
    return mpmath.diff(lambda shape: betainc(a, shape, x), b, 2)


def betainc_slope_a(a: Any, b: Any, x: Any) -> Any:
    """The derivative of the incomplete beta function with respect to its first shape."""
    return mpmath.diff(lambda shape: betainc(shape, b, x), a)


def betainc_slope_b(a: Any, b: Any, x: Any) -> Any:
    """The derivative of the incomplete beta function with respect to its second shape."""
    return mpmath.diff(lambda shape: betainc(a, shape, x), b)


def i0(x: Any) -> Any:
    """The modified Bessel function of order 0."""
    return mpmath.besseli(0, x)


def i1(x: Any) -> Any:
    """The modified Bessel function of order 1."""
    return mpmath.besseli(1, x)


def ive(v: Any, x: Any) -> Any:
    """exp(-|x|) I_v(x)."""
    return mpmath.exp(-abs(x)) * mpmath.besseli(v, x)


def kve(v: Any, x: Any) -> Any:
    """exp(x) K_v(x)."""
    return mpmath.exp(x) * mpmath.besselk(v, x)


def jv_slope(v: Any, x: Any) -> Any:
    """The derivative of J_v(x) by v."""
    return mpmath.diff(lambda order: mpmath.besselj(order, x), v)


def ive_slope(v: Any, x: Any) -> Any:
    """exp(-x) times the derivative of I_v(x) by v."""
    return mpmath.exp(-x) * mpmath.diff(lambda order: mpmath.besseli(order, x), v)


def kve_slope(n: Any, v: Any, x: Any) -> Any:
    """exp(x) times the n-th derivative of K_v(x) by v."""
    return mpmath.exp(x) * mpmath.diff(lambda order: mpmath.besselk(order, x), v, int(n))


def root(function: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """Where an increasing function is 0 between two numbers."""
    return mpmath.findroot(function, (low, high), solver="anderson", tol=mpmath.eps**1.5, maxsteps=500)


def gammaincinv(a: Any, p: Any) -> Any:
    """The x for which the lower incomplete gamma function is p."""
    high = mpmath.mpf(1)
    while gammainc(a, high) < p:
        high *= 2
    return root(lambda x: gammainc(a, x) - p, mpmath.mpf(0), high)


def gammainccinv(a: Any, p: Any) -> Any:
    """The x for which the upper incomplete gamma function is p."""
    high = mpmath.mpf(1)
    while gammaincc(a, high) > p:
        high *= 2
    return root(lambda x: p - gammaincc(a, x), mpmath.mpf(0), high)


def hyp2f1(a: Any, b: Any, c: Any, z: Any) -> Any:
    """Gauss's hypergeometric function."""
    return mpmath.hyp2f1(a, b, c, z)


def betaincinv(a: Any, b: Any, p: Any) -> Any:
    """The x for which the incomplete beta function is p."""
    return root(lambda x: betainc(a, b, x) - p, mpmath.mpf(0), mpmath.mpf(1))


def ndtri_exp(y: Any) -> Any:
    """The x for which `log_ndtr` is y."""
    return root(lambda x: log_ndtr(x) - y, -2 - mpmath.sqrt(-2 * y), 40)


def owens_t(h: Any, a: Any) -> Any:
    """The integral of exp(-h^2 (1 + t^2) / 2) / (1 + t^2) over [0, a], by 2 pi."""
    return mpmath.quad(lambda t: mpmath.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a]) / (2 * mpmath.pi)


def hyp2f1_slope(a: Any, b: Any, c: Any, z: Any, orders: tuple[int, int, int]) -> Any:
    """The derivative of F(a, b; c; z), so many times by a, b and c."""
    return mpmath.diff(lambda *changed: mpmath.hyp2f1(*changed, z), (a, b, c), tuple(orders))


def polynomial(x: Any, coefficients: tuple[float, ...]) -> Any:
    """The value of a polynomial, by Horner's scheme."""
    return horner(coefficients, x, mpmath.mpf)
