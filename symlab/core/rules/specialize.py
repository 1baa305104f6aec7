"""The forms that cost least, once everything else is decided."""

from __future__ import annotations

from symlab.core.ops.elementwise import pow, reciprocal, sigmoid, sigmoid_slope, sqr, sqrt
from symlab.core.rewrite.rule import rule


@rule
def pow_three(x):
    """A third power is two multiplications."""
    return pow(x, 3), x * sqr(x)


@rule
def pow_four(x):
    """A fourth power is two multiplications."""
    return pow(x, 4), sqr(sqr(x))


@rule(assuming="finite")
def pow_three_halves(x):
    """A power of 3/2 is a root and a multiplication."""
    return pow(x, 1.5), x * sqrt(x)


@rule(assuming="no_overflow")
def pow_minus_three(x):
    """A power of -3 is two multiplications and a division."""
    return pow(x, -3), reciprocal(x * sqr(x))


@rule
def slope_by_one_exponential(x):
    """Both factors come from the same exponential."""
    return sigmoid(x) * sigmoid(-x), sigmoid_slope(x)


RULES = (slope_by_one_exponential, pow_three, pow_four, pow_three_halves, pow_minus_three)
