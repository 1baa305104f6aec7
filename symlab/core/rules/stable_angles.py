"""Sines, cosines and angles whose differences are small."""

from __future__ import annotations

from symlab.core.ops.elementwise import reciprocal, sqr
from symlab.core.ops.trigonometric import cos, sin, tan
from symlab.core.rewrite.rule import rule


@rule
def one_less_cos(x):
    """cos is nearly 1 where x is small."""
    return 1 - cos(x), 2 * sqr(sin(x / 2))


@rule
def square_of_half_sine_by_sine(x):
    """The square vanishes where x is small, and (1 - cos(x)) / sin(x), of which it comes, is a tangent."""
    return sqr(sin(0.5 * x)) * reciprocal(sin(x)), 0.5 * tan(0.5 * x)


@rule
def square_of_sine_by_sine_of_double(x):
    """The square vanishes where x is small, and (1 - cos(2 x)) / sin(2 x), of which it comes, is a tangent."""
    return sqr(sin(x)) * reciprocal(sin(2 * x)), 0.5 * tan(x)


RULES = (one_less_cos, square_of_half_sine_by_sine, square_of_sine_by_sine_of_double)
