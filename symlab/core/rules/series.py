"""Quotients and differences that are 0 / 0 or cancel near 0, where a few terms of their series are exact.

Their derivatives cancel even where the value does not, so they are replaced before differentiation too. The operand of
the form that is not chosen is replaced by a harmless one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import factorial
from typing import Any

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, expm1, log1p, reciprocal, sqr
from symlab.core.ops.trigonometric import sin, sinh
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


def chosen(near: Any, x: Any, series: Any, formula: Any) -> Any:
    """The series near 0, the formula elsewhere, where `formula` is a function of x."""
    return switch(near, series(switch(near, x, 0)), formula(switch(near, 1, x)))


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
def expm1_less_x(x: Near):
    """exp(x) - 1 is nearly x where x is small."""
    terms = [Fraction(1, factorial(k + 2)) for k in range(18)]
    return (
        expm1(x) - x,
        chosen(abs(x) < 1, x, lambda t: sqr(t) * polynomial(t, terms), lambda t: expm1(t) - t),
    )


@rule(when=unguarded)
def log1p_less_x(x: Near):
    """log(1 + x) is nearly x where x is small."""
    terms = [Fraction((-1) ** (k + 1), k + 2) for k in range(30)]
    return (
        log1p(x) - x,
        chosen(abs(x) < 0.3, x, lambda t: sqr(t) * polynomial(t, terms), lambda t: log1p(t) - t),
    )


@rule(when=unguarded)
def x_less_sin(x: Near):
    """sin(x) is nearly x where x is small."""
    terms = [Fraction((-1) ** k, factorial(2 * k + 3)) for k in range(11)]
    return (
        x - sin(x),
        chosen(abs(x) < 1, x, lambda t: t * sqr(t) * polynomial(sqr(t), terms), lambda t: t - sin(t)),
    )


RULES = (
    sin_of_multiple_over_x,
    sin_over_x,
    sinh_over_x,
    expm1_over_x,
    x_over_expm1,
    log1p_over_x,
    expm1_less_x,
    log1p_less_x,
    x_less_sin,
)
