"""Meanings in mpmath of the elementwise ops for which it has no function that does."""

from __future__ import annotations

import builtins
from typing import Any

import mpmath


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + mpmath.exp(-x))


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


def betaln(a: Any, b: Any) -> Any:
    """The logarithm of |B(a, b)|."""
    return mpmath.log(abs(mpmath.beta(a, b)))


def betainc(a: Any, b: Any, x: Any) -> Any:
    """The regularized incomplete beta function."""
    return mpmath.betainc(a, b, 0, x, regularized=True)


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
