"""Identities of trigonometric and hyperbolic functions: sums, halves, doubles, inverses."""

from __future__ import annotations

from symlab.core.ops.elementwise import reciprocal, sqr, tanh
from symlab.core.ops.trigonometric import cos, cosh, sin, sinh, tan
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Part
from symlab.core.saturation.identities.stated import identity


@identity
def sum_of_squares(x):
    """The squares of sine and cosine add up to one."""
    return sqr(sin(x)) + sqr(cos(x)), 1


@identity
def cosine_less_one(x):
    """cos(x) - 1 by the sine of the half."""
    return cos(x) - 1, -2 * sqr(sin(x / 2))


@identity
def one_plus_cosine(x):
    """1 + cos(x) by the cosine of the half."""
    return 1 + cos(x), 2 * sqr(cos(x / 2))


@identity(assuming="nonzero")
def tangent_of_half(x):
    """(1 - cos(x)) / sin(x) is the tangent of the half."""
    return (1 - cos(x)) / sin(x), tan(x / 2)


@identity(assuming="nonzero")
def tangent_of_half_from_below(x):
    """sin(x) / (1 + cos(x)) is the tangent of the half."""
    return sin(x) / (1 + cos(x)), tan(x / 2)


@identity(both_ways=True, assuming="nonzero")
def quotient_of_sine_and_cosine(x):
    """The tangent is the sine over the cosine."""
    return sin(x) / cos(x), tan(x)


@identity
def sine_of_sum(x, y):
    """The sine of a sum by those of its terms."""
    return sin(x + y), sin(x) * cos(y) + cos(x) * sin(y)


@identity
def cosine_of_sum(x, y):
    """The cosine of a sum by those of its terms."""
    return cos(x + y), cos(x) * cos(y) - sin(x) * sin(y)


@identity(assuming="nonzero")
def tangent_of_sum(x, y):
    """The tangent of a sum by those of its terms."""
    return tan(x + y), (tan(x) + tan(y)) / (1 - tan(x) * tan(y))


@identity
def sine_of_double(x):
    """The sine of twice a number."""
    return sin(2 * x), 2 * sin(x) * cos(x)


@identity
def cosine_of_double(x):
    """The cosine of twice a number."""
    return cos(2 * x), 1 - 2 * sqr(sin(x))


@identity
def difference_of_sines_of_any(x, y):
    """A difference of sines is a product."""
    return sin(x) - sin(y), 2 * cos((x + y) / 2) * sin((x - y) / 2)


@identity
def difference_of_cosines_of_any(x, y):
    """A difference of cosines is a product."""
    return cos(x) - cos(y), -2 * sin((x + y) / 2) * sin((x - y) / 2)


@identity
def difference_of_neighbouring_sines(x, step):
    """A difference of sines by those of the step."""
    return sin(x + step) - sin(x), cos(x) * sin(step) - 2 * sin(x) * sqr(sin(step / 2))


@identity
def difference_of_neighbouring_cosines(x, step):
    """A difference of cosines by those of the step."""
    return cos(x + step) - cos(x), -(sin(x) * sin(step) + 2 * cos(x) * sqr(sin(step / 2)))


@identity(assuming="nonzero")
def difference_of_neighbouring_tangents(x, step):
    """A difference of tangents by the sine of the step."""
    return tan(x + step) - tan(x), sin(step) / (cos(x) * (cos(x) * cos(step) - sin(x) * sin(step)))


@identity
def difference_of_tangents_of_any(x, y):
    """A difference of tangents is a quotient."""
    return tan(x) - tan(y), sin(x - y) / (cos(x) * cos(y))


@identity(assuming="nonzero")
def reciprocal_of_tangent(x):
    """The reciprocal of the tangent is the cosine over the sine."""
    return reciprocal(tan(x)), cos(x) / sin(x)


@identity
def difference_of_hyperbolic_squares(x: Part):
    """The squares of hyperbolic cosine and sine differ by one."""
    return sqr(cosh(x)) - sqr(sinh(x)), 1


@identity(both_ways=True)
def quotient_of_hyperbolic_functions(x):
    """The hyperbolic tangent is a quotient."""
    return sinh(x) / cosh(x), tanh(x)


@identity(both_ways=True)
def root_of_one_plus_square_of_tangent(x):
    """One plus the square of the tangent is one over the square of the cosine."""
    return 1 + sqr(tan(x)), reciprocal(sqr(cos(x)))


IDENTITIES = tuple(item for item in list(globals().values()) if isinstance(item, Rule))
