"""Quotients and differences that are 0 / 0 or cancel near 0, where a few terms of their series are exact.

Their derivatives cancel even where the value does not, so they are replaced before differentiation too. The operand of
the form that is not chosen is replaced by a harmless one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, factorial
from typing import Any

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, expm1, log1p, mul, reciprocal, sqr, tanh
from symlab.core.ops.trigonometric import sin, sinh, tan
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Near, NonzeroNumber

BERNOULLI = [Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66), Fraction(-691, 2730),
             Fraction(7, 6), Fraction(-3617, 510), Fraction(43867, 798), Fraction(-174611, 330)]  # fmt: skip


def polynomial(x: Any, coefficients: Sequence[Any]) -> Any:
    """The value of a polynomial, from the coefficient of the highest power down."""
    *lower, total = [float(value) for value in coefficients]
    for coefficient in reversed(lower):
        total = coefficient + x * total
    return total


def tangent_terms(count: int) -> list[Fraction]:
    """The coefficients of tan(x) = x + sum of terms[k] x^(2 k + 3), from tan' = 1 + tan^2."""
    tangent = [Fraction(1)]
    for k in range(1, count + 1):
        square = sum((tangent[i] * tangent[k - 1 - i] for i in range(k)), Fraction(0))
        tangent.append(square / (2 * k + 1))
    return tangent[1:]


def arcsine_terms(count: int) -> list[Fraction]:
    """The coefficients of arcsin(x) = x + sum of terms[k] x^(2 k + 3)."""
    return [Fraction(comb(2 * n, n), 4**n * (2 * n + 1)) for n in range(1, count + 1)]


def chosen(near: Any, x: Any, series: Any, formula: Any) -> Any:
    """The series near 0, the formula elsewhere, where `formula` is a function of x."""
    return switch(near, series(switch(near, x, 0)), formula(switch(near, 1, x)))


def cubic(x: Any, terms: Sequence[Fraction], formula: Any, near: float) -> Any:
    """x^3 times a polynomial in x^2 nearer to 0 than `near`, the formula elsewhere."""
    return chosen(abs(x) < near, x, lambda t: t * sqr(t) * polynomial(sqr(t), terms), formula)


def unguarded(x):
    """Whether a variable is not itself chosen so that it is far from 0."""
    return x.op is not switch


@rule(when=unguarded, serves="derivatives")
def expm1_over_x(x: Near):
    """(exp(x) - 1) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1, factorial(k + 1)) for k in range(19)]
    return (
        expm1(x) * reciprocal(x),
        chosen(abs(x) < 1, x, lambda t: polynomial(t, terms), lambda t: expm1(t) / t),
    )


@rule(when=unguarded, serves="derivatives")
def x_over_expm1(x: Near):
    """x / (exp(x) - 1) is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1)] + [value / factorial(2 * k + 2) for k, value in enumerate(BERNOULLI)]
    return (
        x * reciprocal(expm1(x)),
        chosen(abs(x) < 1, x, lambda t: polynomial(sqr(t), terms) - t / 2, lambda t: t / expm1(t)),
    )


@rule(when=unguarded, serves="derivatives")
def log1p_over_x(x: Near):
    """log(1 + x) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction((-1) ** k, k + 1) for k in range(30)]
    return (
        log1p(x) * reciprocal(x),
        chosen(abs(x) < 0.3, x, lambda t: polynomial(t, terms), lambda t: log1p(t) / t),
    )


@rule(when=unguarded, serves="derivatives")
def sin_over_x(x: Near):
    """sin(x) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction((-1) ** k, factorial(2 * k + 1)) for k in range(11)]
    return (
        sin(x) * reciprocal(x),
        chosen(abs(x) < 1, x, lambda t: polynomial(sqr(t), terms), lambda t: sin(t) / t),
    )


@rule(when=unguarded, serves="derivatives")
def sin_of_multiple_over_x(c: NonzeroNumber, x: Near):
    """sin(c x) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction((-1) ** k, factorial(2 * k + 1)) for k in range(11)]
    return (
        sin(c * x) * reciprocal(x),
        c * chosen(abs(c * x) < 1, c * x, lambda t: polynomial(sqr(t), terms), lambda t: sin(t) / t),
    )


@rule(when=unguarded, serves="derivatives")
def sinh_over_x(x: Near):
    """sinh(x) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1, factorial(2 * k + 1)) for k in range(11)]
    return (
        sinh(x) * reciprocal(x),
        chosen(abs(x) < 1, x, lambda t: polynomial(sqr(t), terms), lambda t: sinh(t) / t),
    )


@rule(when=unguarded)
def reciprocal_less_cotangent(x: Near):
    """The cotangent is nearly 1 / x where x is small."""
    terms = [(-1) ** k * value * Fraction(4 ** (k + 1), factorial(2 * k + 2)) for k, value in enumerate(BERNOULLI)]
    return (
        reciprocal(x) - reciprocal(tan(x)),
        chosen(abs(x) < 0.5, x, lambda t: t * polynomial(sqr(t), terms), lambda t: 1 / t - 1 / tan(t)),
    )


@rule(when=unguarded)
def cotangent_less_reciprocal(x: Near):
    """The hyperbolic cotangent is nearly 1 / x where x is small."""
    terms = [value * Fraction(4 ** (k + 1), factorial(2 * k + 2)) for k, value in enumerate(BERNOULLI)]
    return (
        reciprocal(tanh(x)) - reciprocal(x),
        chosen(abs(x) < 0.5, x, lambda t: t * polynomial(sqr(t), terms), lambda t: 1 / tanh(t) - 1 / t),
    )


@rule(when=unguarded, serves="derivatives")
def x_over_log1p(x: Near):
    """x / log(1 + x) is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction((-1) ** k, k + 1) for k in range(30)]
    return (
        x * reciprocal(log1p(x)),
        chosen(abs(x) < 0.3, x, lambda t: reciprocal(polynomial(t, terms)), lambda t: t / log1p(t)),
    )


@rule(when=unguarded, serves="derivatives")
def expm1_of_opposite_over_x(x: Near):
    """(1 - exp(-x)) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1, factorial(k + 1)) for k in range(19)]
    return (
        expm1(-x) * reciprocal(x),
        -chosen(abs(x) < 1, -x, lambda t: polynomial(t, terms), lambda t: expm1(t) / t),
    )


@rule(serves="derivatives")
def expm1_of_multiple_over_x(x: Near, *factors):
    """(exp(c x) - 1) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1, factorial(k + 1)) for k in range(19)]
    whole = mul(x, *factors)
    return (
        expm1(mul(x, *factors)) * reciprocal(x),
        mul(*factors) * chosen(abs(whole) < 1, whole, lambda t: polynomial(t, terms), lambda t: expm1(t) / t),
    )


@rule(serves="derivatives")
def log1p_of_multiple_over_x(x: Near, *factors):
    """log(1 + c x) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction((-1) ** k, k + 1) for k in range(30)]
    whole = mul(x, *factors)
    return (
        log1p(mul(x, *factors)) * reciprocal(x),
        mul(*factors) * chosen(abs(whole) < 0.3, whole, lambda t: polynomial(t, terms), lambda t: log1p(t) / t),
    )


@rule(serves="derivatives")
def expm1_of_opposite_multiple_over_x(x: Near, *factors):
    """(1 - exp(-c x)) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1, factorial(k + 1)) for k in range(19)]
    whole = -mul(x, *factors)
    return (
        expm1(-mul(x, *factors)) * reciprocal(x),
        -mul(*factors) * chosen(abs(whole) < 1, whole, lambda t: polynomial(t, terms), lambda t: expm1(t) / t),
    )


@rule(when=unguarded, serves="derivatives")
def x_over_expm1_of_opposite(x: Near):
    """x / (1 - exp(-x)) is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1)] + [value / factorial(2 * k + 2) for k, value in enumerate(BERNOULLI)]
    return (
        x * reciprocal(expm1(-x)),
        -chosen(abs(x) < 1, -x, lambda t: polynomial(sqr(t), terms) - t / 2, lambda t: t / expm1(t)),
    )


@rule(when=unguarded, serves="derivatives")
def log1p_of_opposite_over_x(x: Near):
    """log(1 - x) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction((-1) ** k, k + 1) for k in range(30)]
    return (
        log1p(-x) * reciprocal(x),
        -chosen(abs(x) < 0.3, -x, lambda t: polynomial(t, terms), lambda t: log1p(t) / t),
    )


@rule(when=unguarded, serves="derivatives")
def sinh_of_multiple_over_x(c: NonzeroNumber, x: Near):
    """sinh(c x) / x is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    terms = [Fraction(1, factorial(2 * k + 1)) for k in range(11)]
    return (
        sinh(c * x) * reciprocal(x),
        c * chosen(abs(c * x) < 1, c * x, lambda t: polynomial(sqr(t), terms), lambda t: sinh(t) / t),
    )


@rule(when=unguarded)
def log1p_less_share(x: Near):
    """log(1 + x) is nearly x / (1 + x) where x is small."""
    terms = [Fraction((-1) ** k * (k + 1), k + 2) for k in range(30)]
    return (
        log1p(x) - x * reciprocal(1 + x),
        chosen(abs(x) < 0.3, x, lambda t: sqr(t) * polynomial(t, terms), lambda t: log1p(t) - t / (1 + t)),
    )


RULES = (
    expm1_of_opposite_multiple_over_x,
    x_over_expm1_of_opposite,
    log1p_of_opposite_over_x,
    sinh_of_multiple_over_x,
    log1p_less_share,
    sin_of_multiple_over_x,
    sin_over_x,
    sinh_over_x,
    expm1_over_x,
    x_over_expm1,
    log1p_over_x,
    reciprocal_less_cotangent,
    cotangent_less_reciprocal,
    x_over_log1p,
    expm1_of_opposite_over_x,
    expm1_of_multiple_over_x,
    log1p_of_multiple_over_x,
)
