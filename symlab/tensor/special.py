"""Special functions under SciPy's and Theano's names."""

from __future__ import annotations

import math
from typing import Any

from symlab.core.ops.bessel import i0, i1, iv, ive, j0, j1, jv, kv, kve
from symlab.core.ops.bits import and_, or_
from symlab.core.ops.compare import eq, ge, le, lt, switch
from symlab.core.ops.elementwise import cast, exp, log, mul, neg, sigmoid, softplus, true_div
from symlab.core.ops.exponential import xlog1py, xlogy0
from symlab.core.ops.gamma_differences import gammaln_difference
from symlab.core.ops.hypergeometric import hyp2f1
from symlab.core.ops.incomplete import betainc, betaincinv, gammainc, gammaincc, gammainccinv, gammaincinv
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.rounding import floor, mod
from symlab.core.ops.special import (
    betaln,
    erf,
    erfc,
    erfcinv,
    erfcx,
    erfinv,
    gamma,
    gammaln,
    log_ndtr,
    ndtri_exp,
    owens_t,
    polygamma,
    psi,
)
from symlab.tensor.reductions import log_softmax, logsumexp, softmax

# fmt: off
__all__ = [
    "beta", "betainc", "betaincinv", "betaln", "chi2sf", "digamma", "erf", "erfc", "erfcinv", "erfcx", "erfinv",
    "expit", "factorial", "gamma", "gammainc", "gammaincc", "gammainccinv", "gammaincinv", "gammal", "gammaln",
    "gammau", "hyp2f1", "i0", "i1", "iv", "ive", "j0", "j1", "jv", "kn", "kv", "kve", "log_expit", "log_ndtr",
    "log_softmax", "logit", "logsumexp", "ndtr", "ndtri", "ndtri_exp", "owens_t", "poch", "polygamma", "psi",
    "softmax", "tri_gamma", "xlog1py", "xlogy", "xlogy0",
]
# fmt: on

digamma = psi
expit = sigmoid
kn = kv
xlogy = xlogy0


def tri_gamma(x: Any) -> Variable:
    """The derivative of `psi`."""
    return polygamma(1, x)  # type: ignore[no-any-return]


def real(x: Any) -> Variable:
    """x, integers as float64: in few bits 1 - x and x + 1 would overflow."""
    found = as_variable(x)
    return cast(found, dtype="float64") if found.type.dtype.kind in "biu" else found  # type: ignore[no-any-return]


def factorial(n: Any) -> Variable:
    """n!, of any number gamma(n + 1); 0 below 0, as SciPy has it."""
    n = real(n)
    below = lt(n, 0)
    return switch(below, 0, gamma(switch(below, 0, n) + 1))  # type: ignore[no-any-return]


def poch(z: Any, m: Any) -> Variable:
    """gamma(z + m) / gamma(z), the rising factorial; at whole z from 0 down its limit, for whole m, else 0."""
    z, m = real(z), real(m)
    end = z + m
    pole, other = is_pole(z), is_pole(end)
    sign = switch(other, 1.0, sign_of_gamma(end) * sign_of_gamma(z))  # gamma(end) is infinite, of either sign
    plain = sign * exp(gammaln_difference(switch(pole, 1.0, z), switch(pole, 0.0, m)))
    mirrored = (1 - 2 * mod(m, 2)) * exp(gammaln_difference(switch(other, 1 - end, 1.0), switch(other, m, 0.0)))
    return switch(pole, switch(other, mirrored, 0.0), plain)  # type: ignore[no-any-return]


def beta(a: Any, b: Any) -> Variable:
    """gamma(a) gamma(b) / gamma(a + b); inf where a or b is a pole and a + b is none, as SciPy has it."""
    a, b = real(a), real(b)
    size = betaln(a, b)
    endless = and_(eq(size, math.inf), or_(is_pole(a), is_pole(b)))
    sign = sign_of_gamma(a) * sign_of_gamma(b) * sign_of_gamma(a + b)
    return switch(endless, 1.0, sign) * exp(size)  # type: ignore[no-any-return]


def is_pole(x: Variable) -> Variable:
    """Whether gamma(x) is infinite: at 0 and at each whole number below."""
    return and_(le(x, 0), eq(floor(x), x))  # type: ignore[no-any-return]


def sign_of_gamma(x: Variable) -> Variable:
    """1 where gamma(x) is positive, -1 where it is negative: it changes at 0 and at each whole number below."""
    return switch(ge(x, 0), 1.0, 1 - 2 * mod(floor(x), 2))  # type: ignore[no-any-return]


def gammal(a: Any, x: Any) -> Variable:
    """The lower incomplete gamma function."""
    return mul(gammainc(a, x), gamma(a))  # type: ignore[no-any-return]


def gammau(a: Any, x: Any) -> Variable:
    """The upper incomplete gamma function."""
    return mul(gammaincc(a, x), gamma(a))  # type: ignore[no-any-return]


def chi2sf(x: Any, k: Any) -> Variable:
    """The probability that a chi-squared variable with k degrees of freedom is larger than x."""
    return gammaincc(true_div(k, 2.0), true_div(x, 2.0))  # type: ignore[no-any-return]


def logit(p: Any) -> Variable:
    """log(p / (1 - p)), the inverse of `sigmoid`."""
    p = real(p)
    return log(p / (1 - p))  # type: ignore[no-any-return]


def log_expit(x: Any) -> Variable:
    """The logarithm of `sigmoid`."""
    return neg(softplus(neg(real(x))))  # type: ignore[no-any-return]


def ndtr(x: Any) -> Variable:
    """The normal distribution function."""
    return mul(0.5, erfc(true_div(x, -math.sqrt(2))))  # type: ignore[no-any-return]


def ndtri(p: Any) -> Variable:
    """The inverse of `ndtr`."""
    return mul(-math.sqrt(2), erfcinv(mul(2.0, p)))  # type: ignore[no-any-return]
