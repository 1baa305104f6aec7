"""Sines, cosines and angles whose differences are small."""

from __future__ import annotations

import math

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, log, log1p, reciprocal, sqr, sqrt
from symlab.core.ops.trigonometric import arccos, arccosh, arcsin, arcsinh, arctan2, arctanh, cos, hypot, sin, tan
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Part, PositiveReal


@rule
def one_less_cos(x):
    """cos is nearly 1 where x is small."""
    return 1 - cos(x), 2 * sqr(sin(x / 2))


@rule
def one_plus_cos(x):
    """cos is nearly -1 where x is nearly pi."""
    return 1 + cos(x), 2 * sqr(cos(x / 2))


@rule
def square_of_half_sine_by_sine(x):
    """The square vanishes where x is small, and (1 - cos(x)) / sin(x), of which it comes, is a tangent."""
    return sqr(sin(0.5 * x)) * reciprocal(sin(x)), 0.5 * tan(0.5 * x)


@rule
def square_of_sine_by_sine_of_double(x):
    """The square vanishes where x is small, and (1 - cos(2 x)) / sin(2 x), of which it comes, is a tangent."""
    return sqr(sin(x)) * reciprocal(sin(2 * x)), 0.5 * tan(x)


@rule(serves="derivatives")
def sine_of_half_by_sine(x):
    """Both vanish where x is small, and the terms of the derivative cancel near it."""
    return sin(0.5 * x) * reciprocal(sin(x)), 0.5 * reciprocal(cos(0.5 * x))


def by_half(x, form, far):
    """A form of arcsin(sqrt(x / 2)) where x is small, which the sum of x and 1 rounds."""
    small = x < 0.5
    return switch(small, form(2 * arcsin(sqrt(switch(small, x, 0) / 2))), far(switch(small, 1, x)))


@rule
def arcsin_of_one_less(x: Part):
    """1 - x rounds where x is small, and arcsin is steep near 1."""
    return arcsin(1 - x), by_half(x, lambda half: math.pi / 2 - half, lambda far: arcsin(1 - far))


@rule
def arcsin_of_less_one(x: Part):
    """x - 1 rounds where x is small, and arcsin is steep near -1."""
    return arcsin(x - 1), by_half(x, lambda half: half - math.pi / 2, lambda far: arcsin(far - 1))


@rule
def arccos_of_less_one(x: Part):
    """x - 1 rounds where x is small, and arccos is steep near -1."""
    return arccos(x - 1), by_half(x, lambda half: math.pi - half, lambda far: arccos(far - 1))


@rule
def arccosh_of_one_plus(x: PositiveReal):
    """1 + x rounds where x is small, and arccosh is steep near 1."""
    return arccosh(1 + x), 2 * arcsinh(sqrt(x / 2))


@rule
def arctanh_of_one_less(x: Part):
    """1 - x rounds where x is small, and arctanh is steep near 1."""
    small = x < 0.5
    near, far = switch(small, x, 1), switch(small, 1, x)
    return arctanh(1 - x), switch(small, 0.5 * (log(2 - near) - log(near)), arctanh(1 - far))


@rule
def arctanh_of_less_one(x: Part):
    """x - 1 rounds where x is small, and arctanh is steep near -1."""
    small = x < 0.5
    near, far = switch(small, x, 1), switch(small, 1, x)
    return arctanh(x - 1), switch(small, 0.5 * (log(near) - log(2 - near)), arctanh(far - 1))


@rule
def product_of_roots_around(x):
    """1 - sqrt(x) and its product with 1 + sqrt(x) round where x is nearly 1."""
    return (1 - sqrt(x)) * (1 + sqrt(x)), switch(x < 0, math.nan, 1 - x)


@rule(accept=16)
def angle_of_two_vectors(a, b, c, d):
    """The cosine of a small angle is nearly 1, and arccos is steep there."""
    return (
        arccos((a * c + b * d) * reciprocal(hypot(a, b)) * reciprocal(hypot(c, d))),
        arctan2(abs(a * d - b * c), a * c + b * d),
    )


@rule(accept=16)
def angle_of_vector(x, y):
    """The cosine of a small angle is nearly 1, and arccos is steep there."""
    return arccos(x * reciprocal(hypot(x, y))), arctan2(abs(y), x)


@rule(accept=16)
def angle_of_sine_of_vector(x, y):
    """The sine of a nearly right angle is nearly 1, and arcsin is steep there."""
    return arcsin(x * reciprocal(hypot(x, y))), arctan2(x, abs(y))


@rule(accept=16)
def angle_of_triangle(a: PositiveReal, b: PositiveReal, c: PositiveReal):
    """The cosine of the small angle of a needle is nearly 1, and arccos is steep there."""
    near = sqrt(c + (a - b)) * sqrt(c - (a - b))
    return arccos((sqr(a) + sqr(b) - sqr(c)) / (2 * a * b)), 2 * arctan2(near, sqrt(a + b + c) * sqrt(a + b - c))


@rule
def log_of_size_of_cos(x):
    """cos is nearly 1 or -1 where the sine is small."""
    size = abs(cos(x))
    near = size > 0.5
    return log(abs(cos(x))), switch(near, 0.5 * log1p(-sqr(sin(x))), log(switch(near, 1, size)))


RULES = (
    angle_of_vector,
    angle_of_sine_of_vector,
    angle_of_triangle,
    log_of_size_of_cos,
    angle_of_two_vectors,
    one_less_cos,
    one_plus_cos,
    square_of_half_sine_by_sine,
    square_of_sine_by_sine_of_double,
    sine_of_half_by_sine,
    arcsin_of_one_less,
    arcsin_of_less_one,
    arccos_of_less_one,
    arccosh_of_one_plus,
    arctanh_of_one_less,
    arctanh_of_less_one,
    product_of_roots_around,
)
