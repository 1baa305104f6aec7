"""Differences of a function at neighbouring points, whose values are nearly equal."""

from __future__ import annotations

import math

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, log, log1p, reciprocal, sqr, sqrt
from symlab.core.ops.exponential import cbrt
from symlab.core.ops.special import gamma, gammaln
from symlab.core.ops.trigonometric import arctan, arctan2, cos, sin, tan
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Near, Small


@rule
def difference_of_squares(x, y):
    """Squares of neighbours are nearly equal where their difference is small."""
    return sqr(x) - sqr(y), (x - y) * (x + y)


@rule
def one_less_square(x: Near):
    """The square of a number near 1 is nearly 1."""
    return 1 - sqr(x), (1 - x) * (1 + x)


@rule
def one_less_squared_sin(x):
    """sin^2 is nearly 1 where cos^2 is small."""
    return 1 - sqr(sin(x)), sqr(cos(x))


@rule
def one_less_squared_cos(x):
    """cos^2 is nearly 1 where sin^2 is small."""
    return 1 - sqr(cos(x)), sqr(sin(x))


@rule
def difference_of_reciprocals(x, step: Small):
    """The reciprocals of neighbours are nearly equal."""
    return reciprocal(x + step) - reciprocal(x), -(step / x) / (x + step)


@rule
def difference_of_roots(x, step: Small):
    """The roots of neighbours are nearly equal."""
    return sqrt(x + step) - sqrt(x), step / (sqrt(x + step) + sqrt(x))


@rule
def difference_of_roots_around(x):
    """The roots of 1 + x and 1 - x are nearly equal where x is small."""
    return sqrt(1 + x) - sqrt(1 - x), 2 * x / (sqrt(1 + x) + sqrt(1 - x))


@rule
def difference_of_cube_roots(x, step: Small):
    """The cube roots of neighbours are nearly equal."""
    first, second = cbrt(x + step), cbrt(x)
    return first - second, step / (sqr(first) + first * second + sqr(second))


@rule
def difference_of_logs(x, step: Small):
    """The logarithms of neighbours are nearly equal."""
    return log(x + step) - log(x), switch(x < 0, math.nan, log1p(step / x))


@rule
def difference_of_log1p(x):
    """log(x + 1) and log(x) are nearly equal where x is large."""
    return log1p(x) - log(x), switch(x < 0, math.nan, log1p(reciprocal(x)))


@rule
def difference_of_sines(x, step: Small):
    """The sines of neighbours are nearly equal."""
    return sin(x + step) - sin(x), 2 * cos(x + step / 2) * sin(step / 2)


@rule
def difference_of_cosines(x, step: Small):
    """The cosines of neighbours are nearly equal."""
    return cos(x + step) - cos(x), -2 * sin(x + step / 2) * sin(step / 2)


@rule
def difference_of_tangents(x, step: Small):
    """The tangents of neighbours are nearly equal."""
    return tan(x + step) - tan(x), sin(step) / (cos(x) * cos(x + step))


@rule
def difference_of_arctans(x, step: Small):
    """The arc tangents of neighbours are nearly equal."""
    return arctan(x + step) - arctan(x), arctan2(step, 1 + x * (x + step))


@rule
def difference_of_gammaln(x):
    """The logarithms of gamma at neighbours are nearly equal where x is large."""
    return gammaln(1 + x) - gammaln(x), log(abs(x))


@rule
def quotient_of_gammas(x):
    """gamma overflows where the quotient of neighbours does not."""
    return gamma(1 + x) * reciprocal(gamma(x)), x


RULES = (
    one_less_squared_sin,
    one_less_squared_cos,
    one_less_square,
    difference_of_squares,
    difference_of_reciprocals,
    difference_of_roots,
    difference_of_roots_around,
    difference_of_cube_roots,
    difference_of_logs,
    difference_of_log1p,
    difference_of_sines,
    difference_of_cosines,
    difference_of_tangents,
    difference_of_arctans,
    difference_of_gammaln,
    quotient_of_gammas,
)
