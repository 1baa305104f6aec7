"""Differences of a function at neighbouring points, whose values are nearly equal."""

from __future__ import annotations

import math
from fractions import Fraction

from symlab.core.ops.compare import eq, isinf, switch
from symlab.core.ops.elementwise import abs, exp, expm1, log, log1p, maximum, minimum, pow, reciprocal, sign, sqr, sqrt
from symlab.core.ops.exponential import cbrt
from symlab.core.ops.special import gamma, gammaln
from symlab.core.ops.trigonometric import arccos, arcsin, arctan, arctan2, cos, hypot, sin, sinh, tan
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Part, Small
from symlab.core.rules.series import polynomial

ARCTANH = [Fraction(1, 2 * k + 1) for k in range(20)]  # arctanh(x) / x as a polynomial in x^2
SCALE = 2.0**100  # by which the smallest numbers are made larger, so that quotients by them do not overflow


@rule
def one_less_squared_sin(x):
    """sin^2 is nearly 1 where cos^2 is small."""
    return 1 - sqr(sin(x)), sqr(cos(x))


@rule
def one_less_squared_cos(x):
    """cos^2 is nearly 1 where sin^2 is small."""
    return 1 - sqr(cos(x)), sqr(sin(x))


@rule
def difference_of_roots(x, step: Small):
    """The roots of neighbours are nearly equal."""
    total = sqrt(x + step) + sqrt(x)
    return sqrt(x + step) - sqrt(x), switch(isinf(step), step, step / switch(eq(total, 0), 1, total))


@rule
def difference_of_roots_around(x):
    """The roots of 1 + x and 1 - x are nearly equal where x is small."""
    return sqrt(1 + x) - sqrt(1 - x), 2 * x / (sqrt(1 + x) + sqrt(1 - x))


@rule
def difference_of_cube_roots(x, step: Small):
    """The cube roots of neighbours are nearly equal."""
    first, second = cbrt(x + step), cbrt(x)
    total = sqr(first) + first * second + sqr(second)
    return first - second, step / switch(eq(total, 0), 1, total)


@rule
def difference_of_logs(x, step: Small):
    """The logarithms of neighbours are nearly equal."""
    over = isinf(step / abs(x))
    shift, scale = switch(over, math.log(SCALE), 0), switch(over, SCALE, 1)
    return log(x + step) - log(x), switch(x < 0, math.nan, log1p(step / (abs(x) * scale)) + shift)


@rule(serves="derivatives", accept=200)
def mean_slope_of_exp(x, y):
    """The exponentials of neighbours are nearly equal, and so are the terms of the derivatives."""
    near = abs(x - y) < 1
    half = 0.5 * switch(near, x - y, 1)
    slope = exp(0.5 * switch(near, x, 0) + 0.5 * switch(near, y, 0)) * (sinh(half) * reciprocal(half))
    return (
        (exp(x) - exp(y)) * reciprocal(x - y),
        switch(near, slope, (exp(x) - exp(y)) * reciprocal(switch(near, 1, x - y))),
    )


@rule(serves="derivatives")
def mean_slope_of_log(x, y):
    """The logarithms of neighbours are nearly equal, and so are the terms of the derivatives."""
    near = (x > 0) & (y > 0) & (abs(x - y) < 0.3 * (x + y))
    first, second = switch(near, x, 1), switch(near, y, 1)
    slope = 2 * polynomial(sqr((first - second) / (first + second)), ARCTANH) / (first + second)
    return (log(x) - log(y)) * reciprocal(x - y), switch(near, slope, (log(x) - log(y)) / switch(near, 1, x - y))


@rule
def log_of_quotient_of_neighbours(x, step: Small):
    """The quotient of neighbours is nearly 1."""
    return log((x + step) * reciprocal(x)), log1p(step / x)


@rule
def difference_of_log1p(x):
    """log(x + 1) and log(x) are nearly equal where x is large."""
    regular = x > 1e-30
    return log1p(x) - log(x), switch(regular, log1p(reciprocal(x)), -log(switch(regular, 1, x)))


@rule
def difference_of_sines(x, step: Small):
    """The sines of neighbours are nearly equal."""
    half = step / 2
    return sin(x + step) - sin(x), 2 * (cos(x) * cos(half) - sin(x) * sin(half)) * sin(half)


@rule
def difference_of_cosines(x, step: Small):
    """The cosines of neighbours are nearly equal."""
    half = step / 2
    return cos(x + step) - cos(x), -2 * (sin(x) * cos(half) + cos(x) * sin(half)) * sin(half)


@rule
def difference_of_tangents(x, step: Small):
    """The tangents of neighbours are nearly equal."""
    return tan(x + step) - tan(x), sin(step) / (cos(x) * (cos(x) * cos(step) - sin(x) * sin(step)))


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


@rule
def difference_of_two_arctans(x, y):
    """The arc tangents of neighbours are nearly equal."""
    first, second = switch(isinf(x), 0, 1), switch(isinf(y), 0, 1)  # cosines of the angles, up to a factor
    rise, other = switch(isinf(x), sign(x), x), switch(isinf(y), sign(y), y)
    return arctan(x) - arctan(y), arctan2(rise * second - other * first, first * second + rise * other)


@rule
def difference_of_reciprocal_roots(x, step: Small):
    """The reciprocal roots of neighbours are nearly equal."""
    first, second = sqrt(x + step), sqrt(x)
    return reciprocal(sqrt(x)) - reciprocal(sqrt(x + step)), step / first / second / (first + second)


@rule(serves="derivatives")
def reciprocal_of_one_plus_reciprocal(x):
    """1 / x and its square overflow or vanish where the quotient does not."""
    return reciprocal(x) * reciprocal(1 + reciprocal(x)), reciprocal(1 + x)


@rule(serves="derivatives")
def square_by_one_plus_reciprocal(x):
    """The square of x overflows or vanishes where the quotient does not."""
    return reciprocal(sqr(x)) * reciprocal(1 + reciprocal(x)), reciprocal(x) * reciprocal(1 + x)


@rule
def secant_less_one(x):
    """1 / cos(x) is nearly 1 where x is small."""
    return reciprocal(cos(x)) - 1, 2 * sqr(sin(x / 2)) / cos(x)


@rule
def reciprocal_of_hypot_less_one(x):
    """1 / sqrt(1 + x^2) is nearly 1 where x is small."""
    side = minimum(abs(x), 1e17)
    size = hypot(1, side)
    return reciprocal(hypot(1, x)) - 1, -side * (side / size) / (1 + size)


@rule
def law_of_cosines(a, b, g):
    """a^2 + b^2 and 2 a b cos(g) are nearly equal where the angle is small."""
    product = a * b
    acute = sqr(a - b) + 4 * product * sqr(sin(g / 2))
    return (
        sqr(a) + sqr(b) - 2 * a * b * cos(g),
        switch(product > 0, acute, sqr(a + b) - 4 * product * sqr(cos(g / 2))),
    )


@rule
def square_of_difference(x, y):
    """x^2 + y^2 and 2 x y are nearly equal where x and y are."""
    return sqr(x) - 2 * x * y + sqr(y), sqr(x - y)


@rule
def square_of_sum(x, y):
    """x^2 + y^2 and 2 x y cancel where x is nearly -y."""
    return sqr(x) + 2 * x * y + sqr(y), sqr(x + y)


@rule
def difference_of_powers(x, step: Small, n):
    """The powers of neighbours are nearly equal."""
    close = (x > 0) & (abs(step) < 0.5 * x)
    rise = n * log1p(switch(close, step, 0) / switch(close, x, 1))
    near = close & (abs(rise) < 1)
    base, far = switch(near, x, 1), switch(near, 1, x)
    return (
        pow(x + step, n) - pow(x, n),
        switch(near, pow(base, n) * expm1(switch(near, rise, 0)), pow(far + step, n) - pow(far, n)),
    )


@rule
def arccos_of_one_less(x: Part):
    """1 - x is nearly 1 where x is small."""
    return arccos(1 - x), 2 * arcsin(sqrt(x / 2))


@rule(accept=100)
def great_circle(a: Part, b: Part, g: Part):
    """The cosine of a small angle is nearly 1."""
    both = cos(a) * cos(b)
    near = sqr(sin((a - b) / 2)) + both * sqr(sin(g / 2))
    far = sqr(sin((a + b) / 2)) + both * sqr(cos(g / 2))
    return arccos(sin(a) * sin(b) + cos(a) * cos(b) * cos(g)), 2 * arctan2(
        sqrt(maximum(near, 0)), sqrt(maximum(far, 0))
    )


RULES = (
    mean_slope_of_exp,
    mean_slope_of_log,
    reciprocal_of_one_plus_reciprocal,
    square_by_one_plus_reciprocal,
    law_of_cosines,
    difference_of_powers,
    square_of_difference,
    square_of_sum,
    one_less_squared_sin,
    one_less_squared_cos,
    difference_of_roots,
    difference_of_roots_around,
    difference_of_cube_roots,
    difference_of_logs,
    log_of_quotient_of_neighbours,
    difference_of_log1p,
    difference_of_sines,
    difference_of_cosines,
    difference_of_tangents,
    difference_of_arctans,
    difference_of_gammaln,
    quotient_of_gammas,
    difference_of_two_arctans,
    difference_of_reciprocal_roots,
    secant_less_one,
    reciprocal_of_hypot_less_one,
    arccos_of_one_less,
    great_circle,
)
